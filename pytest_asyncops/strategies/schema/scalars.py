"""Recipes for strings, numbers and any JSON value."""

from __future__ import annotations

import base64
import math
import re
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...contract.formats import NUMBER_FORMATS, STRING_FORMATS
from ...contract.schema_keywords import Schema, pattern
from .options import Options, sized_texts
from .recipes import CHOICES_PER_BYTE, Recipe, choice, from_strategy, one_of
from .refusals import Refuse
from .timestamps import timestamps

_BASE64 = ("", "AA==", "AAA=", "AAAA", "e30=", "bnVsbA==", "AB==", "AAB=", "+/+/", "//==", "/+A=")
"""Base64 of nothing, zeros and JSON, with unused bits that are set, and the alphabet's end."""


def _base64(options: Options) -> Recipe:
    most = options.max_length
    known = [text for text in _BASE64 if most is None or len(base64.b64decode(text)) <= most]
    raw = from_strategy(st.binary(max_size=most))
    return one_of([choice(known), raw.mapped(lambda raw: base64.b64encode(raw).decode())])


def _uuids(options: Options) -> Recipe:
    numbers = from_strategy(st.integers(0, 2**128 - 1))
    usual = numbers.mapped(lambda number: str(uuid.UUID(int=number, version=4)))
    return one_of([usual, usual.mapped(str.upper), numbers.mapped(_uuid)])


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number))


_FORMATS: Mapping[str, Callable[[Options], Recipe]] = {
    "byte": _base64,
    "date": lambda options: from_strategy(st.dates()).mapped(str),
    "date-time": lambda options: timestamps(options.times),
    "uuid": _uuids,
}
"""The formats that determine a text; the other formats of strings leave it free."""

_CLASS = re.compile(r"\^(\[(?!\^)(?:\\.|[^\]\\])+\]|\\[dw])(\*|\+|\{(\d+)(,(\d*))?\})\$", re.ASCII)
"""A pattern of one class of characters with a number of repetitions."""


