"""A mock of another package in the same test has what is not for the stubs, and nothing else."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import pytest
from support.loopback import BEARER, CHAINLOOP, OTHER

from pytest_asyncops import UnknownVersionWarning, mocked
from pytest_asyncops.transports import other_mocks
from pytest_asyncops.transports.client_libraries import LIBRARIES
from pytest_asyncops.transports.other_mocks import OTHER_MOCKS, OtherMock, other_mocks_of

if find_spec("pytest_httpx2"):  # here, since respx registers it once, and a run forgets imports
    importlib.import_module("pytest_httpx2")

URL = f"{CHAINLOOP}/v1/operations"
TEAPOT = 418

Ask = Callable[[str], int]
"""Asks a URL, and gives the status of the answer."""

Seen = Callable[[], list[str]]
"""Gives the URLs that another mock was asked for."""


# --- the clients


def by_requests(url: str) -> int:
    import requests

    return requests.get(url, headers=BEARER).status_code


def by_urllib3(url: str) -> int:
    import urllib3

    with urllib3.PoolManager() as pool:
        return pool.request("GET", url, headers=BEARER, retries=False).status


def by_httpx(name: str, url: str) -> int:
    return importlib.import_module(name).get(url, headers=BEARER).status_code


def by_httpx_async(name: str, url: str) -> int:
    async def talk() -> int:
        async with importlib.import_module(name).AsyncClient() as client:
            return (await client.get(url, headers=BEARER)).status_code

    return asyncio.run(talk())


def by_aiohttp(url: str) -> int:
    import aiohttp

    async def talk() -> int:
        async with aiohttp.ClientSession() as session, session.get(url, headers=BEARER) as answer:
            await answer.read()
            return answer.status

    return asyncio.run(talk())


def by_http_client(url: str) -> int:
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc)
    try:
        connection.request("GET", parts.path, headers=BEARER)
        return connection.getresponse().status
    finally:
        connection.close()


def by_urllib_request(url: str) -> int:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=BEARER)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


CLIENTS: dict[str, Ask] = {
    "requests": by_requests,
    "http.client": by_http_client,
    "urllib.request": by_urllib_request,
    "urllib3": by_urllib3,
    "httpx": lambda url: by_httpx("httpx", url),
    "httpx, async": lambda url: by_httpx_async("httpx", url),
    "httpx2": lambda url: by_httpx("httpx2", url),
    "httpx2, async": lambda url: by_httpx_async("httpx2", url),
    "aiohttp": by_aiohttp,
}


# --- the other mocks: each answers OTHER with TEAPOT, and would refuse, or answer, what is a stub's


@contextmanager
def by_responses() -> Iterator[Seen]:
    import responses

    with responses.RequestsMock(assert_all_requests_are_fired=False) as other:
        other.get(OTHER, status=TEAPOT)
        yield lambda: [call.request.url for call in other.calls]


@contextmanager
def by_respx(using: str) -> Iterator[Seen]:
    import respx

    with respx.mock(using=using, assert_all_called=False) as other:
        other.get(OTHER).respond(TEAPOT)
        yield lambda: [str(call.request.url) for call in other.calls]


@contextmanager
def by_aioresponses() -> Iterator[Seen]:
    from aioresponses import aioresponses

    with aioresponses() as other:
        other.get(OTHER, status=TEAPOT, repeat=True)
        yield lambda: [str(url) for (_, url), calls in other.requests.items() for _ in calls]


OPENED = {
    "responses": by_responses,
    "respx": lambda: by_respx("httpcore"),
    "respx, at httpx": lambda: by_respx("httpx"),
    "aioresponses": by_aioresponses,
}
ANSWERED = [
    ("responses", "requests"),
    *[(mock, client) for mock in ("respx", "respx, at httpx") for client in CLIENTS
      if client.startswith("httpx") and "2" not in client],
    ("aioresponses", "aiohttp"),
]  # fmt: skip


def installed(name: str) -> bool:
    return find_spec(name.partition(",")[0]) is not None


def works(mock: str) -> bool:
    """Whether the other mock works with the version of its client that is here."""
    if mock != "aioresponses":
        return True
    with by_aioresponses():
        try:
            return by_aiohttp(OTHER) == TEAPOT
        except TypeError:
            return False


@pytest.fixture(params=ANSWERED, ids=" of ".join)
def pair(request) -> tuple[Callable[[], AbstractContextManager[Seen]], Ask]:
    """Another mock, and a client that it answers."""
    other, client = request.param
    for name in (other, client):
        pytest.importorskip(name.partition(",")[0])
    if not works(other):
        pytest.skip(f"{other} does not work with this version of {client}")
    return OPENED[other], CLIENTS[client]


@pytest.mark.parametrize("first", ["the stubs", "aioresponses"])
def test_aioresponses_with_an_aiohttp_whose_answers_it_cannot_make(first):
    pytest.importorskip("aiohttp")
    aioresponses = pytest.importorskip("aioresponses").aioresponses
    blocks = [mocked(), aioresponses()]  # both are made before either begins
    with ExitStack() as stack:
        mock, other = blocks if first == "the stubs" else blocks[::-1]
        opened = [stack.enter_context(each) for each in (mock, other)]
        mock, other = opened if first == "the stubs" else opened[::-1]
        other.get(OTHER, exception=ZeroDivisionError())
        assert by_aiohttp(URL) == 200
        with pytest.raises(ZeroDivisionError):
            by_aiohttp(OTHER)
        assert len(mock.calls) == 1


def test_one_that_starts_before(pair):
    other, ask = pair
    with other() as seen:
        with mocked() as mock:
            assert (ask(URL), ask(OTHER), ask(URL)) == (200, TEAPOT, 200)
            assert len(mock.calls) == 2
        assert ask(OTHER) == TEAPOT
        assert seen() == [OTHER, OTHER]
        with mocked() as mock:
            assert ask(URL) == 200
        assert len(seen()) == 2


def test_one_that_starts_after(pair):
    other, ask = pair
    with mocked() as mock:
        with other() as seen:
            assert (ask(URL), ask(OTHER), ask(URL)) == (200, TEAPOT, 200)
            assert seen() == [OTHER]
        assert ask(URL) == 200
        assert len(mock.calls) == 3


def test_one_before_and_one_after(pair):
    other, ask = pair
    if other is by_aioresponses:
        pytest.skip("two of it do not go together")
    with other() as outer, other() as middle, mocked() as mock:
        with other() as inner:
            assert (ask(URL), ask(OTHER)) == (200, TEAPOT)
        assert (ask(URL), ask(OTHER)) == (200, TEAPOT)
        assert len(mock.calls) == 2
        assert URL not in [*outer(), *middle(), *inner()]


def test_one_that_outlives_the_stubs_has_what_was_theirs(pair, monkeypatch):
    from requests.adapters import HTTPAdapter

    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)  # what it has stood on is left
    other, ask = pair
    opened = mocked()
    opened.__enter__()
    with other() as seen:
        assert ask(URL) == 200
        opened.__exit__(None, None, None)
        with pytest.raises(Exception):  # noqa: B017, PT011 - each has its own
            ask(URL)
        assert ask(OTHER) == TEAPOT
        assert seen()[-1] == OTHER
    with mocked() as mock:
        assert ask(URL) == 200
        assert len(mock.calls) == 1


# --- vcrpy, whose cassettes record what goes to the network


@pytest.fixture(params=CLIENTS)
def ask(request) -> Ask:
    pytest.importorskip(request.param.partition(",")[0])
    return CLIENTS[request.param]


@contextmanager
def both(order: str, cassette: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    """Gives the mock and the cassette, which are opened in this order."""
    if order == "cassette first":
        with cassette() as tape, mocked() as mock:
            yield mock, tape
    else:
        with mocked() as mock, cassette() as tape:
            yield mock, tape


ORDERS = pytest.mark.parametrize("order", ["cassette first", "stubs first"])


@ORDERS
def test_a_cassette_has_what_is_not_a_stubs(ask, order, network, tmp_path):
    vcr = pytest.importorskip("vcr")
    path = str(tmp_path / "tape.yaml")
    with both(order, lambda: vcr.use_cassette(path)) as (mock, tape):
        assert (ask(URL), ask(network.url), ask(URL)) == (200, 200, 200)
        assert len(mock.calls) == 2
    assert [request.uri for request in tape.requests] == [network.url]
    assert len(network.seen) == 1
    assert CHAINLOOP not in (tmp_path / "tape.yaml").read_text()
    with both(order, lambda: vcr.use_cassette(path, record_mode="none")) as (mock, tape):
        assert (ask(URL), ask(network.url), ask(URL)) == (200, 200, 200)
        assert (len(mock.calls), tape.play_count) == (2, 1)
    assert len(network.seen) == 1


@ORDERS
def test_what_a_cassette_has_of_the_real_service_stays_in_it(ask, order, network, tmp_path):
    vcr = pytest.importorskip("vcr")
    from vcr.request import Request

    path = str(tmp_path / "tape.yaml")
    with vcr.use_cassette(path) as tape:
        tape.append(
            Request("GET", URL, None, {}),
            {"status": {"code": TEAPOT, "message": "T"}, "headers": {}, "body": {"string": b""}},
        )
    with both(order, lambda: vcr.use_cassette(path, record_mode="new_episodes")) as (mock, tape):
        assert (ask(URL), ask(network.url)) == (200, 200)
        assert (len(mock.calls), tape.play_count) == (1, 0)
    with vcr.use_cassette(path, record_mode="none") as tape:
        assert [request.uri for request in tape.requests] == [URL, network.url]
        assert ask(URL) == TEAPOT


def test_a_mock_that_is_the_first_while_a_cassette_is_open(tmp_path):
    """What is imported then still finds the clients' own parts."""
    pytest.importorskip("vcr")
    names = [name for name in CLIENTS if "." not in name and installed(name)]
    program = f"""
import sys
sys.path[:0] = {[path for path in sys.path if path]!r}
import vcr
from transports.test_other_mocks import CLIENTS, URL
for name in {names!r}:
    __import__(name.partition(",")[0])
with vcr.use_cassette({str(tmp_path / "tape.yaml")!r}) as tape:
    from pytest_asyncops import mocked
    with mocked() as mock:
        for name in {[*names, "http.client", "urllib.request"]!r}:
            assert CLIENTS[name](URL) == 200, name
        assert len(mock.calls) == {len(names) + 2}
assert len(tape) == 0
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_under_a_cassette_a_transport_of_the_user_keeps_what_it_is_given(name, tmp_path):
    vcr, library = pytest.importorskip("vcr"), pytest.importorskip(name)
    transport = library.MockTransport(lambda request: library.Response(TEAPOT))

    async def talk() -> int:
        async with library.AsyncClient(transport=transport) as client:
            return (await client.get(URL)).status_code

    with mocked() as mock, vcr.use_cassette(str(tmp_path / "tape.yaml")):
        with library.Client(transport=transport) as client:
            assert client.get(URL).status_code == TEAPOT
        assert asyncio.run(talk()) == TEAPOT
        assert len(mock.calls) == 0


def test_a_redirect_to_a_stub_is_not_in_the_cassette(network, tmp_path):
    vcr = pytest.importorskip("vcr")
    pytest.importorskip("aiohttp")
    network.script.append((302, {"Location": URL}))
    with mocked() as mock, vcr.use_cassette(str(tmp_path / "tape.yaml")) as tape:
        assert by_aiohttp(network.url) in (200, 401)  # whether credentials go with it is its own
        assert [request.uri for request in tape.requests] == [network.url]
        assert len(mock.calls) == 1


# --- plugins with fixtures: the order is that of the arguments


NAMES = f"""
import asyncio
import pytest

