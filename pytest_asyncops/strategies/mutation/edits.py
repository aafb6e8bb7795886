"""Edits, which break a good value at a place, and good values that have this place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...contract.formats import is_type
from ...contract.schema_keywords import Schema, name_of
from ...rules.equality import identity
from ..coherent.paging import PLACES
from ..schema.all_of import canonical, flat
from ..schema.alternatives import alternatives
from ..schema.compiler import Compiler
from ..schema.enum_values import fitting_values
from ..schema.nesting import TooDeep
from ..schema.objects import objects
from ..schema.recipes import Recipe, choice, combine, one_of
from ..schema.refusals import NeverEnds, NoValue, Refuse, refusal
from ..schema.shapes import others_of

Path = tuple[str, ...]
"""A path in a value: member names, and `ITEM` for an item of a list."""

Among = tuple[tuple[Path, Schema], ...]
"""The places on the way to another one whose values are of these schemas, the outermost first."""

ITEM = "*"
"""A step to an item of a list: to the first one of a good value, which an edit then moves."""


@dataclass(frozen=True)
class Edit:
    """A change at one place that breaks a good value.

    Attributes:
        path: the place.
        apply: a function from the good value at this place, and a number, to the bad one.
        needs: what the value at this place has to have for that, as a path below it.
        kind: the type that the value which is needed has to have, ``None`` for any.
        among: of which of the schemas that a discriminator chooses the values on the way are.
    """

    path: Path
    apply: Callable[[Any, int], Any]
    needs: Path = ()
    kind: str | None = None
    among: Among = ()


@dataclass(frozen=True)
class Instead:
    """Values that are bad at one place, because they are good for another schema.

    Attributes:
        path: the place.
        schemas: such schemas, the one that breaks the fewest keywords first.
        among: as for `Edit`.
    """

    path: Path
    schemas: tuple[Schema, ...]
    among: Among = ()


def values_with(
    compiler: Compiler,
    schema: Schema,
    path: Path,
    end: Recipe | None = None,
    kind: str | None = None,
    among: Among = (),
) -> Recipe | None:
    """Good values of a schema that have something at a path, ``None`` if no value can have it.

    Where the path leads through lists, the first item has it.

    Args:
        compiler: the compiler for good values.
        schema: the schema.
        path: the path; members that are not documented have names in it too.
        end: the values at its end, if they are special.
        kind: the type of the values at its end, ``None`` for any.
        among: the places on the path whose values are of certain schemas.
    """
    if among:
        (at, one), rest = among[0], among[1:]
        below = tuple((inner[len(at) :], other) for inner, other in rest)
        found = values_with(compiler, one, path[len(at) :], end, kind, below)
        return None if found is None else values_with(compiler, schema, at, found)
    name = name_of(schema["$ref"]) if "$ref" in schema else None
    if not compiler.nesting.levels:
        with suppress(NoValue):
            compiler.recipe(schema)  # which decides how deep the parts are nested
    with suppress(TooDeep, NeverEnds):
        if path or kind is not None:
            with compiler.nesting.inside(canonical(schema) if name is None else name):
                return _values_with(compiler, schema, name, path, end, kind)
        return compiler.nested(schema) if end is None else end
    return None


def _values_with(
    compiler: Compiler,
    schema: Schema,
    name: str | None,
    path: Path,
    end: Recipe | None,
    kind: str | None,
) -> Recipe | None:
    refuse = refusal(compiler.contract, schema)
    whole = flat(compiler.contract, schema if name is None else compiler.schema_of(name))
    if "enum" in whole:
        fitting = fitting_values(compiler.contract, whole)
        known = [value for value in fitting if _has(value, path, kind)]
        return choice(known) if known and end is None else None
    several = alternatives(compiler.contract, whole, refuse)
    if several is not None:
        ways = []
        for one in several.schemas:
            with suppress(NoValue):
                ways.append(values_with(compiler, one, path, end, kind))
        able = [way for way in ways if way is not None]
        return one_of(able) if able else None
    if not path:
        assert kind is not None
        is_kind = whole.get("type", kind) == kind
        return compiler.typed(kind, whole, refuse, name) if is_kind else None
    first, rest = path[0], path[1:]
    if first == ITEM and may_be_lists(whole):
        return _lists_with(compiler, whole, refuse, rest, end, kind)
    if whole.get("type", "object") != "object":
        return None
    others = others_of(whole)
    found = []
    for shape in compiler.shapes(whole, refuse, name):
        is_new = first not in shape.unwelcome and others is not None
        if shape.can_be_set(first) or is_new:
            inner = None
            if is_new or (
                (rest or end is not None or kind is not None) and shape.members[first] is not PLACES
            ):
                told = whole.get("properties", {}).get(first, others)
                inner = values_with(compiler, told, rest, end, kind)
                if inner is None:
                    continue
            found.append(shape.requiring(first, inner))
    possible = [shape for shape in found if shape.is_possible]
    return objects(possible) if possible else None


def may_be_lists(schema: Schema) -> bool:
    """Whether values of a flat schema may be lists, and `ITEM` leads to no member of objects."""
    return schema.get("type", "array") == "array" and ITEM not in schema.get("properties", ())


def _lists_with(
    compiler: Compiler,
    schema: Schema,
    refuse: Refuse,
    rest: Path,
    end: Recipe | None,
    kind: str | None,
) -> Recipe | None:
    """Lists whose first item has something at the rest of a path."""
    item = values_with(compiler, schema.get("items", {}), rest, end, kind)
    usual = max(compiler.options.max_items, schema.get("minItems", 0))
    most = schema.get("maxItems", usual)
    if item is None or not most:
        return None
    headed = partial(_headed, most=most, unique=schema.get("uniqueItems", False))
    return combine(headed, item, compiler.arrays(schema, refuse))


def _has(value: Any, path: Path, kind: str | None) -> bool:
    """Whether a value has something of a type at a path."""
    if not path:
        return kind is None or is_type(value, kind)
    if isinstance(value, list):
        return path[0] == ITEM and bool(value) and _has(value[0], path[1:], kind)
    return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:], kind)


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
    if isinstance(value, dict):
        return {**value, path[0]: _edited(value[path[0]], path[1:], edit, number)}
    index, others = number % len(value), value[1:]
    return [*others[:index], _edited(value[0], path[1:], edit, number), *others[index:]]
