"""One GET by each client, stateful, against that client's usual mock with a canned answer."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from time import process_time_ns

from pytest_asyncops import Lifecycle, mocked

from .measure import looped, rounds_of, settled
from .report import Missing, Ratio, Row

_ROUNDS = 30
_TIMES = 100
_ID = "00000000-0000-4000-8000-000000000001"
_PATH = f"/v1/operations/{_ID}"
_HOST = "https://api.app.chainloop.dev"
_CREDENTIAL = {"Authorization": "Bearer token"}

Peer = Callable[[bytes], AbstractContextManager[str]]
"""Gives the base URL at which a mock with this canned answer is to be found."""
Poll = Callable[[str], float]
"""What one request took, in seconds, of many to this base URL."""


# --- the clients: each polls through what it keeps open


def _httpx(name: str) -> Poll:
    def poll(base: str) -> float:
        with importlib.import_module(name).Client(headers=_CREDENTIAL) as client:
            return _looped(lambda: client.get(base + _PATH).content)

    return poll


def _httpx_async(name: str) -> Poll:
    async def polled(base: str) -> float:
        async with importlib.import_module(name).AsyncClient(headers=_CREDENTIAL) as client:
            _check((await client.get(base + _PATH)).content)
            with settled():
                began = process_time_ns()
                for _ in range(_TIMES):
                    await client.get(base + _PATH)
                return (process_time_ns() - began) / _TIMES / 1e9

    return lambda base: asyncio.run(polled(base))


async def _polled_by_aiohttp(base: str) -> float:
    import aiohttp

    async with aiohttp.ClientSession(headers=_CREDENTIAL) as session:

        async def poll() -> bytes:
            async with session.get(base + _PATH) as answer:
                return await answer.read()

        _check(await poll())
        with settled():
            began = process_time_ns()
            for _ in range(_TIMES):
                await poll()
            return (process_time_ns() - began) / _TIMES / 1e9


def _aiohttp(base: str) -> float:
    return asyncio.run(_polled_by_aiohttp(base))


def _urllib3(base: str) -> float:
    import urllib3

    with urllib3.PoolManager(headers=_CREDENTIAL) as pools:
        return _looped(lambda: pools.request("GET", base + _PATH).data)


def http_client(base: str) -> float:
    import http.client

    scheme, _, netloc = base.partition("://")
    made = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = made(netloc)

    def poll() -> bytes:
        connection.request("GET", _PATH, headers=_CREDENTIAL)
        return connection.getresponse().read()

    try:
        return _looped(poll)
    finally:
        connection.close()


def _looped(poll: Callable[[], bytes]) -> float:
    _check(poll())
    return looped(poll, _TIMES)


def _check(body: bytes) -> None:
    assert json.loads(body)["operation"]["id"] == _ID


# --- their usual mocks


@contextmanager
def _respx(body: bytes, using: str = "httpcore") -> Iterator[str]:
    import respx

    with respx.mock(using=using) as router:
        router.get(_HOST + _PATH).respond(content=body)
        yield _HOST


@contextmanager
def _pytest_httpx2(body: bytes) -> Iterator[str]:
    importlib.import_module("pytest_httpx2._plugin")  # it teaches respx another library
    with _respx(body, "httpcore2") as base:
        yield base


@contextmanager
def _pytest_httpx(body: bytes) -> Iterator[str]:
    import pytest
    from pytest_httpx import httpx_mock

    fixture = getattr(httpx_mock, "_get_wrapped_function", lambda: httpx_mock)()
    mark = pytest.mark.httpx_mock(can_send_already_matched_responses=True).mark
    node = type("Node", (), {"iter_markers": lambda self, name: [mark]})()
    request = type("Request", (), {"node": node})()
    with pytest.MonkeyPatch.context() as patch:
        generator = fixture(patch, request)
        mock = next(generator)
        mock.add_response(url=_HOST + _PATH, content=body)
        yield _HOST
        for _ in generator:
            pass


@contextmanager
def _aioresponses(body: bytes) -> Iterator[str]:
    from aioresponses import aioresponses

    with aioresponses() as other:
        other.get(_HOST + _PATH, body=body, repeat=True)
        yield _HOST


@contextmanager
def canned_by_pytest_httpserver(body: bytes) -> Iterator[str]:
    import logging

    from pytest_httpserver import HTTPServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it prints each request
    with HTTPServer() as server:
        server.expect_request(_PATH).respond_with_data(body, content_type="application/json")
        yield server.url_for("").rstrip("/")


ROWS: Mapping[str, tuple[Poll, Mapping[str, Peer]]] = {
    "httpx": (_httpx("httpx"), {"respx": _respx, "pytest_httpx": _pytest_httpx}),
    "httpx, async": (_httpx_async("httpx"), {"respx": _respx, "pytest_httpx": _pytest_httpx}),
    "httpx2": (_httpx("httpx2"), {"pytest_httpx2": _pytest_httpx2}),
    "httpx2, async": (_httpx_async("httpx2"), {"pytest_httpx2": _pytest_httpx2}),
    "aiohttp": (_aiohttp, {"aioresponses": _aioresponses}),
    "urllib3": (_urllib3, {"pytest_httpserver": canned_by_pytest_httpserver}),
    "http.client": (http_client, {"pytest_httpserver": canned_by_pytest_httpserver}),
}


def run() -> Iterator[Row]:
    with _stub() as base:
        body = _answer(base)
    for name, (poll, peers) in ROWS.items():
        there = {peer: made for peer, made in peers.items() if works(peer)}
        yield from (Missing(f"{name}, {peer}") for peer in peers.keys() - there)
        if not there:
            continue
        sides: dict[str, Callable[[], float]] = {"ours": lambda poll=poll: _side(poll, _stub)}
        sides |= {
            peer: lambda poll=poll, made=made: _side(poll, lambda: made(body))
            for peer, made in there.items()
        }
        samples = rounds_of(_ROUNDS, sides)
        for peer in there:
            yield Ratio(name, samples["ours"], peer, samples[peer], 1.0)


def works(peer: str) -> bool:
    """Whether a mock is here, and works with the version of its client that is here."""
    if not find_spec(peer):
        return False
    return peer != "aioresponses" or not version("aiohttp").startswith(_TOO_NEW)


_TOO_NEW = ("3.14.", "3.15.", "4.")
"""The versions of aiohttp with which aioresponses 0.7.9 fails by itself."""


def _side(poll: Poll, surroundings: Callable[[], AbstractContextManager[str]]) -> float:
    with surroundings() as base:
        return poll(base)


@contextmanager
def _stub() -> Iterator[str]:
    """A mock with one running operation."""
    with mocked() as mock:
        mock.chainloop.start(id=_ID, lifecycle=Lifecycle.succeeds(pending=0, running=1e6))
        yield _HOST


def _answer(base: str) -> bytes:
    import urllib.request

    asked = urllib.request.Request(base + _PATH, headers=_CREDENTIAL)
    with urllib.request.urlopen(asked) as answer:
        body: bytes = answer.read()
    return body
