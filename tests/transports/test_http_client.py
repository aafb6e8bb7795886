"""http.client and what stands on it are answered, and read the answer themselves."""

from __future__ import annotations

import gc
import http.client
import http.cookiejar
import io
import socket
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from typing import Any

import pytest
from support.loopback import BEARER, CHAINLOOP, answering

from pytest_asyncops import NetworkBlocked, mocked
from pytest_asyncops.apis import Response, json_response
from pytest_asyncops.transports.http_client import StubSocket

URL = f"{CHAINLOOP}/v1/operations"
HOST = "api.app.chainloop.dev"
SCRIPTED = "http://scripted.example/x"


def asked(url: str, **given: Any) -> urllib.request.Request:
    return urllib.request.Request(url, headers=BEARER, **given)


def a_connection(network) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(network.url.split("/")[2])


# --- what is answered


def test_a_poll():
    with mocked() as mock:
        operation = mock.chainloop.start()
        connection = http.client.HTTPSConnection(HOST)
        for _ in range(2):
            connection.request("GET", f"/v1/operations/{operation.id}?a=b", headers=BEARER)
            answer = connection.getresponse()
            assert (answer.status, answer.reason, answer.version) == (200, "OK", 11)
            assert b'"id"' in answer.read()
            assert answer.headers["content-type"] == "application/json"
        connection.close()
        call = mock.calls[1]
        assert call.request.url == f"{URL}/{operation.id}?a=b"
        assert call.request.headers.pairs == [
            ("Host", HOST), ("Accept-Encoding", "identity"), *BEARER.items(),
        ]  # fmt: skip


def test_a_poll_by_urllib():
    with mocked() as mock:
        with urllib.request.urlopen(asked(URL), timeout=3) as answer:
            assert answer.status == 200
            assert answer.url == URL
            assert answer.readline().startswith(b"{")
        with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(URL):
            pass
        with caught.value as error:
            assert (error.code, error.reason) == (401, "Unauthorized")
            assert b"JWT" in error.read()
        assert len(mock.calls) == 2


def test_a_call_by_xmlrpc():
    def endpoint(exchange):
        (argument,), name = xmlrpc.client.loads(exchange.request.body)
        return Response(
            200, xmlrpc.client.dumps((f"{name} {argument}",), methodresponse=True).encode(),
            {"Content-Type": "text/xml"},
        )  # fmt: skip

    with mocked(apis=[answering(endpoint)]), xmlrpc.client.ServerProxy(SCRIPTED) as server:
        assert server.greet("you") == "greet you"


def test_other_urls_go_their_way(network):
    with mocked() as mock:
        with urllib.request.urlopen(network.url) as answer:
            assert answer.status == 200
        assert len(mock.calls) == 0
    assert network.seen == [("GET", b"")]


def test_nothing_is_left_of_it():
    def patched():
        return [
            vars(http.client.HTTPConnection)["connect"],
            vars(http.client.HTTPConnection)["putrequest"],
            vars(http.client.HTTPSConnection)["connect"],
        ]

    before = patched()
    with mocked():
        assert not {*before} & {*patched()}
    assert patched() == before


def test_a_connection_that_is_kept_alive_over_the_whole_mock(network):
    connection = a_connection(network)
    base = network.url.removesuffix("/x")
    try:
        connection.request("GET", "/x")
        connection.getresponse().read()
        real = connection.sock
        elsewhere = {"chainloop": f"{base}/base"}
        with mocked(base_urls=elsewhere, allowed_hosts="127.0.0.1") as mock:
            connection.request("GET", "/base/v1/operations", headers=BEARER)
            assert connection.getresponse().read().startswith(b"{")
            assert real is None or real.fileno() == -1
            connection.request("GET", "/x")  # beside the stub, at the same host
            assert connection.getresponse().read() == b""
            connection.request("GET", "/base/v1/operations", headers=BEARER)
            connection.getresponse().read()
            connection.close()
            connection.connect()
            assert isinstance(connection.sock, StubSocket)
            connection.request("GET", "/base/v1/operations", headers=BEARER)
            answer = connection.getresponse()
            assert len(mock.calls) == 3
        assert answer.read().startswith(b"{")  # it was there before the mock closed
        connection.request("GET", "/x")
        assert connection.getresponse().status == 200
    finally:
        connection.close()
    assert network.seen == [("GET", b"")] * 3


