"""One conversation reads the same over every API, every transport and every client."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import json
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests
import trio
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from pytest_asyncops import AsyncOpsMock, Lifecycle, State, Stub, assert_conforms, mocked

Get = Callable[..., Awaitable[tuple[int, Any]]]
"""Takes a URL, ``params`` and ``headers``; gives the status and the JSON of the answer."""

Sleep = Callable[[float], Awaitable[None]]
Talk = Callable[[Get, Sleep], Coroutine[Any, Any, None]]


# --- the clients, by the transport that catches them: each lets a talk run


def at_once(talk: Talk, get: Callable[..., tuple[int, Any]]) -> None:
    """Let a talk run in which nobody awaits anything."""

    async def waits(*args: Any, **kwargs: Any) -> tuple[int, Any]:
        return get(*args, **kwargs)

    async def sleep(seconds: float) -> None:
        time.sleep(seconds)

    try:
        talk(waits, sleep).send(None)
    except StopIteration:
        return
    raise AssertionError("it awaits something")


def requests_alone(talk: Talk) -> None:
    def get(url: str, **given: Any) -> tuple[int, Any]:
        answer = requests.get(url, **given)
        return answer.status_code, answer.json()

    at_once(talk, get)


def requests_with_retries(talk: Talk) -> None:
    with requests.Session() as session:
        retry = Retry(total=3, backoff_factor=1, status_forcelist=[429, 500, 502, 503, 504])
        session.mount("https://", HTTPAdapter(max_retries=retry))

        def get(url: str, **given: Any) -> tuple[int, Any]:
            answer = session.get(url, **given)
            return answer.status_code, answer.json()

        at_once(talk, get)


def urllib3_pools(talk: Talk) -> None:
    pools = urllib3.PoolManager()

    def get(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Any]:
        answer = pools.request("GET", url, fields=params, headers=headers)
        return answer.status, json.loads(answer.data)

    at_once(talk, get)


def urllib_request(talk: Talk) -> None:
    def get(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Any]:
        query = urlencode(params)
        asked = urllib.request.Request(f"{url}?{query}" if query else url, headers=dict(headers))
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    at_once(talk, get)


def one_connection(talk: Talk) -> None:
    connections: dict[str, http.client.HTTPSConnection] = {}

    def get(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Any]:
        parts, query = urlsplit(url), urlencode(params)
        if parts.netloc not in connections:
            connections[parts.netloc] = http.client.HTTPSConnection(parts.netloc)
        connection = connections[parts.netloc]
        connection.request("GET", f"{parts.path}?{query}" if query else parts.path, None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    at_once(talk, get)


def niquests_sync(talk: Talk) -> None:
    with importlib.import_module("niquests").Session() as session:

        def get(url: str, **given: Any) -> tuple[int, Any]:
            answer = session.get(url, **given)
            return answer.status_code, answer.json()

        at_once(talk, get)


def niquests_asyncio(talk: Talk) -> None:
    async def all_of_it() -> None:
        async with importlib.import_module("niquests").AsyncSession() as session:

            async def get(url: str, **given: Any) -> tuple[int, Any]:
                answer = await session.get(url, **given)
                return answer.status_code, answer.json()

            await talk(get, asyncio.sleep)

    asyncio.run(all_of_it())


def in_sync(name: str, talk: Talk) -> None:
    with importlib.import_module(name).Client(verify=False) as client:

        def get(url: str, **given: Any) -> tuple[int, Any]:
            answer = client.get(url, **given)
            return answer.status_code, answer.json()

        at_once(talk, get)


async def in_async(name: str, talk: Talk, sleep: Sleep) -> None:
    async with importlib.import_module(name).AsyncClient(verify=False) as client:

        async def get(url: str, **given: Any) -> tuple[int, Any]:
            answer = await client.get(url, **given)
            return answer.status_code, answer.json()

        await talk(get, sleep)


def on_asyncio(name: str, talk: Talk) -> None:
    asyncio.run(in_async(name, talk, asyncio.sleep))


def on_trio(name: str, talk: Talk) -> None:
    trio.run(in_async, name, talk, trio.sleep)


def by_aiohttp(run: Callable[[Coroutine[Any, Any, None]], None], talk: Talk) -> None:
    async def all_of_it() -> None:
        async with importlib.import_module("aiohttp").ClientSession() as session:

            async def get(url: str, **given: Any) -> tuple[int, Any]:
                async with session.get(url, **given) as answer:
                    return answer.status, await answer.json()

            await talk(get, asyncio.sleep)

    run(all_of_it())


CLIENTS: dict[str, dict[str, Callable[[Talk], None]]] = {
    "responses": {"requests": requests_alone, "requests with retries": requests_with_retries},
    "niquests": {"niquests sync": niquests_sync, "niquests asyncio": niquests_asyncio},
    "http_client": {"http.client": one_connection, "urllib.request": urllib_request},
    "urllib3": {"urllib3": urllib3_pools, "requests over urllib3": requests_alone},
    "httpx": {
        f"{name} {how}": partial(run, name)
        for name in ("httpx", "httpx2")
        for how, run in (("sync", in_sync), ("asyncio", on_asyncio), ("trio", on_trio))
    },
    "aiohttp": {"aiohttp": partial(by_aiohttp, asyncio.run)},
}
LINES = [
    pytest.param(transport, run, id=f"{transport}-{name}")
    for transport, clients in CLIENTS.items()
    for name, run in clients.items()
    if importlib.util.find_spec(name.partition(" ")[0]) is not None
]
CLIENT_HEADERS = {"accept", "accept-encoding", "connection", "host", "user-agent"}
"""What clients put into requests by themselves, each in its own way."""


# --- the APIs


@dataclass(frozen=True)
class Dialect:
    """What the conversation has to know of an API."""

    name: str
    path: str
    credentials: Mapping[str, str]
    error: str
    """Where the payload has its error message."""
    fields: Mapping[str, object]
    other: Mapping[str, object]
    """Fields that the filter below leaves out."""
    where: Mapping[str, str]
    words: Mapping[State, str]
    first_page: Mapping[str, str]
    next_page: Callable[[Mapping[str, Any]], Mapping[str, str] | None]
    unknown: str
    unauthenticated: str
    purged: str | None
    """The status of an operation that was purged, if it is still to be seen."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def bare(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return payload.get("operation", payload)

    def complaint(self, payload: Mapping[str, Any]) -> str:
        return payload.get("error", payload)["message"]


