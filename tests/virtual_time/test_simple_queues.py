"""A queue that counts behaves as Python's own, and loses nothing."""

from __future__ import annotations

import queue
import sys
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.time_functions import active_here

RealQueue = queue.SimpleQueue

_OPERATIONS: dict[str, list[tuple[Any, ...]]] = {
    "put": [(1,), (2,), (3, True), (4, True, 5), (5, False)],
    "put_nowait": [(6,)],
    "get": [(False,), (False, 5), (True, 0), (True, -1), (True, 0.5)],
    "get_nowait": [()],
    "empty": [()],
    "qsize": [()],
}
operations = st.lists(
    st.sampled_from([(name, given_) for name, rows in _OPERATIONS.items() for given_ in rows])
)


def _outcome(made: Any, name: str, given_: tuple[Any, ...]) -> object:
    if given_ in [(True, 0), (True, 0.5)] and type(made) is RealQueue:
        given_ = (False,)  # which is as empty, and Python 3.10 may wait for ever for the others
    try:
        return getattr(made, name)(*given_)
    except (queue.Empty, ValueError) as error:
        return type(error)


@given(operations)
def test_it_does_what_the_real_one_does(steps: list[tuple[str, tuple[Any, ...]]]) -> None:
    with mocked():
        made, real = queue.SimpleQueue[int](), RealQueue[int]()
        assert type(made) is not type(real)
        for name, given_ in steps:
            assert _outcome(made, name, given_) == _outcome(real, name, given_)


def test_it_is_a_simple_queue_by_its_name_and_class(mock: AsyncOpsMock) -> None:
    made = queue.SimpleQueue[int]()
    assert isinstance(made, RealQueue)
    assert (type(made).__module__, type(made).__qualname__) == ("queue", "SimpleQueue")
    assert type(made).__doc__ == RealQueue.__doc__


def test_what_is_put_comes_before_the_next_jump_in_order(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[int]()
    got: list[tuple[int, float]] = []

    def take() -> None:
        got.extend((items.get(timeout=60), seconds_elapsed(mock)) for _ in range(6))

    thread = threading.Thread(target=take)
    thread.start()
    for number in range(3):
        time.sleep(2)
        items.put(2 * number)
        items.put(2 * number + 1)
    time.sleep(50)
    thread.join()
    assert got == [(0, 2), (1, 2), (2, 4), (3, 4), (4, 6), (5, 6)]


def test_a_wait_for_ever_ends_with_an_item(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[str]()
    threading.Timer(3, items.put, ["late"]).start()
    assert items.get() == "late"
    assert seconds_elapsed(mock) == 3


def test_a_wait_with_a_limit_is_over_then(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[int]()
    with pytest.raises(queue.Empty):
        items.get(timeout=5)
    assert seconds_elapsed(mock) == 5


def test_each_item_wakes_one(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[int]()
    got: list[int | None] = []

    def take() -> None:
        try:
            got.append(items.get(timeout=10))
        except queue.Empty:
            got.append(None)

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    for number in range(3):
        items.put(number)
    for thread in threads:
        thread.join()
    assert sorted(got, key=str) == [0, 1, 2, None, None]
    assert items.empty()


class _Torn(Exception):
    pass


def test_who_is_torn_out_of_its_wait_leaves_the_item_to_the_next(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[int]()
    active = active_here()
    assert active is not None
    wait = active.scheduler.wait
    got: list[int] = []

    def torn(*args: Any) -> None:
        wait(*args)
        raise _Torn

    def take() -> None:
        active.scheduler.wait = torn  # type: ignore[method-assign]  # for the one that waits first
        try:
            items.get(timeout=60)
        except _Torn:
            got.append(-1)

    first = threading.Thread(target=take)
    first.start()
    time.sleep(1)
    active.scheduler.wait = wait  # type: ignore[method-assign]  # as it was
    second = threading.Thread(target=lambda: got.append(items.get(timeout=60)))
    second.start()
    time.sleep(1)
    items.put(7)
    first.join()
    second.join()
    assert got == [-1, 7]
    assert seconds_elapsed(mock) == 2


class _Puts:
    """Puts something when it is finalized, and refers to itself, so that only a collector does."""

    def __init__(self, items: queue.SimpleQueue[str]) -> None:
        self.items = items
        self.own = self

    def __del__(self) -> None:
        self.items.put("the last words")


@pytest.mark.usefixtures("no_garbage")
def test_a_finalizer_may_put_something_at_any_moment(mock: AsyncOpsMock) -> None:
    import gc

    items = queue.SimpleQueue[str]()
    usual = gc.get_threshold()
    gc.set_threshold(1)  # any moment at which something is made
    try:
        for _ in range(100):
            _Puts(items)
            items.put("another")
    finally:
        gc.set_threshold(*usual)
    gc.collect()
    assert (
        sorted(items.get(timeout=1) for _ in range(200))
        == ["another"] * 100 + ["the last words"] * 100
    )


def test_nothing_is_lost_between_many(mock: AsyncOpsMock) -> None:
    items = queue.SimpleQueue[int]()
    taken: list[int] = []

    def take() -> None:
        while True:
            try:
                item = items.get(timeout=0.5)
            except queue.Empty:
                continue
            if item < 0:
                return
            taken.append(item)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        takers = [threading.Thread(target=take) for _ in range(4)]
        for thread in takers:
            thread.start()
        for number in range(200):
            items.put(number)
            if number % 10 == 0:
                time.sleep(0.25)
        for _ in takers:
            items.put(-1)
        for thread in takers:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert sorted(taken) == list(range(200))


def test_a_queue_knows_in_whose_time_it_was_made() -> None:
    with mocked():
        active = active_here()
        assert active is not None
        made: Any = queue.SimpleQueue()
        assert made.is_counted_by(active.scheduler)
        kind = type(made)
        first = active.scheduler
    outside = kind()  # as a module that has kept the class would make it
    outside.put(1)
    assert outside.get() == 1
    with mocked():
        active = active_here()
        assert active is not None
        assert not made.is_counted_by(active.scheduler)
        assert not outside.is_counted_by(active.scheduler)
    assert made.is_counted_by(first)
    assert queue.SimpleQueue is RealQueue
