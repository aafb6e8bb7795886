"""Forms of timestamps other than RFC 3339: how an API writes instants, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ..durations import SECOND, http_date, instant_to_ns, unix_milliseconds, unix_seconds


@dataclass(frozen=True)
class TimeForm:
    """A form of timestamps. An API writes with it, and a rule of order reads with it.

    Attributes:
        writes: the JSON value of an instant, which is in nanoseconds since 1970.
        reads: the instant of a JSON value, ``None`` if it is not a timestamp of this form.

    >>> UNIX_SECONDS.writes(1_500_000_000), UNIX_SECONDS.reads(1)
    (1, 1000000000)
    """

    writes: Callable[[int], Any]
    reads: Callable[[Any], int | None]


def _reads_numbers(unit: int) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return value * unit
        # Infinity and NaN are not instants.
        return round(value * unit) if isinstance(value, float) and abs(value) < 1e300 else None

    return read


def _read_date(value: Any) -> int | None:
    if not isinstance(value, str) or not value.endswith("GMT"):
        return None
    try:
        return instant_to_ns(parsedate_to_datetime(value), "a date")
    except (TypeError, ValueError):
        return None


UNIX_SECONDS: TimeForm = TimeForm(unix_seconds, _reads_numbers(SECOND))
"""Whole seconds since 1970."""

UNIX_MILLISECONDS: TimeForm = TimeForm(unix_milliseconds, _reads_numbers(SECOND // 1000))
"""Whole milliseconds since 1970."""

HTTP_DATES: TimeForm = TimeForm(http_date, _read_date)
"""Dates as in HTTP headers, such as ``Thu, 01 Jan 2026 00:00:00 GMT``."""