def test_a_connection_that_is_open_is_closed_when_a_stub_takes_over():
    connection = http.client.HTTPConnection("localhost", 8080)
    connection.sock, other = socket.socketpair()
    real = connection.sock
    with mocked(base_urls={"chainloop": "http://localhost:8080"}), other:
        connection.request("GET", "/v1/operations", headers=BEARER)
        assert connection.getresponse().read().startswith(b"{")
        assert real.fileno() == -1
        assert other.recv(99) == b""
    assert connection.sock is None


def test_an_outer_mock_goes_on_answering():
    connection = http.client.HTTPSConnection(HOST)
    with mocked() as outer:
        with mocked() as inner:
            connection.request("GET", "/v1/operations", headers=BEARER)
            connection.getresponse().read()
            assert (len(outer.calls), len(inner.calls)) == (0, 1)
        connection.request("GET", "/v1/operations", headers=BEARER)
        connection.getresponse().read()
        assert len(outer.calls) == 1
    connection.close()


@pytest.mark.parametrize("base", ["http://[::1]:8080/base", "http://127.0.0.1:8080"])
def test_a_connection_that_is_opened_first(base):
    netloc = base.split("/")[2]
    with mocked(base_urls={"chainloop": base}) as mock:
        connection = http.client.HTTPConnection(netloc)
        connection.connect()
        path = f"{base.partition(netloc)[2]}/v1/operations"
        connection.request("GET", path, headers=BEARER)
        assert connection.getresponse().status == 200
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()
        assert len(mock.calls) == 1


def test_a_path_that_is_no_stubs_is_refused_as_before():
    with pytest.raises(NetworkBlocked), mocked(base_urls={"chainloop": f"{CHAINLOOP}/base"}):
        ask_in_vain(http.client.HTTPSConnection(HOST), "GET", "/elsewhere")


def ask_in_vain(connection: http.client.HTTPConnection, *request: str) -> None:
    with pytest.raises(NetworkBlocked):
        connection.request(*request)


def test_a_class_of_the_user_that_connects_by_itself_keeps_what_it_is_given():
    class Own(http.client.HTTPConnection):
        def connect(self):
            self.sock, self.other = socket.socketpair()

    with mocked(base_urls={"chainloop": "http://localhost:1"}) as mock:
        connection = Own("localhost", 1)
        connection.request("GET", "/v1/operations", headers=BEARER)
        assert connection.other.recv(99).startswith(b"GET /v1/operations HTTP/1.1")
        connection.other.close()
        connection.close()
        assert len(mock.calls) == 0


def test_a_class_of_the_user_that_leaves_connecting_alone_is_answered():
    class Own(http.client.HTTPSConnection):
        pass

    with mocked():
        connection = Own(HOST)
        connection.request("GET", "/v1/operations", headers=BEARER)
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("url", [URL, SCRIPTED])
def test_a_proxy_is_not_asked(network, url):
    proxies = dict.fromkeys(("http", "https"), network.url.removesuffix("/x"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    api = answering(lambda exchange: json_response(200, None))
    with mocked(apis=["chainloop", api]):
        with opener.open(asked(url)) as answer:
            assert answer.status == 200
        with opener.open("http://other.example/y") as answer:
            assert answer.status == 200
    assert network.seen == [("GET", b"")]


def test_a_request_comes_too_early_as_it_does_without_a_mock():
    with mocked():
        connection = http.client.HTTPSConnection(HOST)
        connection.request("GET", "/v1/operations", headers=BEARER)
        with pytest.raises(http.client.CannotSendRequest):
            connection.request("GET", "/v1/operations")
        assert connection.getresponse().status == 200
        connection.close()


def test_a_request_that_is_never_whole_is_not_answered():
    with mocked() as mock:
        connection = http.client.HTTPSConnection(HOST)
        connection.putrequest("POST", "/v1/operations")
        connection.putheader("Content-Length", "5")
        connection.endheaders(b"abc")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        assert len(mock.calls) == 0


def test_a_request_without_a_path():
    connection = http.client.HTTPSConnection(HOST)
    with mocked(unmatched="answer") as mock:
        connection.request("GET", "")
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:1]) == (404, b"{")
        assert len(mock.calls) == 1
    with pytest.raises(NetworkBlocked), mocked():
        ask_in_vain(connection, "OPTIONS", "*")  # it is for the whole server


