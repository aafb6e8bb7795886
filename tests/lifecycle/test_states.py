"""A step is a checked value that prints as it is written."""

from __future__ import annotations

import datetime
import math
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.ticking_lifecycles import percents, progresses

from pytest_asyncops import InvalidArgument, OwnState, Progress, State, Step, polls
from pytest_asyncops.lifecycle.states import TRANSITIONS, may_follow

NAMES = {
    "OwnState": OwnState,
    "Progress": Progress,
    "State": State,
    "Step": Step,
    "polls": polls,
    "inf": math.inf,
}

# Durations beyond 26 days need not keep their last nanoseconds when printed as seconds.
durations = st.one_of(
    st.none(),
    st.integers(0, 10**12),
    st.integers(0, 2 * 10**15).map(lambda ns: ns / 10**9),
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(days=26)),
    st.integers(0, 10**6).map(polls),
)


def test_done():
    assert [state.done for state in State] == [False, False, True, True, True, True]


def test_states_print_as_they_are_written():
    assert [eval(repr(state), NAMES) for state in State] == list(State)


def test_every_state_says_what_may_follow_it():
    assert set(TRANSITIONS) == set(State)
    for state, following in TRANSITIONS.items():
        if state.done:
            assert following <= {State.PURGED}
        else:
            assert State.PURGED not in following


OWN = [OwnState(f"own-{state.value}", state) for state in State]


@pytest.mark.parametrize("state", OWN)
def test_a_state_of_an_apis_own_is_what_it_means(state):
    assert (state.done, state.value) == (state.meaning.done, state.name)
    assert eval(repr(state), NAMES) == state
    assert hash(eval(repr(state), NAMES)) == hash(state)
    assert state != state.meaning
    assert state.meaning.meaning is state.meaning


@pytest.mark.parametrize("earlier", [*State, *OWN])
@pytest.mark.parametrize("later", [*State, *OWN])
def test_what_may_follow_is_decided_by_meanings(earlier, later):
    waits_on = earlier.meaning is later.meaning is State.PENDING and earlier != later
    by_meaning = later.meaning in TRANSITIONS[earlier.meaning]
    assert may_follow(earlier, later) is (waits_on or by_meaning)


@pytest.mark.parametrize(
    ("make", "message", "value", "choices"),
    [
        (
            lambda: OwnState("", State.RUNNING),
            "the name of a state must be a string that is not empty, not ''",
            "",
            (),
        ),
        (
            lambda: OwnState(7, State.RUNNING),
            "the name of a state must be a string that is not empty, not 7",
            7,
            (),
        ),
        (
            lambda: OwnState("idle", "running"),
            "the meaning of the state 'idle' must be State.PENDING, State.RUNNING, "
            "State.SUCCEEDED, State.FAILED, State.CANCELLED or State.PURGED, not 'running'",
            "running",
            tuple(map(repr, State)),
        ),
    ],
)
def test_bad_states(make, message, value, choices):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.value == value
    assert caught.value.choices == choices


def test_a_state_of_an_apis_own_may_have_a_message_whatever_it_means():
    for state in OWN:
        assert Step(state, message="it says so").message == "it says so"
        assert Step(state).message is None
    assert Step(OWN[2], output=b"x").output == b"x"


@given(
    st.sampled_from([*State, *OWN]),
    durations,
    st.none() | percents,
    st.none() | progresses,
    st.text(),
    st.binary(),
)
@example(State.RUNNING, 1234567.891, None, None, "", b"")
@example(State.RUNNING, 123456789012, None, None, "", b"")
def test_a_printed_step_can_be_pasted(state, duration, percent, progress, message, output):
    assume(percent is None or progress is None)
    step = Step(
        state,
        duration,
        percent=percent,
        progress=progress,
        message=(message or "boom") if state in (State.FAILED, *OWN) else None,
        output=output if state.meaning is State.SUCCEEDED else None,
    )
    again = eval(repr(step), NAMES)
    assert again == step
    assert hash(again) == hash(step)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step(State.PENDING), "Step(State.PENDING)"),
        (Step(State.RUNNING, 30), "Step(State.RUNNING, 30)"),
        (Step(State.RUNNING, 0), "Step(State.RUNNING, 0)"),
        (Step(State.RUNNING, 0.25), "Step(State.RUNNING, 0.25)"),
        (Step(State.RUNNING, datetime.timedelta(days=30)), "Step(State.RUNNING, 2592000)"),
        (Step(State.RUNNING, polls(3)), "Step(State.RUNNING, polls(3))"),
        (
            Step(State.RUNNING, progress=Progress.stalled(90)),
            "Step(State.RUNNING, progress=Progress(points=((0, 0), (0.5, 90), (1, 90))))",
        ),
        (Step(State.SUCCEEDED, output=b""), "Step(State.SUCCEEDED, output=b'')"),
        (
            Step(State.FAILED, message="disk full", percent=15),
            "Step(State.FAILED, message='disk full', percent=15)",
        ),
    ],
)
def test_a_printed_step(step, text):
    assert repr(step) == text


