"""Values that break a keyword of a schema, if possible no other one."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from ...conformance.dialect import validator_of
from ...contract.ecma_patterns import pattern
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
    "base64url": ("a", "+/+/", "AA=", "====", "A A"),
    "date-time-local": ("2026-01-01T00:00:00Z", "2026-02-30T00:00:00", "2026-01-01 00:00:00", ""),
    "duration": (
        "",
        "P",
        "PT",
        "1D",
        "P1",
        "P1S",
        "PT1D",
        "P1.5D",
        "-P1D",
        "P1DT",
        "P1W1D",
        "P1Y1D",
    ),
    "email": ("", "a", "a@", "@a.example", "a b@a.example", "a@b@a.example", "a..b@a.example"),
    "hostname": ("", "-a", "a-", "a..b", "a_b", "a b", ".a", "a" * 64, "a.example\n", "\u00e9"),
    "ipv4": ("", "10.0.0", "10.0.0.256", "10.0.0.1.1", "010.0.0.1", "10.0.0.1 ", "10.0.0.0/8", "1"),
    "ipv6": ("", ":", "1::2::3", "12345::", "::1%eth0", "1:2:3:4:5:6:7", "::10.0.0.256", "[::1]"),
    "iri": ("", "/a", "a.example", "http://a b", "http://[::1", "1a:b", "a:%zz", "a:\\"),
    "iri-reference": ("a b", "%zz", "\\", "1:b", "[]", "<a>"),
    "json-pointer": ("a", "/~", "/~2", "#/a", "a/"),
    "relative-json-pointer": ("", "a", "-1", "01", "0/~", "/a", "0a"),
    "time": ("", "00:00:00", "24:00:00Z", "00:60:00Z", "00:00Z", "00:00:60Z", "00:00:00+24:00"),
    "time-local": ("", "00:00:00Z", "24:00:00", "00:60:00", "00:00"),
    "uri": (
        "",
        "/a",
        "a.example",
        "http://a b",
        "http://[::1",
        "1a:b",
        "a:%zz",
        "a:\u00e9",
        "a:\\",
    ),
    "uri-reference": ("a b", "%zz", "\\", "1:b", "[]", "\u00e9"),
    "uri-template": ("{", "}", "{a", "{ }", "%zz", " ", "{}", "{a:0}"),
    "int32": (2**31, -(2**31) - 1),
    "int64": (2**63, -(2**63) - 1),
    "float": (1e39, -1e39),
    "double": (10**400, -(10**400)),
}

MOST = 10_000
"""Larger limits are not exceeded: such payloads would take more memory and time than a test has."""

_LARGEST = sys.float_info.max

_TEXTS = ("", "a", "A", "0", " ", "\n", "!", "é", "a b", "a" * 300, "0" * 300, "-_.~", "\x00")
"""Texts of which at least one breaks almost every pattern."""


class Broken(NamedTuple):
    """A keyword of a schema, and values that break it.

    Attributes:
        keyword: the keyword.
        told: its value.
        values: such values, none if none is found.
    """

    keyword: str
    told: Any
    values: list[Any]


def bad_values(contract: Contract, schema: Schema) -> Iterator[Broken]:
    """For each keyword of a flat schema of a contract, values that break it.

    If there are values that break the keyword alone, only such values are returned. Keywords about
    members and items are left to edits.
    """
    errors = validator_of(contract, schema).iter_errors
    for part in parts_of(schema):
        for keyword, make in _MAKERS.items():
            if keyword not in part:
                continue
            told = part[keyword]
            broken = [
                (value, [(error.validator, error.validator_value) for error in errors(value)])
                for value in make(told, {**schema, **part})
                if not isinstance(value, float) or math.isfinite(value)
            ]
            breaking = [(value, faults) for value, faults in broken if (keyword, told) in faults]
            fewest = min((len(faults) for _, faults in breaking), default=0)
            values = [value for value, faults in breaking if len(faults) == fewest]
            yield Broken(keyword, told, values)


def parts_of(schema: Schema) -> list[Schema]:
    """A flat schema, and those that could not be merged with it."""
    return [schema, *schema.get("allOf", ())]


def bad_tags(contract: Contract, schema: Schema) -> list[str]:
    """Values of the property of a flat schema's discriminator that choose nothing."""
    known = [*(contract.branches(schema) or ())]
    return [other for other in _other_values(known, schema) if other not in known]


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _types(name: str, schema: Schema) -> Iterator[Any]:
    yield from _WRONG_TYPES[name]
    if not schema.get("nullable"):
        yield None


