"""A poll that sees nothing new moves the clock to the next change of its answer."""

from __future__ import annotations

import pytest
import requests

from pytest_asyncops import Lifecycle, State, mocked, polls

BEARER = {"Authorization": "Bearer token"}


@pytest.fixture(params=["virtual", "manual"])
def mock(request):
    with mocked(skip_idle=True, clock=request.param, apis=["chainloop"]) as mock:
        yield mock


def poll(mock, path=""):
    url = f"{mock.chainloop.base_url}/v1/operations{path}"
    requests.get(url, headers=BEARER, timeout=30)
    return mock.clock.elapsed.total_seconds()


def test_each_state_is_seen_and_then_the_next(mock):
    started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=60, running=3600))
    elapsed = [poll(mock, f"/{started.id}") for _ in range(6)]
    assert elapsed == [0, 60, 60, 3660, 3660, 3660]
    assert [call.states[0] for call in mock.calls] == [
        State.PENDING, State.PENDING, State.RUNNING, State.RUNNING, State.SUCCEEDED,
        State.SUCCEEDED,
    ]  # fmt: skip


def test_a_list_moves_to_the_first_change_of_what_it_shows(mock):
    mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=50))
    mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=20))
    assert [poll(mock) for _ in range(6)] == [0, 20, 20, 50, 50, 50]


def test_what_changes_by_polls_needs_no_clock(mock):
    started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=polls(3)))
    assert [poll(mock, f"/{started.id}") for _ in range(5)] == [0] * 5
    assert started.state is State.SUCCEEDED


def test_what_never_changes_moves_nothing(mock):
    started = mock.chainloop.start(lifecycle=Lifecycle.hangs())
    assert [poll(mock, f"/{started.id}") for _ in range(3)] == [0] * 3
    assert poll(mock, "/no-such") == 0


def test_a_reset_forgets_what_was_seen(mock):
    for _ in range(2):
        started = mock.chainloop.start(id="op", lifecycle=Lifecycle.succeeds(running=50))
        assert [poll(mock, f"/{started.id}") for _ in range(2)] == [0, 50]
        mock.reset()
