"""httpx and httpx2 are answered at their transports, and what they do above those stays theirs."""

from __future__ import annotations

import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import trio
from support.loopback import BEARER, CHAINLOOP, answering

from pytest_asyncops import LeftoverWorkWarning, NetworkBlocked, mocked
from pytest_asyncops.apis import Response, json_response

URL = f"{CHAINLOOP}/v1/operations"
SCRIPTED = "http://scripted.example"


class Way(NamedTuple):
    """One of the ways in which a library is used."""

    library: ModuleType
    run: Callable[..., Any] | None

    @property
    def transport(self) -> Any:
        return self.library.HTTPTransport if self.run is None else self.library.AsyncHTTPTransport

    def client(self, **given: Any) -> Any:
        made = self.library.Client if self.run is None else self.library.AsyncClient
        return made(verify=False, **given)  # or it would read certificates, for a long time

    def do(self, talk: Callable[[Any], Awaitable[Any]], client: Any = None) -> Any:
        """Let this talk with a client, which is closed then."""
        client = client or self.client()
        if self.run is None:
            with client:
                return _played(talk(_Awaited(client)))

        async def all_of_it() -> Any:
            async with client:
                return await talk(client)

        return self.run(all_of_it)

    def get(self, url: str, client: Any = None, **given: Any) -> Any:
        async def talk(client: Any) -> Any:
            return await client.get(url, **given)

        return self.do(talk, client)

    def post(self, url: str, client: Any = None, **given: Any) -> Any:
        async def talk(client: Any) -> Any:
            return await client.post(url, **given)

        return self.do(talk, client)


