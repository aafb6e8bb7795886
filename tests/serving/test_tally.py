"""A tally knows of all polls what a list of them would tell, and its size is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_asyncops import State
from pytest_asyncops.durations import SECOND
from pytest_asyncops.serving import tally as tally_module
from pytest_asyncops.serving.calls import Call
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.tally import Growth, Interval, Tallies, Tally, TooSoon, retry_after

REQUEST = Request("GET", "https://h/op", "/op", {})
PLAIN = Headers({})  # shared, as by most answers


def a_call(
    at_ns: int = 0,
    *,
    shows: Sequence[tuple[str, State]] = (),
    waits: str | None = None,
    asked_for: tuple[str, ...] = ("op",),
) -> Call:
    response = Response(200, headers=PLAIN if waits is None else Headers({"Retry-After": waits}))
    shown, states = tuple(name for name, _ in shows), tuple(state for _, state in shows)
    return Call(REQUEST, response, at_ns, shown, states, asked_for)


# Few lengths, so that many are equal; and some that are not.
lengths = st.one_of(st.integers(0, 5), st.sampled_from([10, 15, 1_000, 10**9]))
shown = st.lists(
    st.tuples(
        st.sampled_from(["op", "other"]),
        st.sampled_from([State.RUNNING, State.SUCCEEDED, State.PURGED]),
    ),
    max_size=2,
)
polls = st.lists(
    st.tuples(lengths, shown, st.sampled_from([None, None, "0", "1", "soon"])), max_size=20
)


def intervals_of(calls: Sequence[Call]) -> list[Interval]:
    intervals: list[Interval] = []
    for number, (earlier, later) in enumerate(pairwise(calls), 2):
        before = intervals[-1].length if intervals else None
        intervals.append(Interval(number, later.at_ns - earlier.at_ns, before))
    return intervals


@example(
    [(1, [], wait) for wait in [None, "0", None, "1"]] + [(SECOND, [], None), (1, [], None)], 2
)
@example([(5, [(name, State.FAILED)], None) for name in ("other", "op")], 0)
@given(polls, st.integers(0, 20))
def test_a_tally_knows_what_the_list_of_all_polls_tells(made, copied_after):
    calls, now = [], 100
    for length, shows, waits in made:
        now += length
        calls.append(a_call(now, shows=shows, waits=waits))
    tally, copies = Tally(), []
    for number, call in enumerate(calls):
        if number == copied_after:
            copies.append(tally)
            tally = tally.copy()
        tally.add("op", call)
    for copied in copies:
        check(copied, calls[:copied_after])
        for call in calls[copied_after:]:
            copied.add("op", call)
        check(copied, calls)
    check(tally, calls)


def check(tally: Tally, calls: Sequence[Call]) -> None:
    intervals = intervals_of(calls)
    assert tally.count == len(calls)
    assert tally.first_ns == (calls[0].at_ns if calls else 0)
    assert tally.shortest == min(intervals, key=lambda each: each.length, default=None)
    assert tally.longest == max(intervals, key=lambda each: each.length, default=None)
    saw_it_done = (
        number
        for number, call in enumerate(calls, 1)
        for name, state in zip(call.operations, call.states, strict=True)
        if name == "op" and state.done
    )
    assert tally.done == next(saw_it_done, None)
    impatient = (
        TooSoon(each.number, each.length, earlier.response.headers["Retry-After"])
        for earlier, each in zip(calls, intervals, strict=False)
        if (wanted := retry_after(earlier)) is not None and each.length < wanted[0]
    )
    assert tally.too_soon == next(impatient, None)
    check_growth(tally.growth, [each for each in intervals if each.before is not None])


def check_growth(growth: Growth, steps: Sequence[Interval]) -> None:
    """Whatever is asked of the steps, one is found that has grown too little if there is one."""
    for below in (None, *{step.length for step in steps}, *{step.length + 1 for step in steps}):
        asked = [step for step in steps if below is None or step.length < below]
        found = growth.least(below)
        assert (found is None) == (not asked)
        if found is not None:
            assert found in asked
            least = min(step.growth for step in asked)
            assert found.growth == least or found.growth < 1


@given(st.lists(st.tuples(lengths, lengths), max_size=30))
def test_the_step_that_has_grown_least_is_found(pairs):
    steps = [Interval(n, length, before) for n, (before, length) in enumerate(pairs)]
    growth = Growth()
    for step in steps:
        growth.add(step)
    check_growth(growth, steps)
    assert growth._lengths == sorted(set(growth._lengths))
    grown = [grown for grown, _ in growth._steps]
    assert grown == sorted(set(grown), reverse=True)


def test_intervals_that_grow_by_one_length_for_ever_are_judged_too_strictly_at_worst():
    growth, steps = Growth(), [Interval(n, n * SECOND, (n - 1) * SECOND) for n in range(2, 3_000)]
    for step in steps:
        growth.add(step)
    assert len(growth._steps) == len(growth._lengths) == tally_module._MOST_STEPS
    for below in range(3, 3_000, 7):
        found = growth.least(below * SECOND)
        exact = steps[below - 3]
        assert exact.growth - 0.01 < found.growth <= exact.growth
    assert growth.least(None) == steps[-1]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5),
        ("Thu, 01 Jan 1970 00:00:09 GMT", 9),
        ("Thu, 01 Jan 1970 00:00:09 -0000", 9),
        ("Thu, 01 Jan 1970 00:00:09 +0001", 0),
        ("soon", None),
        ("-1", None),
        ("Thu, 01 Jan 99999 00:00:09 GMT", None),
        ("9" * 5_000, 10**18 - 1),
        ("002", 2),
        ("000", 0),
    ],
)
def test_what_a_retry_after_asks_for(text: str, seconds: int | None) -> None:
    wanted = None if seconds is None else (seconds * SECOND, text)
    assert retry_after(a_call(waits=text)) == wanted
    assert retry_after(a_call()) is None


def test_each_operation_that_a_request_was_for_is_counted():
    tallies = Tallies({"a", "b"})
    calls = [a_call(asked_for=names) for names in [("a",), ("a", "b"), (), ("c",), ("b",)]]
    for call in calls:
        tallies.add(call)
    assert [tallies.of(name).count for name in "abcd"] == [2, 2, 1, 0]
    assert [call._number for call in calls] == [1, 2, 0, 1, 2]


def test_of_ids_that_no_operation_has_the_latest_are_counted():
    known = {"op-0"}
    tallies = Tallies(known)
    for number in range(3_000):
        tallies.add(a_call(asked_for=(f"op-{number}",)))
        if number == 5:
            known.add("op-1")  # started after it was asked for
    assert [tallies.of(f"op-{n}").count for n in (0, 1, 2, 1_999, 2_000, 2_999)] == [
        1, 1, 0, 0, 1, 1,
    ]  # fmt: skip
    assert len(tallies._tallies) == tally_module._MOST_STRANGERS + 2
    other = tallies.copy()
    other.add(a_call(asked_for=("op-0",)))
    assert (tallies.of("op-0").count, other.of("op-0").count) == (1, 2)
