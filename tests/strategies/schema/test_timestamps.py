"""Timestamps have the forms of RFC 3339, and those of one object never run backwards."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.contract.formats import matches_format
from pytest_asyncops.rules.timestamps import in_order, instant_of
from pytest_asyncops.strategies.schema.timestamps import (
    Tick,
    Zone,
    backwards,
    put_in_order,
    ticks,
    timestamps,
)

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
LEAP = Zone(leap=True)


@pytest.mark.parametrize(
    "times",
    [
        [LAST, Tick(5)],
        [LAST, Tick(0, "5", LEAP)],
        [Tick(5), FIRST],
        [Tick(5, "9"), FIRST, Tick(7)],
        [Tick(5), "no time", Tick(7)],
        ["no time", Tick(7)],
        ["2026-01-01T00:00:00Z", Tick(9), "2026-01-01T00:00:01Z"],
        ["2026-01-01T00:00:00.5Z", Tick(0, "1")],
        ["2026-01-01T00:30:00Z", Tick(0, "", LEAP), Tick(0)],
        ["2026-01-01T00:59:60.9Z", Tick(0, "1", LEAP)],
        [Tick(3, "", LEAP), "2026-01-01T00:30:00Z", None, Tick(2)],
    ],
)
def test_times_are_put_in_order(times):
    value = {f"at{index}": time for index, time in enumerate(times) if time is not None}
    given_texts = {name: text for name, text in value.items() if isinstance(text, str)}
    put_in_order(value, [*value, "elsewhere"])
    assert all(isinstance(text, str) for text in value.values())
    assert given_texts.items() <= value.items()
    written = [*value.values()]
    assert all(in_order(*pair) for pair in itertools.pairwise(written))


USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z")


@given(timestamps("any").strategy())
def test_timestamps_are_of_the_format_and_the_calendar_has_them(text):
    assert matches_format(text, "date-time")
    assert instant_of(text) is not None


@given(timestamps("usual").strategy())
def test_usual_timestamps_are_as_protobuf_writes_them(text):
    assert USUAL.fullmatch(text)


def test_every_form_comes_up():
    texts = anew(timestamps("any").strategy(), 500)
    assert {text[10] for text in texts} == {"T", "t"}
    assert {text[-1] for text in texts} > {"Z", "z"}
    assert {text[-6] for text in texts if text[-3] == ":" and text[-1] not in "zZ"} == {"+", "-"}
    assert any(text[16:19] == ":60" for text in texts)
    assert {len(text.partition(".")[2].rstrip("Zz")) for text in texts if text[-1] in "zZ"} >= {
        *range(10)
    }


HELD = ticks("any", False).strategy() | timestamps("any").strategy()
"""A timestamp that is not written yet, or one that is."""


@given(ticks("any", True).strategy(), st.lists(ticks("any", False).strategy(), max_size=4))
def test_what_is_not_written_yet_is_written_in_order(first, others):
    value = {str(index): tick for index, tick in enumerate([first, *others])}
    put_in_order(value, [*value])
    written = [*value.values()]
    assert all(matches_format(text, "date-time") for text in written)
    assert all(in_order(*pair) for pair in itertools.pairwise(written))


@given(st.lists(HELD, min_size=1, max_size=5))
def test_nothing_runs_backwards_unless_what_was_there_already_does(times):
    value = {str(index): time for index, time in enumerate(times)}
    there = {name: text for name, text in value.items() if isinstance(text, str)}
    put_in_order(value, [*value])
    assert there.items() <= value.items()
    if all(in_order(*pair) for pair in itertools.combinations(there.values(), 2)):
        assert all(in_order(*pair) for pair in itertools.pairwise(value.values()))


@given(ticks("any", True).strategy(), st.lists(backwards().strategy(), min_size=1, max_size=3))
def test_what_is_to_run_backwards_does(first, others):
    value = {str(index): tick for index, tick in enumerate([first._replace(seconds=0), *others])}
    put_in_order(value, [*value])
    assert not any(in_order(*pair) for pair in itertools.pairwise(value.values()))


def test_members_that_are_not_in_the_list_stay_as_they_are():
    value = {"at": Tick(5), "other": Tick(7), "none": None}
    put_in_order(value, ["at", "none"])
    assert value == {"at": "2026-01-01T00:00:05Z", "other": Tick(7), "none": None}


@pytest.mark.parametrize(
    ("tick", "text"),
    [
        (Tick(0), "2026-01-01T00:00:00Z"),
        (Tick(61, "5"), "2026-01-01T00:01:01.5Z"),
        (Tick(0, "", Zone("-08:00", -28800)), "2026-01-01T00:00:00Z"),
        (Tick(28800, "", Zone("-08:00", -28800)), "2026-01-01T00:00:00-08:00"),
        (Tick(-1, "", Zone("-08:00", -28800)), "2025-12-31T15:59:59-08:00"),
        (Tick(0, "12", Zone("z", 0, "t")), "2026-01-01t00:00:00.12z"),
        (Tick(86_399, "", Zone(leap=True)), "2026-01-01T23:59:59Z"),
        (Tick(86_400, "", Zone(leap=True)), "2026-01-01T23:59:60Z"),
        (Tick(-1, "", Zone(leap=True)), "2025-12-31T23:59:60Z"),
        (Tick(86_400, "", Zone("+02:00", 7200, "t", True)), "2026-01-02t01:59:60+02:00"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_tick_alone_is_counted_from_the_epoch_of_the_stubs(tick, text):
    value = {"at": tick}
    put_in_order(value, ["at"])
    assert value == {"at": text}
