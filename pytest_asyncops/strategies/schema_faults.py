"""How to break what a schema says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ..contract import Contract, Schema
from .bad_values import Found, bad_values, broken
from .coherence import Careful
from .faults import Broken, Edit, Path, Place
from .wholes import breaking

_NEW = "x_new"


def schema_edits(
    careful: Careful, schema: Schema, path: Path = (), within: tuple[str, ...] = ()
) -> Iterator[Edit]:
    """All ways to break a published schema, its members and its items.

    Raises:
        ContractError: for a keyword whose faults cannot be foretold.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in within:
            return
        within = (*within, name)
    parts = list(_parts(careful.contract, schema))
    whole = careful.flat(schema)
    combined = breaking(careful, whole)
    if combined:
        yield Edit(
            path, partial(_replaced, [(value, _all_broken(parts, value)) for value in combined])
        )
    for values in bad_values(whole).values():
        told = [(value, _all_broken(parts, value)) for value, _ in values]
        yield Edit(path, partial(_replaced, told))
    yield from _object_edits(careful, whole, path)
    yield from _array_edits(whole, path)
    for name, inner in whole.get("properties", {}).items():
        yield from schema_edits(careful, inner, (*path, name), within)
    if "items" in whole:
        yield from schema_edits(careful, whole["items"], (*path, "*"), within)


def _parts(contract: Contract, schema: Schema) -> Iterator[Schema]:
    """The schemas that are held against a value one by one, each saying what is wrong."""
    schema = contract.resolved(schema)
    yield {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        yield from _parts(contract, part)


def _all_broken(parts: list[Schema], value: Any) -> tuple[str, ...]:
    return tuple(word for part in parts for word in broken(part, value))


def _replaced(values: Found, value: Any, number: int) -> Broken:
    bad, words = values[number % len(values)]
    return Broken(bad, tuple(((), word) for word in words))


def _object_edits(careful: Careful, schema: Schema, path: Path) -> Iterator[Edit]:
    for name in schema.get("required", ()):
        yield Edit(path, partial(_lacking, name))
    more = schema.get("additionalProperties", True)
    if more is False:
        yield Edit(path, partial(_with, None, (((_NEW,), "additionalProperties"),)))
    elif more is not True:
        for values in bad_values(careful.flat(more)).values():
            for bad, words in values:
                breaks = tuple(((_NEW,), word) for word in words)
                yield Edit(path, partial(_with, bad, breaks))
    if schema.get("minProperties"):
        yield Edit(path, partial(_too_small, schema))
    if "maxProperties" in schema and more is True:
        yield Edit(path, partial(_too_large, schema["maxProperties"]))


def _lacking(name: str, value: Any, number: int) -> Broken:
    rest = {member: inner for member, inner in value.items() if member != name}
    return Broken(rest, (((), "required"),))


def _with(bad: Any, breaks: tuple[tuple[Place, str], ...], value: Any, number: int) -> Broken:
    return Broken({**value, _NEW: bad}, breaks)


def _too_small(schema: Schema, value: Any, number: int) -> Broken:
    kept = dict(list(value.items())[: schema["minProperties"] - 1])
    missing = [name for name in schema.get("required", ()) if name not in kept]
    return Broken(kept, tuple(((), "required") for _ in missing))


def _too_large(most: int, value: Any, number: int) -> Broken:
    new = {f"{_NEW}_{index}": None for index in range(most + 1 - len(value))}
    return Broken({**value, **new})


def _array_edits(schema: Schema, path: Path) -> Iterator[Edit]:
    if schema.get("minItems"):
        yield Edit(path, lambda value, number: Broken(value[:0]))
    if "maxItems" in schema and schema["maxItems"] > 0:
        yield Edit(path, partial(_too_long, schema["maxItems"]), ("*",))
    if schema.get("uniqueItems") and schema.get("maxItems", 2) > 1:
        yield Edit(path, _doubled, ("*",))


def _too_long(most: int, value: Any, number: int) -> Broken:
    return Broken((value * (most + 1))[: most + 1])


def _doubled(value: Any, number: int) -> Broken:
    return Broken([value[0], *value[:-1], value[0]][-max(len(value), 2) :])
