"""A lock that is made in a test does what any lock does, and its limit is one of virtual time."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.locks import virtual_lock

REAL: Callable[[], Any] = threading.Lock

OPERATIONS: dict[str, Callable[[Any], object]] = {
    "acquire at once": lambda lock: lock.acquire(False),
    "acquire at once, by name": lambda lock: lock.acquire(blocking=False),
    "acquire at once with a limit": lambda lock: lock.acquire(False, 1),
    "acquire with a limit": lambda lock: lock.acquire(True, 1e-6),
    "acquire with a limit by name": lambda lock: lock.acquire(timeout=1e-6),
    "acquire with no time": lambda lock: lock.acquire(timeout=0),
    "acquire with a bad limit": lambda lock: lock.acquire(timeout=-2),
    "acquire with too long a limit": lambda lock: lock.acquire(timeout=1e20),
    "acquire with an endless limit": lambda lock: lock.acquire(timeout=float("inf")),
    "acquire with no number": lambda lock: lock.acquire(timeout="1"),
    "acquire with not a number": lambda lock: lock.acquire(timeout=float("nan")),
    "acquire with too much": lambda lock: lock.acquire(True, 1, 2),
    "acquire if it is free": lambda lock: lock.locked() or lock.acquire(),
    "acquire with a limit of -1 if it is free": lambda lock: (
        lock.locked() or lock.acquire(timeout=-1)
    ),
    "enter if it is free": lambda lock: lock.locked() or lock.__enter__(),
    "exit": lambda lock: lock.__exit__(None, None, None),
    "release": lambda lock: lock.release(),
    "release with something": lambda lock: lock.release(1),
    "be as after a fork": lambda lock: lock._at_fork_reinit(),
}


def _outcome(operation: str, lock: Any) -> object:
    try:
        return OPERATIONS[operation](lock)
    except Exception as error:
        return type(error)


def _outcomes(lock: Any, operations: list[str]) -> list[object]:
    outcomes = [(_outcome(name, lock), lock.locked(), repr(lock).split()[0]) for name in operations]
    return [type(lock.acquire).__name__ in ("method", "builtin_function_or_method"), *outcomes]


@given(st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=12))
def test_it_does_what_any_lock_does(operations: list[str]) -> None:
    real = _outcomes(REAL(), operations)
    assert _outcomes(virtual_lock(lambda: None)(), operations) == real
    with mocked(apis=["chainloop"]):
        assert threading.Lock is not REAL
        assert _outcomes(threading.Lock(), operations) == real
    assert threading.Lock is REAL


@pytest.mark.parametrize("seconds", [1e-6, 0.25, 3_600])
def test_a_limit_is_waited_for_in_virtual_time(mock: AsyncOpsMock, seconds: float) -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=seconds)
    assert seconds_elapsed(mock) == seconds
    lock.release()
    assert lock.acquire(timeout=seconds)
    assert seconds_elapsed(mock) == seconds


def test_who_gets_it_first_gets_it_when_it_is_free(mock: AsyncOpsMock) -> None:
    lock = threading.Lock()
    got: list[tuple[bool, float]] = []

    def work(limit: float) -> None:
        came = lock.acquire(timeout=limit)
        got.append((came, seconds_elapsed(mock)))
        if came:
            time.sleep(4)
            lock.release()

    lock.acquire()
    threads = [threading.Thread(target=work, args=(limit,)) for limit in (60, 60, 60, 2)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    lock.release()
    for thread in threads:
        thread.join()
    assert got == [(False, 2), (True, 3), (True, 7), (True, 11)]


def test_who_gets_it_too_late_has_waited_no_longer_than_it_may(mock: AsyncOpsMock) -> None:
    lock = threading.Lock()
    got: list[tuple[bool, float]] = []

    def work() -> None:
        came = lock.acquire(timeout=6)
        got.append((came, seconds_elapsed(mock)))
        if came:
            time.sleep(4)

    lock.acquire()
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    lock.release()
    for thread in threads:
        thread.join()
    assert got == [(True, 3), (False, 6)]


def test_a_block_is_left_and_entered_by_one_at_a_time(mock: AsyncOpsMock) -> None:
    lock = threading.Lock()
    done: list[float] = []

    def work() -> None:
        for _ in range(3):
            with lock:
                time.sleep(1)
                done.append(seconds_elapsed(mock))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [float(second) for second in range(1, 10)]
    with pytest.raises(KeyError), lock:
        raise KeyError
    assert not lock.locked()


def test_a_condition_may_have_such_a_lock(mock: AsyncOpsMock) -> None:
    condition = threading.Condition(threading.Lock())
    got: list[tuple[bool, float]] = []

    def work() -> None:
        with condition:
            for limit in (5, 2):
                got.append((condition.wait(limit), seconds_elapsed(mock)))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(3)
    with condition:
        condition.notify()
    thread.join()
    assert got == [(True, 3), (False, 5)]
    with pytest.raises(RuntimeError):
        condition.notify()


def test_a_queue_may_be_built_on_it(mock: AsyncOpsMock) -> None:
    items: queue.Queue[int] = queue.Queue(maxsize=1)

    def work() -> None:
        for number in range(3):
            items.put(number)
            time.sleep(2)

    thread = threading.Thread(target=work)
    thread.start()
    got = [(items.get(timeout=60), seconds_elapsed(mock)) for _ in range(3)]
    with pytest.raises(queue.Empty):
        items.get(timeout=7)
    thread.join()
    assert got == [(0, 0), (1, 2), (2, 4)]
    assert seconds_elapsed(mock) == 11


def test_it_can_be_referred_to_weakly_and_has_no_other_attributes(mock: AsyncOpsMock) -> None:
    lock: Any = threading.Lock()
    refers = weakref.ref(lock)
    assert refers() is lock
    with pytest.raises(AttributeError):
        lock.other = 7
    del lock
    assert refers() is None


def test_one_that_outlives_its_mock_waits_really() -> None:
    with mocked() as mock:
        lock = threading.Lock()
        lock.acquire()
        assert not lock.acquire(timeout=5)
        assert seconds_elapsed(mock) == 5
    began = time.monotonic()
    assert not lock.acquire(timeout=0.01)
    assert 0.01 <= time.monotonic() - began < 5
