"""Lengths of time and instants are whole nanoseconds, and timestamps say them to the digit."""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_asyncops import InvalidArgument
from pytest_asyncops.durations import (
    LAST_INSTANT,
    SECOND,
    from_ns,
    instant_to_ns,
    length_of,
    rfc3339,
    to_ns,
    to_timedelta,
)

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)

instants = st.datetimes(timezones=st.just(UTC)) | st.datetimes(
    datetime.datetime(2, 1, 1),
    datetime.datetime(9998, 1, 1),
    timezones=st.sampled_from(
        [datetime.timezone(datetime.timedelta(hours=h, minutes=30)) for h in (-12, 5, 13)]
    ),
)


class Nowhere(datetime.tzinfo):
    """A time zone that does not know where it is; such datetimes are naive, says Python."""

    def utcoffset(self, when):
        return None

    def __repr__(self):
        return "Nowhere()"  # no address in it: pytest-xdist compares the ids of tests


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        (0, 0),
        (-0.0, 0),
        (1, SECOND),
        (1.5, 1_500_000_000),
        (0.1, 100_000_000),
        (1e-9, 1),
        (4e-10, 0),
        (10**30, 10**39),
        (datetime.timedelta(0), 0),
        (datetime.timedelta(microseconds=1), 1_000),
        (datetime.timedelta(days=30, microseconds=7), 30 * 86_400 * SECOND + 7_000),
        (datetime.timedelta.max, (datetime.timedelta.max // MICROSECOND) * 1_000),
    ],
)
def test_lengths_of_time_in_nanoseconds(value, nanoseconds):
    converted = to_ns(value)
    assert (converted, type(converted)) == (nanoseconds, int)


@given(st.integers(0, 10**15))
def test_whole_and_timed_lengths_are_exact(n):
    assert to_ns(n) == n * SECOND
    micros = datetime.timedelta(microseconds=n)
    assert to_ns(micros) == n * 1_000


@given(st.integers(0, 10**15))
def test_no_nanosecond_is_lost_where_it_is_written_as_a_fraction(ns):
    assert to_ns(ns / SECOND) == ns


@pytest.mark.parametrize(
    "value", [-1, -1e-9, math.nan, math.inf, -math.inf, 1e300, -datetime.timedelta(microseconds=1)]
)
def test_a_length_of_time_is_finite_and_not_negative(value):
    message = f"it must be finite and not negative, not {value!r}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        to_ns(value, "it")
    assert caught.value.value is value


@pytest.mark.parametrize("value", [True, False, None, "5", b"5", 5j, [5], EPOCH])
def test_a_length_of_time_is_a_number_or_a_timedelta(value):
    message = f"duration must be seconds (int or float) or a timedelta, not {value!r}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        to_ns(value)


@given(instants)
@example(datetime.datetime.min.replace(tzinfo=UTC))
@example(datetime.datetime.max.replace(tzinfo=UTC))
def test_instants_there_and_back(instant):
    assert from_ns(instant_to_ns(instant)) == instant
    assert from_ns(instant_to_ns(instant) + 999) == instant
    assert from_ns(instant_to_ns(instant)).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [datetime.datetime(2026, 1, 1), EPOCH.replace(tzinfo=Nowhere()), EPOCH.date(), 0, "now", None],
    ids=repr,
)
def test_an_instant_has_a_time_zone(value):
    advice = (
        "Add tzinfo=datetime.timezone.utc."
        if isinstance(value, datetime.datetime)
        else "Write datetime.datetime(2026, 1, 31, 12, 30, tzinfo=datetime.timezone.utc)."
    )
    message = f"it must be a datetime with a time zone, not {value!r}. {advice}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        instant_to_ns(value, "it")
    assert caught.value.value is value


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime.max.replace(tzinfo=datetime.timezone(-MICROSECOND)),
        datetime.datetime.min.replace(tzinfo=datetime.timezone(MICROSECOND)),
    ],
)
def test_an_instant_is_one_that_dates_in_utc_can_show(value):
    message = f"it must be in the years 1 to 9999 in UTC, not {value.isoformat()}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        instant_to_ns(value, "it")
    assert caught.value.value is value


@given(st.integers(LAST_INSTANT, 2**200))
def test_what_is_later_than_all_dates_is_shown_as_the_last(ns):
    assert from_ns(ns) == datetime.datetime.max.replace(tzinfo=UTC)
    assert rfc3339(ns) == "9999-12-31T23:59:59.999999Z"


@given(st.timedeltas(datetime.timedelta(0)), st.integers(0, 999))
def test_a_length_of_time_as_a_timedelta(duration, ns):
    assert to_timedelta(to_ns(duration) + ns) == duration


def test_the_longest_timedelta():
    assert to_timedelta(to_ns(datetime.timedelta.max) + 1_000) == datetime.timedelta.max


@given(st.integers(0, 2**62))
def test_timestamps_have_no_digit_too_many_and_none_too_few(ns):
    text = rfc3339(ns)
    whole, fraction = re.fullmatch(
        r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.((?:\d{3}){1,3}))?Z", text
    ).groups("")
    assert not fraction.endswith("000")
    seconds = instant_to_ns(datetime.datetime.fromisoformat(f"{whole}+00:00"))
    assert seconds + int(fraction.ljust(9, "0")) == ns


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (120_000_000, "1970-01-01T00:00:00.120Z"),
        (1_000, "1970-01-01T00:00:00.000001Z"),
        (5, "1970-01-01T00:00:00.000000005Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ],
)
def test_timestamps(ns, text):
    assert rfc3339(ns) == text


SIZES = {"day": 86_400, "days": 86_400, "h": 3_600, "min": 60, "s": 1}


@given(st.integers(0, 10**20))
def test_a_length_of_time_is_written_to_the_nanosecond(duration):
    words = length_of(duration).replace(",", "").split()
    numbers, units = words[::2], words[1::2]
    assert sum(
        Decimal(number) * SIZES[unit] for number, unit in zip(numbers, units, strict=True)
    ) == (Decimal(duration) / SECOND)
    assert [*map(SIZES.get, units)] == sorted({SIZES[unit] for unit in units}, reverse=True)
    assert "0" not in numbers or not duration
    smaller = zip(numbers[1:], units, units[1:], strict=False)
    assert all(Decimal(number) * SIZES[unit] < SIZES[above] for number, above, unit in smaller)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.5, "59.5 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (86_400, "1 day"),
        (400 * 86_400, "400 days"),
        (2 * 86_400 + 3 * 3_600 + 4 * 60 + 5, "2 days 3 h 4 min 5 s"),
        (86_400_000 * 2, "2,000 days"),
    ],
)
def test_how_a_length_of_time_is_written(seconds, text):
    assert length_of(to_ns(seconds)) == text
