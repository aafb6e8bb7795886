"""A task in a pool begins before the next jump, whoever has made the pool."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.time_functions import active_here


def _begun_pool(workers: int) -> ThreadPoolExecutor:
    """One whose workers have all begun, in real time."""
    pool = ThreadPoolExecutor(workers)
    barrier = threading.Barrier(workers)
    wait([pool.submit(barrier.wait) for _ in range(workers)])
    return pool


@pytest.fixture
def older() -> Iterator[ThreadPoolExecutor]:
    """A pool of before the test, with one worker."""
    with _begun_pool(1) as pool:
        yield pool


@pytest.fixture
def mock(older: ThreadPoolExecutor) -> Iterator[AsyncOpsMock]:
    with mocked() as opened:
        yield opened


@pytest.fixture(params=["older", "new"])
def pool(
    request: pytest.FixtureRequest, older: ThreadPoolExecutor, mock: AsyncOpsMock
) -> Iterator[ThreadPoolExecutor]:
    """A pool with one worker."""
    if request.param == "older":
        yield older
    else:
        with ThreadPoolExecutor(1) as new:
            yield new


def _in_motion() -> list[object]:
    active = active_here()
    assert active is not None
    return [*active.scheduler.in_motion]


def _are_only_own() -> bool:
    """Whether this thread is all that is in motion, once the workers have nothing to do."""
    for _ in range(1_000):
        if _in_motion() == [threading.get_ident()]:
            return True
        time.sleep(0)
    return False


def test_a_task_begins_before_the_next_jump(pool: ThreadPoolExecutor, mock: AsyncOpsMock) -> None:
    for _ in range(20):
        began = seconds_elapsed(mock)
        future = pool.submit(lambda: seconds_elapsed(mock))
        time.sleep(5)
        assert future.result() == began


def test_tasks_behind_a_busy_worker_begin_when_it_is_free(
    pool: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    def work(seconds: float) -> tuple[float, float]:
        began = seconds_elapsed(mock)
        time.sleep(seconds)
        return began, seconds_elapsed(mock)

    futures = [pool.submit(work, seconds) for seconds in (3, 1, 2)]
    time.sleep(0.5)
    assert [future.result() for future in futures] == [(0, 3), (3, 4), (4, 6)]
    assert _are_only_own()


@pytest.mark.parametrize("workers", [2, 3])
def test_several_workers_of_before_work_side_by_side(workers: int) -> None:
    with _begun_pool(workers) as pool, mocked() as mock:
        futures = [pool.submit(time.sleep, 5) for _ in range(2 * workers)]
        for future in futures:
            future.result()
        assert seconds_elapsed(mock) == 10
        assert _are_only_own()


def test_a_pool_of_before_that_has_no_worker_yet() -> None:
    with ThreadPoolExecutor(2) as pool, mocked() as mock:
        future = pool.submit(time.sleep, 5)
        time.sleep(1)
        future.result()
        assert seconds_elapsed(mock) == 5


def test_a_task_that_is_cancelled_holds_nothing(
    pool: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    goes_on = threading.Event()
    begun = pool.submit(goes_on.wait)
    tasks = [pool.submit(time.sleep, 100) for _ in range(3)]
    time.sleep(1)
    for task in tasks:
        assert task.cancel()
        assert task.cancel()  # which is the same cancellation
    time.sleep(1)
    goes_on.set()
    assert begun.result()
    assert not begun.cancel()
    assert pool.submit(seconds_elapsed, mock).result() == 2
    assert _are_only_own()


def test_a_shutdown_cancels_what_has_not_begun(
    pool: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    begun = threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(5)

    first = pool.submit(work)
    others = [pool.submit(time.sleep, 100) for _ in range(3)]
    begun.wait()
    pool.shutdown(wait=False, cancel_futures=True)
    assert first.result() is None
    for other in others:
        with pytest.raises(CancelledError):
            other.result()
    assert seconds_elapsed(mock) == 5
    time.sleep(1)
    assert _are_only_own()


def test_a_shutdown_waits_for_the_tasks() -> None:
    with mocked() as mock:
        pool = ThreadPoolExecutor(1)
        for _ in range(2):
            pool.submit(time.sleep, 5)
        pool.shutdown()
        assert seconds_elapsed(mock) == 10


class _Fails(Exception):
    pass


def _fail() -> None:
    time.sleep(1)
    raise _Fails


def test_a_task_that_fails_is_done(pool: ThreadPoolExecutor, mock: AsyncOpsMock) -> None:
    failed = pool.submit(_fail)
    with pytest.raises(_Fails):
        failed.result()
    time.sleep(1)
    assert seconds_elapsed(mock) == 2
    assert _are_only_own()


def test_a_task_that_a_pool_refuses_holds_nothing(
    pool: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    pool.shutdown()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            pool.submit(time.sleep, 1)
    time.sleep(1)
    assert seconds_elapsed(mock) == 1
    assert _are_only_own()


def test_callbacks_are_done_before_the_next_jump(
    pool: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    for _ in range(20):
        began = seconds_elapsed(mock)
        told: list[float] = []
        pool.submit(time.sleep, 1).add_done_callback(
            lambda future, told=told: told.append(seconds_elapsed(mock))  # type: ignore[misc]
        )
        time.sleep(5)
        assert told == [began + 1]


def test_a_task_is_given_its_arguments_whatever_their_names(pool: ThreadPoolExecutor) -> None:
    names = {"pool": 1, "fn": 2, "self": 3, "task": 4, "function": 5}
    assert pool.submit(dict, [("first", 0)], **names).result() == {"first": 0, **names}


def test_the_tasks_of_a_thread_in_real_time_are_done_in_real_time() -> None:
    """Whoever works: a pool of before, and one that the test has made."""
    asked, told = threading.Event(), threading.Event()
    pools: list[ThreadPoolExecutor] = []
    seen: list[bool] = []

    def work() -> None:
        asked.wait()
        for pool in pools:
            seen.append(pool.submit(lambda: active_here() is None).result())
        told.set()

    thread = threading.Thread(target=work)
    thread.start()
    with _begun_pool(1) as before, mocked() as mock, ThreadPoolExecutor(1) as new:
        new.submit(time.sleep, 1).result()
        pools += [before, new]
        asked.set()
        thread.join()
        assert told.is_set()
        assert seen == [True, True]
        for pool in pools:
            pool.submit(time.sleep, 5).result()
        assert seconds_elapsed(mock) == 11
        assert _are_only_own()


def test_a_pool_works_as_before_once_nobody_counts(older: ThreadPoolExecutor) -> None:
    real = ThreadPoolExecutor.submit
    with mocked():
        assert ThreadPoolExecutor.submit is not real
        goes_on = threading.Event()
        late: Future[bool] = older.submit(goes_on.wait)
    assert ThreadPoolExecutor.submit is real
    goes_on.set()
    assert late.result()
    assert older.submit(active_here).result() is None


def test_an_older_pool_is_shut_down_while_a_task_waits_in_virtual_time(
    older: ThreadPoolExecutor, mock: AsyncOpsMock
) -> None:
    older.submit(time.sleep, 5)
    older.shutdown()
    assert seconds_elapsed(mock) == 5  # and no real time, of which a warning would tell