URL = {URL!r}
OTHER = {OTHER!r}
BEARER = {BEARER!r}
"""


@pytest.mark.parametrize("fixtures", ["asyncops_mock, httpx_mock", "httpx_mock, asyncops_mock"])
def test_the_fixture_of_pytest_httpx(run, fixtures):
    pytest.importorskip("pytest_httpx")
    body = f"""{NAMES}
import httpx

def ask():
    return [httpx.get(url, headers=BEARER).status_code for url in (URL, OTHER)]

def ask_async():
    async def talk():
        async with httpx.AsyncClient(headers=BEARER) as client:
            return [(await client.get(url)).status_code for url in (URL, OTHER)]

    return asyncio.run(talk())

@pytest.mark.parametrize("ask", [ask, ask_async])
def test_it({fixtures}, ask):
    httpx_mock.add_response(url=OTHER, status_code=418)
    assert ask() == [200, 418]
    assert [str(request.url) for request in httpx_mock.get_requests()] == [OTHER]
    assert len(asyncops_mock.calls) == 1

def test_afterwards(httpx_mock):
    httpx_mock.add_response(url=URL, status_code=418)
    assert httpx.get(URL).status_code == 418
"""
    run(body, "-p", "pytest_httpx").assert_outcomes(passed=3)


@pytest.mark.parametrize("fixtures", ["asyncops_mock, httpx2_mock", "httpx2_mock, asyncops_mock"])
def test_the_fixture_of_pytest_httpx2(run, fixtures):
    pytest.importorskip("pytest_httpx2")
    body = f"""{NAMES}
