"""Pollers that people really use, of the libraries that ship them, wait in virtual time.

Each library is needed by its own test alone: `pip install 'pytest-asyncops[field]'` has them all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, Lifecycle, mocked

EVERY = 5
LIMIT = 300

Poll = Callable[[], bool]


@pytest.fixture
def mock() -> Iterator[AsyncOpsMock]:
    with mocked(apis=["chainloop"]) as mock:
        yield mock


@pytest.fixture
def polled_at() -> list[float]:
    return []


@pytest.fixture
def poll(mock: AsyncOpsMock, polled_at: list[float]) -> Poll:
    """Whether an operation is done that takes 30 s; notes when it was asked for."""
    operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=30))
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

    def poll() -> bool:
        polled_at.append(seconds_elapsed(mock))
        answer = requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30).json()
        return bool(answer["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED")

    return poll


EXACT = [0, 5, 10, 15, 20, 25, 30]


def test_google_api_cores_polling_future(mock: AsyncOpsMock, poll: Poll) -> None:
    polling = pytest.importorskip("google.api_core.future.polling")

    class Future(polling.PollingFuture):  # type: ignore[misc]  # its base is not known here
        def done(self, retry: Any = None) -> bool:
            return poll()

        def running(self) -> bool:
            return not poll()

        def cancel(self) -> bool:
            return False

        def cancelled(self) -> bool:
            return False

    Future()._blocking_poll(timeout=LIMIT)  # what result() waits in
    assert 30 <= seconds_elapsed(mock) < LIMIT  # its delays have jitter


def test_botocores_waiter(poll: Poll, polled_at: list[float]) -> None:
    waiters = pytest.importorskip("botocore.waiter")
    done = {"state": "success", "matcher": "path", "argument": "done", "expected": True}
    settings = {"operation": "get", "delay": EVERY, "maxAttempts": 50, "acceptors": [done]}
    config = waiters.SingleWaiterConfig(settings)
    waiters.Waiter("made_up", config, lambda **names: {"done": poll()}).wait()
    assert polled_at == EXACT


def test_azure_cores_poller(poll: Poll, polled_at: list[float]) -> None:
    polling = pytest.importorskip("azure.core.polling")

    class Method(polling.PollingMethod):  # type: ignore[misc]  # its base is not known here
        _done = False

        def initialize(self, *arguments: Any) -> None:
            pass

        def run(self) -> None:
            while not poll():
                time.sleep(EVERY)
            self._done = True

        def status(self) -> str:
            return "Succeeded" if self._done else "InProgress"

        def finished(self) -> bool:
            return self._done

        def resource(self) -> str:
            return "the result"

    poller = polling.LROPoller(None, None, lambda answer: answer, Method())
    assert poller.result(timeout=LIMIT) == "the result"
    assert polled_at == EXACT


def test_databricks_wait(poll: Poll, polled_at: list[float]) -> None:
    internal = pytest.importorskip("databricks.sdk.service._internal")

    def waiter(**names: Any) -> str:
        while not poll():
            time.sleep(EVERY)
        return "the result"

    assert internal.Wait(waiter, response=None).result() == "the result"
    assert polled_at == EXACT


def test_apschedulers_jobs(poll: Poll, polled_at: list[float]) -> None:
    background = pytest.importorskip("apscheduler.schedulers.background")
    done = threading.Event()
    scheduler = background.BackgroundScheduler()
    scheduler.add_job(lambda: poll() and done.set(), "interval", seconds=EVERY)
    scheduler.start()
    try:
        assert done.wait(LIMIT)
    finally:
        scheduler.shutdown()
    assert polled_at == EXACT[1:]


def test_seleniums_wait(poll: Poll, polled_at: list[float]) -> None:
    ui = pytest.importorskip("selenium.webdriver.support.ui")
    ui.WebDriverWait(None, LIMIT, poll_frequency=EVERY).until(lambda driver: poll())
    assert polled_at == EXACT
