"""Recipes for timestamps in every form of RFC 3339, single ones and several in order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ...rules.timestamps import in_order, instant_of
from .recipes import Recipe, choice, combine, constant, from_strategy, one_of

_BASE = datetime.datetime(2026, 1, 1)
"""The instant that timestamps shrink to: the epoch of the stubs' clock."""

_BASE_TEXT = _BASE.isoformat()
_SECOND = datetime.timedelta(seconds=1)
_MINUTE = datetime.timedelta(minutes=1)
_DAY = datetime.timedelta(days=1)
_NONE = datetime.timedelta()
_EARLIEST = (datetime.datetime(1, 1, 3) - _BASE) // _SECOND
_LATEST = (datetime.datetime(9000, 1, 1) - _BASE) // _SECOND
_LONGEST = 10**9


class Zone(NamedTuple):
    """A way to write the zone of a timestamp, and the parts that go with it.

    Attributes:
        text: how UTC or the offset is written.
        offset: the offset in seconds.
        separator: the character between date and time.
        leap: whether it is the leap second at the end of its day in UTC.
    """

    text: str = "Z"
    offset: int = 0
    separator: str = "T"
    leap: bool = False


class Tick(NamedTuple):
    """A timestamp before it is written: its seconds after the previous timestamp."""

    seconds: int
    fraction: str = ""
    zone: Zone = Zone()


_FRACTIONS = (
    *[""] * 6,
    *("123456789"[:digits] for digits in range(1, 10)),
    "000000001",
    "999999999",
    "000",
)
"""Fractions, the plainest first. Those of one length stand side by side, because shrinking goes
step by step towards the first one."""

_USUAL = ("", "", "123", "123456", "123456789")
"""The fractions that protobuf's JSON mapping writes."""

_ZONES = (
    *[Zone()] * 6,
    Zone("+00:00"),
    Zone("+02:00", 7200),
    Zone("+05:30", 19800),
    Zone("+23:59", 86340),
    Zone("-00:00"),
    Zone("-08:00", -28800),
    Zone("-23:59", -86340),
    Zone("z"),
    Zone("Z", 0, "t"),
    Zone("z", 0, "t"),
    Zone(leap=True),
    Zone("+02:00", 7200, "t", True),
)


@lru_cache(maxsize=8)
def ticks(times: str, first: bool) -> Recipe:
    """Ticks to be put in order. The first counts from `_BASE`, the others from the one before."""
    gaps = from_strategy(st.integers(_EARLIEST, _LATEST) if first else st.integers(0, _LONGEST))
    utc = constant(Zone())
    if times == "usual":
        return combine(_tick, choice(_USUAL), utc, one_of([constant(0), gaps]))
    # A zone of its own takes a draw more, so that what can be shown in UTC shrinks to UTC.
    fractions = choice(_FRACTIONS)
    plain = combine(_tick, fractions, utc, constant(0))
    later = combine(_tick, fractions, utc, gaps)
    in_a_zone = combine(_tick, fractions, choice(_ZONES), gaps)
    return one_of([plain, later, in_a_zone, in_a_zone])


def _tick(fraction: str, zone: Zone, seconds: int) -> Tick:
    return Tick(seconds, fraction, zone)


def timestamps(times: str) -> Recipe:
    """Single timestamps."""
    return ticks(times, True).mapped(_by_itself)


def backwards() -> Recipe:
    """Ticks that run backwards, to break an order."""
    return from_strategy(st.integers(1, 86_400)).mapped(lambda seconds: Tick(-seconds))


def _by_itself(tick: Tick) -> str:
    text = _write(_BASE, tick)
    is_of_that_day = tick.zone.leap and tick.seconds < _DAY // _SECOND
    if tick.seconds >= 0 and (text < _BASE_TEXT or is_of_that_day):
        # West of Greenwich it is still the day before, and a leap second before the first day is of
        # 2025. If that alone made a timestamp be of 2025, there would be no way to shrink to a
        # plain one of 2025.
        return _write(_BASE, tick._replace(zone=Zone()))
    return text


def _write(start: datetime.datetime, tick: Tick) -> str:
    """Write the timestamp of a tick that counts from ``start``."""
    seconds, fraction, (zone, offset, separator, leap) = tick
    instant = start + datetime.timedelta(seconds=seconds)
    if leap:
        # The one towards the start: what it alone could show would not shrink to UTC.
        day = instant.replace(hour=0, minute=0, second=0)
        instant = day + (_DAY if seconds < 0 else _NONE) - _MINUTE
    text = (instant + datetime.timedelta(seconds=offset)).isoformat(separator)
    if leap:
        text = f"{text[:-2]}60"
    return f"{text}.{fraction}{zone}" if fraction else text + zone


def put_in_order(value: dict[str, Any], members: Iterable[str]) -> None:
    """Write the ticks among these members so that the timestamps are in order.

    Timestamps that are written already stay, and the ticks are fitted around them.
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
    """Write a tick as a timestamp that is not before ``last``, unless the tick runs backwards."""
    bound = instant_of(last)
    if bound is None:
        return _by_itself(tick)
    with suppress(OverflowError):  # past the end of the calendar
        plain = tick._replace(zone=tick.zone._replace(leap=False))
        ways = (tick, plain, plain._replace(seconds=1))  # a leap second can be before it
        texts = (_write(bound[0], way) for way in ways)
        return next(text for text in texts if tick.seconds < 0 or in_order(last, text))
    return last


def _before(tick: Tick, next_one: str) -> str:
    """Write a tick as a timestamp that is not after ``next_one``."""
    bound = instant_of(next_one)
    plain = tick._replace(zone=tick.zone._replace(leap=False))
    with suppress(OverflowError):  # before the start of the calendar
        gaps = (abs(tick.seconds) % _LONGEST, 1)
        start = bound[0] if bound else _BASE
        texts = (_write(start, plain._replace(seconds=-gap)) for gap in gaps)
        return next(text for text in texts if in_order(text, next_one))
    return next_one
