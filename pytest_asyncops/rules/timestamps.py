"""RFC 3339 timestamps: which texts are timestamps, and which of two is earlier."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from functools import lru_cache

DAY = (
    r"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
"""A day that the calendar has, as a part of a pattern."""

_HOUR = r"(?:[01][0-9]|2[0-3])"
_TIME = rf"{_HOUR}:[0-5][0-9]:[0-5][0-9]"
_FRACTION = r"(?:\.[0-9]+)?"
_OFFSET = rf"{_HOUR}:[0-5][0-9]"


def _with_partner(pairs: Iterable[tuple[str, str]], between: str) -> str:
    """A pattern for the first of two texts that belong together, where the second one follows."""
    return f"(?:{'|'.join(f'{one}(?={between}{other})' for one, other in pairs)})"


_HOURS, _MINUTES = range(24), range(60)

# 23:59 in UTC as clocks west of it show it: hour and minute with those of the offset are 23:59.
_WEST = (
    _with_partner([(f"{23 - hours:02d}", f"{hours:02d}:") for hours in _HOURS], "[^-]*-")
    + ":"
    + _with_partner(
        [(f"{59 - minutes:02d}", f"{minutes:02d}") for minutes in _MINUTES], "[^-]*-..:"
    )
    + rf":60{_FRACTION}-{_OFFSET}"
)
# And as clocks east of it show it, where the offset is of whole hours, and where it is not.
_EAST = (
    _with_partner([(f"{(hours + 23) % 24:02d}", f"{hours:02d}:00") for hours in _HOURS], r"[^+]*\+")
    + rf":59:60{_FRACTION}\+{_OFFSET}"
)
_ODD_EAST = (
    _with_partner([(f"{hours:02d}", f"{hours:02d}:") for hours in _HOURS], r"[^+]*\+")
    + ":"
    + _with_partner([(f"{late - 1:02d}", f"{late:02d}") for late in _MINUTES[1:]], r"[^+]*\+..:")
    + rf":60{_FRACTION}\+{_OFFSET}"
)

_USUAL = rf"(?:{_TIME}{_FRACTION}(?:[Zz]|[+-]{_OFFSET})|23:59:60{_FRACTION}[Zz])"

TIME = rf"(?:{_USUAL}|{_WEST}|{_EAST}|{_ODD_EAST})"
"""A full-time of RFC 3339, 5.6, as a part of a pattern."""

CLOCK = rf"{_HOUR}:[0-5][0-9]:(?:[0-5][0-9]|60){_FRACTION}"
"""A partial-time of RFC 3339, 5.6, as a part of a pattern, without a check of leap seconds."""

DATE = f"^{DAY}$"
"""A full-date of RFC 3339, 5.6, as a pattern for any engine: a day that the calendar has."""

DATE_TIME = rf"^{DAY}[Tt]{TIME}$"
"""A date-time of RFC 3339, 5.6, as a pattern for any engine that looks ahead.

It has any number of fractional digits and any offset; t and z may be lower case. A leap second is
23:59:60 in UTC, however the clocks of its offset show it (5.7)."""

PLAIN_TIME = f"^{_USUAL}$"
"""A time with an offset that is not a leap second, for any engine."""

PLAIN_DATE_TIME = f"^{DAY}T{_USUAL.replace('[Zz]', 'Z')}$"
"""A date-time in capital letters, with an offset, that is not a leap second, for any engine."""

_PARTS = re.compile(
    r"([0-9-]{10})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])(..):(..))"
)


def in_order(earlier: str, later: str) -> bool:
    """Whether ``earlier`` is not after ``later``, or one of them is not a timestamp.

    >>> in_order("2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+01:00")
    False
    """
    # Most are in UTC. These sort as texts: whole seconds, and fractions except for zeros at the
    # end.
    if earlier <= later and earlier[10::9] == "TZ" == later[10::9]:
        return True
    if earlier[:-1] <= later[:-1] and _is_utc(earlier) and _is_utc(later):
        return True
    first, second = instant_of(earlier), instant_of(later)
    return first is None or second is None or first <= second


@lru_cache(maxsize=1)  # compiled only when timestamps cannot be compared as texts
def _date_time() -> re.Pattern[str]:
    return re.compile(DATE_TIME)


def _is_utc(text: str) -> bool:
    return text[10:11] == "T" and text[-1] == "Z"


def instant_of(text: str) -> tuple[datetime.datetime, bool, str] | None:
    """The instant of a timestamp as a value that sorts, ``None`` if the text is not a timestamp.

    The value is the second in UTC, whether the leap second after it is meant, and the digits of the
    fraction.
    """
    match = _PARTS.fullmatch(text)
    if match is None or not _date_time().fullmatch(text):
        return None
    day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    leap = second == "60"
    seconds = 59 if leap else int(second)
    into_day = datetime.timedelta(hours=int(hour), minutes=int(minute), seconds=seconds)
    if sign is not None:
        offset = datetime.timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        into_day += offset if sign == "-" else -offset
    try:
        whole = datetime.datetime.fromisoformat(day) + into_day
    except (ValueError, OverflowError):  # year 0, or beyond the calendar's end
        return None
    return whole, leap, (fraction or "").rstrip("0")
