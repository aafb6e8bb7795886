"""A transport that covers functions takes requests from its start to its stop."""

from __future__ import annotations

import pytest
from support.loopback import CHAINLOOP

from pytest_asyncops.apis.chainloop import CHAINLOOP as API
from pytest_asyncops.serving.base_urls import BaseUrls
from pytest_asyncops.serving.server import Server
from pytest_asyncops.transports.covers import Covers
from pytest_asyncops.transports.takers import Takers
from pytest_asyncops.transports.transport import CoveringTransport
from pytest_asyncops.virtual_time.server_clock import ServerClock

URL = f"{CHAINLOOP}/v1/operations"


class Client:
    def get(self, url):
        return "network"

    async def aget(self, url):
        return "network"


@pytest.fixture
def takers():
    return Takers()


@pytest.fixture
def make(takers):
    def taking(beneath):
        def get(client, url):
            taken = takers.find(url)
            return beneath(client, url) if taken is None else taken.server

        return get

    covers = [Covers(Client, name, taking) for name in ("get", "aget")]

    def make() -> tuple[CoveringTransport, Server]:
        server = Server(API, ServerClock())
        return CoveringTransport(takers, covers, BaseUrls([server])), server

    return make


def test_it_takes_requests_until_it_stops(make):
    before = vars(Client).copy()
    (first, one), (second, two) = make(), make()
    client = Client()
    first.start()
    assert client.get(URL) is client.aget(URL) is one
    assert client.get("https://other.example") == "network"
    second.start()
    assert client.get(URL) is two
    first.come_first()
    assert client.get(URL) is one
    first.stop()
    assert client.get(URL) is two
    second.stop()
    assert client.get(URL) == "network"
    assert {name: vars(Client)[name] for name in ("get", "aget")} == {
        name: before[name] for name in ("get", "aget")
    }
