"""A mock keeps its stubs' hosts from the network, and those of the real services."""

from __future__ import annotations

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.kept_hosts import kept_hosts
from pytest_asyncops.network.hosts import Policy

CHAINLOOP = "https://api.app.chainloop.dev"
HOST = "api.app.chainloop.dev"
ELSEWHERE = "http://stub.example:81"
LOOPBACK = "http://127.0.0.1:81/here"


def kept(transport: str = "auto", base_urls: object = (), **settings: object) -> Policy:
    """What a mock with these settings keeps, and with stubs at these URLs."""
    with mocked(base_urls=dict(base_urls), **settings) as mock:
        servers = [stub._server for stub in mock.stubs.values()]
    return kept_hosts(resolve_settings({"transport": transport, **settings}), servers)


def test_a_stub_stands_at_its_host():
    own = kept().own_at(HOST, 443)
    assert (own.api, own.base_url) == ("chainloop", CHAINLOOP)


@pytest.mark.parametrize("url", [ELSEWHERE, LOOPBACK])
def test_a_stub_elsewhere_stands_there_and_answers_for_the_real_host(url):
    policy = kept(base_urls={"chainloop": url})
    for host, port in (("stub.example" if url == ELSEWHERE else "127.0.0.1", 81), (HOST, 443)):
        own = policy.own_at(host, port)
        assert (own.api, own.base_url) == ("chainloop", url)


def test_what_is_served_may_be_reached_and_the_real_host_may_not():
    policy = kept(transport="server", base_urls={"chainloop": LOOPBACK})
    assert policy.own_at("127.0.0.1", 81) is None
    assert policy.own_at(HOST, 443).base_url == LOOPBACK


def test_the_real_hosts_of_an_api_that_is_not_live_are_kept_too():
    policy = kept(apis=["chainloop"])
    for host in ("prod-1-data.ke.pinecone.io", "any.pinecone.io"):
        own = policy.own_at(host, 443)
        assert (own.api, own.base_url) == ("pinecone", None)


def test_other_hosts_are_kept_where_the_settings_say_so_and_allowed_ones_never_are():
    assert not kept().blocks("other.example")
    policy = kept(network="block", allowed_hosts=[HOST, "*.fine.example"])
    assert policy.blocks("other.example")
    assert not policy.blocks("a.fine.example")
    assert policy.own_at(HOST, 443) is None
