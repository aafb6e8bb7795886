"""Recipes for numbers and for any JSON value."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...contract.formats import NUMBER_FORMATS
from ...contract.schema_keywords import Schema
from .all_of import exact
from .options import Options
from .recipes import CHOICES_PER_BYTE, Recipe, choice, from_strategy, one_of
from .refusals import Refuse


def integers(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Integers of this schema."""
    # An integer that is a multiple of p/q is one of p.
    step = exact(schema.get("multipleOf", 1)).numerator
    least, most = _counts(schema, Fraction(step))
    if least is not None and most is not None and least > most:
        raise refuse("no whole number is within its bounds")
    if least is not None and most is not None and most - least < CHOICES_PER_BYTE:
        numbers = sorted(range(least, most + 1), key=lambda number: (abs(number), number < 0))
        return choice([number * step for number in numbers])
    found = from_strategy(st.integers(least, most))
    return found if step == 1 else found.mapped(lambda number: number * step)


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
    form = "int32" if schema.get("format") == "int32" else "int64"
    least, most = _counts({**schema, "format": form}, Fraction(1))
    ways = []
    if least <= most:  # type: ignore[operator]  # both formats have bounds
        ways.append(from_strategy(st.integers(least, most)))
    single = schema.get("format") == "float" and not _LIMITS & schema.keys()
    lowest = None if single or low == -math.inf else _inside(low, math.inf)
    highest = None if single or high == math.inf else _inside(high, -math.inf)
    if lowest is None or highest is None or lowest <= highest:
        floats = st.floats(
            lowest,
            highest,
            allow_nan=False,
            allow_infinity=False,
            width=32 if single else 64,
            **shut,
        )
        ways.append(from_strategy(floats))
    if not ways:
        raise refuse("no number that JSON readers tell from others is within its bounds")
    return one_of(ways)


def _inside(limit: float, towards: float) -> float:
    """The limit as a float, or the next one if that is beyond the limit."""
    nearest = float(limit)
    is_beyond = nearest < limit if towards > 0 else nearest > limit
    return math.nextafter(nearest, towards) if is_beyond else nearest


_LIMITS = {"minimum", "maximum"}
_DIGITS = 10**15
"""Up to here, a decimal is the shortest one of its float, which is how JSON writes that."""


def _multiples(step: float, schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """The multiples of a step, as numbers that are multiples as JSON writes them."""
    unit = exact(step)
    if unit.denominator == 1:
        return integers(schema, options, refuse)
    least, most = _counts(schema, unit)
    furthest = max(_DIGITS // int(unit * _shift(unit)), 1)
    low = -furthest if least is None else max(least, -furthest)
    high = furthest if most is None else min(most, furthest)
    if low > high:
        raise refuse(f"no multiple of {step} that floating point can hold is within its bounds")
    counts = integers({"minimum": low, "maximum": high}, options, refuse)
    return counts.mapped(lambda count: float(count * unit))


def _shift(unit: Fraction) -> int:
    """By what power of ten a decimal has to be multiplied to be whole."""
    shift = 1
    while (unit * shift).denominator != 1:
        shift *= 10
    return shift


def _counts(schema: Schema, step: Fraction) -> tuple[int | None, int | None]:
    """The first and the last number whose multiple of the step is within the bounds."""
    low, high = _bounds(schema)
    least = None if low == -math.inf else math.ceil(_limit(low) / step)
    most = None if high == math.inf else math.floor(_limit(high) / step)
    if least is not None and schema.get("exclusiveMinimum") and schema.get("minimum") == low:
        least += least * step == _limit(low)
    if most is not None and schema.get("exclusiveMaximum") and schema.get("maximum") == high:
        most -= most * step == _limit(high)
    return least, most


def _limit(number: float) -> Fraction:
    """A bound: as JSON writes it, unless it is so large that this is not what it is compared as."""
    return exact(number) if abs(number) < 2**53 else Fraction(number)


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
