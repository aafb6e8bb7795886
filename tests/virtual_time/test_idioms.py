"""Whatever a poller waits with, it sees the same timeline, and the test waits for none of it."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from support.library_idioms import LIBRARIES
from support.waiting_idioms import POLLERS

from pytest_asyncops import Lifecycle, mocked
from pytest_asyncops.virtual_time.scheduler import Scheduler

_HEADERS = {"Authorization": "Bearer token"}
_ALL = {**POLLERS, **LIBRARIES}
_TAKING_TURNS = ("thread", "pool", "timers", "executor")
"""What idioms with several threads have in their names: those wait for each other now and then."""


@pytest.fixture
def real_waits(monkeypatch: pytest.MonkeyPatch) -> list[Scheduler]:
    """Grows with each virtual wait for which the thread had to wait really."""
    waits: list[Scheduler] = []
    pass_through = Scheduler._pass_through

    def counted(scheduler: Scheduler, wait: Any) -> None:
        waits.append(scheduler)
        pass_through(scheduler, wait)

    monkeypatch.setattr(Scheduler, "_pass_through", counted)
    return waits


@pytest.mark.parametrize("name", _ALL)
def test_the_timeline_is_exact(name: str, real_waits: list[Scheduler]) -> None:
    timeline = []
    with mocked(apis=["chainloop"]) as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=2, running=30))
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

        def poll() -> bool:
            timeline.append(mock.clock.elapsed.total_seconds())
            answer = requests.get(url, headers=_HEADERS, timeout=30).json()
            return answer["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED"

        _ALL[name](poll)
        assert timeline == [0, 5, 10, 15, 20, 25, 30, 35]
        assert mock.clock.elapsed.total_seconds() == 35
    if not any(word in name for word in _TAKING_TURNS):
        assert real_waits == []
