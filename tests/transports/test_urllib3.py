"""Pools of urllib3 are answered, and what they do around a request stays theirs."""

from __future__ import annotations

import array
import gc
import gzip
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import urllib3
from support.loopback import BEARER, CHAINLOOP, KEY, Loopback, answering, scripted
from urllib3._collections import HTTPHeaderDict
from urllib3.exceptions import (
    EmptyPoolError,
    MaxRetryError,
    ProxyError,
    ReadTimeoutError,
    ResponseError,
)
from urllib3.util import SKIP_HEADER

from pytest_asyncops import mocked
from pytest_asyncops.apis import Response, json_response

URL = f"{CHAINLOOP}/v1/operations"
SCRIPTED = "http://scripted.example/x"
SINCE_2 = pytest.mark.skipif(
    urllib3.__version__.startswith("1."), reason="urllib3 1.26 sends text in Latin-1, if at all"
)


@pytest.fixture
def pools() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as made:
        yield made


# --- what is answered


def test_a_poll(pools):
    with mocked() as mock:
        operation = mock.chainloop.start()
        answer = pools.request("GET", f"{URL}/{operation.id}", headers=BEARER)
        assert (answer.status, answer.reason, answer.version) == (200, "OK", 11)
        assert b'"id"' in answer.data
        assert answer.headers["content-type"] == "application/json"
        assert f"{answer.geturl()}".endswith(f"/v1/operations/{operation.id}")
        (call,) = mock.calls
        assert call.request.url == f"{URL}/{operation.id}"
        assert call.request.headers.pairs[:2] == [
            ("Host", "api.app.chainloop.dev"), ("Accept-Encoding", "identity"),
        ]  # fmt: skip
        assert call.request.header("User-Agent").startswith("python-urllib3/")


def test_a_pool_of_before_is_answered_and_reaches_the_network_afterwards(network):
    host, _, port = network.url.removeprefix("http://").removesuffix("/x").partition(":")
    base = {"chainloop": f"http://{host}:{port}/base"}
    with urllib3.HTTPConnectionPool(host, int(port)) as pool:
        with mocked(base_urls=base) as mock:
            assert pool.request("GET", "/base/v1/operations", headers=BEARER).status == 200
            assert pool.request("GET", "/base/v1/operations", headers=BEARER).status == 200
            assert len(mock.calls) == 2
            assert network.seen == []
        assert pool.request("GET", "/x").status == 200
    assert network.seen == [("GET", b"")]


def test_a_pool_by_itself(pools):
    with mocked() as mock, urllib3.HTTPSConnectionPool("api.app.chainloop.dev") as pool:
        assert pool.urlopen("GET", "/v1/operations", headers=BEARER).status == 200
        assert pool.num_connections == 1
        assert len(mock.calls) == 1


@pytest.mark.parametrize("base", ["http://[::1]:8080/base", "http://127.0.0.1:8080"])
def test_an_address_and_a_port(pools, base):
    with mocked(base_urls={"chainloop": base}) as mock:
        assert pools.request("GET", f"{base}/v1/operations", headers=BEARER).status == 200
        (call,) = mock.calls
        assert call.request.header("Host") == base.split("/")[2]


def test_nothing_is_left_of_it():
    before = vars(urllib3.HTTPConnectionPool)["_make_request"]
    with mocked():
        assert vars(urllib3.HTTPConnectionPool)["_make_request"] is not before
    assert vars(urllib3.HTTPConnectionPool)["_make_request"] is before


def test_other_urls_go_their_way(pools, network):
    with mocked() as mock:
        assert pools.request("GET", network.url).status == 200
        assert len(mock.calls) == 0
    assert network.seen == [("GET", b"")]


@pytest.mark.parametrize("transport", ["auto", "urllib3", "responses"])
def test_requests_on_top_of_it_is_answered_once(transport):
    with mocked(transport=transport) as mock, requests.Session() as session:
        answer = session.get(URL, headers=BEARER)
        assert answer.json()["operations"] == []
        assert len(mock.calls) == 1


# --- proxies


class Proxied(Loopback):
    """A proxy that notes what it is asked for, and answers all of it."""


@pytest.fixture
def proxy(network):
    return network.url.removesuffix("/x")


@pytest.mark.parametrize("url", [URL, SCRIPTED])
def test_a_proxy_is_not_asked(proxy, network, url):
    api = answering(lambda exchange: json_response(200, None))
    with mocked(apis=["chainloop", api]), urllib3.ProxyManager(proxy) as pools:
        for _ in range(2):
            assert pools.request("GET", url, headers=BEARER).status == 200
    assert network.seen == []