def chainloop_next(payload: Mapping[str, Any]) -> Mapping[str, str] | None:
    page = payload["pagination"]
    if page["page"] + 1 >= page["total_pages"]:
        return None
    return {"pagination.page": str(page["page"] + 1), "pagination.page_size": "2"}


def pinecone_next(payload: Mapping[str, Any]) -> Mapping[str, str] | None:
    if "pagination" not in payload:
        return None
    return {"limit": "2", "pagination_token": payload["pagination"]["next"]}


DIALECTS = [
    Dialect(
        name="chainloop",
        path="/v1/operations",
        credentials={"Authorization": "Bearer token"},
        error="error_message",
        fields={"kind": "scan"},
        other={"kind": "report"},
        where={"kind": "scan"},
        words={
            State.PENDING: "ASYNC_OPERATION_STATUS_PENDING",
            State.RUNNING: "ASYNC_OPERATION_STATUS_RUNNING",
            State.SUCCEEDED: "ASYNC_OPERATION_STATUS_COMPLETED",
            State.FAILED: "ASYNC_OPERATION_STATUS_FAILED",
        },
        first_page={"pagination.page_size": "2"},
        next_page=chainloop_next,
        unknown="operation not found",
        unauthenticated="JWT token is missing",
        purged="ASYNC_OPERATION_STATUS_PURGED",
    ),
    Dialect(
        name="pinecone",
        path="/operations/docs",
        credentials={"Api-Key": "key"},
        error="error_message",
        fields={"assistant_name": "docs", "operation_type": "upload_file"},
        other={"assistant_name": "docs", "operation_type": "delete_file"},
        where={"operation_type": "upload_file"},
        words={
            State.PENDING: "Processing",
            State.RUNNING: "Processing",
            State.SUCCEEDED: "Completed",
            State.FAILED: "Failed",
        },
        first_page={"limit": "2"},
        next_page=pinecone_next,
        unknown="Operation nothing not found.",
        unauthenticated="Invalid API key.",
        purged=None,
        headers={"X-Pinecone-Api-Version": "2026-04"},
    ),
]


class Speaker:
    """A client who speaks one API."""

    def __init__(self, dialect: Dialect, stub: Stub, get: Get, sleep: Sleep) -> None:
        self.dialect = dialect
        self.base = stub.base_url + dialect.path
        self._get = get
        self._sleep = sleep

    async def ask(self, path: str = "", *, known: bool = True, **params: str) -> tuple[int, Any]:
        headers = {**self.dialect.headers, **(self.dialect.credentials if known else {})}
        return await self._get(self.base + path, params=params, headers=headers)

    async def show(self, name: str) -> Mapping[str, Any]:
        status, payload = await self.ask(f"/{name}")
        assert status == 200
        return self.dialect.bare(payload)

    async def names(self, **params: str) -> list[str]:
        status, payload = await self.ask(**params)
        assert status == 200
        return [item["id"] for item in payload["operations"]]

    async def wait(self, name: str) -> list[str]:
        """Poll to the end, every two seconds; gives the status words that were seen."""
        seen = []
        ends = {self.dialect.words[state] for state in (State.SUCCEEDED, State.FAILED)}
        while not seen or seen[-1] not in ends:
            if seen:
                await self._sleep(2)
            seen.append((await self.show(name))["status"])
        return seen


