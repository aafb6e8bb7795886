"""One conversation reads the same over every API, every transport and every client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from pytest_asyncops import AsyncOpsMock, Lifecycle, State, Stub, assert_conforms, mocked

Get = Callable[..., Any]
"""Takes a URL, ``params`` and ``headers``; gives a response with ``status_code`` and ``json()``."""


# --- the clients, by the transport that catches them


@contextmanager
def plain() -> Iterator[Get]:
    yield requests.get


@contextmanager
def session_with_retries() -> Iterator[Get]:
    with requests.Session() as session:
        retry = Retry(total=3, backoff_factor=1, status_forcelist=[429, 500, 502, 503, 504])
        session.mount("https://", HTTPAdapter(max_retries=retry))
        yield session.get


CLIENTS = {"responses": [plain, session_with_retries]}
LINES = [
    pytest.param(transport, client, id=f"{transport}-{client.__name__}")
    for transport, clients in CLIENTS.items()
    for client in clients
]


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

    def __init__(self, dialect: Dialect, stub: Stub, get: Get) -> None:
        self.dialect = dialect
        self.base = stub.base_url + dialect.path
        self._get = get

    def ask(self, path: str = "", *, known: bool = True, **params: str) -> tuple[int, Any]:
        headers = {**self.dialect.headers, **(self.dialect.credentials if known else {})}
        response = self._get(self.base + path, params=params, headers=headers)
        return response.status_code, response.json()

    def show(self, name: str) -> Mapping[str, Any]:
        status, payload = self.ask(f"/{name}")
        assert status == 200
        return self.dialect.bare(payload)

    def names(self, **params: str) -> list[str]:
        status, payload = self.ask(**params)
        assert status == 200
        return [item["id"] for item in payload["operations"]]

    def wait(self, name: str) -> list[str]:
        """Poll to the end, every two seconds; gives the status words that were seen."""
        seen = []
        ends = {self.dialect.words[state] for state in (State.SUCCEEDED, State.FAILED)}
        while not seen or seen[-1] not in ends:
            if seen:
                time.sleep(2)
            seen.append(self.show(name)["status"])
        return seen


def converse(mock: AsyncOpsMock, dialect: Dialect, get: Get) -> None:
    stub = mock.stubs[dialect.name]
    speaker = Speaker(dialect, stub, get)
    word = dialect.words

    # Start, and poll to the end.
    life = Lifecycle.succeeds(pending=2, running=3)
    first = stub.start(id="first", lifecycle=life, **dialect.fields)
    assert speaker.wait("first") == [
        word[State.PENDING],
        word[State.RUNNING],
        word[State.RUNNING],
        word[State.SUCCEEDED],
    ]
    assert (mock.clock.elapsed.total_seconds(), first.polls) == (6, 4)

    # A failure says why, and nothing else does.
    stub.start(id="second", lifecycle=Lifecycle.fails("disk full", running=1), **dialect.other)
    assert speaker.wait("second") == [word[State.RUNNING], word[State.FAILED]]
    assert speaker.show("second")[dialect.error] == "disk full"
    assert dialect.error not in speaker.show("first")

    # Lists, newest first; filters; page two.
    third = stub.start(id="third", lifecycle=Lifecycle.manual(), **dialect.fields)
    assert speaker.names() == ["third", "second", "first"]
    assert speaker.names(**dialect.where) == ["third", "first"]
    assert speaker.names(status=word[State.FAILED]) == ["second"]
    assert speaker.names(status=word[State.FAILED], **dialect.where) == []
    status, page = speaker.ask(**dialect.first_page)
    assert [item["id"] for item in page["operations"]] == ["third", "second"]
    following = dialect.next_page(page)
    assert following is not None
    status, page = speaker.ask(**following)
    assert [item["id"] for item in page["operations"]] == ["first"]
    assert dialect.next_page(page) is None
    assert page["operations"][0] == speaker.show("first")

    # A purge takes it away, or what it made.
    third.run()
    third.succeed()
    assert speaker.show("third")["status"] == word[State.SUCCEEDED]
    third.purge()
    if dialect.purged is None:
        assert speaker.ask("/third")[0] == 404
        assert speaker.names() == ["second", "first"]
    else:
        assert speaker.show("third")["status"] == dialect.purged
        assert speaker.names(status=dialect.purged) == ["third"]

    # Errors, in the API's own words.
    status, payload = speaker.ask("/nothing")
    assert (status, dialect.complaint(payload)) == (404, dialect.unknown)
    status, payload = speaker.ask("/first", known=False)
    assert (status, dialect.complaint(payload)) == (401, dialect.unauthenticated)
    status, payload = speaker.ask(known=False)
    assert (status, dialect.complaint(payload)) == (401, dialect.unauthenticated)

    # All that was said is what the contract allows.
    for call in mock.calls:
        assert_conforms(call.response)

    # What was said is on record, and none of it took time but the waits.
    assert len(stub.calls) == len(mock.calls)
    assert [call.response.status_code for call in mock.calls[-3:]] == [404, 401, 401]
    assert mock.clock.elapsed.total_seconds() == 8


@pytest.mark.parametrize("chosen", ["auto", "alone"])
@pytest.mark.parametrize(("transport", "client"), LINES)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_conversation(dialect, transport, client, chosen):
    transport = "auto" if chosen == "auto" else transport
    with mocked(transport=transport) as mock, client() as get:
        converse(mock, dialect, get)


def test_every_transport_has_its_clients():
    from pytest_asyncops.settings import GENERAL

    (setting,) = [setting for setting in GENERAL if setting.name == "transport"]
    assert {"auto", *CLIENTS} == set(setting.choices)
