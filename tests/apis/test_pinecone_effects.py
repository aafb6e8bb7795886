"""What an operation has made lasts longer than the operation: retention forgets only the latter."""

from __future__ import annotations

import pytest
from support.pinecone_server import Server

from pytest_asyncops import Lifecycle, State

DAYS = 24 * 60 * 60


@pytest.mark.parametrize(
    ("lifecycle", "status"),
    [
        (Lifecycle.succeeds(), "Available"),
        (Lifecycle.fails("no text"), "ProcessingFailed"),
        (Lifecycle.succeeds().then_purged(1), "Available"),
        (Lifecycle.fails("no text").then_purged(1), "ProcessingFailed"),
    ],
)
def test_a_file_outlasts_its_operation(lifecycle, status):
    server = Server()
    operation = server.start(file_id="f", lifecycle=lifecycle)
    server.clock.advance(10)
    before = server.file("f")
    server.clock.advance(31 * DAYS)
    assert operation.state is State.PURGED
    assert server.file("f") == before
    assert before["status"] == status
    assert server.ids() == []
    assert server.send("GET", "/files/docs").json()["files"] == [before]


def test_an_operation_that_was_purged_by_hand():
    server = Server()
    operation = server.start(file_id="f", lifecycle=Lifecycle.manual())
    operation.run()
    operation.succeed()
    operation.purge()
    assert server.file("f")["status"] == "Available"


def test_to_look_at_a_file_is_a_poll_of_the_operation_that_its_status_is_of():
    server = Server()
    first = server.start(file_id="f")
    server.clock.advance(10)
    server.file("f")
    server.file("f")  # it was done when the one before it came
    second = server.start(file_id="f", operation_type="delete_file")
    server.file("f")
    server.send("GET", "/files/docs")
    assert (first.polls, second.polls) == (1, 2)
    assert [call.response.route for call in second.calls] == ["describe_file"]
    assert server.stub.calls[-1].operations == (second.id,)
    server.clock.advance(31 * DAYS)
    assert server.file("f") is None