def _other_values(values: list[Any], schema: Schema) -> Iterator[Any]:
    texts = [value for value in values if isinstance(value, str)]
    yield from in_other_case(texts)
    yield from ("", *(f"{text}_" for text in texts), *(f" {text}" for text in texts))
    numbers = [value for value in values if _numeric(value)]
    if numbers:
        yield from (max(numbers) + 1, min(numbers) - 1)


def _steps(step: float, schema: Schema) -> Iterator[Any]:
    exact = _exact(step)
    if "minimum" in schema:
        first = math.ceil(_exact(schema["minimum"]) / exact) * exact
    else:
        first = math.floor(_exact(schema.get("maximum", 0)) / exact) * exact
    for count in range(1, 20):
        yield math.ceil(first) + count
        yield math.ceil(first) - count
    if schema.get("type") == "integer":
        return
    for part in (exact / 2, exact / 4):
        yield from (_number(first + part), _number(first - part))


def _exact(number: float) -> Fraction:
    return Fraction(number if isinstance(number, int) else repr(number))


def _number(exact: Fraction) -> float:
    """The number, as a float unless it is whole or none is so large."""
    whole = math.floor(exact)
    return whole if whole == exact or abs(exact) > _LARGEST else float(exact)


def _below(low: float, schema: Schema) -> Iterator[Any]:
    if schema.get("exclusiveMinimum"):
        yield low
    if "multipleOf" in schema:
        step = _exact(schema["multipleOf"])
        yield _number((math.ceil(_exact(low) / step) - 1) * step)
    yield from (low - 1, math.ceil(low) - 1, low - 1000, -2 * abs(int(low)) - 1)


def _above(high: float, schema: Schema) -> Iterator[Any]:
    if schema.get("exclusiveMaximum"):
        yield high
    if "multipleOf" in schema:
        step = _exact(schema["multipleOf"])
        yield _number((math.floor(_exact(high) / step) + 1) * step)
    yield from (high + 1, math.floor(high) + 1, high + 1000, 2 * abs(int(high)) + 1)


def _unlike(text: str, schema: Schema) -> Iterator[str]:
    yield from _TEXTS
    # What a pattern excludes stands in it.
    for letter in dict.fromkeys(text):
        yield from (letter, letter * 2, f"a{letter}", f"{letter}a")


_SOMEWHERE = re.compile(r"[\^$]|\\[bB]|\(\?(?!:)")
"""What makes a pattern ask where in a text it matches, or what is beside."""


def matches_all(text: str) -> bool:
    """Whether every text matches a pattern, as far as that is easily seen."""
    return _SOMEWHERE.search(text) is None and pattern(text).search("") is not None


_MAKERS: Mapping[str, Callable[[Any, Schema], Iterable[Any]]] = {
    "type": _types,
    "enum": _other_values,
    "format": lambda form, schema: _WRONG_FORMS.get(form, ()),
    "pattern": _unlike,
    "minimum": _below,
    "maximum": _above,
    "multipleOf": _steps,
    "minLength": lambda least, schema: (
        () if not least else [letter * (min(least, MOST) - 1) for letter in "a0"]
    ),
    "maxLength": lambda most, schema: (
        () if most > MOST else [letter * (most + 1) for letter in "a0"]
    ),
}
"""For each keyword, values that may break it, the plainest first."""
