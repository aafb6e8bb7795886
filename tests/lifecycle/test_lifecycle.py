"""A lifecycle is a value: a pure function of time and polls, which goes forward only."""

from __future__ import annotations

import datetime
import re
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.ticking_lifecycles import (
    RANK,
    Ticking,
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
from pytest_asyncops.durations import SECOND, to_ns
from pytest_asyncops.lifecycle.lifecycle import Position


@given(lifecycles(), waits)
def test_states_go_forward_only_and_what_is_done_stays_done(lifecycle, life):
    seen = [state(lifecycle, position) for _, position in lived(lifecycle, life)]
    for before, after in pairwise(seen):
        assert RANK[before] <= RANK[after]
        if before.done:
            assert after in (before, State.PURGED)


@given(lifecycles(), waits)
def test_what_has_happened_stays_as_it_was(lifecycle, life):
    for (then, before), (now, after) in pairwise(lived(lifecycle, life)):
        assert after.entries[: len(before.entries)] == before.entries
        for name in ("started", "finished"):
            seen = getattr(lifecycle.snapshot(then, before), name)
            assert seen is None or getattr(lifecycle.snapshot(now, after), name) == seen


@given(lifecycles(seconds))
def test_a_state_of_d_seconds_holds_in_0_to_d_to_the_nanosecond(lifecycle):
    begin = 0
    for step, following in pairwise(lifecycle.plan):
        end = begin + step.lasts
        if step.lasts:
            assert state(lifecycle, lifecycle.advanced(begin)) is step.state
            assert state(lifecycle, lifecycle.advanced(end - 1)) is step.state
        if following.lasts != 0:
            assert state(lifecycle, lifecycle.advanced(end)) is following.state
        begin = end


@given(lifecycles(), waits, st.integers(0, 10**10), st.integers(0, 10**10))
def test_time_is_additive(lifecycle, life, a, b):
    *_, (now, position) = lived(lifecycle, life)
    halfway = lifecycle.advanced(now + a, position)
    assert lifecycle.advanced(now + a + b, halfway) == lifecycle.advanced(now + a + b, position)


@given(lifecycles(seconds), waits)
def test_where_time_decides_it_does_not_matter_who_looked(lifecycle, life):
    assert lifecycle.timed
    *_, (now, position) = lived(lifecycle, life)
    assert lifecycle.snapshot(now, position) == lifecycle.snapshot(now)


@given(lifecycles(), waits, st.integers(0, 10**10))
def test_the_coming_changes_are_those_that_come(lifecycle, life, later):
    *_, (now, position) = lived(lifecycle, life)
    coming = [to for when, to in lifecycle.changes(position) if when <= now + later]
    expected = coming[-1] if coming else state(lifecycle, position)
    assert state(lifecycle, lifecycle.advanced(now + later, position)) is expected


@given(
    lifecycles(st.one_of(whole_seconds, counted)),
    st.lists(st.one_of(st.integers(1, 8), st.just("poll")), max_size=25),
)
def test_time_and_polls_mixed_agree_with_a_simulation(lifecycle, life):
    ticking = Ticking.of(lifecycle)
    position, polled = lifecycle.advanced(0), []
    for event in life:
        now = ticking.now * SECOND
        if event == "poll":
            polled.append(ticking.now)
            shown = ticking.poll()
            assert shown is state(lifecycle, lifecycle.advanced(now, position))
            position = lifecycle.polled(position, now)
        else:
            ticking.tick(event)
        # Looking is not polling, and `at` with the times of the polls says the same.
        now = ticking.now * SECOND
        snapshot = lifecycle.snapshot(now, position)
        assert snapshot == lifecycle.at(ticking.now, polled)
        assert snapshot.state is ticking.state
        started = ticking.entered(State.RUNNING)
        finished = ticking.entered(State.SUCCEEDED, State.FAILED, State.CANCELLED)
        assert snapshot.started == (None if started is None else started * SECOND)
        assert snapshot.finished == (None if finished is None else finished * SECOND)


@given(st.integers(0, 5), st.integers(0, 5), whole_seconds)
def test_the_first_n_polls_see_the_state_and_the_next_begins_with_the_last_of_them(n, more, wait):
    lifecycle = Lifecycle.steps(
        Step(State.PENDING, polls(n)), Step(State.RUNNING, wait), Step(State.SUCCEEDED)
    )
    times = [10 * i for i in range(n + more)]
    seen = [lifecycle.at(when, times[:i]).state for i, when in enumerate(times)]
    assert seen[:n] == [State.PENDING] * n
    assert State.PENDING not in seen[n:]
    after = lifecycle.at(10_000, times)
    began = times[n - 1] if n else 0
    assert after.started == began * SECOND
    assert after.finished == (began + wait) * SECOND


@given(lifecycles(told=True), waits)
def test_output_and_message_are_there_when_the_end_is_and_go_with_the_purge(lifecycle, life):
    end = {step.state: step for step in lifecycle.plan if step.state.done}
    for now, position in lived(lifecycle, life):
        snapshot = lifecycle.snapshot(now, position)
        step = end.get(snapshot.state)
        assert snapshot.output == (step.output if step else None)
        assert snapshot.message == (step.message if step else None)


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


@given(lifecycles(), waits)
def test_states_of_an_apis_own_go_as_what_they_mean(lifecycle, life):
    """But for two that wait, which may follow each other, and a state that says something."""

    def own(step):
        facts = {"output": step.output, "percent": step.percent, "progress": step.progress}
        state = OwnState(f"own {step.state.value}", step.state)
        made = Step(state, message=step.message, **facts)
        return made if step.lasts is None else made.held_for(step.lasts)

    twin = Lifecycle.steps(*map(own, lifecycle.plan))
    for now, position in lived(lifecycle, life):
        seen, there = lifecycle.snapshot(now, position), twin.snapshot(now, position)
        assert there._replace(state=there.state.meaning) == seen
        assert twin.advanced(now, position) == lifecycle.advanced(now, position)
        coming = [(when, state.meaning) for when, state in twin.changes(position)]
        assert coming == list(lifecycle.changes(position))


def test_an_operation_can_wait_in_several_states():
    queued, held = OwnState("queued", State.PENDING), OwnState("held", State.PENDING)
    plan = Lifecycle.steps(
        Step(queued, 1), Step(held, 1), Step(State.PENDING, 1), Step(State.RUNNING)
    )
    assert [plan.at(when).state for when in range(4)] == [
        queued,
        held,
        State.PENDING,
        State.RUNNING,
    ]


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
    ("make", "message", "choices"),
    [
        (Lifecycle.steps, "a lifecycle needs at least one step", ()),
        (
            lambda: Lifecycle.steps(State.RUNNING),
            "a lifecycle is made of Step(state, duration), not State.RUNNING",
            (),
        ),
        (
            lambda: Lifecycle.steps(Step(State.PURGED)),
            "a lifecycle cannot begin with State.PURGED: there is nothing to purge yet",
            (),
        ),
        (
            lambda: Lifecycle.steps(Step(State.SUCCEEDED, 1), Step(State.RUNNING)),
            "State.RUNNING cannot follow State.SUCCEEDED: only State.PURGED can",
            ("State.PURGED",),
        ),
        (
            lambda: Lifecycle.steps(
                Step(State.CANCELLED, 1), Step(State.PURGED, 1), Step(State.PURGED)
            ),
            "State.PURGED cannot follow State.PURGED: nothing can",
            (),
        ),
        (
            lambda: Lifecycle.steps(Step(OwnState("archived", State.PURGED))),
            "a lifecycle cannot begin with OwnState('archived', State.PURGED): there is nothing "
            "to purge yet",
            (),
        ),
        (
            lambda: Lifecycle.steps(
                Step(State.SUCCEEDED, 1), Step(OwnState("expired", State.FAILED))
            ),
            "OwnState('expired', State.FAILED) cannot follow State.SUCCEEDED: only State.PURGED "
            "or a state that means one of them can",
            ("State.PURGED", "a state that means one of them"),
        ),
        (
            lambda: (
                Lifecycle.manual(OwnState("archived", State.SUCCEEDED))
                .then_purged(1)
                .then_purged(1)
            ),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PURGED",
            (),
        ),
        (
            lambda: Lifecycle.steps(Step(State.PENDING, 1), Step(State.PENDING)),
            "State.PENDING cannot follow State.PENDING: only State.RUNNING, State.SUCCEEDED, "
            "State.FAILED or State.CANCELLED can",
            ("State.RUNNING", "State.SUCCEEDED", "State.FAILED", "State.CANCELLED"),
        ),
        (
            lambda: Lifecycle.steps(Step(State.RUNNING), Step(State.SUCCEEDED)),
            "Step(State.RUNNING) never ends, so Step(State.SUCCEEDED) would never come. "
            "Give it a duration.",
            (),
        ),
        (
            lambda: Lifecycle.steps(Step(State.RUNNING, 5)),
            "nothing follows Step(State.RUNNING, 5): leave its duration out, or add the next step",
            (),
        ),
        (
            lambda: Lifecycle.manual().then_purged(1),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PENDING",
            (),
        ),
        (
            lambda: Lifecycle.succeeds().then_purged(1).then_purged(1),
            "then_purged() needs a lifecycle with an end, and this one stays in State.PURGED",
            (),
        ),
        (
            lambda: Lifecycle.succeeds().then_purged(-1),
            "the time until the purge must be finite and not negative, not -1",
            (),
        ),
        (
            lambda: Lifecycle.succeeds(running=None),
            "Step(State.RUNNING) never ends, so Step(State.SUCCEEDED) would never come. "
            "Give it a duration.",
            (),
        ),
        (
            lambda: Lifecycle.succeeds(pending=True),
            "the time in State.PENDING must be seconds (int or float) or a timedelta, not True",
            (),
        ),
        (
            lambda: Lifecycle.fails(""),
            "a failure needs a message that is not empty, not ''",
            (),
        ),
        (
            lambda: Lifecycle.hangs(percent=101),
            "percent must be a number from 0 to 100, not 101",
            (),
        ),
        (
            lambda: Lifecycle.manual().at(-1),
            "elapsed must be finite and not negative, not -1",
            (),
        ),
        (
            lambda: Lifecycle.manual().at(1, ["x"]),
            "the time of a poll must be seconds (int or float) or a timedelta, not 'x'",
            (),
        ),
    ],
)
def test_contradictions(make, message, choices):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.choices == choices
    assert isinstance(caught.value, ValueError)