import httpx2

def test_it({fixtures}):
    httpx2_mock.get(OTHER).respond(418)
    assert [httpx2.get(url, headers=BEARER).status_code for url in (URL, OTHER)] == [200, 418]
    assert [str(call.request.url) for call in httpx2_mock.calls] == [OTHER]
    assert len(asyncops_mock.calls) == 1
"""
    run(body, "-p", "pytest_httpx2").assert_outcomes(passed=1)


CLIENT_CALLS = {
    "requests": "requests.get(url, headers=BEARER).status_code",
    "httpx": "httpx.get(url, headers=BEARER).status_code",
    "aiohttp": "by_aiohttp(url)",
}


@pytest.mark.parametrize("client", CLIENT_CALLS)
@pytest.mark.parametrize("fixtures", ["asyncops_mock, vcr", "vcr, asyncops_mock"])
def test_the_cassettes_of_pytest_recording(run, pytester, monkeypatch, network, client, fixtures):
    # It wants to rewrite the asserts of vcr, which may have been imported here.
    monkeypatch.setattr(pytest, "register_assert_rewrite", lambda *names: None)
    pytest.importorskip("pytest_recording")
    pytest.importorskip(client)
    body = f"""{NAMES}
import {client}
{AIOHTTP if client == "aiohttp" else ""}