# --- what is sent

BODIES: dict[str, Callable[[], Any]] = {
    "text": lambda: "abc",
    "bytes": lambda: b"\x00\xff",
    "file": lambda: io.BytesIO(b"in memory" * 2000),
    "iterator": lambda: iter([b"one", b"two"]),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_arrives(network, kind):
    real = a_connection(network)
    real.request("POST", "/x", BODIES[kind]())
    real.getresponse().read()
    real.close()
    seen: list[tuple[str, bytes]] = []

    def endpoint(exchange):
        seen.append((exchange.request.method, exchange.request.body))
        return json_response(200, None)

    with mocked(apis=[answering(endpoint)]):
        connection = http.client.HTTPConnection("scripted.example")
        connection.request("POST", "/x", BODIES[kind]())
        assert connection.getresponse().read() == b"null"
        connection.close()
    assert seen == network.seen


# --- what comes back


def test_head_and_an_answer_without_a_body():
    api = answering(
        lambda exchange: Response(204 if exchange.request.path == "/y" else 200, b""), "GET", "HEAD"
    )
    with mocked(apis=[api]):
        connection = http.client.HTTPConnection("scripted.example")
        for method, path, status in (("HEAD", "/x", 200), ("GET", "/y", 204), ("GET", "/x", 200)):
            connection.request(method, path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, b"")
        connection.close()


def test_redirects_and_cookies_are_urllibs_own():
    seen: list[str | None] = []

    def endpoint(exchange):
        seen.append(exchange.request.header("Cookie"))
        if exchange.request.path == "/x":
            pairs = [("Location", "/y"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
            return Response(302, b"", pairs)
        return Response(200, b"there")

    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with mocked(apis=[answering(endpoint)]), opener.open(SCRIPTED) as answer:
        assert (answer.read(), answer.url) == (b"there", "http://scripted.example/y")
    assert seen == [None, "a=1; b=2"]


# --- late answers


def late(seconds: float):
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


@pytest.mark.parametrize("timeout", [None, 7])
def test_an_answer_that_is_late_comes_then(timeout):
    with late(6) as mock:
        with urllib.request.urlopen(SCRIPTED, timeout=timeout) as answer:
            assert answer.read() == b"null"
        assert mock.clock.elapsed.total_seconds() == 6
        assert [call.at.second for call in mock.calls] == [0]


def test_what_is_done_meanwhile_counts():
    import time

    with late(6) as mock:
        connection = http.client.HTTPConnection("scripted.example", timeout=4)
        connection.request("GET", "/x")
        time.sleep(5)
        assert connection.getresponse().read() == b"null"
        assert mock.clock.elapsed.total_seconds() == 6
        connection.close()


@pytest.mark.usefixtures("no_garbage")
@pytest.mark.parametrize("how", ["urllib", "socket", "default"])
def test_its_own_timeout_comes_after_exactly_that_time(how):
    def ask() -> None:
        if how == "urllib":
            urllib.request.urlopen(SCRIPTED, timeout=2.5)
        connection = http.client.HTTPConnection("scripted.example")
        if how == "socket":
            connection.connect()
            connection.sock.settimeout(2.5)
        connection.request("GET", "/x")
        connection.getresponse()

    before = socket.getdefaulttimeout()
    with late(45) as mock:
        socket.setdefaulttimeout(2.5 if how == "default" else None)
        try:
            with pytest.raises(TimeoutError):
                ask()
        finally:
            socket.setdefaulttimeout(before)
        assert mock.clock.elapsed.total_seconds() == 2.5
        assert len(mock.calls) == 1
        gc.collect()
