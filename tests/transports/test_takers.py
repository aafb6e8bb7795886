"""Requests are offered to the open mocks, the latest first, and recorded when they come."""

from __future__ import annotations

import pytest
from support.loopback import BEARER, CHAINLOOP, OTHER

from pytest_asyncops.apis.chainloop import CHAINLOOP as API
from pytest_asyncops.serving.base_urls import BaseUrls
from pytest_asyncops.serving.server import Server
from pytest_asyncops.transports.takers import Takers
from pytest_asyncops.virtual_time.server_clock import ServerClock

URL = f"{CHAINLOOP}/v1/operations"


def server() -> Server:
    return Server(API, ServerClock())


@pytest.fixture
def servers() -> list[Server]:
    return [server(), server()]


@pytest.fixture
def mocks(servers) -> list[BaseUrls]:
    return [BaseUrls([each]) for each in servers]


def asked(takers: Takers) -> Server | None:
    taken = takers.find(URL)
    return None if taken is None else taken.server


def test_the_latest_is_asked_first_and_they_may_go_in_any_order(mocks, servers):
    takers = Takers()
    assert asked(takers) is None
    takers.add(mocks[0])
    takers.add(mocks[1])
    assert asked(takers) is servers[1]
    takers.come_first(mocks[0])
    assert asked(takers) is servers[0]
    takers.remove(mocks[0])
    assert asked(takers) is servers[1]
    takers.remove(mocks[1])
    assert asked(takers) is None


def test_whether_any_is_there(mocks):
    takers = Takers()
    assert not takers.are_at(URL)
    takers.add(mocks[0])
    assert takers.are_at(f"{CHAINLOOP}:443/elsewhere")
    assert not takers.are_at(OTHER)


def test_other_urls_are_nobodys(mocks):
    takers = Takers()
    takers.add(mocks[0])
    assert takers.find(OTHER) is None
    assert takers.find("") is None


def test_a_request_is_answered_and_recorded(mocks, servers):
    takers = Takers()
    takers.add(mocks[0])
    taken = takers.find(f"{URL}?kind=a")
    assert (taken.url, taken.target) == (f"{URL}?kind=a", "/v1/operations?kind=a")
    pairs = [*BEARER.items(), ("X-Tag", "a"), ("x-tag", "b")]
    answer = taken.answer("GET", pairs, b"")
    assert (answer.status_code, answer.json()["operations"]) == (200, [])
    assert ("Content-Type", "application/json") in answer.headers.pairs
    assert answer.late == 0
    (call,) = servers[0].calls
    assert call.response is answer
    assert call.request.header("x-TAG") == "a, b"
    assert call.request.headers.pairs == pairs
    # A mapping that finds names in any case is as good.
    assert taken.answer("GET", call.request.headers, b"").status_code == 200
