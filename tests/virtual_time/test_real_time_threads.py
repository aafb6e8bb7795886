"""Whose time is virtual and whose is real: threads of before, and pools in between."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked


@pytest.fixture
def unhurried() -> Iterator[None]:
    """Nobody runs before the one that runs waits."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(10)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("unhurried")
def test_a_task_of_the_test_is_its_own_in_a_pool_of_before() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(time.monotonic).result()
        with mocked() as mock:
            pool.submit(time.sleep, 5).result(timeout=30)
            assert seconds_elapsed(mock) == 5
            blocks = threading.Event()
            first, second = pool.submit(blocks.wait), pool.submit(time.sleep, 5)
            assert second.cancel()
            time.sleep(1)
            blocks.set()
            assert first.result(timeout=30)
            time.sleep(1)  # nothing is on its way to the pool, so this takes no time
            assert seconds_elapsed(mock) == 7
        began = time.monotonic()
        pool.submit(time.sleep, 0.001).result()
        assert time.monotonic() - began < 60


def test_the_clock_does_not_jump_while_a_thread_of_before_is_answered() -> None:
    asked, answering = threading.Event(), threading.Event()
    seen: list[float] = []

    def answer(mock: AsyncOpsMock) -> None:
        asked.wait()
        with mock.clock._server.lock:
            answering.set()
            really_wait(0.02)
            seen.append(seconds_elapsed(mock))

    opened = mocked()
    handed: queue.Queue[AsyncOpsMock] = queue.Queue()
    thread = threading.Thread(target=lambda: answer(handed.get()))
    thread.start()
    with opened as mock:
        handed.put(mock)
        asked.set()
        answering.wait()
        time.sleep(5)
        thread.join()
    assert seen == [0]
