"""One GET through requests.Session, stateful, against a bare callback of responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import requests
import responses

from pytest_asyncops import Lifecycle, mocked

from .measure import looped, rounds_of
from .report import Ratio, Row

_ROUNDS = 40
_TIMES = 200
_ID = "00000000-0000-4000-8000-000000000001"
_URL = f"https://api.app.chainloop.dev/v1/operations/{_ID}"
_CREDENTIAL = {"Authorization": "Bearer token"}


def run() -> Iterator[Row]:
    with _stateful("manual"):
        body = requests.get(_URL, headers=_CREDENTIAL, timeout=1).content

    def bare() -> AbstractContextManager[Any]:
        mock = responses.RequestsMock()
        mock.add_callback(
            responses.GET, _URL, lambda request: (200, {}, body), content_type="application/json"
        )
        return mock

    samples = rounds_of(
        _ROUNDS,
        {
            "bare": lambda: _requests(bare),
            **{
                clock: lambda clock=clock: _requests(lambda: _stateful(clock))
                for clock in ("virtual", "manual", "real")
            },
        },
        warm=2,
    )
    for clock in ("virtual", "manual", "real"):
        yield Ratio(f"clock={clock}", samples[clock], "fixed body", samples["bare"], 0.85)


def _stateful(clock: str) -> AbstractContextManager[Any]:
    return _Started(clock)


class _Started:
    """A mock with one running operation."""

    def __init__(self, clock: str) -> None:
        self._mocked = mocked(clock=clock)

    def __enter__(self) -> None:
        mock = self._mocked.__enter__()
        mock.chainloop.start(id=_ID, lifecycle=Lifecycle.succeeds(pending=0, running=1e6))

    def __exit__(self, *exc: Any) -> None:
        self._mocked.__exit__(*exc)


def _requests(surroundings: Callable[[], AbstractContextManager[Any]]) -> float:
    """What one request took inside of these."""
    with surroundings(), requests.Session() as session:
        answer = session.get(_URL, headers=_CREDENTIAL)
        assert answer.json()["operation"]["id"] == _ID
        return looped(lambda: session.get(_URL, headers=_CREDENTIAL), _TIMES)