def strings(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Strings of this schema."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most is not None and most < least:
        raise refuse(f"no string is at least {least} and at most {most} characters long")
    form, regex = schema.get("format", ""), schema.get("pattern")
    sized = least > 0 or most is not None
    if form in _FORMATS:
        if sized or regex not in (None, STRING_FORMATS[form]):
            also = "pattern" if regex is not None else "minLength or maxLength"
            raise refuse(f"{also} together with the format {form!r} is not generated")
        found = _FORMATS[form](options)
    elif regex is not None:
        found = _matching(regex, least, most, refuse)
    else:
        found = options.texts(least, most)
    return _open_enum(schema["x-enum"], found, options) if "x-enum" in schema else found


def _matching(regex: str, least: int, most: int | None, refuse: Refuse) -> Recipe:
    match = _CLASS.fullmatch(regex)
    if match is not None:
        one = re.compile(match[1], re.ASCII)
        letters = [chr(code) for code in range(256) if one.fullmatch(chr(code))]
        low, high = _repeated(match)
        low, high = max(low, least), min(high, math.inf if most is None else most)
        if letters and low <= high:
            most = None if high == math.inf else int(high)
            return sized_texts(letters, int(low), most)
    if least or most is not None:
        raise refuse(f"minLength or maxLength together with the pattern {regex!r} is not generated")
    return from_strategy(st.from_regex(pattern(regex), alphabet=st.characters(codec="utf-8")))


def _repeated(match: re.Match[str]) -> tuple[int, float]:
    times, least, comma, most = match[2], match[3], match[4], match[5]
    if least is None:
        return (0 if times == "*" else 1), math.inf
    if comma is None:
        return int(least), int(least)
    return int(least), (int(most) if most else math.inf)


def in_other_case(values: list[Any]) -> list[str]:
    """The values in upper and lower case, without those that are among the values."""
    texts = [value for value in values if isinstance(value, str)]
    cases = {case(text): None for text in texts for case in (str.lower, str.upper, str.swapcase)}
    return [value for value in cases if value not in values]


def _open_enum(values: list[str], others: Recipe, options: Options) -> Recipe:
    """The documented values of an open enum, and others as the options say."""
    known = choice(values)
    if options.unknown == "never":
        return known
    cases = choice(in_other_case(values) or values)
    return one_of([known, cases] if options.unknown == "case" else [known, known, cases, others])


def integers(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Integers of this schema."""
    step = schema.get("multipleOf", 1)
    if step <= 0 or step != int(step):
        raise refuse(f"multipleOf {step!r} of whole numbers is not generated")
    least, most = _whole(schema, int(step))
    if least is not None and most is not None and least > most:
        raise refuse("no whole number is within its bounds")
    if least is not None and most is not None and most - least < CHOICES_PER_BYTE:
        numbers = sorted(range(least, most + 1), key=lambda number: (abs(number), number < 0))
        return choice([number * int(step) for number in numbers])
    found = from_strategy(st.integers(least, most))
    return found if step == 1 else found.mapped(lambda number: number * int(step))


def numbers(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Numbers of this schema, integers among them."""
    step = schema.get("multipleOf")
    if step is not None:
        return _multiples(step, schema, options, refuse)
    low, high = _bounds(schema)
    shut = {
        "exclude_min": "minimum" in schema and schema.get("exclusiveMinimum", False),
        "exclude_max": "maximum" in schema and schema.get("exclusiveMaximum", False),
    }
    if low > high or (low == high and any(shut.values())):
        raise refuse("no number is within its bounds")
    floats = st.floats(
        None if low == -math.inf else float(low),
        None if high == math.inf else float(high),
        allow_nan=False,
        allow_infinity=False,
        width=32 if schema.get("format") == "float" and not _LIMITS & schema.keys() else 64,
        **shut,
    )
    least, most = _whole({**schema, "format": "int64"}, 1)
    if least > most:  # type: ignore[operator]  # int64 has bounds
        return from_strategy(floats)
    return one_of([from_strategy(st.integers(least, most)), from_strategy(floats)])


_LIMITS = {"minimum", "maximum"}
_EXACT = 2**52
"""Up to here, every integer times a power of two is a float of its own."""


def _multiples(step: float, schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    if step > 0 and step == int(step):
        return integers(schema, options, refuse)
    if step <= 0 or math.frexp(step)[0] != 0.5:
        raise refuse(
            f"multipleOf {step!r} is not generated: of fractions only powers of two have "
            "multiples that floating point tells from other numbers"
        )
    counts = {name: schema[name] / step for name in _LIMITS & schema.keys()}
    shut = {name: schema[name] for name in ("exclusiveMinimum", "exclusiveMaximum") & schema.keys()}
    within = {"minimum": -_EXACT, "maximum": _EXACT, **counts, **shut}
    return integers(within, options, refuse).mapped(lambda number: number * step)


def _whole(schema: Schema, step: int) -> tuple[int | None, int | None]:
    """The first and the last number whose multiple of the step is within the bounds."""
    low, high = _bounds(schema)
    least = None if low == -math.inf else -(-math.ceil(low) // step)
    most = None if high == math.inf else math.floor(high) // step
    if least is not None and schema.get("exclusiveMinimum") and schema.get("minimum") == low:
        least += least * step == low
    if most is not None and schema.get("exclusiveMaximum") and schema.get("maximum") == high:
        most -= most * step == high
    return least, most


def _bounds(schema: Schema) -> tuple[float, float]:
    low, high = NUMBER_FORMATS.get(schema.get("format", ""), (-math.inf, math.inf))
    return max(low, schema.get("minimum", low)), min(high, schema.get("maximum", high))


PLAIN_VALUES: tuple[Any, ...] = (None, False, 0, "", [], {}, True, -1, 0.5, 2**64, [None], [[]])
"""JSON values without any character."""

_FULL: tuple[Any, ...] = ("0", "\u00e9", {"": 0}, {"0": {}})
"""JSON values with text in them."""


@lru_cache(maxsize=64)
def json_values(options: Options) -> Recipe:
    """Any JSON value. One in four is drawn, and nested up to two deep; the others are known."""
    texts = options.texts().strategy()
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    )
    values: SearchStrategy[Any] = scalars
    for _ in range(2):
        inner = values
        members = st.lists(st.tuples(texts, inner), max_size=2)  # equal names become one member
        values = st.one_of(scalars, st.lists(inner, max_size=2), members.map(dict))
    known = choice(PLAIN_VALUES if options.alphabet is not None else [*PLAIN_VALUES, *_FULL])
    return one_of([known, known, known, from_strategy(values)])
