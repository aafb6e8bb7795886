"""How to test a client that waits for Chainloop: hours of its waiting, none of yours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chainloop_client import (
    ChainloopClient,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OperationFailed,
    OperationPurged,
)
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import AsyncOpsMock, Lifecycle, State, assert_conforms, assert_history, polls


@pytest.fixture(scope="module")  # one for all: tests with @given may not have one of their own
def client() -> ChainloopClient:
    return ChainloopClient(token="any token will do")


def test_waits_until_it_is_done(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    operation = asyncops_mock.chainloop.start(
        kind="evidence_evaluation",
        resource_id="ev-1",
        resource_type="evidence",
        lifecycle=Lifecycle.succeeds(pending=2, running=30, output=b'{"passed": true}'),
    )

    assert client.wait(operation.id) == b'{"passed": true}'

    assert asyncops_mock.clock.elapsed == timedelta(seconds=35)  # the first poll after second 32
    assert operation.polls == 8


def test_an_output_may_be_missing(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.succeeds())

    assert client.wait(operation.id) == b""


def test_says_why_it_failed(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    operation = asyncops_mock.chainloop.start(
        lifecycle=Lifecycle.fails("policy could not be loaded", running=12)
    )

    with pytest.raises(OperationFailed, match="policy could not be loaded"):
        client.wait(operation.id)


def test_gives_up_on_an_operation_that_hangs(
    asyncops_mock: AsyncOpsMock, client: ChainloopClient
) -> None:
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.hangs(pending=60))

    with pytest.raises(TimeoutError, match="not over after 3600 seconds"):
        client.wait(operation.id, timeout=3600)

    assert asyncops_mock.clock.elapsed == timedelta(hours=1)
    assert operation.state is State.RUNNING


def test_polls_once_more_when_it_must(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    """Durations may be counted in polls, where the number of requests is what matters."""
    operation = asyncops_mock.chainloop.start(
        lifecycle=Lifecycle.succeeds(pending=polls(1), running=polls(2))
    )

    client.wait(operation.id)

    seen = [call.response.json()["operation"]["status"] for call in asyncops_mock.calls]
    assert seen == [
        "ASYNC_OPERATION_STATUS_PENDING",
        "ASYNC_OPERATION_STATUS_RUNNING",
        "ASYNC_OPERATION_STATUS_RUNNING",
        "ASYNC_OPERATION_STATUS_COMPLETED",
    ]


def test_comes_too_late_for_the_output(
    asyncops_mock: AsyncOpsMock, client: ChainloopClient
) -> None:
    operation = asyncops_mock.chainloop.start(
        lifecycle=Lifecycle.succeeds(output=b"report").then_purged(after=timedelta(days=7))
    )
    asyncops_mock.clock.advance(timedelta(days=8))

    with pytest.raises(OperationPurged):
        client.wait(operation.id)


def test_lists_beyond_the_first_page(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    rescans = asyncops_mock.chainloop.start_many(120, kind="vulnerability_rescan")
    asyncops_mock.chainloop.start(kind="evidence_evaluation")

    found = client.operations(kind="vulnerability_rescan")

    assert {operation["id"] for operation in found} == {operation.id for operation in rescans}
    assert len(asyncops_mock.calls) == 3


def test_lists_what_is_still_running(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    asyncops_mock.chainloop.start_many(5, lifecycle=Lifecycle.succeeds(running=10))
    slow = asyncops_mock.chainloop.start(lifecycle=Lifecycle.hangs())
    asyncops_mock.clock.advance(10)

    running = client.operations(status="ASYNC_OPERATION_STATUS_RUNNING")

    assert [operation["id"] for operation in running] == [slow.id]


def test_a_token_is_needed(asyncops_mock: AsyncOpsMock) -> None:
    operation = asyncops_mock.chainloop.start()

    with pytest.raises(NotAuthenticated, match="JWT token is missing"):
        ChainloopClient(token="").wait(operation.id)


@pytest.mark.parametrize(
    ("reason", "error"),
    [("expired", NotAuthenticated), ("invalid", NotAuthenticated), ("forbidden", NotAllowed)],
)
def test_a_token_may_be_refused(
    asyncops_mock: AsyncOpsMock, reason: str, error: type[Exception]
) -> None:
    operation = asyncops_mock.chainloop.start()
    asyncops_mock.chainloop.refuse("a bad token", reason)

    with pytest.raises(error):
        ChainloopClient(token="a bad token").wait(operation.id)


def test_an_unknown_operation(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    with pytest.raises(NotFound, match="operation not found"):
        client.wait("no-such-operation")


@given(running=st.integers(0, 300), interval=st.integers(5, 60))
def test_is_never_late_by_more_than_one_interval(
    asyncops_mock: AsyncOpsMock, client: ChainloopClient, running: int, interval: int
) -> None:
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=running))

    client.wait(operation.id, interval=interval)

    assert running <= asyncops_mock.clock.elapsed.total_seconds() < running + interval


def test_what_was_received_conforms(asyncops_mock: AsyncOpsMock, client: ChainloopClient) -> None:
    """The same assertion takes answers of the real service, for a test that has a token for it."""
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.fails("disk full"))

    with pytest.raises(OperationFailed):
        client.wait(operation.id)
    list(client.operations())

    for call in asyncops_mock.calls:
        assert_conforms(call.response)
    assert_history([call.response for call in asyncops_mock.calls], api="chainloop")