def get(url):
    return {CLIENT_CALLS[client]}

@pytest.mark.vcr
@pytest.mark.block_network(allowed_hosts=["127.0.0.1"])
def test_it({fixtures}):
    assert [get(url) for url in (URL, {network.url!r})] == [200, 200]
    assert len(asyncops_mock.calls) == 1
"""
    plugin = ("-p", "pytest_recording.plugin")
    run(body, *plugin, "--record-mode=once").assert_outcomes(passed=1)
    (tape,) = pytester.path.rglob("*.yaml")
    assert network.url in tape.read_text()
    assert CHAINLOOP not in tape.read_text()
    run(body, *plugin, "--record-mode=none").assert_outcomes(passed=1)
    assert len(network.seen) == 1


AIOHTTP = """
def by_aiohttp(url):
    async def talk():
        async with aiohttp.ClientSession() as session, session.get(url, headers=BEARER) as answer:
            return answer.status
    return asyncio.run(talk())
"""


@pytest.mark.parametrize("client", CLIENT_CALLS)
@pytest.mark.parametrize("fixtures", ["asyncops_mock, no_sockets", "no_sockets, asyncops_mock"])
def test_without_sockets_by_pytest_socket(run, client, fixtures):
    pytest.importorskip("pytest_socket")
    pytest.importorskip(client)
    body = f"""{NAMES}