def test_a_proxy_is_not_asked_by_requests(proxy, network, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with mocked(transport="urllib3"):
        assert requests.get(URL, headers=BEARER).status_code == 200
    assert network.seen == []


@pytest.mark.usefixtures("no_garbage")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # urllib3 1.26 forgets to close a socket
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_proxy_is_asked_for_other_urls(proxy, network):
    network.script[:] = [(200, {}), (501, {})]
    with mocked(), urllib3.ProxyManager(proxy, retries=False) as pools:
        assert pools.request("GET", "http://other.example/y").status == 200
        with pytest.raises((OSError, ProxyError)):  # it does not know CONNECT
            pools.request("GET", "https://other.example/y")
    gc.collect()
    assert network.seen == [("GET", b""), ("CONNECT", b"")]


def test_an_answer_that_is_late_is_no_fault_of_a_proxy(proxy):
    api = answering(lambda exchange: json_response(200, None, late=9))
    with (
        mocked(apis=[api]),
        urllib3.ProxyManager(proxy, retries=False, timeout=1) as pools,
        pytest.raises(ReadTimeoutError),
    ):
        pools.request("GET", SCRIPTED)


# --- what is sent


BODIES = {
    "none": dict,
    "text": lambda: {"body": "größe"},
    "bytes": lambda: {"body": b"\x00\xff"},
    "empty": lambda: {"body": b""},
    "array": lambda: {"body": array.array("b", b"four")},
    "file": lambda: {"body": io.BytesIO(b"in memory")},
    "iterator": lambda: {"body": iter([b"one", "zwö"])},
    "chunked": lambda: {"body": b"one", "chunked": True},
    "form": lambda: {"fields": {"a": "1", "f": ("a.txt", b"content")}, "multipart_boundary": "b"},
    "own length": lambda: {"body": b"one", "headers": {"content-length": "3"}},
    "skipped": lambda: {"body": b"one", "headers": {"User-Agent": SKIP_HEADER}},
    "bytes in headers": lambda: {"headers": {"X-A": b"b", "User-Agent": "me"}},
}


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[SINCE_2] * (kind in ("text", "iterator"))) for kind in BODIES],
)
def test_a_request_arrives_as_the_library_sends_it(pools, network, kind):
    sent: list[list[tuple[str, str]]] = []
    bodies: list[tuple[str, bytes]] = []
    with heard(network) as headers:
        pools.request("POST", network.url, **BODIES[kind]())

    def endpoint(exchange):
        bodies.append((exchange.request.method, exchange.request.body))
        sent.append(exchange.request.headers.pairs)
        return json_response(200, None)

    with mocked(apis=[answering(endpoint)]):
        pools.request("POST", SCRIPTED, **BODIES[kind]())
    assert bodies == network.seen
    for pairs in (sent[0], headers):
        assert [name for name, _ in pairs].count("Host") == 1
    assert sorted(sent[0][1:]) == sorted(pair for pair in headers if pair[0] != "Host")


class heard:
    """The headers of the next request to a server."""

    def __init__(self, network: Loopback) -> None:
        self._handler: Any = network.server.RequestHandlerClass

    def __enter__(self) -> list[tuple[str, str]]:
        self._headers: list[tuple[str, str]] = []
        self._read_body = read_body = self._handler.read_body

        def noting(handler: Any) -> bytes:
            self._headers += handler.headers.items()
            return read_body(handler)

        self._handler.read_body = noting
        return self._headers

    def __exit__(self, *error: object) -> None:
        self._handler.read_body = self._read_body


def test_headers_that_are_there_again_arrive_as_pairs(pools):
    with mocked() as mock:
        headers = HTTPHeaderDict(BEARER)
        headers.add("X-Tag", "a")
        headers.add("X-Tag", "b")
        pools.request("GET", URL, headers=headers)
        (call,) = mock.calls
        assert call.request.headers["x-tag"] == "a, b"


def test_an_id_that_has_to_be_escaped(pools):
    with mocked(apis=["pinecone"]) as mock:
        mock.pinecone.start(id="a ü%", assistant_name="docs")
        url = f"{mock.pinecone.base_url}/operations/docs/a%20%C3%BC%25"
        assert pools.request("GET", url, headers=KEY).status == 200


# --- what comes back


def answered(pools, response: Response, method: str = "GET", **given: Any) -> Any:
    with mocked(apis=[answering(lambda exchange: response, "GET", "HEAD")]):
        return pools.request(method, SCRIPTED, **given)


def test_head_and_an_answer_without_a_body(pools):
    answer = answered(pools, Response(200, b"abc", {"Content-Length": "3"}), "HEAD")
    assert (answer.status, answer.data, answer.headers["Content-Length"]) == (200, b"", "3")
    answer = answered(pools, Response(204))
    assert (answer.status, answer.data, answer.reason) == (204, b"", "No Content")
    answer = answered(pools, Response(499))
    assert (answer.status, answer.reason) == (499, None)


def test_an_encoded_body_is_decoded_if_it_is_asked_for(pools):
    packed = gzip.compress(b"abc")
    response = Response(200, packed, {"Content-Encoding": "gzip"})
    assert answered(pools, response).data == b"abc"
    assert answered(pools, response, decode_content=False).data == packed


