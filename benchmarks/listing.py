"""The list route among a thousand operations and a million, while states change.

Every operation of every size has a future. In the first part one operation changes before each
request of each size; about ten have since the same request was last made. In the second part one
in a hundred has, and what the request costs more than one without changes is shared out among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any
from urllib.parse import urlencode

import requests

from pytest_asyncops import AsyncOpsMock, Lifecycle, Stub, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.messages import Headers, Request

from .measure import once, rounds_of, settled
from .report import Figure, Ratio, Row, seconds

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_SMALL, _LARGE = SIZES[0], SIZES[-1]

_ROUNDS = 40
_STEPS = 420
"""How many seconds, with a change in each, are enough for the rounds of all queries."""

_LATER = 1_000_000
"""When the operations change, in seconds, that do not in the first part."""

_SOON = [Lifecycle.succeeds(running=second + 0.5) for second in range(_STEPS)]
_LATE = [Lifecycle.succeeds(running=_LATER + second) for second in range(1_000)]
_DONE = Lifecycle.succeeds(running=0)

_HEADERS = Headers(
    {"Authorization": "Bearer token", "Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
)


def _life(size: int) -> Callable[[int], Lifecycle]:
    """One changes in each of the first seconds; of the others one in five is done."""

    def life(index: int) -> Lifecycle:
        step = index * _STEPS // size
        if step != (index - 1) * _STEPS // size:
            return _SOON[step]
        return _DONE if index % 5 == 0 else _LATE[index % len(_LATE)]

    return life


@dataclass
class _Query:
    """One way to ask for a list; ``first`` is what it cost to ask the first time, by size."""

    what: str
    of: Callable[[int], Mapping[str, object]]
    first: dict[int, float] = field(default_factory=dict)

    def target(self, path: str, size: int) -> str:
        query = self.of(size)
        return f"{path}?{urlencode(query)}" if query else path


_PENDING = "ASYNC_OPERATION_STATUS_"
_PAIR = {"resource_id": "ev-1", "resource_type": "evidence"}
_RUNNING = {"status": f"{_PENDING}RUNNING"}
_COMPLETED = {"status": f"{_PENDING}COMPLETED"}


def _deep(size: int) -> dict[str, object]:
    """The page of a hundred in the middle of a quarter of all, which every filter finds."""
    return {"pagination.page": size // 800}


def _chainloop_queries() -> list[_Query]:
    return [
        _Query("no filter", lambda size: {}),
        _Query("no filter, deep page", _deep),
        _Query("status", lambda size: _RUNNING),
        _Query("status, deep page", lambda size: {**_RUNNING, **_deep(size)}),
        _Query("another status", lambda size: _COMPLETED),
        _Query("status, page of 10", lambda size: {**_RUNNING, "pagination.page_size": 10}),
        _Query("resource and status", lambda size: {**_PAIR, **_RUNNING}),
        _Query("resource and status, deep page", lambda size: {**_PAIR, **_RUNNING, **_deep(size)}),
        _Query("kind", lambda size: {"kind": "evidence_evaluation"}),
    ]


def _pinecone_queries() -> list[_Query]:
    wanted = {"operation_type": "upload_file", "status": "Processing"}
    return [
        _Query("no filter", lambda size: {}),
        _Query("type and status", lambda size: wanted),
        _Query("type and status, page of 10", lambda size: {**wanted, "limit": 10}),
    ]


@dataclass(frozen=True)
class _Case:
    """An API, its operations and the queries."""

    api: Any
    path: str
    fields: Mapping[str, Any]
    queries: list[_Query]


def _cases() -> list[_Case]:
    return [
        _Case(
            CHAINLOOP,
            "/v1/operations",
            {"resource_id": lambda index: f"ev-{index // 3 % 2}", "resource_type": "evidence"},
            _chainloop_queries(),
        ),
        _Case(
            PINECONE,
            "/operations/docs",
            {
                "assistant_name": "docs",
                "operation_type": lambda index: ("upload_file", "delete_file")[index // 3 % 2],
            },
            _pinecone_queries(),
        ),
    ]


def run() -> Iterator[Row]:
    for case in _cases():
        # One stub for each size, on one clock.
        apis = {size: replace(case.api, name=f"n{size}") for size in SIZES}
        base_urls = {api.name: f"https://{api.name}.test" for api in apis.values()}
        with mocked(clock="manual", apis=list(apis.values()), base_urls=base_urls) as mock:
            stubs = {size: mock.stubs[api.name] for size, api in apis.items()}
            for size, stub in stubs.items():
                stub.start_many(size, lifecycle=_life(size), **case.fields)
            yield from _few_changes(case, mock, stubs)
            yield from _many_changes(case, mock, stubs)


def _few_changes(case: _Case, mock: AsyncOpsMock, stubs: Mapping[int, Stub]) -> Iterator[Row]:
    name = case.api.name
    asks: dict[str, Callable[[], dict[int, float]]] = {}
    for query in case.queries:
        of_sizes = {
            size: _asking(stub, query.target(case.path, size)) for size, stub in stubs.items()
        }
        query.first = {size: ask() for size, ask in of_sizes.items()}
        asks[query.what] = _after_a_change(mock, of_sizes)
    over_http = case.api is CHAINLOOP
    with requests.Session() as session, settled():
        if over_http:
            of_sizes = {
                size: _getting(session, stubs[size].base_url + case.path)
                for size in (_SMALL, _LARGE)
            }
            asks["requests"] = _after_a_change(mock, of_sizes)
        rounds = rounds_of(_ROUNDS, asks)
    assert mock.clock.elapsed.total_seconds() <= _STEPS
    samples = {
        (what, size): [took[size] for took in taken]
        for what, taken in rounds.items()
        for size in taken[0]
    }
    for query in case.queries:
        base = samples[query.what, _SMALL]
        for size in SIZES[1:]:
            bar = 1.5 if size == _LARGE else None
            what = f"{name}, {query.what}, {size:,}"
            yield Ratio(what, samples[query.what, size], f"{_SMALL:,}", base, bar)
    if over_http:
        took, base = samples["requests", _LARGE], samples["requests", _SMALL]
        what = f"{name}, status, through requests, {_LARGE:,}"
        yield Ratio(what, took, f"{_SMALL:,}", base, 1.5)
    for query in case.queries:
        if "page" in query.what:
            continue  # the same operations as another query, in a different window
        first = query.first[_LARGE]
        each = f"{seconds(first / _LARGE)} each"
        yield Figure(f"{name}, {query.what}, {_LARGE:,}, first use", [first], note=each)


def _many_changes(case: _Case, mock: AsyncOpsMock, stubs: Mapping[int, Stub]) -> Iterator[Row]:
    """What each of the changes costs, when one operation in a hundred changes."""
    mock.clock.advance(_LATER - mock.clock.elapsed.total_seconds() - 1)
    for query in case.queries:
        if "status" not in query.what or "page" in query.what:
            continue
        asks = {size: _asking(stub, query.target(case.path, size)) for size, stub in stubs.items()}
        for ask in asks.values():
            ask()
        with settled():
            samples = rounds_of(
                10,
                {size: lambda ask=ask: (ask(), ask()) for size, ask in asks.items()},
                before=lambda: mock.clock.advance(10),
            )
        for size in SIZES:
            extra = [max(changing - quiet, 0.0) for changing, quiet in samples[size]]
            yield Figure(
                f"{case.api.name}, {query.what}, {size:,}, 1 % change",
                [took / (size / 100) for took in extra],
                note=f"a change; {seconds(median(extra))} a request",
            )


def _after_a_change(
    mock: AsyncOpsMock, of_sizes: Mapping[int, Callable[[], float]]
) -> Callable[[], dict[int, float]]:
    """Lets an operation of each size change and asks all sizes, in turning order."""
    order = list(of_sizes)

    def ask() -> dict[int, float]:
        mock.clock.advance(1)
        order.reverse()
        return {size: of_sizes[size]() for size in order}

    return ask


def _asking(stub: Stub, target: str) -> Callable[[], float]:
    request = Request("GET", stub.base_url + target, target, _HEADERS)

    def ask() -> float:
        took, answer = once(lambda: stub._server.handle(request))
        assert answer.status_code == 200, answer.content
        return took

    return ask


def _getting(session: requests.Session, url: str) -> Callable[[], float]:
    def get() -> float:
        took, answer = once(lambda: session.get(url, params=_RUNNING, headers=_HEADERS))
        assert answer.status_code == 200, answer.content
        return took

    return get