class _Awaited:
    """A client whose methods are awaited and are done at once."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(self._client, name)(*args, **kwargs)

        return call


def _played(coroutine: Any) -> Any:
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    return ended.value.value


RUNS = {"sync": None, "asyncio": lambda main: asyncio.run(main()), "trio": trio.run}


@pytest.fixture(params=["httpx", "httpx2"])
def library(request) -> ModuleType:
    return pytest.importorskip(request.param)


@pytest.fixture(params=RUNS)
def way(request, library) -> Way:
    return Way(library, RUNS[request.param])


# --- what is answered


def test_a_poll(way):
    with mocked() as mock:
        operation = mock.chainloop.start()
        answer = way.get(f"{URL}/{operation.id}", headers=BEARER, params={"a": "b"})
        assert (answer.status_code, answer.reason_phrase, answer.http_version) == (
            200, "OK", "HTTP/1.1",
        )  # fmt: skip
        assert answer.json()["operation"]["id"] == operation.id
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.elapsed.total_seconds() >= 0
        assert str(answer.request.url) == str(answer.url) == f"{URL}/{operation.id}?a=b"
        (call,) = mock.calls
        assert (call.request.method, call.request.query) == ("GET", "a=b")
        assert call.request.headers["Authorization"] == "Bearer token"
        assert call.request.headers.pairs[0] == ("Host", "api.app.chainloop.dev")


def test_a_client_of_before_is_answered_and_reaches_the_network_afterwards(way, network):
    client = way.client()

    async def talk(client):
        with mocked():
            first = await client.get(URL, headers=BEARER)
        return first, await client.get(network.url)

    first, second = way.do(talk, client)
    assert first.json()["operations"] == []
    assert second.status_code == 200
    assert network.seen == [("GET", b"")]


def test_nothing_is_left_of_it(way):
    owner, name = way.transport, f"handle_{'async_' * bool(way.run)}request"
    before = vars(owner)[name]
    with mocked():
        assert vars(owner)[name] is not before
    assert vars(owner)[name] is before


def test_other_urls_go_their_way(way, network):
    with mocked() as mock:
        assert way.get(network.url).status_code == 200
        assert len(mock.calls) == 0
    assert network.seen == [("GET", b"")]


def test_the_latest_mock_answers(way):
    with mocked() as first, mocked() as second:
        way.get(URL, headers=BEARER)
        assert (len(first.calls), len(second.calls)) == (0, 1)
        first._live.come_first()
        way.get(URL, headers=BEARER)
        assert (len(first.calls), len(second.calls)) == (1, 1)


def test_a_transport_that_is_called_by_itself_is_answered(library):
    with mocked() as mock, library.Client(verify=False) as client:
        request = client.build_request("GET", URL, headers=BEARER)
        assert client._transport.handle_request(request).read().startswith(b"{")
        with library.HTTPTransport(verify=False) as transport:
            answer = transport.handle_request(library.Request("GET", URL))
            assert answer.status_code == 401
        assert len(mock.calls) == 2


def test_a_transport_of_the_user_that_sends_on_is_answered(way):
    seen: list[str] = []
    if way.run is None:

        class Own(way.transport):
            def handle_request(self, request):
                seen.append(str(request.url))
                return super().handle_request(request)
    else:

        class Own(way.transport):
            async def handle_async_request(self, request):
                seen.append(str(request.url))
                return await super().handle_async_request(request)

    with mocked():
        answer = way.get(URL, way.client(transport=Own(verify=False)), headers=BEARER)
    assert (answer.status_code, seen) == (200, [URL])


def test_a_mock_transport_of_the_user_keeps_what_it_is_given(way):
    own = way.library.MockTransport(lambda request: way.library.Response(418))
    with mocked() as mock:
        for client in (
            way.client(transport=own),
            way.client(mounts={"https://": own}),
        ):
            assert way.get(URL, client, headers=BEARER).status_code == 418
        assert len(mock.calls) == 0


def test_an_application_of_the_user_keeps_what_it_is_given(library):
    def wsgi(environ, start_response):
        start_response("418 I'm a teapot", [])
        return [b""]

    async def asgi(scope, receive, send):
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body"})

    sync = Way(library, None)
    waits = Way(library, RUNS["asyncio"])
    with mocked() as mock:
        assert sync.get(URL, sync.client(transport=library.WSGITransport(app=wsgi))).is_error
        assert waits.get(URL, waits.client(transport=library.ASGITransport(app=asgi))).is_error
        assert len(mock.calls) == 0


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", None])
def test_a_proxy_is_not_asked(way, monkeypatch, network, name):
    proxy = network.url.removesuffix("/x")
    given = {}
    if name is None:
        given = {
            "mounts": {"https://": way.transport(verify=False, proxy=way.library.Proxy(proxy))}
        }
    else:
        monkeypatch.setenv(name, proxy)
    with mocked():
        assert way.get(URL, way.client(**given), headers=BEARER).status_code == 200
    assert network.seen == []


def test_what_outlives_its_mock_is_refused(library):
    from pytest_asyncops.network.guard import guard

    async def talk():
        ready, asked = asyncio.Event(), asyncio.Event()

        async def poll(client):
            ready.set()
            await asked.wait()
            await client.get(URL, headers=BEARER)

        async with library.AsyncClient(verify=False) as client:
            with mocked(clock="manual"):
                task = asyncio.create_task(poll(client))
                await ready.wait()
            with mocked(clock="manual"):
                asked.set()
                with pytest.warns(LeftoverWorkWarning), pytest.raises(NetworkBlocked):
                    await task

    asyncio.run(talk())
    assert len(guard.forget()) == 1


# --- what is sent


async def _pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


BODIES = {
    "none": dict,
    "bytes": lambda: {"content": b"\x00\xff"},
    "text": lambda: {"content": "größe"},
    "json": lambda: {"json": {"a": [1, None]}},
    "form": lambda: {"data": {"a": "1", "b": "ü"}},
    "file": lambda: {"files": {"file": ("a.txt", b"content", "text/plain")}},
    "open file": lambda: {"files": {"file": io.BytesIO(b"content")}, "data": {"a": "1"}},
}
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("kind", [*BODIES, "iterator"])
def test_a_body_arrives_as_the_library_sends_it(way, network, kind):
    def given():
        if kind == "iterator":
            return {"content": iter([b"one", b"two"]) if way.run is None else _pieces()}
        made = BODIES[kind]()
        return {**made, "headers": BOUNDARY} if "files" in made else made

    seen: list[bytes] = []
    sent: list[str | None] = []

    def endpoint(exchange):
        seen.append(exchange.request.body)
        sent.append(exchange.request.header("Content-Length"))
        return json_response(200, None)

    way.post(network.url, **given())
    with mocked(apis=[answering(endpoint)]):
        way.post(f"{SCRIPTED}/x", **given())
    assert [("POST", body) for body in seen] == network.seen
    if kind != "iterator":
        assert sent == [str(len(seen[0])) if seen[0] or kind != "none" else "0"]


def test_headers_that_are_there_again_arrive_as_pairs(way):
    with mocked() as mock:
        sent = [*BEARER.items(), ("X-Tag", "a"), ("X-Tag", "é")]
        headers = [(name.encode(), value.encode("latin-1")) for name, value in sent]
        way.get(URL, headers=headers)
        (call,) = mock.calls
        mine = [pair for pair in call.request.headers.pairs if pair[0].lower() == "x-tag"]
        assert mine == [("X-Tag", "a"), ("X-Tag", "é")]


@pytest.mark.parametrize("name", ["a b", "ü", "a/b", "a%2Fb", "100%"])
def test_an_id_that_has_to_be_escaped(way, name):
    from urllib.parse import quote

    with mocked(apis=["pinecone"]) as mock:
        mock.pinecone.start(id=name, assistant_name="docs")
        headers = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
        url = f"{mock.pinecone.base_url}/operations/docs/{quote(name, safe='')}"
        assert way.get(url, headers=headers).json()["id"] == name


# --- what comes back


def answered(way, response: Response, method: str = "GET", **given: Any) -> Any:
    with mocked(apis=[answering(lambda exchange: response, "GET", "HEAD")]):

        async def talk(client):
            return await client.request(method, f"{SCRIPTED}/x", **given)

        return way.do(talk)


def test_head_and_an_answer_without_a_body(way):
    answer = answered(way, Response(200, b"abc"), "HEAD")
    assert (answer.status_code, answer.content, answer.text) == (200, b"", "")
    answer = answered(way, Response(204))
    assert (answer.status_code, answer.content, answer.reason_phrase) == (204, b"", "No Content")
    answer = answered(way, Response(499))
    assert (answer.status_code, answer.reason_phrase) == (499, "")


def test_an_encoded_body_is_decoded_by_the_client(way):
    answer = answered(way, Response(200, gzip.compress(b"abc"), {"Content-Encoding": "gzip"}))
    assert answer.content == b"abc"


def test_headers_that_are_there_again_come_back_each(way):
    pairs = [("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Tag", "é")]
    answer = answered(way, Response(200, b"", pairs))
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-tag"] == "é"
    assert dict(answer.cookies) == {"a": "1", "b": "2"}


def test_redirects_cookies_and_hooks_are_the_clients_own(way):
    seen: list[str | None] = []
    hooked: list[int] = []

    def endpoint(exchange):
        seen.append(exchange.request.header("Cookie"))
        if exchange.request.path == "/x":
            return Response(302, b"", {"Location": "/y", "Set-Cookie": "a=1"})
        return Response(200, b"there")

    def note(response):
        hooked.append(response.status_code)

    async def note_later(response):
        hooked.append(response.status_code)

    hooks = {"response": [note if way.run is None else note_later]}
    with mocked(apis=[answering(endpoint)]):
        client = way.client(event_hooks=hooks, follow_redirects=True)
        answer = way.get(f"{SCRIPTED}/x", client)
    assert (answer.status_code, answer.content) == (200, b"there")
    assert [each.status_code for each in answer.history] == [302]
    assert seen == [None, "a=1"]
    assert hooked == [302, 200]


def test_a_body_is_streamed(library):
    with mocked(apis=[answering(lambda exchange: Response(200, b"0123456789"))]):
        with library.stream("GET", f"{SCRIPTED}/x", verify=False) as answer:
            assert not answer.is_closed
            assert list(answer.iter_bytes(4)) == [b"0123", b"4567", b"89"]
            with pytest.raises(library.StreamConsumed):
                list(answer.iter_raw())

        async def talk():
            async with (
                library.AsyncClient(verify=False) as client,
                client.stream("GET", f"{SCRIPTED}/x") as answer,
            ):
                return [piece async for piece in answer.aiter_raw(4)]

        assert asyncio.run(talk()) == trio.run(talk) == [b"0123", b"4567", b"89"]


# --- late answers


def late(seconds: float):
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


def test_an_answer_that_is_late_comes_then(way):
    with late(3) as mock:
        assert way.get(f"{SCRIPTED}/x").status_code == 200
        assert mock.clock.elapsed.total_seconds() == 3
        assert way.get(f"{SCRIPTED}/x", timeout=None).status_code == 200
        assert [call.at.second for call in mock.calls] == [0, 3]


@pytest.mark.parametrize(("seconds", "timeout", "given"), [
    (45, 5, {}),
    (5, 5, {}),
    (9, 7.5, {"timeout": 7.5}),
    (9, 2, {"read": 2}),
])  # fmt: skip
def test_the_clients_own_timeout_comes_after_exactly_that_time(way, seconds, timeout, given):
    if "read" in given:
        given = {"timeout": way.library.Timeout(60, read=given["read"])}
    with late(seconds) as mock:
        with pytest.raises(way.library.ReadTimeout) as caught:
            way.get(f"{SCRIPTED}/x", **given)
        assert str(caught.value.request.url) == f"{SCRIPTED}/x"
        assert mock.clock.elapsed.total_seconds() == timeout
        assert len(mock.calls) == 1


def test_a_late_answer_keeps_no_other_from_being_handled(library):
    def endpoint(exchange):
        return json_response(200, None, late=10 if exchange.request.path == "/slow" else 0)

    async def talk():
        async with library.AsyncClient(verify=False, timeout=60) as client:
            slow = asyncio.create_task(client.get(f"{SCRIPTED}/slow"))
            await asyncio.sleep(1)
            await client.get(f"{SCRIPTED}/quick")
            await slow

    with mocked(apis=[answering(endpoint)]) as mock:
        asyncio.run(talk())
        assert [call.at.second for call in mock.calls] == [0, 1]
        assert mock.clock.elapsed.total_seconds() == 10


def test_a_request_is_cancelled_in_the_middle_of_its_answer(library):
    async def in_asyncio():
        async with library.AsyncClient(verify=False) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.get(f"{SCRIPTED}/x"), 2)
            return (await client.get(f"{SCRIPTED}/x")).status_code

    async def in_trio():
        async with library.AsyncClient(verify=False) as client:
            with trio.move_on_after(2) as scope:
                await client.get(f"{SCRIPTED}/x")
            assert scope.cancelled_caught
            return (await client.get(f"{SCRIPTED}/x")).status_code

    for talk in (lambda: asyncio.run(in_asyncio()), lambda: trio.run(in_trio)):
        with late(3) as mock:
            assert talk() == 200
            assert [call.at.second for call in mock.calls] == [0, 2]
            assert mock.clock.elapsed.total_seconds() == 5


def test_other_tasks_run_while_a_client_polls_without_waiting(way):
    """A client waits for its network, so whoever cancels it gets to do so."""
    if way.run is None:
        return

    async def poll(client, polls):
        while True:
            polls.append((await client.get(URL, headers=BEARER)).status_code)

    async def talk_asyncio():
        async with way.client() as client:
            polls = []
            task = asyncio.create_task(poll(client, polls))
            while len(polls) < 3:
                await asyncio.sleep(0)
            task.cancel()
            return len(polls)

    async def talk_trio():
        async with way.client() as client, trio.open_nursery() as nursery:
            polls = []
            nursery.start_soon(poll, client, polls)
            while len(polls) < 3:
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
        return len(polls)

    with mocked():
        assert way.run(talk_trio if way.run is trio.run else talk_asyncio) >= 3


# --- two at once


def test_one_library_under_the_name_of_the_other_is_answered_once(tmp_path):
    """httpx2 can stand in for httpx."""
    pytest.importorskip("httpx2", minversion="2.16")
    import subprocess
    import sys

    program = tmp_path / "program.py"
    program.write_text(
        "from pytest_asyncops import mocked\n"
        "with mocked() as mock:\n"
        "    import httpx2\n"
        "    httpx2.alias_httpx()\n"
        "    import httpx\n"
        "    assert httpx is httpx2\n"
        f"    httpx.get({URL!r})\n"
        "    assert len(mock.calls) == 1\n"
    )
    subprocess.run([sys.executable, str(program)], check=True)