async def converse(mock: AsyncOpsMock, dialect: Dialect, get: Get, sleep: Sleep) -> None:
    stub = mock.stubs[dialect.name]
    speaker = Speaker(dialect, stub, get, sleep)
    word = dialect.words

    # Start, and poll to the end.
    life = Lifecycle.succeeds(pending=2, running=3)
    first = stub.start(id="first", lifecycle=life, **dialect.fields)
    assert await speaker.wait("first") == [
        word[State.PENDING],
        word[State.RUNNING],
        word[State.RUNNING],
        word[State.SUCCEEDED],
    ]
    assert (mock.clock.elapsed.total_seconds(), first.polls) == (6, 4)

    # A failure says why, and nothing else does.
    stub.start(id="second", lifecycle=Lifecycle.fails("disk full", running=1), **dialect.other)
    assert await speaker.wait("second") == [word[State.RUNNING], word[State.FAILED]]
    assert (await speaker.show("second"))[dialect.error] == "disk full"
    assert dialect.error not in await speaker.show("first")

    # Lists, newest first; filters; page two.
    third = stub.start(id="third", lifecycle=Lifecycle.manual(), **dialect.fields)
    assert await speaker.names() == ["third", "second", "first"]
    assert await speaker.names(**dialect.where) == ["third", "first"]
    assert await speaker.names(status=word[State.FAILED]) == ["second"]
    assert await speaker.names(status=word[State.FAILED], **dialect.where) == []
    status, page = await speaker.ask(**dialect.first_page)
    assert [item["id"] for item in page["operations"]] == ["third", "second"]
    following = dialect.next_page(page)
    assert following is not None
    status, page = await speaker.ask(**following)
    assert [item["id"] for item in page["operations"]] == ["first"]
    assert dialect.next_page(page) is None
    assert page["operations"][0] == await speaker.show("first")

    # A purge takes it away, or what it made.
    third.run()
    third.succeed()
    assert (await speaker.show("third"))["status"] == word[State.SUCCEEDED]
    third.purge()
    if dialect.purged is None:
        assert (await speaker.ask("/third"))[0] == 404
        assert await speaker.names() == ["second", "first"]
    else:
        assert (await speaker.show("third"))["status"] == dialect.purged
        assert await speaker.names(status=dialect.purged) == ["third"]

    # Errors, in the API's own words.
    status, payload = await speaker.ask("/nothing")
    assert (status, dialect.complaint(payload)) == (404, dialect.unknown)
    status, payload = await speaker.ask("/first", known=False)
    assert (status, dialect.complaint(payload)) == (401, dialect.unauthenticated)
    status, payload = await speaker.ask(known=False)
    assert (status, dialect.complaint(payload)) == (401, dialect.unauthenticated)

    # All that was said is what the contract allows.
    for call in mock.calls:
        assert_conforms(call.response)

    # What was said is on record, and none of it took time but the waits.
    assert len(stub.calls) == len(mock.calls)
    assert [call.response.status_code for call in mock.calls[-3:]] == [404, 401, 401]
    assert mock.clock.elapsed.total_seconds() == 8


def journal(mock: AsyncOpsMock) -> list[tuple[object, ...]]:
    """What a mock has recorded, but for what clients add to requests by themselves."""
    return [
        (
            call.at_ns,
            call.request.method,
            call.request.url,
            {
                name.lower(): value
                for name, value in call.request.headers.pairs
                if name.lower() not in CLIENT_HEADERS
            },
            call.request.body,
            call.response.status_code,
            call.response.headers.pairs,
            call.response.content,
        )
        for call in mock.calls
    ]


def journal_of(
    transport: str, dialect: Dialect, client: Callable[[Talk], None]
) -> list[tuple[object, ...]]:
    with mocked(transport=transport) as mock:
        client(partial(converse, mock, dialect))
        return journal(mock)


@pytest.fixture(scope="module")
def model():
    """What the conversation is recorded as, by the client that has been answered the longest."""
    return {each.name: journal_of("responses", each, requests_alone) for each in DIALECTS}


@pytest.mark.parametrize("chosen", ["auto", "alone"])
@pytest.mark.parametrize(("transport", "client"), LINES)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_conversation(dialect, transport, client, chosen, model):
    transport = "auto" if chosen == "auto" else transport
    assert journal_of(transport, dialect, client) == model[dialect.name]


def test_every_transport_has_its_clients():
    from pytest_asyncops.settings import GENERAL

    (setting,) = [setting for setting in GENERAL if setting.name == "transport"]
    # The server answers any program, which tests/loopback shows.
    assert {"auto", "server", *CLIENTS} == set(setting.choices)
