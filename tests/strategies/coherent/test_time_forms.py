"""Timestamps in a form of the API's own are written in order, round those that are there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.apis import HTTP_DATES, UNIX_SECONDS, Ordered
from pytest_asyncops.strategies.coherent.time_forms import Gap, write_in_order

MEMBERS = ("a", "b", "c", "d")
NOW = 1_767_225_600

fixed = st.integers(0, 10**6).map(lambda seconds: NOW + seconds)
gaps = st.integers(0, 100).map(Gap)


@given(
    st.fixed_dictionaries({}, optional={name: gaps | st.none() | fixed for name in MEMBERS}),
)
def test_gaps_fit_around_what_is_there(value):
    there = {name: one for name, one in value.items() if isinstance(one, int)}
    in_order = sorted(there.values()) == [there[name] for name in MEMBERS if name in there]
    before = {name: one for name, one in value.items() if not isinstance(one, Gap)}
    write_in_order(value, MEMBERS, UNIX_SECONDS)
    assert before.items() <= value.items()
    assert all(one is None or isinstance(one, int) for one in value.values())
    if in_order:
        assert [*Ordered(MEMBERS, UNIX_SECONDS).breaks(value, 200)] == []


def test_the_plainest():
    value = dict.fromkeys("ab", Gap(0))
    write_in_order(value, MEMBERS, HTTP_DATES)
    assert value == dict.fromkeys("ab", "Thu, 01 Jan 2026 00:00:00 GMT")


@pytest.mark.parametrize("seconds", [1, 7])
def test_a_gap_that_runs_back_breaks_the_order(seconds):
    value = {"a": Gap(5), "b": Gap(-seconds)}
    write_in_order(value, MEMBERS, UNIX_SECONDS)
    assert value["b"] == value["a"] - seconds
