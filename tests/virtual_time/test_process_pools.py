"""The result of a pool of processes takes real time and no virtual time; so does an older pool."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import multiprocessing.pool
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from support.real_moments import real_seconds
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, PatienceWarning, mocked
from pytest_asyncops.virtual_time import process_pools
from pytest_asyncops.virtual_time.process_pools import ProcessPools

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of forks, on 3.12+
]

_SHORT = 0.1
_MUCH = 5.0  # less than any of the long waits, and enough for a busy machine

_forked: Any = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def _double(number: int) -> int:
    really_wait(_SHORT)
    return 2 * number


def _fail() -> None:
    really_wait(_SHORT)
    raise KeyError("of a child")


def _executor() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=_forked)


@pytest.fixture(scope="module")
def older_executor() -> Iterator[ProcessPoolExecutor]:
    with _executor() as executor:
        executor.submit(abs, 1).result()
        yield executor


@pytest.fixture(scope="module")
def older_pool() -> Iterator[multiprocessing.pool.Pool]:
    with _forked.Pool(1) as pool:
        pool.map(abs, [1])
        yield pool


@pytest.fixture(params=["older", "new"])
def executor(
    request: pytest.FixtureRequest, older_executor: ProcessPoolExecutor, mock: AsyncOpsMock
) -> Iterator[ProcessPoolExecutor]:
    if request.param == "older":
        yield older_executor
    else:
        with _executor() as executor:
            yield executor


@pytest.fixture(params=["older", "new"])
def pool(
    request: pytest.FixtureRequest, older_pool: multiprocessing.pool.Pool, mock: AsyncOpsMock
) -> Iterator[multiprocessing.pool.Pool]:
    if request.param == "older":
        yield older_pool
    else:
        with _forked.Pool(1) as pool:
            yield pool


def _took_no_time(mock: AsyncOpsMock, began: float) -> bool:
    return seconds_elapsed(mock) == 0 and _SHORT - 0.02 <= real_seconds() - began < _MUCH


# -- executors ---------------------------------------------------------------------------------


def test_a_future_of_an_executor(executor: ProcessPoolExecutor, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    assert executor.submit(_double, 3).result(30) == 6
    assert _took_no_time(mock, began)


def test_a_map_of_an_executor(executor: ProcessPoolExecutor, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    assert list(executor.map(_double, [1, 2], timeout=30)) == [2, 4]
    assert _took_no_time(mock, began)


def test_a_failure_in_an_executor(executor: ProcessPoolExecutor, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    with pytest.raises(KeyError):
        executor.submit(_fail).result(30)
    assert _took_no_time(mock, began)


def test_an_executor_of_a_loop(executor: ProcessPoolExecutor, mock: AsyncOpsMock) -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(executor, _double, 3), 30)

    began = real_seconds()
    assert asyncio.run(main()) == 6
    assert _took_no_time(mock, began)


def test_who_sleeps_meanwhile_sleeps_until_the_result_is_there(
    executor: ProcessPoolExecutor, mock: AsyncOpsMock
) -> None:
    future = executor.submit(_double, 3)
    time.sleep(5)
    assert future.result(0) == 6
    time.sleep(5)
    assert seconds_elapsed(mock) == 10


# -- pools of multiprocessing ------------------------------------------------------------------


def test_a_result_of_a_pool(pool: multiprocessing.pool.Pool, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    assert pool.apply_async(_double, (3,)).get(timeout=30) == 6
    assert _took_no_time(mock, began)


def test_a_map_of_a_pool(pool: multiprocessing.pool.Pool, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    assert pool.map_async(_double, [1, 2]).get(timeout=30) == [2, 4]
    assert _took_no_time(mock, began)


def test_a_failure_in_a_pool(pool: multiprocessing.pool.Pool, mock: AsyncOpsMock) -> None:
    began = real_seconds()
    with pytest.raises(KeyError):
        pool.apply_async(_fail).get(timeout=30)
    assert _took_no_time(mock, began)


# -- limits ------------------------------------------------------------------------------------


def test_a_job_that_takes_too_long_meets_its_timeout(older_executor: ProcessPoolExecutor) -> None:
    def times_out() -> concurrent.futures.Future[None]:
        with mocked(patience=0.1) as mock:
            future = older_executor.submit(really_wait, 0.3)
            with pytest.raises(concurrent.futures.TimeoutError):
                future.result(timeout=20)
            assert seconds_elapsed(mock) == 20
        return future

    with pytest.warns(PatienceWarning) as warned:
        future = times_out()
    assert "for the result of a pool of processes," in str(warned[0].message)
    future.result()


def test_a_pool_of_threads_is_waited_for_by_other_means(mock: AsyncOpsMock) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(concurrent.futures.TimeoutError):
        pool.submit(time.sleep, 30).result(timeout=20)
    assert seconds_elapsed(mock) == 30


# -- what is noted -----------------------------------------------------------------------------


class _Outside:
    """What the real world decides, as far as it is told."""

    patience = 10.0

    def __init__(self) -> None:
        self.awaited: dict[object, Callable[[], float]] = {}

    def await_until(self, key: object, what: str, until: Callable[[], float]) -> None:
        assert what == "the result of a pool of processes"
        self.awaited[key] = until

    def forget(self, key: object) -> None:
        del self.awaited[key]


@pytest.fixture
def outside() -> _Outside:
    return _Outside()


@pytest.fixture
def noted(outside: _Outside) -> Iterator[ProcessPools]:
    scheduler: Any = SimpleNamespace(outside=outside)
    pools = ProcessPools(lambda: scheduler)
    pools.replace()
    yield pools
    pools.restore()


def test_a_result_holds_the_clock_a_little_longer_than_it_takes(
    noted: ProcessPools, outside: _Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(process_pools, "_real_monotonic", lambda: now[0])
    result = multiprocessing.pool.ApplyResult(SimpleNamespace(_cache={}), None, None)
    (until,) = outside.awaited.values()
    assert until() == 110
    now[0] = 103
    assert until() == 110
    result._set(0, (True, 7))
    # The pool's thread tells those who wait, and nobody knows when it has.
    assert until() == pytest.approx(103.02)
    now[0] = 103.019
    assert until() == pytest.approx(103.02)
    assert outside.awaited
    now[0] = 103.021
    assert until() == 0
    assert not outside.awaited


def test_nothing_is_noted_afterwards_or_in_real_time(
    outside: _Outside, older_executor: ProcessPoolExecutor
) -> None:
    places = [(ProcessPoolExecutor, "submit"), (multiprocessing.pool.ApplyResult, "__init__")]
    before = [getattr(*place) for place in places]
    pools = ProcessPools(lambda: None)
    pools.replace()
    assert all(getattr(*place) is not real for place, real in zip(places, before, strict=True))
    assert older_executor.submit(abs, -1).result() == 1
    pools.restore()
    assert [getattr(*place) for place in places] == before


def test_what_is_not_imported_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("concurrent.futures.process", "multiprocessing.pool"):
        monkeypatch.delitem(sys.modules, name)
    real = ProcessPoolExecutor.submit
    pools = ProcessPools(lambda: None)
    pools.replace()
    assert ProcessPoolExecutor.submit is real
    assert "multiprocessing.pool" not in sys.modules
    pools.restore()
