"""A worker of a pool is idle or has a task coming, and each task counts until it begins."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock
from pytest_asyncops.virtual_time.thread_pools import ThreadPools

IDLE = (True, False)
CALLED = (False, True)
NEITHER = (False, False)


@pytest.fixture
def pools() -> Iterator[ThreadPools]:
    """Counts in real time."""
    pools = ThreadPools(lambda task: task)
    pools.replace()
    yield pools
    pools.restore()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def goes_on(pool: ThreadPoolExecutor) -> Iterator[threading.Event]:
    """For tasks to wait for; set at the end at the latest, so that the pool can close."""
    goes_on = threading.Event()
    yield goes_on
    goes_on.set()


def _look(pools: ThreadPools, pool: ThreadPoolExecutor) -> tuple[bool, bool]:
    """Whether a worker of a pool that has no task in its hand is idle, and whether it is called."""
    names: dict[str, Any] = {"__name__": "concurrent.futures.thread", "sys": sys}
    exec("def _worker(executor_reference, look): return look(sys._getframe())", names)
    idle, called = (
        names["_worker"](lambda: pool, look) for look in (pools.is_idle, pools.is_called)
    )
    return idle, called


def test_a_task_in_a_pool_begins_before_the_next_jump(mock: AsyncOpsMock) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            began = seconds_elapsed(mock)
            future = pool.submit(lambda: seconds_elapsed(mock))
            time.sleep(5)
            assert future.result() == began


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


def test_a_task_counts_from_its_submission_to_its_beginning(
    pools: ThreadPools, pool: ThreadPoolExecutor, goes_on: threading.Event
) -> None:
    assert _look(pools, pool) == IDLE
    first = pool.submit(goes_on.wait)
    second = pool.submit(_look, pools, pool)
    assert _look(pools, pool) == CALLED
    goes_on.set()
    assert first.result()
    assert second.result() == IDLE
    assert _look(pools, pool) == IDLE


def test_a_task_that_is_cancelled_counts_no_more(
    pools: ThreadPools, pool: ThreadPoolExecutor, goes_on: threading.Event
) -> None:
    begun = pool.submit(goes_on.wait)
    tasks = [pool.submit(time.monotonic) for _ in range(3)]
    for task in tasks:
        assert _look(pools, pool) == CALLED
        assert task.cancel()
        assert task.cancel()  # which is the same cancellation
    goes_on.set()
    assert begun.result()
    assert not begun.cancel()
    assert pool.submit(_look, pools, pool).result() == IDLE


def test_a_task_that_fails_has_begun(pools: ThreadPools, pool: ThreadPoolExecutor) -> None:
    failed = pool.submit(int, "made up")
    with pytest.raises(ValueError):  # noqa: PT011 - in the words of Python's own
        failed.result()
    assert _look(pools, pool) == IDLE


def test_a_task_that_a_pool_refuses_does_not_count(
    pools: ThreadPools, pool: ThreadPoolExecutor
) -> None:
    pool.shutdown()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            pool.submit(time.monotonic)
    assert _look(pools, pool) == NEITHER


def test_a_task_that_cannot_be_bound_to_a_time_does_not_count(pool: ThreadPoolExecutor) -> None:
    def refuse(task: Callable[[], Any]) -> Callable[[], Any]:
        raise KeyboardInterrupt

    pools = ThreadPools(refuse)
    pools.replace()
    try:
        with pytest.raises(KeyboardInterrupt):
            pool.submit(time.monotonic)
    finally:
        pools.restore()
    assert _look(pools, pool) == IDLE


def test_each_pool_has_a_count_of_its_own(
    pools: ThreadPools, pool: ThreadPoolExecutor, goes_on: threading.Event
) -> None:
    with ThreadPoolExecutor(1) as other:
        pool.submit(goes_on.wait)
        pool.submit(goes_on.wait)
        assert [_look(pools, one) for one in (pool, other)] == [CALLED, IDLE]
        assert other.submit(_look, pools, other).result() == IDLE
        assert [_look(pools, one) for one in (pool, other)] == [CALLED, IDLE]


def test_the_workers_of_a_pool_that_is_shut_down_are_never_idle_and_yet_may_be_called(
    pools: ThreadPools, pool: ThreadPoolExecutor, goes_on: threading.Event
) -> None:
    pool.submit(goes_on.wait)
    last = pool.submit(_look, pools, pool)
    pool.shutdown(wait=False)
    assert _look(pools, pool) == CALLED
    goes_on.set()
    assert last.result() == NEITHER


def test_a_task_is_given_its_arguments_whatever_their_names(
    pools: ThreadPools, pool: ThreadPoolExecutor
) -> None:
    names = {"pool": 1, "fn": 2, "self": 3, "task": 4}
    assert pool.submit(dict, [("first", 0)], **names).result() == {"first": 0, **names}


def test_a_task_is_bound_to_the_time_of_who_submits_it(pool: ThreadPoolExecutor) -> None:
    bound: list[threading.Thread] = []

    def bind(task: Callable[[], Any]) -> Callable[[], Any]:
        bound.append(threading.current_thread())
        return lambda: ("bound", task())

    pools = ThreadPools(bind)
    pools.replace()
    try:
        assert pool.submit(abs, -7).result() == ("bound", 7)
    finally:
        pools.restore()
    assert bound == [threading.current_thread()]


def test_a_worker_of_this_python_is_known_when_it_has_nothing_to_do(
    pools: ThreadPools, pool: ThreadPoolExecutor
) -> None:
    worker = pool.submit(threading.get_ident).result()
    until = time.monotonic() + 20
    while not pools.is_idle(sys._current_frames()[worker]):
        assert time.monotonic() < until
        time.sleep(0)
    assert not pools.is_called(sys._current_frames()[worker])
    assert not pools.is_idle(sys._getframe())
    assert not pools.is_called(sys._getframe())


def test_a_pool_submits_and_shuts_down_as_before_once_nobody_counts() -> None:
    real = ThreadPoolExecutor.submit, ThreadPoolExecutor.shutdown
    pools = ThreadPools(lambda task: task)
    for _ in range(2):
        pools.replace()
        assert ThreadPoolExecutor.submit is not real[0]
        assert ThreadPoolExecutor.shutdown is not real[1]
        pools.restore()
        assert real == (ThreadPoolExecutor.submit, ThreadPoolExecutor.shutdown)
