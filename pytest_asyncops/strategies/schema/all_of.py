"""Merges schemas that apply at once into one, so that values can be constructed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from ...contract.formats import NUMBER_FORMATS, STRING_FORMATS
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors
from ...rules.equality import json_equal
from .discriminators import own_tag
from .refusals import refusal

__tracebackhide__ = hides_usage_errors

Members = dict[str, Any]


class Contradiction(ValueError):
    """Schemas that no value fits at once. The message names the keyword that prevents it."""


def flat(contract: Contract, schema: Schema, *, has_own_value: bool = True) -> Schema:
    """The schema without a reference at its top, and with what ``allOf`` says as its own keywords.

    Only keywords of which there is one already and which cannot be merged with it, such as a second
    pattern, are left in ``allOf``.

    Args:
        contract: the contract.
        schema: the schema.
        has_own_value: whether a schema that the discriminator of a part of it chooses has the value
            that chooses it. Nothing checks that it has.

    Raises:
        ContractError: if no value fits all its parts.
    """
    whole = _flat(contract, schema)
    tag = own_tag(contract, schema, whole) if "discriminator" in whole else None
    if tag is None:
        return whole
    whole = without_discriminator(whole)
    return both(whole, tag) if has_own_value else whole


def without_discriminator(schema: Schema) -> Schema:
    """The schema without what its discriminator says."""
    return {name: value for name, value in schema.items() if name != "discriminator"}


def _flat(contract: Contract, schema: Schema) -> Schema:
    if "$ref" in schema:
        return _flat(contract, contract.resolved(schema))
    if "allOf" not in schema:
        return schema
    merged: Schema = {name: value for name, value in schema.items() if name != "allOf"}
    try:
        for part in schema["allOf"]:
            merged = both(merged, _flat(contract, part))
    except Contradiction as trouble:
        raise refusal(contract, schema)(f"no value fits allOf of {trouble}") from None
    return merged


def both(one: Schema, other: Schema) -> Schema:
    """The schema of the values that fit both. Both are flat.

    Raises:
        Contradiction: if there are none.
    """
    merged: Members = {**other, **one}
    left: list[Schema] = [*one.get("allOf", ()), *other.get("allOf", ())]
    clashes = [name for name in one.keys() & other.keys() if not json_equal(one[name], other[name])]
    if _share_null_only(one, other):
        clashes = [name for name in clashes if name not in ("type", "format", "enum")]
        is_left = all(None in part.get("enum", [None]) for part in (one, other))
        merged["enum"] = [None] if is_left else []
    for name in sorted(clashes):
        if name in _MERGED:
            found = _MERGED[name](name, one[name], other[name])
            if found is None:
                left.append({name: other[name]})
            else:
                merged[name] = found
    for limit, shut in _LIMITS:
        if limit in merged:
            merged[shut] = any(
                part.get(shut, False) and part.get(limit) == merged[limit] for part in (one, other)
            )
    if "type" in merged:
        merged["nullable"] = all(part.get("nullable", "type" not in part) for part in (one, other))
    if "properties" in merged:
        merged["properties"] = _members(one, other)
    if left:
        merged["allOf"] = [part for index, part in enumerate(left) if part not in left[:index]]
    return merged


def _share_null_only(one: Schema, other: Schema) -> bool:
    kinds = {one.get("type"), other.get("type")}
    if len(kinds) == 1 or None in kinds or kinds == {"integer", "number"}:
        return False
    return bool(one.get("nullable") and other.get("nullable"))


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


def _members(one: Schema, other: Schema) -> Members:
    """The documented members of both. A member that one does not document is an extra one to it."""
    found = {}
    for name in dict.fromkeys([*one.get("properties", ()), *other.get("properties", ())]):
        parts = [
            part.get("properties", {}).get(name, part.get("additionalProperties", True))
            for part in (one, other)
        ]
        if False not in parts:
            found[name] = reduce(partial(_extras, name), parts)
    return {name: {} if schema is True else schema for name, schema in found.items()}


def _types(name: str, one: str, other: str) -> str:
    if {one, other} == {"integer", "number"}:
        return "integer"
    raise Contradiction(f"type {one} and type {other}")


_WIDER: Mapping[str, tuple[str, ...]] = {
    "int32": ("int64",),
    "float": ("double",),
    "uri": ("uri-reference", "iri", "iri-reference"),
    "uri-reference": ("iri-reference",),
    "iri": ("iri-reference",),
    "ipv4": ("hostname",),
}
"""For each format the other formats that all its values have too."""

_APART = {"byte", "date", "date-time", "uuid", "email", "ipv4", "ipv6", "time"}
"""Formats of which no text has two."""


def _formats(name: str, one: str, other: str) -> str | None:
    for form in (one, other):
        if form not in STRING_FORMATS and form not in NUMBER_FORMATS:  # it says nothing of values
            return other if form == one else one
    for narrow, wide in ((one, other), (other, one)):
        if wide in _WIDER.get(narrow, ()):
            return narrow
    if one in NUMBER_FORMATS and other in NUMBER_FORMATS:
        return one if one.startswith("int") else other
    if {one, other} <= _APART:
        raise Contradiction(f"format {one} and format {other}")
    return None  # some texts may be of both


def _enum_values(name: str, one: list[Any], other: list[Any]) -> list[Any]:
    return [value for value in one if any(json_equal(value, another) for another in other)]


_MOST_PAIRS = 64


def _any_of(name: str, one: list[Schema], other: list[Schema]) -> list[Schema] | None:
    pairs: list[Schema] = [{"allOf": [first, second]} for first in one for second in other]
    return pairs if len(pairs) <= _MOST_PAIRS else None


def _steps(name: str, one: float, other: float) -> float | None:
    """The step whose multiples are those of both, ``None`` if no number is it."""
    first, second = exact(one), exact(other)
    step = Fraction(
        math.lcm(first.numerator, second.numerator), math.gcd(first.denominator, second.denominator)
    )
    if step.denominator == 1:
        return step.numerator
    return float(step) if exact(float(step)) == step else None


def exact(number: float) -> Fraction:
    """The number as JSON writes it: 0.1 is a tenth."""
    return Fraction(number if isinstance(number, int) else repr(number))


def _extras(name: str, one: Any, other: Any) -> Any:
    if isinstance(one, bool) or isinstance(other, bool):
        return False if False in (one, other) else (other if one is True else one)
    return _all_of(name, one, other)


_MERGED: Mapping[str, Callable[[str, Any, Any], Any]] = {
    "type": _types,
    "enum": _enum_values,
    "x-enum": _enum_values,
    "format": _formats,
    "pattern": lambda name, one, other: None,
    "anyOf": _any_of,
    "oneOf": lambda name, one, other: None,
    "required": lambda name, one, other: list(dict.fromkeys([*one, *other])),
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
"""For each keyword, how two of its values are merged; to ``None`` if they cannot be."""

_LIMITS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
