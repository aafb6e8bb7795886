"""aiohttp is answered where its connectors connect, and what it does above that stays its own."""

from __future__ import annotations

import asyncio
import gc
import gzip
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.loopback import BEARER, CHAINLOOP, answering

from pytest_asyncops import (
    LeftoverWorkWarning,
    NetworkBlocked,
    PollerHangs,
    UnmatchedRequests,
    assert_conforms,
    mocked,
)
from pytest_asyncops.apis import Response, json_response
from pytest_asyncops.network.guard import guard
from pytest_asyncops.serving.base_urls import BaseUrls

aiohttp = pytest.importorskip("aiohttp")

URL = f"{CHAINLOOP}/v1/operations"
SCRIPTED = "http://scripted.example"

Talk = Callable[[Any], Awaitable[Any]]


def run(talk: Talk, **given: Any) -> Any:
    """Let this talk with a session of these settings, which is closed then."""

    async def all_of_it() -> Any:
        made = {name: value() for name, value in given.items() if name == "connector"}
        async with aiohttp.ClientSession(**{**given, **made}) as session:
            return await talk(session)

    return asyncio.run(all_of_it())


def asking(url: str, method: str = "GET", **given: Any) -> Talk:
    async def talk(session: Any) -> Any:
        async with session.request(method, url, **given) as answer:
            await answer.read()
            return answer

    return talk


def answered(response: Response, method: str = "GET", **given: Any) -> Any:
    with mocked(apis=[answering(lambda exchange: response, "GET", "HEAD")]):
        return run(asking(f"{SCRIPTED}/x", method, **given))


def late(seconds: float) -> Any:
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


# --- what is answered


def test_a_poll():
    async def talk(session):
        async with session.get(f"{URL}/one", headers=BEARER, params={"a": "b"}) as answer:
            assert (answer.status, answer.reason, answer.ok) == (200, "OK", True)
            assert answer.content_type == "application/json"
            assert (await answer.json())["operation"]["id"] == "one"
            assert str(answer.url) == f"{URL}/one?a=b"
            assert answer.request_info.method == "GET"

    with mocked() as mock:
        mock.chainloop.start(id="one")
        run(talk)
        (call,) = mock.calls
    assert (call.request.method, call.request.query) == ("GET", "a=b")
    assert call.request.headers["Authorization"] == "Bearer token"
    assert call.request.headers.pairs[0] == ("Host", "api.app.chainloop.dev")


def test_a_session_of_before_is_answered_and_reaches_the_network_afterwards(network):
    async def talk(session):
        first = await asking(network.url)(session)
        with mocked() as mock:
            second = await asking(URL, headers=BEARER)(session)
            assert len(mock.calls) == 1
        return first, second, await asking(network.url)(session)

    assert [answer.status for answer in run(talk)] == [200, 200, 200]
    assert network.seen == [("GET", b""), ("GET", b"")]


def test_a_connection_that_is_kept_alive_is_not_used_for_a_stub(unused_answers):
    """Nor is a stub's for what goes over the network to the same host."""
    base, answers = unused_answers

    async def talk(session):
        assert (await asking(f"{base}/v1/operations")(session)).status == 418
        with mocked(base_urls={"chainloop": f"{base}/mine"}) as mock:
            mine = await asking(f"{base}/mine/v1/operations", headers=BEARER)(session)
            assert (mine.status, len(mock.calls)) == (200, 1)
            assert (await asking(f"{base}/v1/operations")(session)).status == 418
        assert (await asking(f"{base}/mine/v1/operations")(session)).status == 418
        return len(answers)

    assert run(talk) == 1  # one connection


