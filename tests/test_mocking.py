"""A mock holds APIs, clock and transport together, and says so when it is used out of turn."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time

import pytest
import requests
from support.chainloop_polls import URL, get
from support.toy_api import toy

from pytest_asyncops import (
    AsyncOpsMock,
    InvalidArgument,
    Lifecycle,
    MockClosed,
    UnmatchedRequests,
    assert_polled,
    mocked,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.chainloop_stub import ChainloopStub
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.apis.pinecone_stub import PineconeStub
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.mocking import Switch

# --- open and closed


def test_a_mock_has_both_apis_a_clock_and_the_calls():
    with mocked() as mock:
        assert isinstance(mock, AsyncOpsMock)
        assert repr(mock) != "<AsyncOpsMock, closed>"
        assert list(mock.stubs.items()) == [
            ("chainloop", mock.chainloop),
            ("pinecone", mock.pinecone),
        ]
        assert type(mock.chainloop) is ChainloopStub
        assert type(mock.pinecone) is PineconeStub
        assert mock.chainloop.base_url == CHAINLOOP.base_url == URL
        assert mock.pinecone.base_url == PINECONE.base_url
        assert list(mock.calls) == []
        assert mock.clock.elapsed == datetime.timedelta()
        with pytest.raises(TypeError):
            mock.stubs["other"] = mock.chainloop
    assert repr(mock) == "<AsyncOpsMock, closed>"


CLOSED = (
    "asyncops_mock is not live here. Name it in the arguments of the test, or in "
    "@pytest.mark.usefixtures('asyncops_mock'), and use it while the test runs. "
    "Elsewhere: with pytest_asyncops.mocked() as mock."
)


@pytest.mark.parametrize(
    "use",
    [
        lambda mock: mock.chainloop,
        lambda mock: mock.pinecone,
        lambda mock: mock.stubs,
        lambda mock: mock.clock,
        lambda mock: mock.calls,
        lambda mock: mock.reset(),
    ],
)
def test_a_mock_that_is_not_open_says_what_to_do(use):
    with mocked() as closed:
        pass
    for mock in (AsyncOpsMock(), closed):
        with pytest.raises(MockClosed) as caught:
            use(mock)
        assert str(caught.value) == CLOSED


@pytest.mark.parametrize(
    "use",
    [
        lambda stub: stub.start(assistant_name="docs"),
        lambda stub: stub.start_many(2, assistant_name="docs"),
        lambda stub: stub.add_assistant("docs"),
    ],
)
def test_a_stub_of_a_closed_mock_starts_nothing(use):
    with mocked() as mock:
        stub = mock.pinecone
    with pytest.raises(MockClosed) as caught:
        use(stub)
    assert str(caught.value) == (
        "this mock of pinecone is closed: its test or its with block is over. Use it inside."
    )
    assert stub.operations == {}


def test_what_a_closed_mock_saw_can_still_be_read():
    with mocked() as mock:
        operation = mock.chainloop.start()
        stub, calls, clock = mock.chainloop, mock.calls, mock.clock
        get(f"/v1/operations/{operation.id}")
        time.sleep(10)
    assert len(calls) == len(stub.calls) == 1
    assert operation.polls == 1
    assert operation.state.done
    assert clock.elapsed.total_seconds() == 10


def test_a_mock_can_be_opened_again_and_is_new():
    switch = Switch()
    mock = switch.mock
    for _ in range(2):
        assert not switch.is_open
        switch.open(resolve_settings({}))
        assert switch.is_open
        assert mock.chainloop.start().id.endswith("-000000000001")
        time.sleep(1)
        assert mock.clock.elapsed.total_seconds() == 1
        switch.close()


@pytest.mark.parametrize("use", [Switch.close, Switch.checkpoint])
def test_what_is_not_open_cannot_be_closed_and_can_be_abandoned(use):
    switch = Switch()
    with pytest.raises(MockClosed, match="is not live here"):
        use(switch)
    switch.abandon()


def test_a_mock_that_is_abandoned_puts_everything_back_and_reports_nothing():
    before = (requests.adapters.HTTPAdapter.send, time.sleep)
    switch = Switch()
    switch.open(resolve_settings({}))
    assert get("/v2").status_code == 404
    switch.abandon()
    assert (requests.adapters.HTTPAdapter.send, time.sleep) == before


# --- reset


def test_a_reset_starts_over():
    with mocked() as mock:
        mock.chainloop.start(id="x")
        mock.chainloop.refuse("token")
        mock.pinecone.add_assistant("docs")
        assert get("/v1/operations/x").status_code == 403
        time.sleep(5)
        mock.reset()
        assert (list(mock.calls), mock.calls.total) == ([], 0)
        assert dict(mock.chainloop.operations) == {}
        assert mock.clock.elapsed == datetime.timedelta()
        assert get("/v1/operations").json()["pagination"]["total_count"] == 0
        key = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
        answer = requests.get(f"{mock.pinecone.base_url}/operations/docs", headers=key)
        assert answer.status_code == 404
        mock.chainloop.start(id="x")  # the id is free again


def test_a_reset_sets_a_real_clock_back(monkeypatch):
    ticked = 0
    monkeypatch.setattr("pytest_asyncops.session._ticking", lambda speed: lambda: ticked)
    with mocked(clock="real") as mock:
        begun = mock.clock.now()
        ticked = 3 * 10**9
        assert mock.clock.elapsed.total_seconds() == 3
        mock.reset()
        assert (mock.clock.now(), mock.clock.elapsed.total_seconds()) == (begun, 0)
        ticked = 5 * 10**9
        assert mock.clock.elapsed.total_seconds() == 2


def test_a_reset_does_not_hide_unmatched_requests():
    def body() -> None:
        with mocked() as mock:
            get("/v2")
            mock.reset()

    with pytest.raises(UnmatchedRequests):
        body()


@pytest.mark.parametrize(
    "use",
    [
        lambda operation: operation.cancel(),
        lambda operation: operation.fail("boom"),
        lambda operation: operation.state,
        lambda operation: operation.percent,
        lambda operation: operation.calls,
        lambda operation: assert_polled(operation, at_most=1),
    ],
)
def test_an_operation_that_a_reset_has_removed_says_so(use):
    with mocked() as mock:
        time.sleep(9)
        operation = mock.chainloop.start(id="x", lifecycle=Lifecycle.manual())
        operation.run(percent=40)
        get("/v1/operations/x")
        mock.reset()
        with pytest.raises(InvalidArgument) as caught:
            use(operation)
        assert str(caught.value) == (
            "operation x is gone: the mock was reset, or went back to what the fixtures left. "
            "Start it again."
        )
        assert caught.value.value is operation
        assert repr(operation) == "<Operation x, gone, 1 poll>"
        assert (operation.id, operation.polls) == ("x", 1)


def test_waiting_for_an_operation_of_a_closed_mock_ends():
    with mocked() as mock:
        operation = mock.chainloop.start()

    def wait() -> None:
        while not operation.state.done:
            time.sleep(5)

    with mocked(), pytest.raises(MockClosed):
        wait()


# --- settings


@pytest.mark.parametrize(
    ("apis", "live"),
    [
        (["chainloop"], ["chainloop"]),
        ("pinecone", ["pinecone"]),
        ("chainloop pinecone", ["chainloop", "pinecone"]),
        ("pinecone, chainloop", ["pinecone", "chainloop"]),
        (("pinecone",), ["pinecone"]),
        ([CHAINLOOP], ["chainloop"]),
        ([], []),
    ],
)
def test_the_setting_apis_says_what_is_live(apis, live):
    with mocked(apis=apis) as mock:
        assert list(mock.stubs) == live


def test_an_api_that_is_not_live():
    with mocked(apis=["chainloop"]) as mock:
        with pytest.raises(InvalidArgument) as caught:
            mock.pinecone  # noqa: B018
        assert str(caught.value) == (
            "unknown live API 'pinecone'. Choose 'chainloop'. "
            "The setting apis= says which are live."
        )


def test_readings_reach_their_stub():
    with mocked(chainloop_profile="gateway", pinecone_order="oldest") as mock:
        assert mock.chainloop.readings["profile"] == "gateway"
        assert mock.chainloop.readings["order"] == "newest"
        assert mock.pinecone.readings["order"] == "oldest"


# --- how it looks


def test_a_mock_in_print():
    with mocked() as mock:
        mock.chainloop.start()
        get("/v1/operations")
        time.sleep(1.5)
        assert repr(mock) == (
            "<AsyncOpsMock <ChainloopStub of chainloop at https://api.app.chainloop.dev, "
            "1 operation, 1 call>, <VirtualClock 2026-01-01T00:00:01.500Z, 1.5 s on>>"
        )
        assert repr(mock.calls[0]) == (
            "<Call 2026-01-01T00:00:00Z GET https://api.app.chainloop.dev/v1/operations -> 200>"
        )
        assert "token" not in repr(mock.calls[0].request.headers)
        mock.reset()
        assert repr(mock) == "<AsyncOpsMock <VirtualClock 2026-01-01T00:00:00Z, 0 s on>>"
    assert repr(mock) == "<AsyncOpsMock, closed>"


def test_two_runs_print_the_same():
    def run() -> list[str]:
        with mocked() as mock:
            mock.chainloop.start_many(3)
            mock.pinecone.start(assistant_name="docs")
            time.sleep(3)
            get("/v1/operations?pagination.page_size=2")
            return [repr(mock), repr(mock.calls), mock.calls[0].response.content.decode()]

    assert run() == run()


def test_requests_of_many_threads_are_all_answered():
    with mocked() as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
        path = f"/v1/operations/{operation.id}"
        with contextlib.ExitStack() as stack:
            for _ in range(8):
                thread = threading.Thread(target=lambda: [get(path) for _ in range(10)])
                thread.start()
                stack.callback(thread.join)
        assert operation.polls == len(mock.calls) == 80


def test_a_stub_that_there_is_not():
    with mocked(apis=["chainloop", toy()]) as mock:
        with pytest.raises(KeyError) as caught:
            mock.stubs["chainlop"]
        assert isinstance(caught.value, InvalidArgument)
        assert str(caught.value) == (
            "unknown live API 'chainlop'. Did you mean 'chainloop'? Choose 'chainloop' or 'toy'. "
            "The setting apis= says which are live."
        )
        assert "chainlop" not in mock.stubs
        assert mock.stubs.get("chainlop") is None
        assert [*mock.stubs] == ["chainloop", "toy"]


def test_an_attribute_that_there_is_not():
    names = (
        "Choose 'ca_file', 'calls', 'chainloop', 'clock', 'pinecone', 'reset', 'stubs', "
        "'timeline' or 'toy'."
    )
    with mocked(apis=[toy(), toy("not-a-name")]) as mock:
        with pytest.raises(AttributeError) as caught:
            mock.chainlop  # noqa: B018 - reading it is what is tested
        assert isinstance(caught.value, InvalidArgument)
        assert str(caught.value) == (
            f"unknown attribute of asyncops_mock: 'chainlop'. Did you mean 'chainloop'? {names} An "
            "API of your own is an attribute while the mock is open, if the setting apis= has it."
        )
        assert mock.toy is mock.stubs["toy"]
        assert "toy" in dir(mock)
        assert not hasattr(mock, "chainlop")
        assert not hasattr(mock, "__wrapped__")
        assert "not-a-name" not in dir(mock)
    assert not hasattr(mock, "toy")  # closed, too
    assert "toy" not in dir(mock)
