"""Timestamps are RFC 3339's, for any engine of patterns, and are ordered as instants are."""

from __future__ import annotations

import calendar
import datetime
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_asyncops.contract.ecma_patterns import pattern
from pytest_asyncops.rules.timestamps import DATE, DATE_TIME, PLAIN_DATE_TIME, in_order

DIGITS = "0123456789"


def parsed(text):
    """The parts of a date-time by RFC 3339's grammar (5.6, 5.7), or None; written without regex.

    The year and its day, seconds into the day (60 in a leap second), the fraction, the offset.
    """
    rest = text

    def take(count):
        nonlocal rest
        part, rest = rest[:count], rest[count:]
        if len(part) != count or any(digit not in DIGITS for digit in part):
            raise ValueError
        return int(part)

    def literal(choices):
        nonlocal rest
        if not rest or rest[0] not in choices:
            raise ValueError
        found, rest = rest[0], rest[1:]
        return found

    try:
        year = take(4)
        literal("-")
        month = take(2)
        literal("-")
        day = take(2)
        literal("Tt")
        hour = take(2)
        literal(":")
        minute = take(2)
        literal(":")
        second = take(2)
        fraction = Fraction(0)
        if rest.startswith("."):
            literal(".")
            count = len(rest) - len(rest.lstrip(DIGITS))
            fraction = Fraction(take(count), 10**count) if count else take(1)
        offset = 0
        sign = literal("Zz+-")
        if sign in "+-":
            hours = take(2)
            literal(":")
            minutes = take(2)
            datetime.time(hours, minutes)
            offset = (hours * 60 + minutes) * (1 if sign == "+" else -1)
        if rest:
            return None
        datetime.time(hour, minute, 59 if second == 60 else second)
        if second == 60 and (hour * 60 + minute - offset) % (24 * 60) != 23 * 60 + 59:
            return None  # a leap second is at the end of a day in UTC
        # The calendar repeats after 400 years; datetime has no year 0, though the RFC does.
        datetime.date(year or 400, month, day)
    except ValueError:
        return None
    return year, month, day, hour * 3600 + minute * 60 + second, fraction, offset


def is_date_time(text):
    return pattern(DATE_TIME).search(text) is not None


two = "{:02d}".format
days = st.one_of(
    st.dates().map(datetime.date.isoformat),
    st.sampled_from([2000, 2024, 1600, 4, 400]).map("{:04d}-02-29".format),
    st.just("0000-01-01"),
)
clocks = st.times().map(lambda time: time.replace(microsecond=0).isoformat())
fractions = st.one_of(st.just(""), st.text(DIGITS, min_size=1, max_size=14).map(".{}".format))
offsets = st.one_of(
    st.sampled_from("Zz"),
    st.builds("{}{:02d}:{:02d}".format, st.sampled_from("+-"), st.integers(0, 23),
              st.integers(0, 59)),
)  # fmt: skip


def leap_second(day, separator, fraction, offset):
    """The end of a day in UTC, as the clocks of an offset show it."""
    minutes = 23 * 60 + 59
    if offset not in ("Z", "z"):
        minutes += (int(offset[1:3]) * 60 + int(offset[4:])) * (1 if offset[0] == "+" else -1)
    hour, minute = divmod(minutes % (24 * 60), 60)
    return f"{day}{separator}{hour:02d}:{minute:02d}:60{fraction}{offset}"


leap_seconds = st.builds(leap_second, days, st.sampled_from("Tt"), fractions, offsets)
timestamps = leap_seconds | st.builds(
    "{}{}{}{}{}".format, days, st.sampled_from("Tt"), clocks, fractions, offsets
)
usual = st.datetimes().map(lambda snapshot: f"{snapshot.replace(microsecond=0).isoformat()}Z")


@st.composite
def mutated(draw):
    """A timestamp with some of its characters changed, dropped or put in."""
    text = draw(timestamps)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text)))
        put = draw(st.sampled_from([*DIGITS, *"-+:.TtZz \n,_", "60", "29", "\u0661", ""]))
        text = text[:at] + put + text[at + draw(st.integers(0, 2)) :]
    return text


loose = st.builds(
    "{}-{}-{}T{}:{}:{}{}".format,
    st.sampled_from(["1900", "2000", "2023", "2024", "0000", "9999"]),
    *[st.integers(0, top).map(two) for top in (14, 33, 26, 61, 62)],
    st.sampled_from(["Z", "+24:00", "+23:59", "-00:00", "+00:60", ".Z", ".0z", ""]),
)
nearly_leap_seconds = st.builds(
    "2016-12-31T{}:{}:60{}".format, *(st.integers(0, top).map(two) for top in (23, 59)), offsets
)


@given(timestamps)
@example("2016-12-31T23:59:60Z")
@example("2017-01-01T01:59:60+02:00")
@example("2017-01-01T05:29:60.5+05:30")
@example("2016-12-31T15:59:60-08:00")
@example("2016-12-31T23:59:60-00:00")
@example("2016-12-31T00:00:60-23:59")
def test_every_form_is_taken(text):
    assert is_date_time(text)
    assert pattern(DATE).search(text[:10])


