"""Edits, which break a good value at a place, and good values that have this place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...contract.schema_keywords import REFERENCE, Schema
from ..coherent.paging import PLACES
from ..schema.all_of import flat
from ..schema.alternatives import alternatives
from ..schema.arrays import identity
from ..schema.compiler import Compiler
from ..schema.objects import objects
from ..schema.recipes import Recipe, combine, one_of
from ..schema.refusals import refusal

Path = tuple[str, ...]
"""A path in a value: member names, and ``*`` for an item of a list."""


@dataclass(frozen=True)
class Edit:
    """A change at one place that breaks a good value.

    Attributes:
        path: the place.
        apply: a function from the good value at this place, and a number, to the bad one.
        needs: what the value at this place has to have for that, as a path below it.
    """

    path: Path
    apply: Callable[[Any, int], Any]
    needs: Path = ()


def values_with(
    compiler: Compiler, schema: Schema, path: Path, end: Recipe | None = None
) -> Recipe | None:
    """Good values of a schema that have something at a path, ``None`` if no value can have it.

    Where the path leads through lists, the first item has it.

    Args:
        compiler: the compiler for good values.
        schema: the schema.
        path: the path.
        end: the values at its end, if they are special.
    """
    if not path:
        return compiler.recipe(schema) if end is None else end
    name = schema["$ref"].removeprefix(REFERENCE) if "$ref" in schema else None
    refuse = refusal(compiler.contract, schema)
    whole = flat(compiler.contract, schema if name is None else compiler.schema_of(name))
    several = alternatives(compiler.contract, whole, refuse)
    if several is not None:
        ways = [values_with(compiler, one, path, end) for one in several.schemas]
        able = [way for way in ways if way is not None]
        return one_of(able) if able else None
    first, rest = path[0], path[1:]
    if first == "*":
        item = values_with(compiler, whole.get("items", {}), rest, end)
        usual = max(compiler.options.max_items, whole.get("minItems", 0))
        most = whole.get("maxItems", usual)
        if item is None or not most:
            return None
        unique = whole.get("uniqueItems", False)
        headed = partial(_headed, most=most, unique=unique)
        return combine(headed, item, compiler.arrays(whole, refuse))
    found = []
    for shape in compiler.shapes(whole, refuse, name):
        if shape.can_be_set(first):
            inner = None
            if (rest or end is not None) and shape.members[first] is not PLACES:
                inner = values_with(compiler, whole["properties"][first], rest, end)
                if inner is None:
                    continue
            found.append(shape.requiring(first, inner))
    return objects(found) if found else None


def _headed(one: Any, others: list[Any], most: int, unique: bool) -> list[Any]:
    """A list that begins with an item and goes on with others, as its schema allows."""
    if unique:
        others = [other for other in others if identity(other) != identity(one)]
    return [one, *others[: most - 1]]


def edited(value: Any, edit: Edit, number: int) -> Any:
    """The edited value. Where the path leads through lists, the number chooses the item."""
    return _edited(value, edit.path, edit, number)


def _edited(value: Any, path: Path, edit: Edit, number: int) -> Any:
    if not path:
        return edit.apply(value, number)
    if path[0] != "*":
        return {**value, path[0]: _edited(value[path[0]], path[1:], edit, number)}
    index, others = number % len(value), value[1:]
    return [*others[:index], _edited(value[0], path[1:], edit, number), *others[index:]]
