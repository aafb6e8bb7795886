"""Where an operation stands is a pure function of time and polls, and goes forward only."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from support.ticking_lifecycles import (
    RANK,
    Ticking,
    counted,
    lifecycles,
    lived,
    seconds,
    state,
    waits,
    whole_seconds,
)

from pytest_asyncops import Lifecycle, OwnState, State, Step, polls
from pytest_asyncops.durations import SECOND


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