@pytest.fixture
def unused_answers():
    """A server that keeps its connections, and which there have been."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    connections = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            connections.append(self)
            super().setup()

        def do_GET(self):
            self.send_response(418)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", connections
        server.shutdown()
        thread.join()


def test_nothing_is_left_of_it():
    owners = (aiohttp.BaseConnector, aiohttp.TCPConnector, aiohttp.UnixConnector)
    before = [vars(owner).copy() for owner in owners]
    with mocked():
        assert [vars(owner) for owner in owners] != before
    assert [vars(owner) for owner in owners] == before


def test_a_version_that_connects_elsewhere_is_told_of():
    """It is not answered; nor does it get to the network."""
    from types import ModuleType

    from pytest_asyncops.transports.aiohttp import transport
    from pytest_asyncops.transports.covers import MissingPart

    other = ModuleType("aiohttp")
    vars(other)["BaseConnector"] = type("BaseConnector", (), {"connect": None})
    with pytest.raises(MissingPart, match=r"^aiohttp.TCPConnector._create_connection$"):
        transport(other, BaseUrls([]))


def test_where_it_is_not_chosen_it_is_kept_from_the_network():
    with pytest.raises(NetworkBlocked) as caught, mocked(transport="responses"):
        run(asking(URL, headers=BEARER))
    assert caught.value.client == "aiohttp"


def test_an_answer_conforms():
    with mocked() as mock:
        mock.chainloop.start()
        assert_conforms(run(asking(URL, headers=BEARER)))


def test_other_urls_go_their_way(network):
    with mocked() as mock:
        assert run(asking(network.url)).status == 200
        assert len(mock.calls) == 0
    assert network.seen == [("GET", b"")]


def test_the_latest_mock_answers():
    with mocked() as first, mocked() as second:
        run(asking(URL, headers=BEARER))
        assert (len(first.calls), len(second.calls)) == (0, 1)
        first._live.come_first()
        run(asking(URL, headers=BEARER))
        assert (len(first.calls), len(second.calls)) == (1, 1)


def test_the_function_without_a_session_is_answered():
    async def talk():
        async with aiohttp.request("GET", URL, headers=BEARER) as answer:
            return answer.status

    with mocked():
        assert asyncio.run(talk()) == 200


def test_a_connector_of_the_users_own():
    """One that hands on is answered; one that connects by itself keeps what it is given."""
    asked = []

    class Own(aiohttp.TCPConnector):
        async def _create_connection(self, req, traces, timeout):
            asked.append(str(req.url))
            return await super()._create_connection(req, traces, timeout)

    class Alone(aiohttp.BaseConnector):
        async def _create_connection(self, req, traces, timeout):
            asked.append(req.method)
            raise aiohttp.ClientConnectionError

    with mocked() as mock:
        assert run(asking(URL, headers=BEARER), connector=Own).status == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            run(asking(URL, headers=BEARER), connector=Alone)
        assert len(mock.calls) == 1
    assert asked == [URL, "GET"]


def test_a_connector_to_a_unix_socket_is_answered(tmp_path):
    with mocked():
        connector = lambda: aiohttp.UnixConnector(str(tmp_path / "none"))  # noqa: E731 - made late
        assert run(asking(URL, headers=BEARER), connector=connector).status == 200


@pytest.mark.parametrize("given", [{"trust_env": True}, {"proxy": True}])
def test_a_proxy_is_not_asked(monkeypatch, network, given):
    proxy = network.url.removesuffix("/x")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    asked = {"proxy": proxy} if "proxy" in given else {}
    with mocked():
        answer = run(asking(URL, headers=BEARER, **asked), trust_env="trust_env" in given)
    assert answer.status == 200
    assert network.seen == []


def test_what_outlives_its_mock_is_refused():
    async def talk(session):
        ready, asked = asyncio.Event(), asyncio.Event()

        async def poll():
            ready.set()
            await asked.wait()
            await asking(URL, headers=BEARER)(session)

        with mocked(clock="manual"):
            task = asyncio.create_task(poll())
            await ready.wait()
        with mocked(clock="manual"):
            asked.set()
            with pytest.warns(LeftoverWorkWarning), pytest.raises(NetworkBlocked):
                await task

    run(talk)
    assert len(guard.forget()) == 1


def test_a_poller_that_does_not_wait_is_ended():
    """The error reaches whoever has asked, and not the task that writes the body."""

    async def talk(session):
        while True:
            async with session.post(f"{SCRIPTED}/x", data=b"body") as answer:
                await answer.read()

    with pytest.raises(PollerHangs), mocked(apis=[answering(lambda exchange: Response(200))]):
        run(talk)


def test_an_endpoint_that_fails_fails_the_request():
    def endpoint(exchange):
        raise ZeroDivisionError("in the test's own API")

    for given in ({}, {"data": b"body"}):
        with mocked(apis=[answering(endpoint)]), pytest.raises(ZeroDivisionError):
            run(asking(f"{SCRIPTED}/x", "PUT", **given))


def test_a_websocket_is_what_the_routes_say():
    """None is spoken there; and what begins with wss is kept from the network."""

    async def talk(session):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{CHAINLOOP}/v1/socket")
        assert caught.value.status == 404
        with pytest.raises(NetworkBlocked):
            await session.ws_connect(f"{CHAINLOOP}/v1/socket".replace("https", "wss"))

    with pytest.raises(UnmatchedRequests), mocked():
        run(talk)


def test_a_server_of_the_test_is_left_alone():
    from aiohttp import test_utils, web

    async def hello(request):
        return web.Response(text="hello", status=418)

    async def socket(request):
        speaker = web.WebSocketResponse()
        await speaker.prepare(request)
        async for message in speaker:
            await speaker.send_str(message.data.upper())
        return speaker

    async def talk():
        application = web.Application()
        application.add_routes([web.get("/", hello), web.get("/socket", socket)])
        async with test_utils.TestClient(test_utils.TestServer(application)) as client:
            async with client.get("/") as answer:
                assert (answer.status, await answer.text()) == (418, "hello")
            async with client.ws_connect("/socket") as speaker:
                await speaker.send_str("hello")
                assert await speaker.receive_str() == "HELLO"
            async with client.session.get(URL, headers=BEARER) as answer:
                assert answer.status == 200

    with mocked():
        asyncio.run(talk())


def test_a_loop_of_uvloop():
    uvloop = pytest.importorskip("uvloop")

    async def all_of_it():
        async with aiohttp.ClientSession() as session:
            return (await asking(URL, headers=BEARER)(session)).status

    loop = uvloop.new_event_loop()
    try:
        with mocked():
            assert loop.run_until_complete(all_of_it()) == 200
    finally:
        loop.close()


# --- what is sent


async def _pieces():
    yield b"one"
    yield b"two"


def _form() -> Any:
    form = aiohttp.FormData()
    form.add_field("a", "ü")
    form.add_field("file", io.BytesIO(b"content"), filename="a.txt", content_type="text/plain")
    return form


BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "none": dict,
    "bytes": lambda: {"data": b"\x00\xff"},
    "text": lambda: {"data": "größe"},
    "json": lambda: {"json": {"a": [1, None]}},
    "form": lambda: {"data": {"a": "1", "b": "ü"}},
    "file": lambda: {"data": io.BytesIO(b"content" * 20_000)},
    "generator": lambda: {"data": _pieces()},
    "chunked": lambda: {"data": b"\r\n\r\n", "chunked": True},
    "compressed": lambda: {"data": b"content" * 100, "compress": "deflate"},
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_arrives_as_the_client_sends_it(network, kind):
    seen: list[tuple[str, bytes]] = []

    def endpoint(exchange):
        seen.append((exchange.request.method, exchange.request.body))
        return json_response(200, None)

    run(asking(network.url, "POST", **BODIES[kind]()))
    with mocked(apis=[answering(endpoint)]):
        run(asking(f"{SCRIPTED}/x", "POST", **BODIES[kind]()))
    assert seen == network.seen


@pytest.mark.parametrize("body", [b"content", None])
def test_a_body_that_is_held_back_is_asked_for(body):
    seen = []

    def endpoint(exchange):
        seen.append(exchange.request.body)
        return json_response(200, None)

    with mocked(apis=[answering(endpoint)]):
        assert run(asking(f"{SCRIPTED}/x", "POST", data=body, expect100=True)).status == 200
    assert seen == [body or b""]


def test_a_multipart_form_arrives():
    seen = []

    def endpoint(exchange):
        kind, _, boundary = exchange.request.header("Content-Type").partition("; boundary=")
        seen.append((kind, exchange.request.body.count(b"--" + boundary.encode())))
        assert b"content" in exchange.request.body
        return json_response(200, None)

    with mocked(apis=[answering(endpoint)]):
        run(asking(f"{SCRIPTED}/x", "POST", data=_form()))
    assert seen == [("multipart/form-data", 3)]


def test_headers_that_are_there_again_arrive_as_pairs():
    from multidict import CIMultiDict

    with mocked() as mock:
        run(asking(URL, headers=CIMultiDict([*BEARER.items(), ("X-Tag", "a"), ("X-Tag", "é")])))
        (call,) = mock.calls
        mine = [pair for pair in call.request.headers.pairs if pair[0].lower() == "x-tag"]
        assert mine == [("X-Tag", "a"), ("X-Tag", "é")]


@pytest.mark.parametrize("name", ["a b", "ü", "a/b", "a%2Fb", "100%"])
def test_an_id_that_has_to_be_escaped(name):
    from urllib.parse import quote

    from yarl import URL as Parsed

    async def talk(session):
        async with session.get(url, headers=headers) as answer:
            return (await answer.json())["id"]

    with mocked(apis=["pinecone"]) as mock:
        mock.pinecone.start(id=name, assistant_name="docs")
        headers = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
        text = f"{mock.pinecone.base_url}/operations/docs/{quote(name, safe='')}"
        url = Parsed(text, encoded=True)
        assert run(talk) == name


# --- what comes back


def test_head_and_an_answer_without_a_body():
    answer = answered(Response(200, b"abc"), "HEAD")
    assert (answer.status, answer._body) == (200, b"")
    answer = answered(Response(204))
    assert (answer.status, answer._body, answer.reason) == (204, b"", "No Content")
    answer = answered(Response(499))
    assert (answer.status, answer.reason) == (499, "")


def test_an_encoded_body_is_decoded_by_the_client():
    pairs = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    answer = answered(Response(200, gzip.compress(b"abc"), pairs))
    assert answer._body == b"abc"


def test_headers_that_are_there_again_come_back_each():
    pairs = [("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Tag", "é")]
    answer = answered(Response(200, b"", pairs))
    assert answer.headers.getall("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-tag"] == "é"
    assert {name: found.value for name, found in answer.cookies.items()} == {"a": "1", "b": "2"}


def test_redirects_cookies_and_traces_are_the_clients_own():
    seen: list[str | None] = []
    traced: list[str] = []

    def endpoint(exchange):
        seen.append(exchange.request.header("Cookie"))
        if exchange.request.path == "/x":
            return Response(302, b"", {"Location": "/y", "Set-Cookie": "a=1"})
        return Response(200, b"there")

    def noting(name):
        async def note(session, context, params):
            traced.append(name)

        return note

    config = aiohttp.TraceConfig()
    for name in ("request_start", "connection_create_end", "request_redirect", "request_end"):
        getattr(config, f"on_{name}").append(noting(name))
    with mocked(apis=[answering(endpoint)]):
        answer = run(asking(f"{SCRIPTED}/x"), trace_configs=[config])
    assert (answer.status, answer._body) == (200, b"there")
    assert [each.status for each in answer.history] == [302]
    assert seen == [None, "a=1"]
    assert traced == [
        "request_start",
        "connection_create_end",
        "request_redirect",
        "connection_create_end",
        "request_end",
    ]


@pytest.mark.skipif(not hasattr(aiohttp, "ClientHandlerType"), reason="it has no middlewares yet")
def test_middlewares_are_the_clients_own():
    asked = []

    async def again(request, handler):
        for _ in range(3):
            answer = await handler(request)
            asked.append(answer.status)
            if answer.status != 503:
                break
            await asyncio.sleep(10)
        return answer

    script = [503, 503, 200]
    with mocked(apis=[answering(lambda exchange: Response(script.pop(0)))]) as mock:
        assert run(asking(f"{SCRIPTED}/x"), middlewares=[again]).status == 200
        assert mock.clock.elapsed.total_seconds() == 20
    assert asked == [503, 503, 200]


def test_a_body_is_streamed():
    async def talk(session):
        async with session.get(f"{SCRIPTED}/x") as answer:
            first = await answer.content.read(4)
            return first, [piece async for piece in answer.content.iter_chunked(100_000)]

    body = b"0123456789" * 100_000
    with mocked(apis=[answering(lambda exchange: Response(200, body))]):
        first, rest = run(talk)
    assert first == b"0123"
    assert first + b"".join(rest) == body
    assert len(rest) > 5


def test_an_answer_that_is_not_read_leaves_nothing_behind():
    async def talk(session):
        for _ in range(3):
            answer = await session.get(f"{SCRIPTED}/x")
            answer.close()
        answer = await session.get(f"{SCRIPTED}/x")
        await session.close()
        return answer.closed

    with mocked(apis=[answering(lambda exchange: Response(200, b"0" * 1_000_000))]):
        assert run(talk)


# --- the connector's own


def test_its_limit_holds_and_its_place_is_given_back():
    """The third request waits for one of two connections, and so does its answer."""
    with late(3) as mock:

        async def talk(session):
            await asyncio.gather(*(asking(f"{SCRIPTED}/x")(session) for _ in range(3)))
            return mock.clock.elapsed.total_seconds()

        assert run(talk, connector=lambda: aiohttp.TCPConnector(limit=2)) == 6
        per_host = lambda: aiohttp.TCPConnector(limit_per_host=1)  # noqa: E731 - made late
        assert run(talk, connector=per_host) == 6 + 9
        assert [call.at.second for call in mock.calls] == [0, 0, 3, 6, 9, 12]


def test_a_session_that_is_closed_says_so():
    async def talk(session):
        await session.close()
        with pytest.raises(RuntimeError):
            await session.get(URL)

    with mocked() as mock:
        run(talk)
        assert len(mock.calls) == 0


# --- late answers


def test_an_answer_that_is_late_comes_then():
    with late(3) as mock:
        assert run(asking(f"{SCRIPTED}/x")).status == 200
        assert mock.clock.elapsed.total_seconds() == 3
        assert run(asking(f"{SCRIPTED}/x", timeout=aiohttp.ClientTimeout())).status == 200
        assert [call.at.second for call in mock.calls] == [0, 3]


@pytest.mark.parametrize(
    ("seconds", "timeout", "given"),
    [
        (400, 300, {}),
        (45, 4.5, {"total": 4.5}),
        (4.5, 4.5, {"total": 4.5}),
        (2, 2, {"total": 60, "sock_read": 2}),
        (45, 7.5, {"total": 7.5}),
        (9, 2, {"total": 60, "sock_read": 2}),
    ],
)
def test_the_clients_own_timeout_comes_after_exactly_that_time(seconds, timeout, given):
    """But that it rounds those of 5 s or more up, to a whole second of its loop's clock."""
    asked = {"timeout": aiohttp.ClientTimeout(**given)} if given else {}
    for body in ({}, {"data": b"body"}):
        with late(seconds) as mock:
            with pytest.raises(asyncio.TimeoutError):
                run(asking(f"{SCRIPTED}/x", "POST", **body, **asked))
            passed = mock.clock.elapsed.total_seconds()
            assert passed == timeout or (timeout >= 5 and timeout < passed <= timeout + 1)
            assert len(mock.calls) == 1


