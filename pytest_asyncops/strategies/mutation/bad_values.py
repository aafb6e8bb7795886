"""Values that break a keyword of a schema, if possible no other one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...contract.formats import is_type, matches_format
from ...contract.schema_keywords import Schema, pattern
from ...rules.equality import json_equal
from ..schema.scalars import in_other_case

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


def bad_values(schema: Schema) -> dict[str, list[Any]]:
    """For each keyword of a flat schema, values that break it.

    If there are values that break the keyword alone, only such values are returned. The members and
    items of values are not looked at.
    """
    found: dict[str, list[Any]] = {}
    for keyword, make in _MAKERS.items():
        if keyword not in schema:
            continue
        values = [(value, broken(schema, value)) for value in make(schema[keyword], schema)]
        breaking = [(value, keywords) for value, keywords in values if keyword in keywords]
        fewest = min((len(keywords) for _, keywords in breaking), default=0)
        best = [value for value, keywords in breaking if len(keywords) == fewest]
        if best:
            found[keyword] = best
    return found


def broken(schema: Schema, value: Any) -> tuple[str, ...]:
    """The keywords of a flat schema that a value breaks by itself."""
    if value is None and schema.get("nullable"):
        return ("enum",) if None not in schema.get("enum", [None]) else ()
    return tuple(keyword for keyword, is_broken in _BROKEN.items() if is_broken(schema, value))


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _beyond(schema: Schema, value: Any, limit: str, shut: str, sign: int) -> bool:
    if limit not in schema or not _numeric(value):
        return False
    distance = (schema[limit] - value) * sign
    return bool(distance > 0 or (distance == 0 and schema.get(shut)))


def _is_no_multiple(schema: Schema, value: Any) -> bool:
    step = schema.get("multipleOf")
    return step is not None and _numeric(value) and math.fmod(value, step) != 0


def _out_of_size(schema: Schema, value: Any, keyword: str, sign: int) -> bool:
    return (
        keyword in schema and isinstance(value, str) and (schema[keyword] - len(value)) * sign > 0
    )


_BROKEN: Mapping[str, Callable[[Schema, Any], bool]] = {
    "type": lambda schema, value: "type" in schema and not is_type(value, schema["type"]),
    "enum": lambda schema, value: (
        "enum" in schema and not any(json_equal(value, allowed) for allowed in schema["enum"])
    ),
    "format": lambda schema, value: (
        not matches_format(value if not isinstance(value, bool) else None, schema.get("format", ""))
    ),
    "pattern": lambda schema, value: (
        "pattern" in schema
        and isinstance(value, str)
        and pattern(schema["pattern"]).search(value) is None
    ),
    "minimum": lambda schema, value: _beyond(schema, value, "minimum", "exclusiveMinimum", 1),
    "maximum": lambda schema, value: _beyond(schema, value, "maximum", "exclusiveMaximum", -1),
    "multipleOf": _is_no_multiple,
    "minLength": lambda schema, value: _out_of_size(schema, value, "minLength", 1),
    "maxLength": lambda schema, value: _out_of_size(schema, value, "maxLength", -1),
}
"""For each keyword, whether a value breaks it. This need only be right for values of `_MAKERS`."""


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
