"""An operation is moved by hand where its lifecycle allows it, and shows each move."""

from __future__ import annotations

import re

import pytest
from support.stores import a_store, started
from support.toy_api import stub_of, toy

from pytest_asyncops import InvalidArgument, Lifecycle, OwnState, State
from pytest_asyncops.durations import SECOND


@pytest.mark.parametrize("retention", [None, 60])
def test_what_has_been_purged_cannot_be_moved(retention):
    store = a_store(retention=retention)
    (op,) = started(store, Lifecycle.manual())
    op.cancel()
    if retention is None:
        op.purge()
    else:
        store.clock.advance(60)
    message = "operation op-0 has been purged and cannot become State.RUNNING"
    with pytest.raises(InvalidArgument, match=f"^{message}$") as caught:
        op.run()
    assert caught.value.value is State.RUNNING


def test_only_manual_operations_can_be_moved():
    (op,) = started(a_store(), Lifecycle.succeeds())
    message = (
        "operation op-0 follows its own lifecycle and cannot be moved by hand. "
        "Start it with lifecycle=Lifecycle.manual()."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        op.succeed()
    assert caught.value.value == Lifecycle.succeeds()
    assert op.state is State.RUNNING


def test_moves_by_hand_are_seen_with_their_facts():
    store = a_store()
    op, failing, cancelled = started(store, *[Lifecycle.manual()] * 3)
    store.clock.advance(2)
    op.run(percent=30)
    failing.run(percent=40)
    assert (op.state, op.percent) == (State.RUNNING, 30)
    store.clock.advance(3)
    op.run(percent=60)
    assert op.percent == 60
    store.clock.advance(1)
    op.succeed(output=b"x")
    assert op.percent == 100
    snapshot = store.snapshot(op)
    assert (snapshot.started, snapshot.finished) == (2 * SECOND, 6 * SECOND)
    assert snapshot.output == b"x"
    failing.fail("disk full")
    assert (failing.percent, store.snapshot(failing).message) == (40, "disk full")
    cancelled.cancel()
    assert (cancelled.state, cancelled.percent) == (State.CANCELLED, 0)
    op.purge()
    assert store.snapshot(op).output is None
    assert repr(op) == "<Operation op-0 PURGED, 0 polls>"


def test_a_state_is_not_set_but_moved_to():
    operation = stub_of(toy()).start(shelf="a", lifecycle=Lifecycle.manual())
    with pytest.raises(AttributeError) as caught:
        operation.state = State.FAILED
    assert isinstance(caught.value, InvalidArgument)
    assert str(caught.value) == (
        "the state of an operation cannot be set to State.FAILED. Start it with "
        "lifecycle=Lifecycle.manual(), and move it with run(), succeed(), fail('why'), cancel(), "
        "purge() or move_to(state)."
    )
    assert operation.state is State.PENDING
    with pytest.raises(InvalidArgument, match=r"^cancel\(\) takes no arguments, not 'why'$"):
        operation.cancel("why")


def test_an_operation_is_moved_to_states_of_the_apis_own():
    store = a_store()
    queued = OwnState("queued", State.PENDING)
    finalizing = OwnState("finalizing", State.RUNNING)
    expired = OwnState("expired", State.FAILED)
    (op,) = started(store, Lifecycle.manual(queued))
    assert (op.state, op.percent) == (queued, 0)
    op.run(percent=30)
    op.move_to(finalizing, message="writes", percent=90)
    assert (op.state, op.percent, store.snapshot(op).message) == (finalizing, 90, "writes")
    assert repr(op) == "<Operation op-0 finalizing, 0 polls>"
    op.move_to(expired)
    assert (op.state, op.percent) == (expired, 90)
    message = "OwnState('queued', State.PENDING) cannot follow OwnState('expired', State.FAILED)"
    with pytest.raises(InvalidArgument, match=re.escape(message)):
        op.move_to(queued)
    op.move_to(OwnState("archived", State.PURGED))
    with pytest.raises(InvalidArgument, match="has been purged and cannot become"):
        op.run()


def test_moves_to_the_states_that_every_api_has():
    op, failing = started(a_store(), *[Lifecycle.manual()] * 2)
    op.move_to(State.SUCCEEDED, output=b"x")
    assert op._store.looked_at(op).output == b"x"
    failing.run(percent=40)
    failing.move_to(State.FAILED, message="disk full", percent=41)
    assert failing.percent == 41
