"""Values that break a keyword of a schema, if possible no other one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ..schema.texts import in_other_case

_WRONG_TYPES: Mapping[str, tuple[Any, ...]] = {
    "string": (0, 1.5, True, [], {}),
    "integer": ("0", 0.5, 1.0, True, [], {}),
    "number": ("0.5", False, [], {}),
    "boolean": ("true", 0, [], {}),
    "array": ({}, "", 0),
    "object": ([], "", 0),
}
"""For each type some values of other types; 1.0 is not an integer in OpenAPI 3.0."""

_WRONG_FORMS: Mapping[str, tuple[Any, ...]] = {
    "date-time": (
        "2026-01-01",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00Z\n",
        "1767225600",
        "",
    ),
    "date": ("2026-02-30", "26-01-01", "2026-01-01T00:00:00Z", ""),
    "byte": ("a", "aGk", "aGk=\n", "-_8=", "aGk= ", "====", "=Gk="),
    "uuid": ("00000000-0000-4000-8000-00000000000", "{00000000}", ""),
    "int32": (2**31, -(2**31) - 1),
    "int64": (2**63, -(2**63) - 1),
    "float": (1e39, -1e39),
    "double": (10**400, -(10**400)),
}

_TEXTS = ("", "a", "A", "0", " ", "\n", "!", "é", "a b", "a" * 300, "0" * 300, "-_.~", "\x00")
"""Texts of which at least one breaks almost every pattern."""


def bad_values(contract: Contract, schema: Schema) -> dict[str, list[Any]]:
    """For each keyword of a flat schema of a contract, values that break it.

    If there are values that break the keyword alone, only such values are returned. Keywords about
    members and items are left to edits.
    """
    errors = validator_of(contract, schema).iter_errors
    found: dict[str, list[Any]] = {}
    for keyword, make in _MAKERS.items():
        if keyword not in schema:
            continue
        broken = [
            (value, {error.validator for error in errors(value)})
            for value in make(schema[keyword], schema)
        ]
        breaking = [(value, keywords) for value, keywords in broken if keyword in keywords]
        fewest = min((len(keywords) for _, keywords in breaking), default=0)
        best = [value for value, keywords in breaking if len(keywords) == fewest]
        if best:
            found[keyword] = best
    return found


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _types(name: str, schema: Schema) -> Iterator[Any]:
    yield from _WRONG_TYPES[name]
    if not schema.get("nullable"):
        yield None


def _enum_values(values: list[Any], schema: Schema) -> Iterator[Any]:
    texts = [value for value in values if isinstance(value, str)]
    yield from in_other_case(texts)
    yield from ("", *(f"{text}_" for text in texts), *(f" {text}" for text in texts))
    numbers = [value for value in values if _numeric(value)]
    if numbers:
        yield from (max(numbers) + 1, min(numbers) - 1)


def _steps(step: float, schema: Schema) -> Iterator[Any]:
    low = schema.get("minimum", min(0, schema.get("maximum", 0)))
    first = math.ceil(low / step) * step
    if schema.get("type") == "integer":
        yield from (int(first) + count for count in range(1, min(int(step), 20)))
    else:
        yield from (first + step / 2, first + step / 4)


_MAKERS: Mapping[str, Callable[[Any, Schema], Any]] = {
    "type": _types,
    "enum": _enum_values,
    "format": lambda form, schema: _WRONG_FORMS.get(form, ()),
    "pattern": lambda text, schema: _TEXTS,
    "minimum": lambda low, schema: (
        (low,) if schema.get("exclusiveMinimum") else (low - 1, low - 1000)
    ),
    "maximum": lambda high, schema: (
        (high,) if schema.get("exclusiveMaximum") else (high + 1, high + 1000)
    ),
    "multipleOf": _steps,
    "minLength": lambda least, schema: ("a" * (least - 1), "0" * (least - 1)) if least else (),
    "maxLength": lambda most, schema: ("a" * (most + 1), "0" * (most + 1)),
}
"""For each keyword, values that may break it, the plainest first."""
