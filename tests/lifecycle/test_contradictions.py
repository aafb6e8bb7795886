"""A plan that contradicts itself is refused, and the message says what could follow."""

from __future__ import annotations

import re

import pytest

from pytest_asyncops import InvalidArgument, Lifecycle, OwnState, State, Step


@pytest.mark.parametrize(
    ("make", "message", "choices"),
    [
        (
            Lifecycle.steps,
            "a lifecycle needs at least one step",
            (),
        ),
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
            lambda: Lifecycle.succeeds(running=None),
            "Step(State.RUNNING) never ends, so Step(State.SUCCEEDED) would never come. "
            "Give it a duration.",
            (),
        ),
    ],
)
def test_contradictions(make, message, choices):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.choices == choices
    assert isinstance(caught.value, ValueError)
