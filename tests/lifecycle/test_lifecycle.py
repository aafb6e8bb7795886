"""A lifecycle is a value: purged or moved it is another one, and it prints as it is written."""

from __future__ import annotations

import datetime
import re
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.ticking_lifecycles import (
    counted,
    lifecycles,
    lived,
    progresses,
    seconds,
    state,
    waits,
    whole_seconds,
)

from pytest_asyncops import InvalidArgument, Lifecycle, OwnState, Progress, State, Step, polls
from pytest_asyncops.durations import to_ns
from pytest_asyncops.lifecycle.course import Position


@given(lifecycles(ended=True), st.one_of(seconds, st.integers(1, 3).map(polls)), waits)
def test_then_purged_changes_nothing_before_the_purge(lifecycle, after, life):
    purged = lifecycle.then_purged(after)
    assert purged.plan[:-2] == lifecycle.plan[:-1]
    for (_, before), (now, position) in zip(
        lived(lifecycle, life), lived(purged, life), strict=True
    ):
        if state(purged, position) is not State.PURGED:
            assert purged.snapshot(now, position) == lifecycle.snapshot(now, before)
            continue
        assert position.entries[:-1] == before.entries
        if not isinstance(after, (int, float, datetime.timedelta)):
            continue
        assert position.entries[-1] == before.entries[-1] + to_ns(after) <= now


@given(lifecycles(told=True, ended=True), progresses | st.none())
def test_a_purge_keeps_what_was_said_of_progress(lifecycle, progress):
    last = lifecycle.plan[-1]
    end = Lifecycle.steps(
        *lifecycle.plan[:-1],
        Step(last.state, message=last.message, output=last.output, progress=progress),
    )
    purged = end.then_purged(10)
    forever = 10**12
    position = end.advanced(forever, Position((0,) * len(end.plan)))
    gone = purged.snapshot(forever, Position((0,) * len(end.plan)))
    assert gone.state is State.PURGED
    assert gone.percent == end.snapshot(forever, position).percent


MOVES = st.sampled_from(
    [
        Step(State.RUNNING),
        Step(State.RUNNING, percent=30),
        Step(State.SUCCEEDED, output=b"x"),
        Step(State.FAILED, message="boom"),
        Step(State.CANCELLED),
        Step(State.PURGED),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 10**10), MOVES), max_size=6), st.integers(0, 10**10))
def test_a_plan_moved_by_hand_agrees_with_what_was_seen(moves, later):
    lifecycle, now, seen = Lifecycle.manual(), 0, [(0, State.PENDING)]
    for wait, step in moves:
        now += wait
        position = lifecycle.advanced(now)
        try:
            moved = lifecycle.moved(position, now, step)
        except InvalidArgument:
            continue
        assert lifecycle.plan[:-1] == moved.plan[: len(lifecycle.plan) - 1]
        lifecycle = moved
        seen.append((now, step.state))
    assert lifecycle.by_hand
    for (begin, was), (end, _) in pairwise([*seen, (now + later + 1, None)]):
        if begin < end:
            assert state(lifecycle, lifecycle.advanced(begin)) is was
            assert state(lifecycle, lifecycle.advanced(end - 1)) is was


@given(lifecycles(st.one_of(whole_seconds, counted)), waits, st.integers(0, 10**10))
def test_a_plan_with_its_own_ends_can_be_moved_at_any_of_its_steps(lifecycle, life, later):
    lifecycle = Lifecycle(lifecycle.plan, by_hand=True)
    *_, (now, position) = lived(lifecycle, life)
    assume(not state(lifecycle, position).done)
    moved = lifecycle.moved(position, now, Step(State.CANCELLED))
    assert state(moved, moved.advanced(now, position)) is State.CANCELLED
    assert moved.snapshot(now + later, position).finished == now


# --- a plan is a value


def test_a_plan_that_is_moved_by_hand_says_how_it_is_made():
    assert repr(Lifecycle.manual()) == "Lifecycle.manual()"
    assert eval(repr(Lifecycle.manual()), names()) == Lifecycle.manual()
    own = Lifecycle((Step(State.RUNNING, 1), Step(State.SUCCEEDED)), by_hand=True)
    assert eval(repr(own), names()) == own


def names() -> dict[str, object]:
    return {
        "Lifecycle": Lifecycle,
        "OwnState": OwnState,
        "Progress": Progress,
        "State": State,
        "Step": Step,
        "polls": polls,
    }


@given(lifecycles(told=True), st.booleans(), st.none() | st.integers(0, 99))
@example(Lifecycle.manual(), True, 5)
@example(Lifecycle.manual(OwnState("queued", State.PENDING)), True, None)
def test_a_printed_lifecycle_can_be_pasted(lifecycle, by_hand, late):
    lifecycle = Lifecycle(lifecycle.plan, by_hand, late)
    again = eval(repr(lifecycle), names())
    assert again == lifecycle
    assert hash(again) == hash(lifecycle)


def test_a_printed_lifecycle_by_hand():
    queued = Lifecycle.manual(OwnState("queued", State.PENDING))
    assert repr(queued) == "Lifecycle.manual(OwnState('queued', State.PENDING))"
    assert queued.by_hand


def test_a_printed_lifecycle():
    assert repr(Lifecycle.succeeds(pending=polls(2), running=1.5, output=b"ok")) == (
        "Lifecycle.steps(Step(State.PENDING, polls(2)), Step(State.RUNNING, 1.5), "
        "Step(State.SUCCEEDED, output=b'ok'))"
    )


def test_equal_plans_are_equal_however_they_were_made():
    made = Lifecycle.succeeds(pending=2, running=datetime.timedelta(minutes=1), output=b"x")
    written = Lifecycle.steps(
        Step(State.PENDING, datetime.timedelta(seconds=2)),
        Step(State.RUNNING, 60.0),
        Step(State.SUCCEEDED, output=b"x"),
    )
    assert made == written
    assert len({made, written}) == 1
    assert made != Lifecycle.succeeds(pending=2, running=61, output=b"x")
    assert Lifecycle.manual() != Lifecycle.steps(Step(State.PENDING))


def test_a_plan_cannot_be_changed():
    with pytest.raises(AttributeError):
        Lifecycle.manual().by_hand = False


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: (
                Lifecycle.manual(OwnState("archived", State.SUCCEEDED))
                .then_purged(1)
                .then_purged(1)
            ),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PURGED",
        ),
        (
            lambda: Lifecycle.manual().then_purged(1),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PENDING",
        ),
        (
            lambda: Lifecycle.succeeds().then_purged(1).then_purged(1),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PURGED",
        ),
        (
            lambda: Lifecycle.succeeds().then_purged(-1),
            "the time until the purge must be finite and not negative, not -1",
        ),
        (
            lambda: Lifecycle.succeeds(pending=True),
            "the time in State.PENDING must be seconds (int or float) or a timedelta, not True",
        ),
        (
            lambda: Lifecycle.fails(""),
            "a failure needs a message that is not empty, not ''",
        ),
        (
            lambda: Lifecycle.hangs(percent=101),
            "percent must be a number from 0 to 100, not 101",
        ),
        (
            lambda: Lifecycle.manual().at(-1),
            "elapsed must be finite and not negative, not -1",
        ),
        (
            lambda: Lifecycle.manual().at(1, ["x"]),
            "the time of a poll must be seconds (int or float) or a timedelta, not 'x'",
        ),
    ],
)
def test_what_is_no_argument(make, message):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.choices == ()
