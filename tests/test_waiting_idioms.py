"""Whatever a poller waits with, it sees the same timeline, and the test waits for none of it."""

from __future__ import annotations

import pytest
import requests
from idioms import POLLERS
from library_idioms import LIBRARIES

from pytest_asyncops import Lifecycle, mocked

_HEADERS = {"Authorization": "Bearer token"}
_ALL = {**POLLERS, **LIBRARIES}


@pytest.mark.parametrize("name", _ALL)
def test_the_timeline_is_exact(name: str) -> None:
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
