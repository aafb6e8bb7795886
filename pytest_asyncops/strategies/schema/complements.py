"""The values that do not fit a schema, as schemas: what ``not`` leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from ...contract.formats import NUMBER_FORMATS, STRING_FORMATS
from ...contract.schema_keywords import TYPES, Schema
from .shapes import free_name

_NULL: Schema = {"enum": [None]}
_NEVER: Schema = {"enum": []}
_NEW = "x_new"


class Complement(NamedTuple):
    """The values that do not fit a schema.

    Attributes:
        schemas: schemas that have them.
        exact: whether these have no other values.
    """

    schemas: list[Schema]
    exact: bool


def complement(schema: Schema) -> Complement:
    """What does not fit a flat schema: what breaks one of its keywords."""
    found = [
        one
        for name, make in _BROKEN.items()
        if name in schema
        for one in make(schema[name], schema)
    ]
    rough = [one for name, one in _ROUGH.items() if name in schema]
    # Beside integers there are fractions, and these are drawn among all numbers.
    return Complement([*found, *rough], not rough and schema.get("type") != "integer")


def _types(kind: str, schema: Schema) -> Iterator[Schema]:
    gone = {kind, "integer"} if kind == "number" else {kind}
    yield from ({"type": other} for other in TYPES if other not in gone)
    if not schema.get("nullable"):
        yield _NULL


def _bound(limit: str, shut: str, opposite: str, shut_opposite: str) -> _Break:
    def broken(value: Any, schema: Schema) -> Iterator[Schema]:
        yield {"type": "number", opposite: value, shut_opposite: not schema.get(shut, False)}

    return broken


def _formats(form: str, schema: Schema) -> Iterator[Schema]:
    if form in NUMBER_FORMATS:
        low, high = NUMBER_FORMATS[form]
        kind = schema.get("type", "number")
        yield {"type": kind, "minimum": high, "exclusiveMinimum": True}
        yield {"type": kind, "maximum": low, "exclusiveMaximum": True}
    elif form in STRING_FORMATS:
        yield {"type": "string", "pattern": f"^(?!{STRING_FORMATS[form][1:]})"}


def _fewest(least: int, kind: str, keyword: str) -> Iterator[Schema]:
    if least:
        yield {"type": kind, keyword: least - 1}


def _properties(members: Mapping[str, Schema], schema: Schema) -> Iterator[Schema]:
    for name, inner in members.items():
        yield {"type": "object", "required": [name], "properties": {name: {"not": inner}}}


def _others(others: Any, schema: Schema) -> Iterator[Schema]:
    name = free_name(_NEW, schema.get("properties", ()))
    if others is not True:
        inner = {} if others is False else {"not": others}
        yield {"type": "object", "required": [name], "properties": {name: inner}}


def _one_of(parts: list[Schema], schema: Schema) -> Iterator[Schema]:
    yield {"not": {"anyOf": parts}}
    yield from ({"allOf": [*pair]} for pair in combinations(parts, 2))


_Break = Callable[[Any, Schema], Iterator[Schema]]

_BROKEN: Mapping[str, _Break] = {
    "minimum": _bound("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"),
    "maximum": _bound("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
    "minLength": lambda least, schema: _fewest(least, "string", "maxLength"),
    "maxLength": lambda most, schema: iter([{"type": "string", "minLength": most + 1}]),
    "minItems": lambda least, schema: _fewest(least, "array", "maxItems"),
    "maxItems": lambda most, schema: iter([{"type": "array", "minItems": most + 1}]),
    "minProperties": lambda least, schema: _fewest(least, "object", "maxProperties"),
    "maxProperties": lambda most, schema: iter([{"type": "object", "minProperties": most + 1}]),
    "format": _formats,
    "required": lambda names, schema: (
        {"type": "object", "properties": {name: _NEVER}} for name in names
    ),
    "properties": _properties,
    "additionalProperties": _others,
    "items": lambda items, schema: iter(
        [{"type": "array", "minItems": 1, "items": {"not": items}}]
    ),
    "anyOf": lambda parts, schema: iter([{"not": {"anyOf": parts}}]),
    "oneOf": _one_of,
    "not": lambda inner, schema: iter([inner]),
    "type": _types,
}
"""For each keyword, schemas of the values that break it, those of the same type first."""

_ROUGH: Mapping[str, Schema] = {
    "pattern": {"type": "string"},
    "multipleOf": {"type": "number"},
    "uniqueItems": {"type": "array", "minItems": 2},
    "enum": {},
    "allOf": {},
}
"""For each of the other keywords, a schema that has all values that break it, and others."""
