"""Edits that break the keywords of a schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import REFERENCE, Schema
from ...errors import hides_usage_errors
from ..schema.all_of import flat
from ..schema.refusals import refusal
from ..schema.scalars import PLAIN_VALUES
from .bad_values import bad_values
from .edits import Edit, Path

__tracebackhide__ = hides_usage_errors

_COMBINED = ("anyOf", "oneOf", "not")
"""The keywords that a value breaks by which other schemas it fits."""

_NEW = "x_new"


def schema_edits(
    contract: Contract, schema: Schema, path: Path = (), within: tuple[str, ...] = ()
) -> Iterator[Edit]:
    """All edits that break a schema of a contract, its members and its items.

    Raises:
        ContractError: for a keyword for which no value is found that breaks it.
    """
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        if name in within:
            return
        within = (*within, name)
    whole = flat(contract, schema)
    found = [*bad_values(contract, whole).values()]
    found += [_bad_combined(contract, whole, keyword) for keyword in _COMBINED if keyword in whole]
    for values in found:
        yield Edit(path, partial(_replaced, values))
    yield from _object_edits(contract, whole, path)
    yield from _array_edits(whole, path)
    for name, inner in whole.get("properties", {}).items():
        yield from schema_edits(contract, inner, (*path, name), within)
    if "items" in whole:
        yield from schema_edits(contract, whole["items"], (*path, "*"), within)


def _bad_combined(contract: Contract, schema: Schema, keyword: str) -> list[Any]:
    """Values that break this keyword, if possible no other one."""
    candidates = [*PLAIN_VALUES]
    for part in [schema[keyword]] if keyword == "not" else schema[keyword]:
        inner = flat(contract, part)
        candidates += [*inner.get("enum", ()), *chain(*bad_values(contract, inner).values())]
    fits = validator_of(contract, {keyword: schema[keyword]}).is_valid
    values = [value for value in candidates if not fits(value)]
    if not values:
        raise refusal(contract, schema)(f"no value is found that breaks {keyword}")
    rest = {name: value for name, value in schema.items() if name not in _COMBINED}
    fits_rest = validator_of(contract, rest).is_valid
    return [value for value in values if fits_rest(value)] or values


def _replaced(values: list[Any], value: Any, number: int) -> Any:
    return values[number % len(values)]


def _object_edits(contract: Contract, schema: Schema, path: Path) -> Iterator[Edit]:
    for name in contract.required(schema):
        yield Edit(path, partial(_lacking, name))
    more = schema.get("additionalProperties", True)
    if more is False:
        yield Edit(path, partial(_with, [None]))
    elif more is not True:
        for values in bad_values(contract, flat(contract, more)).values():
            yield Edit(path, partial(_with, values))
    if schema.get("minProperties"):
        yield Edit(path, partial(_too_small, schema["minProperties"]))
    if "maxProperties" in schema and more is True:
        yield Edit(path, partial(_too_large, schema["maxProperties"]))


def _lacking(name: str, value: Any, number: int) -> Any:
    return {member: inner for member, inner in value.items() if member != name}


def _with(values: list[Any], value: Any, number: int) -> Any:
    return {**value, _NEW: values[number % len(values)]}


def _too_small(least: int, value: Any, number: int) -> Any:
    return dict(list(value.items())[: least - 1])


def _too_large(most: int, value: Any, number: int) -> Any:
    return {**value, **{f"{_NEW}_{index}": None for index in range(most + 1 - len(value))}}


def _array_edits(schema: Schema, path: Path) -> Iterator[Edit]:
    if schema.get("minItems"):
        yield Edit(path, lambda value, number: value[:0])
    if "maxItems" in schema and schema["maxItems"] > 0:
        yield Edit(path, partial(_too_long, schema["maxItems"]), ("*",))
    if schema.get("uniqueItems") and schema.get("maxItems", 2) > 1:
        yield Edit(path, _doubled, ("*",))


def _too_long(most: int, value: Any, number: int) -> Any:
    return (value * (most + 1))[: most + 1]


def _doubled(value: Any, number: int) -> Any:
    return [value[0], *value[:-1], value[0]][-max(len(value), 2) :]