def test_equal_durations_make_equal_steps():
    same = {
        Step(State.RUNNING, 60),
        Step(State.RUNNING, 60.0),
        Step(State.RUNNING, datetime.timedelta(minutes=1)),
    }
    assert len(same) == 1
    assert Step(State.RUNNING, polls(60)) not in same
    assert Step(State.RUNNING) not in same


def test_no_polls_are_no_time():
    assert Step(State.RUNNING, polls(0)) == Step(State.RUNNING, 0)


@pytest.mark.parametrize(
    ("make", "message", "value"),
    [
        (
            lambda: Step("running"),
            "a step's state must be State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED, "
            "State.CANCELLED, State.PURGED or an OwnState, not 'running'",
            "running",
        ),
        (
            lambda: Step(State.RUNNING, output=b"x"),
            "output belongs to State.SUCCEEDED, and this step is State.RUNNING",
            b"x",
        ),
        (
            lambda: Step(State.FAILED, output=b"x", message="no"),
            "output belongs to State.SUCCEEDED, and this step is State.FAILED",
            b"x",
        ),
        (
            lambda: Step(OWN[3], output=b"x"),
            "output belongs to State.SUCCEEDED, and this step is "
            "OwnState('own-failed', State.FAILED)",
            b"x",
        ),
        (
            lambda: Step(OWN[1], message=""),
            "a message must be a string that is not empty, not ''",
            "",
        ),
        (
            lambda: Step(State.SUCCEEDED, output="x"),
            "output must be bytes, not 'x'. Encode it first: b'...' or .encode().",
            "x",
        ),
        (
            lambda: Step(State.SUCCEEDED, message="no"),
            "an error message belongs to State.FAILED, and this step is State.SUCCEEDED",
            "no",
        ),
        (
            lambda: Step(State.FAILED),
            "a failure needs a message that is not empty, not None",
            None,
        ),
        (
            lambda: Step(State.FAILED, message=b"no"),
            "a failure needs a message that is not empty, not b'no'",
            b"no",
        ),
        (
            lambda: Step(State.RUNNING, percent=5, progress=Progress.full()),
            "percent=5 and progress=Progress(points=((0, 100),)) contradict each other; "
            "give one of them",
            5,
        ),
        (
            lambda: Step(State.RUNNING, progress=50),
            "progress must be a Progress, not 50. Make one with "
            "Progress.curve(), .stalled(), .full() or .absent().",
            50,
        ),
        (
            lambda: Step(State.RUNNING, -1),
            "the time in State.RUNNING must be finite and not negative, not -1",
            -1,
        ),
        (
            lambda: Step(State.RUNNING, math.inf),
            "the time in State.RUNNING must be finite and not negative, not inf",
            math.inf,
        ),
        (
            lambda: Step(State.RUNNING, False),
            "the time in State.RUNNING must be seconds (int or float) or a timedelta, not False",
            False,
        ),
        (lambda: polls(-1), "polls() takes a whole number, 0 or more, not -1", -1),
        (lambda: polls(True), "polls() takes a whole number, 0 or more, not True", True),
        (lambda: polls(2.0), "polls() takes a whole number, 0 or more, not 2.0", 2.0),
    ],
)
def test_bad_steps(make, message, value):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.value == value


@pytest.mark.parametrize("percent", [-1, 100.01, math.nan, math.inf, True, "50", b"1"])
def test_a_percentage_is_a_number_from_0_to_100(percent):
    message = f"percent must be a number from 0 to 100, not {percent!r}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        Step(State.RUNNING, percent=percent)


def test_a_wrong_state_is_told_the_choices():
    with pytest.raises(InvalidArgument) as caught:
        Step(None)
    assert caught.value.choices == tuple(map(repr, State))
