"""Timestamps in every form that RFC 3339 allows, one by one and in order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..timestamps import in_order, instant_of

_BASE = datetime.datetime(2026, 1, 1)
"""What instants shrink to: the epoch of the stubs' clock."""

_SECOND = datetime.timedelta(seconds=1)
_EARLIEST = (datetime.datetime(1, 1, 3) - _BASE) // _SECOND
_LATEST = (datetime.datetime(9000, 1, 1) - _BASE) // _SECOND
_LONGEST = 10**9


class Form(NamedTuple):
    """A way to write an instant.

    Attributes:
        fraction: the digits of the second's fraction.
        zone: how UTC or the offset is written.
        offset: the offset in seconds.
        separator: what stands between date and time.
        leap: whether the leap second that ends the hour is meant.
    """

    fraction: str = ""
    zone: str = "Z"
    offset: int = 0
    separator: str = "T"
    leap: bool = False


class Tick(NamedTuple):
    """A timestamp that is not written yet: so many seconds after the one before."""

    seconds: int
    form: Form


_FRACTIONS = (
    *("123456789"[:digits] for digits in range(1, 10)),
    "000",
    "000000001",
    "999999999",
)
_ZONES = (
    ("Z", 0),
    ("z", 0),
    ("+00:00", 0),
    ("-00:00", 0),
    ("+02:00", 7200),
    ("-08:00", -28800),
    ("+05:30", 19800),
    ("+23:59", 86340),
    ("-23:59", -86340),
)

USUAL = (Form(), Form("123"), Form("123456"), Form("123456789"))
"""The forms that protobuf's JSON mapping writes."""

FORMS = (
    *[Form()] * 6,
    *(Form(fraction) for fraction in _FRACTIONS),
    *(Form("", *zone) for zone in _ZONES[1:]),
    Form("", "Z", 0, "t"),
    Form("", "z", 0, "t"),
    Form("", "Z", 0, "T", True),
    *(Form(fraction, *zone) for zone in _ZONES[1:] for fraction in ("5", "25", "123456789")),
    Form("5", "+02:00", 7200, "t", True),
)
"""All forms, the plainest first, because that is what sampled ones shrink to."""


@lru_cache(maxsize=8)
def ticks(times: str, first: bool) -> SearchStrategy[Tick]:
    """Timestamps to be put in order; the first one counts from `_BASE`."""
    seconds = st.integers(_EARLIEST, _LATEST) if first else st.integers(0, _LONGEST)
    forms = st.sampled_from(USUAL if times == "usual" else FORMS)
    return st.builds(Tick, seconds, forms)


@lru_cache(maxsize=8)
def timestamps(times: str) -> SearchStrategy[str]:
    """Timestamps by themselves."""
    return ticks(times, True).map(_by_itself)


def dates() -> SearchStrategy[str]:
    """Days that the calendar has."""
    return st.dates().map(str)


def backwards() -> SearchStrategy[Tick]:
    """Timestamps before the one before."""
    return st.integers(1, 86_400).map(lambda seconds: Tick(-seconds, Form()))


def _by_itself(tick: Tick) -> str:
    return _write(_BASE, tick)


def _write(start: datetime.datetime, tick: Tick) -> str:
    """The timestamp so long after the start."""
    seconds, (fraction, zone, offset, separator, leap) = tick
    local = start + datetime.timedelta(seconds=seconds + offset)
    if leap:
        text = f"{local.replace(minute=59, second=0).isoformat(separator)[:-2]}60"
    else:
        text = local.isoformat(separator)
    return f"{text}.{fraction}{zone}" if fraction else text + zone


def put_in_order(value: dict[str, Any], members: Iterable[str]) -> None:
    """Write the ticks among these members so that no timestamp is before the one before it.

    Texts that are there already stay, and the ticks are put before, between and after them.
    """
    there = [name for name in members if isinstance(value.get(name), (Tick, str))]
    fixed = [index for index, name in enumerate(there) if isinstance(value[name], str)]
    lead = fixed[0] if fixed else 0
    for index in reversed(range(lead)):
        value[there[index]] = _before(value[there[index]], value[there[index + 1]])
    last = ""
    for index in range(lead, len(there)):
        name = there[index]
        if not isinstance(value[name], str):
            text = _after(value[name], last)
            late = (value[there[other]] for other in fixed if other > index)
            value[name] = text if all(in_order(text, limit) for limit in late) else last
        last = value[name]


def _after(tick: Tick, last: str) -> str:
    """The tick as a timestamp that is not before the last one, unless it runs backwards."""
    bound = instant_of(last)
    if bound is None:
        return _write(_BASE, tick)
    with suppress(OverflowError):  # at the end of the calendar
        for gap in (tick.seconds, 1, 3600):  # a leap second may be an hour off
            text = _write(bound[0], tick._replace(seconds=gap))
            if gap < 0 or in_order(last, text):
                return text
    return last


def _before(tick: Tick, next_one: str) -> str:
    """The tick as a timestamp that is not after the next one."""
    bound = instant_of(next_one)
    plain = tick.form._replace(leap=False)
    with suppress(OverflowError):  # at the start of the calendar
        for gap in (abs(tick.seconds) % _LONGEST, 1):
            text = _write(bound[0] if bound else _BASE, Tick(-gap, plain))
            if in_order(text, next_one):
                return text
    return next_one