def test_a_body_that_is_not_preloaded_gives_its_connection_back_when_it_is_read():
    api = answering(lambda exchange: Response(200, b"0123456789"))
    ask = {"method": "GET", "url": "/x", "pool_timeout": 0.01}
    with mocked(apis=[api]), urllib3.HTTPConnectionPool("scripted.example", block=True) as pool:
        first = pool.urlopen(**ask, preload_content=False)
        with pytest.raises(EmptyPoolError):
            pool.urlopen(**ask)
        assert first.read(4) == b"0123"
        assert b"".join(first.stream(4)) == b"456789"
        first.release_conn()
        second = pool.urlopen(**ask, preload_content=False)
        assert second.read() == b"0123456789"
        assert pool.urlopen(**ask).data == b"0123456789"


def test_an_older_version_is_given_what_it_wants(monkeypatch):
    """urllib3 1.26 makes a response itself, of one of http.client."""
    monkeypatch.setattr("pytest_asyncops.transports.urllib3._MAKES_RESPONSES", False)
    pairs = [("X-Tag", "a"), ("X-Tag", "b")]
    pool = urllib3.HTTPConnectionPool("scripted.example")
    conn = pool._new_conn()
    with mocked(apis=[answering(lambda exchange: Response(404, b"abc", pairs))]):
        answer = pool._make_request(conn, "GET", "/x", timeout=urllib3.Timeout(), chunked=False)
    assert (answer.status, answer.reason, answer.version) == (404, "Not Found", 11)
    assert answer.msg.items() == pairs
    assert not answer.isclosed()
    assert (answer.read(), answer.isclosed()) == (b"abc", True)


def test_cookies_come_to_requests(monkeypatch):
    pairs = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")]
    for transport in ("urllib3", "responses"):
        api = answering(lambda exchange: Response(200, b"", pairs))
        with mocked(apis=[api], transport=transport) as mock, requests.Session() as session:
            assert session.get(SCRIPTED).cookies.get_dict() == {"a": "1", "b": "2"}
            session.get(SCRIPTED)
            assert mock.calls[1].request.header("Cookie") == "a=1; b=2"


# --- retries, redirects, time


def test_retries_are_its_own(pools):
    statuses = [(429, {"Retry-After": "7"}), (503, {}), (200, {})]
    seen: list[tuple[str, bytes]] = []
    api = scripted(list(statuses), seen)
    retries = urllib3.Retry(3, status_forcelist=[503], backoff_factor=1)
    with mocked(apis=[api]) as mock:
        answer = pools.request("GET", SCRIPTED, retries=retries)
        assert answer.status == 200
        assert len(answer.retries.history) == 2
        assert [call.at.second for call in mock.calls] == [0, 7, 9]
    api = scripted([(503, {})] * 9, seen)
    with mocked(apis=[api]), pytest.raises(MaxRetryError) as caught:
        pools.request("GET", SCRIPTED, retries=retries)
    assert isinstance(caught.value.reason, ResponseError)


def test_redirects_are_its_own(pools):
    def endpoint(exchange):
        if exchange.request.path == "/x":
            return Response(303, b"gone", {"Location": "/y"})
        return Response(200, exchange.request.method.encode())

    with mocked(apis=[answering(endpoint)]):
        answer = pools.request("POST", SCRIPTED, body=b"abc")
        assert (answer.status, answer.data, answer.geturl()) == (200, b"GET", "/y")
        assert pools.request("GET", SCRIPTED, redirect=False).status == 303


def late(seconds: float):
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


@pytest.mark.parametrize("timeout", [None, 7, urllib3.Timeout(total=7), urllib3.Timeout(read=9)])
def test_an_answer_that_is_late_comes_then(pools, timeout):
    with late(6) as mock:
        assert pools.request("GET", SCRIPTED, timeout=timeout).status == 200
        assert mock.clock.elapsed.total_seconds() == 6
        assert [call.at.second for call in mock.calls] == [0]


@pytest.mark.parametrize("timeout", [6, urllib3.Timeout(total=6), urllib3.Timeout(9, read=6)])
def test_its_own_timeout_comes_after_exactly_that_time(pools, timeout):
    with late(45) as mock:
        with pytest.raises(ReadTimeoutError) as caught:
            pools.request("GET", SCRIPTED, timeout=timeout, retries=False)
        assert (caught.value.pool.host, caught.value.url) == ("scripted.example", "/x")
        assert mock.clock.elapsed.total_seconds() == 6
        with pytest.raises(MaxRetryError) as exhausted:
            pools.request("GET", SCRIPTED, timeout=timeout, retries=1)
        assert isinstance(exhausted.value.reason, ReadTimeoutError)
        assert [call.at.second for call in mock.calls] == [0, 6, 12]


def test_the_timeout_of_a_pool_counts():
    with late(45) as mock, urllib3.PoolManager(timeout=3, retries=False) as pools:
        with pytest.raises(ReadTimeoutError):
            pools.request("GET", SCRIPTED)
        assert mock.clock.elapsed.total_seconds() == 3