import {client}
import socket
import pytest_socket
{AIOHTTP if client == "aiohttp" else ""}

@pytest.fixture
def no_sockets():
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()

@pytest.mark.filterwarnings("ignore:A test tried:UserWarning")  # it warns, and raises too
def test_it({fixtures}):
    url = URL
    assert {CLIENT_CALLS[client]} == 200
    assert len(asyncops_mock.calls) == 1
    with pytest.raises(pytest_socket.SocketBlockedError):
        socket.socket()

def test_afterwards(asyncops_mock):
    url = URL
    assert {CLIENT_CALLS[client]} == 200
    socket.socket().close()
"""
    run(body, "-p", "pytest_socket").assert_outcomes(passed=2)


# --- which of them, and which versions


def test_each_stands_for_a_transport_that_there_is():
    transports = {library.transport for library in LIBRARIES}
    assert {other.transport for other in OTHER_MOCKS} <= {None, *transports}
    assert list(other_mocks_of(())) == [other.module for other in OTHER_MOCKS]
    assert set(other_mocks_of(["responses"])) == {"vcr.cassette"}
    assert "aioresponses.core" in other_mocks_of(["aiohttp", "responses"])


@pytest.mark.parametrize("other", OTHER_MOCKS, ids=lambda other: other.module)
def test_nothing_is_left_of_it(other):
    pytest.importorskip(other.module)
    module = importlib.import_module(other.module)

    def parts() -> list[Any]:
        owners = [(name.partition(".")[0], name.rpartition(".")[2]) for name in other.parts]
        return [
            vars(module if first == last else getattr(module, first))[last]
            for first, last in owners
        ]

    before = parts()
    with mocked():
        assert all(now is not then for now, then in zip(parts(), before, strict=True))
    assert parts() == before


def unknown(monkeypatch, elsewhere: str | None = None) -> None:
    """Let there be one of a version that has not its parts."""
    parts = {"JSONDecoder.decode_later": lambda module, takers, beneath: beneath}
    other = OtherMock("json", "pluggy", "responses", parts, elsewhere=elsewhere)
    monkeypatch.setattr(other_mocks, "OTHER_MOCKS", [other])


def test_a_version_without_the_parts_is_told_of(monkeypatch):
    """Both packages are named, and everything else goes on."""
    unknown(monkeypatch)
    opened = mocked()
    with pytest.warns(UnknownVersionWarning) as told:
        opened.__enter__()
    assert by_requests(URL) == 200
    opened.__exit__(None, None, None)
    (warning,) = told
    assert str(warning.message) == (
        f"pluggy {version('pluggy')} has no json.JSONDecoder.decode_later, which pytest-asyncops "
        f"{version('pytest-asyncops')} replaces to answer requests for its stubs, so these are "
        "not answered. Install another version of one of the two, or do without pluggy in this "
        "test."
    )


def test_where_that_is_an_error_everything_is_put_back(monkeypatch):
    from requests.adapters import HTTPAdapter

    unknown(monkeypatch)
    before = HTTPAdapter.send, sys.meta_path[:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnknownVersionWarning):
            mocked().__enter__()
    assert (HTTPAdapter.send, sys.meta_path) == before


def test_a_version_that_stands_elsewhere_needs_no_parts(monkeypatch):
    unknown(monkeypatch, elsewhere="dumps")
    with mocked():
        assert by_requests(URL) == 200
