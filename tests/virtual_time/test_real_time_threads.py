"""Whose time is virtual and whose is real: threads of before, the tools, and pools in between."""

from __future__ import annotations

import queue
import select
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from pytest_asyncops import AsyncOpsMock, VirtualClock, mocked
from pytest_asyncops.virtual_time.client_clock import ClientClock
from pytest_asyncops.virtual_time.real_time_threads import RealTimeThreads
from pytest_asyncops.virtual_time.thread_pools import ThreadPools
from pytest_asyncops.virtual_time.time_functions import ActiveTime, wall_clock


def _elapsed(mock: AsyncOpsMock) -> float:
    return mock.clock.elapsed.total_seconds()


def test_who_joins_a_thread_of_before_waits_really_and_the_clock_with_it() -> None:
    asked = threading.Event()

    def answer() -> None:
        asked.wait()
        select.select([], [], [], 0.03)

    before = threading.Thread(target=answer)
    before.start()
    with mocked() as mock:
        joins = threading.Thread(target=before.join)
        joins.start()
        asked.set()
        joins.join(30)
        assert not joins.is_alive()
        assert _elapsed(mock) == 0


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
            assert _elapsed(mock) == 5
            blocks = threading.Event()
            first, second = pool.submit(blocks.wait), pool.submit(time.sleep, 5)
            assert second.cancel()
            time.sleep(1)
            blocks.set()
            assert first.result(timeout=30)
            time.sleep(1)  # nothing is on its way to the pool, so this takes no time
            assert _elapsed(mock) == 7
        began = time.monotonic()
        pool.submit(time.sleep, 0.001).result()
        assert time.monotonic() - began < 60


def test_the_clock_does_not_jump_while_a_thread_of_before_is_answered() -> None:
    asked, answering = threading.Event(), threading.Event()
    seen: list[float] = []

    def answer(mock: AsyncOpsMock) -> None:
        asked.wait()
        with mock.clock.lock:
            answering.set()
            select.select([], [], [], 0.02)
            seen.append(_elapsed(mock))

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


def test_a_worker_is_idle_until_it_has_a_task_in_its_hand() -> None:
    with ThreadPoolExecutor(1) as pool:
        pools = ThreadPools(lambda task: task)
        worker: dict[str, Any] = {"__name__": "concurrent.futures.thread", "sys": sys}
        exec(
            "def _worker(executor_reference, is_idle):\n"
            "    before = is_idle(sys._getframe())\n"
            "    work_item = 'a task'\n"
            "    return before, is_idle(sys._getframe())\n",
            worker,
        )
        assert worker["_worker"](lambda: pool, pools.is_idle) == (True, False)
        assert worker["_worker"](lambda: pool, pools.is_called) == (False, False)
        pools._promise(pool, 1)
        assert worker["_worker"](lambda: pool, pools.is_idle) == (False, False)
        assert worker["_worker"](lambda: pool, pools.is_called) == (True, False)
        assert worker["_worker"](lambda: None, pools.is_idle) == (False, False)


def test_a_tool_keeps_its_own_clocks(mock: AsyncOpsMock) -> None:
    tool: dict[str, Any] = {"__name__": "_pytest.made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", tool)
    own: dict[str, Any] = {"__name__": "made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", own)
    before, own_before = tool["read"](), own["read"]()
    with mocked():
        time.sleep(1_000_000)
        for was, now in zip(before, tool["read"](), strict=True):
            assert 0 <= now - was < 1_000
    for was, now in zip(before, tool["read"](), strict=True):
        assert 0 <= now - was < 1_000
    for was, now in zip(own_before, own["read"](), strict=True):
        assert 1_000_000 <= now - was < 1_000_100


@pytest.mark.parametrize(("caller", "real"), [("made_up", False), ("_pytest.made_up", True)])
def test_the_wall_clock_looks_past_time_machine(caller: str, real: bool) -> None:
    server = VirtualClock()
    client = ClientClock(server.shared_time)
    active = ActiveTime(client, cast("Any", None), RealTimeThreads(), server, lambda: 7)
    time_ns = wall_clock(active)
    between: dict[str, Any] = {"__name__": "time_machine", "time_ns": time_ns}
    exec("def ask(): return time_ns()", between)
    outer: dict[str, Any] = {"__name__": caller, "ask": between["ask"]}
    exec("def read(): return ask()", outer)
    assert outer["read"]() == (7 if real else VirtualClock().now_ns)
