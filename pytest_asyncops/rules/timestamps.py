"""RFC 3339 timestamps as they come over the wire: which texts are some, and which came first."""

from __future__ import annotations

import datetime
import re

_DAY = (
    r"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_HOUR = r"(?:[01][0-9]|2[0-3])"
_SECOND = rf"(?:{_HOUR}:[0-5][0-9]:[0-5][0-9]|{_HOUR}:59:60)"

DATE = f"^{_DAY}$"
"""A full-date of RFC 3339, 5.6: a day that the calendar has. As a pattern for any engine."""

DATE_TIME = rf"^{_DAY}[Tt]{_SECOND}(?:\.[0-9]+)?(?:[Zz]|[+-]{_HOUR}:[0-5][0-9])$"
"""A date-time of RFC 3339, 5.6: any number of fractional digits, any offset, t and z in lower case
too, and a leap second at the end of an hour, which is where it can stand in zones of whole hours.
As a pattern for any engine."""

_PARTS = re.compile(
    r"([0-9-]{10})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])(..):(..))"
)
_USUAL = len("2026-01-01T00:00:00Z")


def is_usual(text: str) -> bool:
    """Whether a timestamp has the usual form, which sorts as the instants do: whole UTC seconds."""
    return len(text) == _USUAL and text[10] == "T" and text[-1] == "Z"


def in_order(earlier: str, later: str) -> bool:
    """Whether the one is not after the other; texts that are no timestamps are in any order.

    >>> in_order("2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+01:00")
    False
    """
    if is_usual(earlier) and is_usual(later):
        return earlier <= later
    first, second = instant_of(earlier), instant_of(later)
    return first is None or second is None or first <= second


def instant_of(text: str) -> tuple[datetime.datetime, bool, str] | None:
    """Something that sorts as the instants do, ``None`` for what is no timestamp.

    The second in UTC, whether it is the leap second after that one, and the fraction's digits.
    """
    match = _PARTS.fullmatch(text)
    if match is None:
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
    except (ValueError, OverflowError):  # year 0, or past the calendar's end
        return None
    return whole, leap, (fraction or "").rstrip("0")
