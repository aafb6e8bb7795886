"""The percentage of a lifecycle: from 0 to 100, along one line, absent only where it was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ticking_lifecycles import lifecycles, lived, state, waits

from pytest_asyncops import Lifecycle, Progress, State, Step, polls
from pytest_asyncops.durations import SECOND, to_ns


@given(lifecycles(told=True), waits)
def test_a_percentage_is_from_0_to_100_and_absent_only_where_it_was_said(lifecycle, life):
    silent = any(step.progress == Progress.absent() for step in lifecycle.plan)
    for now, position in lived(lifecycle, life):
        percent = lifecycle.snapshot(now, position).percent
        assert silent if percent is None else type(percent) is int and 0 <= percent <= 100


@given(lifecycles(), waits)
def test_the_default_line_climbs_to_the_end_and_never_falls(lifecycle, life):
    shown = []
    for now, position in lived(lifecycle, life):
        percent = lifecycle.snapshot(now, position).percent
        shown.append(percent)
        at_the_end = {State.PENDING: 0, State.SUCCEEDED: 100, State.FAILED: 50, State.CANCELLED: 50}
        expected = at_the_end.get(state(lifecycle, position), percent)
        assert percent == expected
    assert shown == sorted(shown)


@given(
    st.lists(st.integers(1, 10), min_size=1, max_size=4),
    st.sampled_from([Step(State.SUCCEEDED), Step(State.FAILED, message="no", percent=80)]),
    st.data(),
)
def test_running_steps_in_a_row_climb_one_line(lengths, end, data):
    lifecycle = Lifecycle.steps(*(Step(State.RUNNING, length) for length in lengths), end)
    index = data.draw(st.integers(0, len(lengths) - 1))
    passed = data.draw(st.integers(0, lengths[index] - 1))
    now = (sum(lengths[:index]) + passed) * SECOND
    target = 100 if end.state is State.SUCCEEDED else 80
    expected = target * (index * lengths[index] + passed) / (len(lengths) * lengths[index])
    percent = lifecycle.snapshot(now).percent
    assert abs(percent - expected) <= 1
    assert lifecycle.snapshot(now + 10**12).percent == target


def percent_at(lifecycle: Lifecycle, when: float, polled: int = 0) -> int | None:
    now = to_ns(when)
    position = lifecycle.advanced(now)
    for _ in range(polled):
        position = lifecycle.polled(position, now)
    return lifecycle.snapshot(now, position).percent


@pytest.mark.parametrize(
    ("lifecycle", "shown"),
    [
        (
            Lifecycle.succeeds(pending=5, running=10),
            {0: 0, 4.9: 0, 5: 0, 10: 50, 14.99: 99, 15: 100},
        ),
        (Lifecycle.fails("no", running=10), {0: 0, 5: 25, 9.99: 49, 10: 50, 99: 50}),
        (Lifecycle.fails("no", running=12, percent=15), {0: 0, 6: 7, 12: 15}),
        (Lifecycle.hangs(pending=3), {0: 0, 3: 0, 99: 0}),
        (Lifecycle.hangs(percent=42), {0: 42, 99: 42}),
        (Lifecycle.hangs(progress=Progress.stalled(90)), {0: 90, 99: 90}),
        (
            Lifecycle.succeeds(progress=Progress.stalled(90)),
            {0: 0, 2.5: 45, 5: 90, 9.9: 90, 10: 100},
        ),
        (Lifecycle.succeeds(progress=Progress.full()), {0: 100, 9: 100, 10: 100}),
        (Lifecycle.fails("no", progress=Progress.full()), {0: 100, 10: 50}),
        (
            Lifecycle.succeeds(pending=1, progress=Progress.absent()).then_purged(5),
            {0: None, 1: None, 11: None, 99: None},
        ),
        (Lifecycle.fails("no", progress=Progress.absent()), {0: None, 10: None}),
        (Lifecycle.hangs(pending=1, progress=Progress.absent()), {0: None, 1: None}),
        (Lifecycle.succeeds(running=1).then_purged(5), {6: 100}),
        (Lifecycle.fails("no", running=1, percent=15).then_purged(5), {6: 15}),
        (Lifecycle.manual(), {0: 0, 99: 0}),
        (Lifecycle.steps(Step(State.PENDING, 1, percent=7), Step(State.RUNNING)), {0: 7, 1: 0}),
        (
            # The line goes on after a step that says its own.
            Lifecycle.steps(
                Step(State.RUNNING, 10, percent=33),
                Step(State.RUNNING, 10),
                Step(State.CANCELLED, percent=60),
            ),
            {0: 33, 10: 30, 15: 45, 20: 60},
        ),
        (
            # A line towards a state that shows no percentage shows none.
            Lifecycle.steps(
                Step(State.RUNNING, 10), Step(State.SUCCEEDED, progress=Progress.absent())
            ),
            {0: None, 10: None},
        ),
        (
            # Without an end there is nothing to climb to.
            Lifecycle.steps(Step(State.RUNNING, 10), Step(State.RUNNING)),
            {0: 0, 9: 0, 10: 0},
        ),
        (
            Lifecycle.steps(Step(State.RUNNING, 10), Step(State.RUNNING, percent=70)),
            {0: 0, 5: 17, 10: 70},
        ),
    ],
    ids=repr,
)
def test_percentages(lifecycle, shown):
    assert {when: percent_at(lifecycle, when) for when in shown} == shown


def test_polls_climb_too():
    lifecycle = Lifecycle.succeeds(running=polls(4))
    assert [percent_at(lifecycle, 0, polled) for polled in range(5)] == [0, 25, 50, 75, 100]
