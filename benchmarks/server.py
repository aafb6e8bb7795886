"""One GET over loopback, stateful, against pytest-httpserver with a canned answer."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter_ns

from pytest_asyncops import Lifecycle, mocked

from .clients import canned_by_pytest_httpserver, http_client, works
from .measure import rounds_of
from .report import Figure, Missing, Ratio, Row

_ROUNDS = 30
_WAITS, _SECONDS = 200, 5
_ID = "00000000-0000-4000-8000-000000000001"
_PATH = f"/v1/operations/{_ID}"
_CREDENTIAL = {"Authorization": "Bearer token"}


def run() -> Iterator[Row]:
    yield Figure("a poll and its skipped wait", [_wait() for _ in range(_ROUNDS)], bar=0.005)
    if not works("pytest_httpserver"):
        yield Missing("pytest-httpserver")
        return
    with _served("manual") as base:
        body = _polled(base)
    samples = rounds_of(
        _ROUNDS,
        {
            "canned": lambda: _canned(body),
            **{clock: lambda clock=clock: _stateful(clock) for clock in ("virtual", "manual")},
        },
    )
    for clock in ("virtual", "manual"):
        what = f"clock={clock}"
        yield Ratio(what, samples[clock], "pytest_httpserver", samples["canned"], 0.6)


@contextmanager
def _served(clock: str) -> Iterator[str]:
    """A server with one running operation."""
    with mocked(transport="server", clock=clock) as mock:
        mock.chainloop.start(id=_ID, lifecycle=Lifecycle.succeeds(pending=0, running=1e6))
        yield mock.chainloop.base_url


def _stateful(clock: str) -> float:
    with _served(clock) as base:
        return http_client(base)


def _canned(body: bytes) -> float:
    with canned_by_pytest_httpserver(body) as base:
        return http_client(base)


def _polled(base: str) -> bytes:
    connection = http.client.HTTPConnection(base.removeprefix("http://"))
    try:
        connection.request("GET", _PATH, headers=_CREDENTIAL)
        return connection.getresponse().read()
    finally:
        connection.close()


def _wait() -> float:
    """What a poll and a wait of 5 s took of real time, of many over one connection."""
    with _served("virtual") as base:
        connection = http.client.HTTPConnection(base.removeprefix("http://"))
        sleep = time.sleep  # the mock's
        began = perf_counter_ns()
        for _ in range(_WAITS):
            connection.request("GET", _PATH, headers=_CREDENTIAL)
            connection.getresponse().read()
            sleep(_SECONDS)
        took = perf_counter_ns() - began
        connection.close()
    return took / _WAITS / 1e9 - _SECONDS  # by which that clock has jumped