@given(mutated() | loose | nearly_leap_seconds)
@example("2026-12-31T22:59:60Z")
@example("2026-01-01t02:59:60+02:00")
@example("2017-01-01T05:30:60+05:30")
@example("2026-02-29T00:00:00Z")
@example("1900-02-29T00:00:00Z")
@example("2026-01-01T00:00:00Z\n")
@example("2026-01-01T00:58:60Z")
@example("2026-01-01T00:58:60+01:00")
def test_nothing_else_is_taken(text):
    assert is_date_time(text) == (parsed(text) is not None)


@given(timestamps | mutated() | loose | nearly_leap_seconds)
def test_what_is_plain_is_in_capitals_and_no_leap_second_with_an_offset(text):
    is_leap = text[17:19] == "60" and text[-1:] not in ("Z", "z")
    is_plain = pattern(PLAIN_DATE_TIME).search(text) is not None
    assert is_plain == (parsed(text) is not None and text == text.upper() and not is_leap)


@given(loose)
def test_a_date_is_a_day_of_the_calendar(text):
    year, month, day = map(int, text[:10].split("-"))
    is_day = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 400, month)[1]
    assert (pattern(DATE).search(text[:10]) is not None) == is_day
    assert pattern(DATE).search(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:61Z",
        "2026-1-1T00:00:00Z",
        "+2026-01-01T00:00:00Z",
        ".024-12-29T12:59:59Z",
        "2026-01-01T23:2-:59Z",
        "2026-04-31T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        " 2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z ",
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_near_misses(text):
    assert not is_date_time(text)


def instant(text):
    """What sorts as instants do, or None for what datetime cannot say.

    Whole seconds since the year 1 began, whether it is the leap second after that one, and the
    fraction: a leap second is before the second that its number would be.
    """
    year, month, day, second, fraction, offset = parsed(text)
    if year == 0:
        return None
    leap = text[17:19] == "60"
    seconds = datetime.date(year, month, day).toordinal() * 86400 + second - leap - offset * 60
    return (seconds, leap, fraction) if seconds in IN_RANGE else None


IN_RANGE = range(datetime.date.min.toordinal() * 86400, (datetime.date.max.toordinal() + 1) * 86400)

near = st.sampled_from(
    [
        f"{day}T{hour:02d}:59:{second}{fraction}{offset}"
        for day, hour, offset in [
            ("2025-12-31", 23, "Z"),
            ("2026-01-01", 0, "+01:00"),
            ("2025-12-31", 21, "-02:00"),
            ("2025-12-31", 23, "z"),
        ]
        for second in (58, 59, 60)
        for fraction in ("", ".0", ".5", ".500", ".4999999999999", ".50000000001")
    ]
)


@given(
    st.lists(timestamps | usual, min_size=2, max_size=2) | st.lists(near, min_size=2, max_size=2)
)
@example(["2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+01:00"])
@example(["2026-01-01T00:00:00z", "2026-01-01T00:00:00Z"])
@example(["2026-01-01t00:00:00Z", "2026-01-01T00:00:00Z"])
@example(["2025-12-31T23:59:60Z", "2026-01-01T00:00:00Z"])
@example(["2026-01-01T00:00:00.0Z", "2025-12-31T23:59:60.9Z"])
@example(["2025-12-31T23:59:59.5Z", "2025-12-31T23:59:60.0Z"])
@example(["2026-01-01T00:00:00.500Z", "2026-01-01T00:00:00.5Z"])
@example(["2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z"])
@example(["2026-01-01T00:00:00-05:00", "2026-01-01T00:00:01Z"])
@example(["2026-01-01T00:00:00Z", "2026-01-01T00:00:01+05:00"])
def test_order_is_that_of_instants(pair):
    earlier, later = pair
    first, second = map(instant, pair)
    assume(first is not None and second is not None)
    assert in_order(earlier, later) == (first <= second)
    assert in_order(earlier, later) or in_order(later, earlier)
    assert in_order(earlier, earlier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0000-01-01T00:00:00+00:00",
        "2026-02-30T00:00:00+00:00",
        "2027-01-01T25:00:00Z",
        "2027-01-01T00:61:00Z",
        "2027-01-01T00:00:61Z",
        "2027-01-01T22:59:60Z",
        "2027-01-01T00:00:00+24:00",
        "2027-01-01T00:00:00+\u0661\u0660:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.0-00:01",
    ],
)
def test_what_is_no_instant_is_in_any_order(text):
    other = "2026-01-01T00:00:00Z"
    assert in_order(text, other)
    assert in_order(other, text)
    assert in_order(text, text)


def test_the_reference_itself():
    """It agrees with the standard library where that can read a timestamp."""
    for text in ("2024-02-29T12:30:15.250Z", "2024-02-29T00:30:00+01:45"):
        snapshot = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        since = snapshot - datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
        seconds, leap, fraction = instant(text)
        exact = Fraction(since // datetime.timedelta(microseconds=1), 10**6) + 86400
        assert (seconds + fraction, leap) == (exact, False)
