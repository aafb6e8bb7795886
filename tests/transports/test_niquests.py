"""niquests is answered, at the pools that it shares with all who stand on urllib3."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from support.loopback import BEARER, CHAINLOOP, answering
from support.pages import blocks

from pytest_asyncops import mocked
from pytest_asyncops.apis import Response, json_response

niquests = pytest.importorskip("niquests")

URL = f"{CHAINLOOP}/v1/operations"
SCRIPTED = "http://scripted.example/x"


def sync(method: str, url: str, **given: Any) -> Any:
    with niquests.Session() as session:
        return session.request(method, url, **given)


def waiting(method: str, url: str, **given: Any) -> Any:
    async def ask() -> Any:
        async with niquests.AsyncSession() as session:
            return await session.request(method, url, **given)

    return asyncio.run(ask())


@pytest.fixture(params=[sync, waiting])
def ask(request) -> Callable[..., Any]:
    return request.param


def test_a_poll(ask):
    with mocked(transport="niquests") as mock:
        operation = mock.chainloop.start()
        answer = ask("GET", f"{URL}/{operation.id}", headers=BEARER)
        assert (answer.status_code, answer.reason) == (200, "OK")
        assert answer.json()["operation"]["id"] == operation.id
        assert answer.headers["content-type"] == "application/json"
        (call,) = mock.calls
        assert call.request.headers["Authorization"] == "Bearer token"


def test_the_default_answers_it_once(ask):
    with mocked() as mock:
        assert ask("GET", URL, headers=BEARER).status_code == 200
        assert len(mock.calls) == 1


def test_other_urls_go_their_way(ask, network):
    with mocked() as mock:
        assert ask("GET", network.url).status_code == 200
        assert len(mock.calls) == 0
    assert network.seen == [("GET", b"")]


def test_a_proxy_is_not_asked(ask, network):
    proxies = {"https": network.url.removesuffix("/x")}
    with mocked():
        assert ask("GET", URL, headers=BEARER, proxies=proxies).status_code == 200
    assert network.seen == []


def test_a_proxy_is_asked_for_other_urls(ask, network):
    proxies = {"https": network.url.removesuffix("/x")}
    network.script[:] = [(501, {})]
    with mocked(), pytest.raises(niquests.exceptions.ProxyError):
        ask("GET", "https://other.example/y", proxies=proxies)
    assert network.seen == [("CONNECT", b"")]


@pytest.mark.parametrize("transport", ["niquests", "urllib3"])
def test_a_pool_by_itself(transport):
    async def ask() -> Any:
        async with niquests.packages.urllib3.AsyncPoolManager() as pools:
            return await (await pools.request("GET", URL, headers=BEARER)).json()

    with mocked(transport=transport):
        assert asyncio.run(ask())["operations"] == []


async def _pieces() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


@pytest.mark.parametrize("kind", ["bytes", "form", "json", "iterator"])
def test_a_body_arrives(ask, kind):
    seen: list[bytes] = []

    def endpoint(exchange):
        seen.append(exchange.request.body)
        return json_response(200, None)

    given = {
        "bytes": {"data": b"\x00\xff"},
        "form": {"data": {"a": "1"}},
        "json": {"json": {"a": 1}},
        "iterator": {"data": iter([b"one", b"two"]) if ask is sync else _pieces()},
    }[kind]
    with mocked(apis=[answering(endpoint)]):
        ask("POST", SCRIPTED, **given)
    assert seen[0] in (b"\x00\xff", b"a=1", b'{"a":1}', b'{"a": 1}', b"onetwo")


def test_what_comes_back(ask):
    pairs = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Encoding", "gzip")]
    api = answering(lambda exchange: Response(200, gzip.compress(b"abc"), pairs))
    with mocked(apis=[api]):
        answer = ask("GET", SCRIPTED)
    assert answer.content == b"abc"
    assert answer.cookies.get_dict() == {"a": "1", "b": "2"}


def test_a_body_is_streamed():
    async def stream() -> list[bytes]:
        async with niquests.AsyncSession() as session:
            answer = await session.get(SCRIPTED, stream=True)
            return [piece async for piece in await answer.iter_content(4)]

    with mocked(apis=[answering(lambda exchange: Response(200, b"0123456789"))]):
        assert b"".join(asyncio.run(stream())) == b"0123456789"


def late(seconds: float):
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


def test_an_answer_that_is_late_comes_then(ask):
    with late(6) as mock:
        assert ask("GET", SCRIPTED, timeout=7).status_code == 200
        assert mock.clock.elapsed.total_seconds() == 6


def test_its_own_timeout_comes_after_exactly_that_time(ask):
    with late(45) as mock:
        with pytest.raises(niquests.ReadTimeout):
            ask("GET", SCRIPTED, timeout=6)
        assert mock.clock.elapsed.total_seconds() == 6


def test_the_example_of_its_page(pytester):
    (example,) = blocks("client_niquests.md", "py")
    pytester.makepyfile(example)
    pytester.runpytest("-p", "asyncops").assert_outcomes(passed=1)
