"""Payloads with one fault, and the violations that it makes: what every fault has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from ..contract import Schema
from ..violation import json_path
from .coherence import Careful
from .compiling import identity
from .paging import PLACES
from .recipes import Recipe, either, together
from .shapes import objects
from .wholes import breaks_of_wholes

Path = tuple[str, ...]
"""Where in a value: member names, and ``*`` for an item of a list."""

Place = tuple[Any, ...]
"""A path with the numbers of the items."""


class Invalid(NamedTuple):
    """A payload with one fault.

    Attributes:
        payload: the payload.
        violations: path and rule of every violation that the fault makes, sorted.
    """

    payload: Any
    violations: tuple[tuple[str, str], ...]


class Broken(NamedTuple):
    """A value, and the keywords that it breaks by itself, each with the place below it."""

    value: Any
    breaks: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True)
class Edit:
    """What makes a good value bad.

    Attributes:
        path: where the value is.
        apply: from the good value and a number to the bad one.
        needs: what has to be in the value for that.
    """

    path: Path
    apply: Callable[[Any, int], Broken]
    needs: Path = ()


def having(
    careful: Careful, schema: Schema, path: Path, end: Recipe | None = None
) -> Recipe | None:
    """Good values of a schema that have something at a path, ``None`` where none can have.

    On the way through lists, it is the first item that has it.

    Args:
        careful: makes the strategies.
        schema: the schema.
        path: the path.
        end: what is at its end, if that is something of its own.
    """
    name = schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
    if not path:
        return careful.recipe(schema) if end is None else end
    whole = careful.flat(careful.whole(name) if name is not None else schema)
    several = careful.alternatives(whole, schema)
    if several is not None:
        ways = [having(careful, one, path, end) for one in several]
        able = [way for way in ways if way is not None]
        return either(able) if able else None
    first, rest = path[0], path[1:]
    if first == "*":
        item = having(careful, whole.get("items", {}), rest, end)
        usual = max(careful.options.max_items, whole.get("minItems", 0))
        most = whole.get("maxItems", usual)
        if item is None or not most:
            return None
        unique = whole.get("uniqueItems", False)
        headed = partial(_headed, most=most, unique=unique)
        return together(headed, item, careful.arrays(whole))
    found = []
    for shape in careful.shapes(whole, name):
        if shape.really_takes(first):
            inner = None
            if (rest or end is not None) and shape.members[first] is not PLACES:
                inner = having(careful, whole["properties"][first], rest, end)
                if inner is None:
                    continue
            found.append(shape.having(first, inner))
    return objects(found) if found else None


def _headed(one: Any, others: list[Any], most: int, unique: bool) -> list[Any]:
    """A list that begins with an item, as the schema of the others wants it."""
    if unique:
        others = [other for other in others if identity(other) != identity(one)]
    return [one, *others[: most - 1]]


def edited(value: Any, edit: Edit, number: int) -> tuple[Any, list[tuple[Place, str]]]:
    """The value with the edit, and what the edit says is wrong, by the place in the whole value."""
    return _edited(value, edit.path, edit, number)


def _edited(value: Any, path: Path, edit: Edit, number: int) -> tuple[Any, list[tuple[Place, str]]]:
    if not path:
        bad = edit.apply(value, number)
        return bad.value, list(bad.breaks)
    step: Any = path[0]
    inner, breaks = _edited(value[0 if step == "*" else step], path[1:], edit, number)
    if step == "*":
        step = number % len(value)
        others = value[1:]
        value = [*others[:step], inner, *others[step:]]
    else:
        value = {**value, step: inner}
    return value, [((step, *place), word) for place, word in breaks]


@dataclass(frozen=True)
class Judge:
    """Says what is wrong with values of a schema.

    Attributes:
        careful: what knows the API.
        root: the schema.
    """

    careful: Careful
    root: Schema

    @cached_property
    def sites(self) -> Mapping[str, list[Path]]:
        """Where in the values the named schemas apply."""
        return self.careful.contract.sites(self.root)

    def __call__(self, value: Any, breaks: Iterable[tuple[Place, str]] = ()) -> Invalid:
        """The value with everything that is wrong with it.

        Args:
            value: the value.
            breaks: the keywords that an edit broke where it was made.
        """
        breaks = [*breaks, *breaks_of_wholes(self.careful, self.root, value)]
        found = [(json_path(place), f"schema.{word}") for place, word in breaks]
        found += [(json_path(place), rule) for place, rule in self._prose(value)]
        return Invalid(value, tuple(sorted(found)))

    def _prose(self, value: Any) -> Iterator[tuple[Place, str]]:
        """The rules of prose that a value breaks, and where."""
        for rule in self.careful.api.rules:
            for path in self.sites.get(rule.on, ()):
                for place, found in _places(value, path):
                    for below, _, _ in rule.kind.breaks(found, self.careful.status_code):
                        yield (*place, *below), rule.id


def _places(value: Any, path: Path, at: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    if not path:
        if isinstance(value, dict):
            yield at, value
    elif path[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _places(item, path[1:], (*at, index))
    elif isinstance(value, dict) and path[0] in value:
        yield from _places(value[path[0]], path[1:], (*at, path[0]))