def test_a_late_answer_keeps_no_other_from_being_handled():
    def endpoint(exchange):
        return json_response(200, None, late=10 if exchange.request.path == "/slow" else 0)

    async def talk(session):
        slow = asyncio.create_task(asking(f"{SCRIPTED}/slow")(session))
        await asyncio.sleep(1)
        await asking(f"{SCRIPTED}/quick")(session)
        await slow

    with mocked(apis=[answering(endpoint)]) as mock:
        run(talk)
        assert [call.at.second for call in mock.calls] == [0, 1]
        assert mock.clock.elapsed.total_seconds() == 10


def test_a_request_is_cancelled_in_the_middle_of_its_answer():
    async def talk(session):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asking(f"{SCRIPTED}/x")(session), 2)
        return (await asking(f"{SCRIPTED}/x")(session)).status

    with late(3) as mock:
        assert run(talk, connector=lambda: aiohttp.TCPConnector(limit=1)) == 200
        assert [call.at.second for call in mock.calls] == [0, 2]
        assert mock.clock.elapsed.total_seconds() == 5


@pytest.mark.usefixtures("no_garbage")
def test_an_answer_that_is_cancelled_is_let_go():
    from pytest_asyncops.transports.aiohttp import _Connection

    async def talk(session):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asking(f"{SCRIPTED}/x")(session), 2)
        await asyncio.sleep(1)
        gc.collect()
        return [each for each in gc.get_objects() if type(each) is _Connection]

    with late(10_000):
        assert run(talk) == []


def test_other_tasks_run_while_a_client_polls_without_waiting():
    """A client waits for its network, so whoever cancels it gets to do so."""
    polls = []

    async def poll(session):
        while True:
            polls.append((await asking(URL, headers=BEARER)(session)).status)

    async def talk(session):
        task = asyncio.create_task(poll(session))
        while len(polls) < 3:
            await asyncio.sleep(0)
        task.cancel()

    with mocked():
        run(talk)


def test_a_connection_that_is_closed_twice_is_lost_once():
    async def talk(session):
        answer = await session.get(f"{SCRIPTED}/x")
        connection, protocol = answer.connection.transport, answer.connection.protocol
        lose = protocol.connection_lost
        protocol.connection_lost = lambda error: (lost.append(error), lose(error))
        assert not connection.is_closing()
        connection.close()
        connection.abort()
        assert connection.is_closing()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()

    lost = []
    halves = Response(200, b"half", {"Content-Length": "8"})
    with mocked(apis=[answering(lambda exchange: halves)]):
        run(talk)
    assert lost == [None]
