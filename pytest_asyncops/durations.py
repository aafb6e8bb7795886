"""Converts lengths of time and instants: from what users write to nanoseconds, and to text.

All arithmetic is done on integer nanoseconds, because floats would drift, and a ``timedelta`` has
no nanoseconds while the APIs show nine digits.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from typing import TypeVar, Union

from .errors import InvalidArgument, hides_usage_errors

__tracebackhide__ = hides_usage_errors

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


Seconds = Union[int, float, datetime.timedelta]
"""A length of time as users give it: seconds as a number, or a ``timedelta``."""


_UTC = datetime.timezone.utc


_UNIX_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)
_FIRST, _LAST = (
    (end.replace(tzinfo=_UTC) - _UNIX_EPOCH) // _MICROSECOND * 1_000
    for end in (datetime.datetime.min, datetime.datetime.max)
)

LAST_INSTANT: int = _LAST
"""The last instant that a date can show, in nanoseconds since 1970: the end of the year 9999."""


def to_ns(value: Seconds, what: str = "duration") -> int:
    """The length of time as integer nanoseconds.

    Raises:
        InvalidArgument: for anything but a finite, non-negative number or ``timedelta``.

    >>> to_ns(1.5)
    1500000000
    """
    if isinstance(value, datetime.timedelta):
        micros = value // _MICROSECOND
        if micros >= 0:
            return micros * 1_000
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidArgument(
            f"{what} must be seconds (int or float) or a timedelta, not {value!r}", value=value
        )
    elif value >= 0 and value * SECOND < math.inf:
        return round(value * SECOND)
    raise InvalidArgument(f"{what} must be finite and not negative, not {value!r}", value=value)


_T = TypeVar("_T")

Late = Union[Seconds, Callable[[_T], Seconds]]
"""How late an answer is: a length of time, or a function that says it of each answer."""


def checked_late(late: Late[_T]) -> Late[_T]:
    """The lateness, if it can be one.

    Raises:
        InvalidArgument: for anything but a function or a length of time.
    """
    if not callable(late):
        to_ns(late, "late")
    return late


def late_ns(late: Late[_T], subject: _T) -> int:
    """How late an answer is, in nanoseconds.

    Args:
        late: the lateness.
        subject: what a function of it is asked about.

    Raises:
        InvalidArgument: if the function gives no length of time.
    """
    return to_ns(late(subject) if callable(late) else late, "late")


def instant_to_ns(value: datetime.datetime, what: str = "time") -> int:
    """The instant as nanoseconds since 1970-01-01T00:00:00Z.

    Raises:
        InvalidArgument: for anything but a ``datetime`` that knows its time zone, or one that is
            not of the years 1 to 9999 in UTC.
    """
    if not isinstance(value, datetime.datetime) or value.utcoffset() is None:
        advice = (
            "Add tzinfo=datetime.timezone.utc."
            if isinstance(value, datetime.datetime)
            else "Write datetime.datetime(2026, 1, 31, 12, 30, tzinfo=datetime.timezone.utc)."
        )
        raise InvalidArgument(
            f"{what} must be a datetime with a time zone, not {value!r}. {advice}", value=value
        )
    instant = (value - _UNIX_EPOCH) // _MICROSECOND * 1_000
    if not _FIRST <= instant <= LAST_INSTANT:
        raise InvalidArgument(
            f"{what} must be in the years 1 to 9999 in UTC, not {value.isoformat()}", value=value
        )
    return instant


def from_ns(instant: int) -> datetime.datetime:
    """The instant as a ``datetime`` in UTC, cut to the microsecond; at most `LAST_INSTANT`."""
    return _UNIX_EPOCH + to_timedelta(min(instant, LAST_INSTANT))


def to_timedelta(duration: int) -> datetime.timedelta:
    """The nanoseconds as a ``timedelta``, cut to the microsecond; at most the longest there is."""
    try:
        return datetime.timedelta(microseconds=duration // 1_000)
    except OverflowError:
        return datetime.timedelta.max


_UNITS = (("day", 86_400 * SECOND), ("h", 3_600 * SECOND), ("min", 60 * SECOND))


def length_of(duration: int) -> str:
    """Nanoseconds as prose, exact: in days, hours, minutes and seconds, those that there are.

    >>> length_of(93_600 * SECOND), length_of(1_500_000_000), length_of(0)
    ('1 day 2 h', '1.5 s', '0 s')
    """
    parts, left = [], duration
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,} {unit}{'s' if unit == 'day' and count > 1 else ''}")
    if left or not parts:
        seconds, fraction = divmod(left, SECOND)
        digits = f".{fraction:09d}".rstrip("0").rstrip(".")
        parts.append(f"{seconds}{digits} s")
    return " ".join(parts)


@lru_cache(maxsize=4096)
def rfc3339(instant: int) -> str:
    """The instant as protobuf's JSON mapping writes it: 0, 3, 6 or 9 fractional digits and ``Z``.

    What is later than `LAST_INSTANT` is written as that.

    >>> rfc3339(1_000_000_000)
    '1970-01-01T00:00:01Z'
    >>> rfc3339(1_120_000_000)
    '1970-01-01T00:00:01.120Z'
    """
    seconds, fraction = divmod(min(instant, LAST_INSTANT), SECOND)
    # isoformat, because strftime omits the zeros before a year of three digits.
    whole = (_UNIX_EPOCH + datetime.timedelta(seconds=seconds)).isoformat()[:19]
    if not fraction:
        return f"{whole}Z"
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{whole}.{digits}Z"


def unix_seconds(instant: int) -> int:
    """The instant as a whole number of seconds since 1970, rounded down.

    >>> unix_seconds(1_999_000_000)
    1
    """
    return instant // SECOND


def unix_milliseconds(instant: int) -> int:
    """The instant as a whole number of milliseconds since 1970, rounded down.

    >>> unix_milliseconds(1_999_000_000)
    1999
    """
    return instant // (SECOND // 1000)


def http_date(instant: int) -> str:
    """The instant as headers of HTTP write it, in whole seconds (RFC 9110, 5.6.7).

    What is later than `LAST_INSTANT` is written as that.

    >>> http_date(1_999_000_000)
    'Thu, 01 Jan 1970 00:00:01 GMT'
    """
    return formatdate(min(instant, LAST_INSTANT) // SECOND, usegmt=True)
