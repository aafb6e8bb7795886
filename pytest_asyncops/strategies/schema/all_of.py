"""Merges schemas that apply at once into one, so that values can be constructed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors
from ...rules.equality import json_equal
from .refusals import refusal

__tracebackhide__ = hides_usage_errors

Members = dict[str, Any]


class Contradiction(ValueError):
    """Schemas that cannot be merged. The message names the keyword that prevents it."""


def flat(contract: Contract, schema: Schema) -> Schema:
    """The schema without a reference at its top, and without ``allOf``.

    Raises:
        ContractError: if its parts cannot be merged.
    """
    if "$ref" in schema:
        return flat(contract, contract.resolved(schema))
    if "allOf" not in schema:
        return schema
    merged: Schema = {name: value for name, value in schema.items() if name != "allOf"}
    try:
        for part in schema["allOf"]:
            merged = both(merged, flat(contract, part))
    except Contradiction as trouble:
        raise refusal(contract, schema)(f"allOf of {trouble} is not generated") from None
    return merged


def both(one: Schema, other: Schema) -> Schema:
    """The schema of the values that fit both. Neither is a reference or has ``allOf``.

    Raises:
        Contradiction: if they cannot be merged.
    """
    for part, beside in ((one, other), (other, one)):
        beyond = beside.get("properties", {}).keys() - part.get("properties", {}).keys()
        if beyond and part.get("additionalProperties", True) is not True:
            raise Contradiction("additionalProperties beside the members of another schema")
    merged: Members = {**other, **one}
    for name in one.keys() & other.keys():
        if name in _MERGED:
            merged[name] = _MERGED[name](name, one[name], other[name])
        elif not json_equal(one[name], other[name]) and name not in _NOTES:
            raise Contradiction(f"two different {name}")
    for limit, shut in _LIMITS:
        if limit in merged:
            merged[shut] = any(
                part.get(shut, False) and part.get(limit) == merged[limit] for part in (one, other)
            )
    if "type" in merged:
        merged["nullable"] = all(part.get("nullable", "type" not in part) for part in (one, other))
    return merged


def canonical(schema: Schema) -> str:
    """A text that is the same for the same schemas, and for no others."""
    return json.dumps(schema, sort_keys=True)


def _all_of(name: str, one: Schema, other: Schema) -> Schema:
    # Each part once, however often they are merged: else a schema that contains itself would grow.
    parts = {canonical(part): part for part in (*_parts(one), *_parts(other)) if part}
    if len(parts) > 1:
        return {"allOf": list(parts.values())}
    return next(iter(parts.values()), {})


def _parts(schema: Schema) -> list[Schema]:
    return schema["allOf"] if schema.keys() == {"allOf"} else [schema]


def _members(name: str, one: Members, other: Members) -> Members:
    shared = {name: _all_of(name, one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _types(name: str, one: str, other: str) -> str:
    if {one, other} == {"integer", "number"}:
        return "integer"
    if one != other:
        raise Contradiction(f"type {one} and type {other}")
    return one


def _enum_values(name: str, one: list[Any], other: list[Any]) -> list[Any]:
    return [value for value in one if any(json_equal(value, another) for another in other)]


def _steps(name: str, one: float, other: float) -> float:
    if one == int(one) and other == int(other):
        return math.lcm(int(one), int(other))
    larger, smaller = max(one, other), min(one, other)
    if larger % smaller:
        raise Contradiction(f"multipleOf {one} and {other}")
    return larger


def _extras(name: str, one: Any, other: Any) -> Any:
    if isinstance(one, bool) or isinstance(other, bool):
        return False if False in (one, other) else (other if one is True else one)
    return _all_of(name, one, other)


_MERGED: Mapping[str, Callable[[str, Any, Any], Any]] = {
    "type": _types,
    "enum": _enum_values,
    "x-enum": _enum_values,
    "required": lambda name, one, other: list(dict.fromkeys([*one, *other])),
    "properties": _members,
    "items": _all_of,
    "additionalProperties": _extras,
    "minimum": lambda name, one, other: max(one, other),
    "maximum": lambda name, one, other: min(one, other),
    "multipleOf": _steps,
    "uniqueItems": lambda name, one, other: one or other,
    "not": lambda name, one, other: {"anyOf": [one, other]},
    **{
        name: lambda name, one, other: max(one, other)
        for name in ("minLength", "minItems", "minProperties")
    },
    **{
        name: lambda name, one, other: min(one, other)
        for name in ("maxLength", "maxItems", "maxProperties")
    },
    **{
        name: lambda name, one, other: one
        for name in ("nullable", "exclusiveMinimum", "exclusiveMaximum")  # `both` decides these
    },
}
"""For each keyword, how two of its values are merged."""

_NOTES = ("title", "description", "default", "example", "deprecated", "externalDocs")
_LIMITS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
