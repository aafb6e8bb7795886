"""A signal that is ordered for later comes at that virtual time, whatever waits meanwhile."""

from __future__ import annotations

import asyncio
import queue
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.alarms_raise import TimesUp, alarms_noted, alarms_raise
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.time_functions import active_here

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has none")

REAL = signal.ITIMER_REAL


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    with alarms_raise():
        yield


@pytest.fixture
def rung(mock: AsyncOpsMock) -> list[float]:
    return alarms_noted(mock)


OLD_LOCK = threading.Lock()
OLD_LOCK.acquire()


def _again(wait: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        while True:
            wait()

    return run


async def _sleep_again() -> None:
    while True:
        await asyncio.sleep(5)


def _gets() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=5)


def _sleeps_in_a_thread() -> None:
    thread = threading.Thread(target=time.sleep, args=(20,))
    thread.start()
    try:
        thread.join()
    finally:
        thread.join()


def _acquires() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=50)


WAITS: dict[str, Callable[[], object]] = {
    "sleep": _again(lambda: time.sleep(5)),
    "one long sleep": lambda: time.sleep(50),
    "event": _again(lambda: threading.Event().wait(5)),
    "event for ever": lambda: threading.Event().wait(),
    "queue": _again(_gets),
    "queue for ever": lambda: queue.Queue[int]().get(),
    "select": _again(lambda: select.select([], [], [], 5)),
    "lock": _acquires,
    "lock of before": lambda: OLD_LOCK.acquire(timeout=5),
    "lock of before, for ever": OLD_LOCK.acquire,
    "pause": signal.pause,
    "asyncio": lambda: asyncio.run(_sleep_again()),
}
ORDERS: dict[str, tuple[Callable[[], object], float]] = {
    "alarm": (lambda: signal.alarm(12), 12),
    "setitimer": (lambda: signal.setitimer(REAL, 12.5), 12.5),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("wait", WAITS)
def test_it_ends_what_takes_too_long(mock: AsyncOpsMock, wait: str, order: str) -> None:
    do, seconds = ORDERS[order]
    do()
    with pytest.raises(TimesUp):
        WAITS[wait]()
    assert seconds_elapsed(mock) == seconds
    time.sleep(20)  # it has come, and comes no more
    assert seconds_elapsed(mock) == seconds + 20


def test_it_comes_while_others_wait(mock: AsyncOpsMock) -> None:
    signal.alarm(12)
    thread = threading.Thread(target=time.sleep, args=(20,))
    thread.start()
    with pytest.raises(TimesUp):
        thread.join()
    assert seconds_elapsed(mock) == 12
    thread.join()
    assert seconds_elapsed(mock) == 20


def test_it_comes_though_nobody_sees_the_main_thread_wait(mock: AsyncOpsMock) -> None:
    def work() -> None:
        for _ in range(5):
            time.sleep(3)

    thread = threading.Thread(target=work)
    signal.alarm(12)
    thread.start()
    with pytest.raises(TimesUp):
        OLD_LOCK.acquire()
    assert seconds_elapsed(mock) == 12
    thread.join()


def test_one_that_rings_though_another_was_ordered_takes_nothing_from_that(
    mock: AsyncOpsMock, rung: list[float]
) -> None:
    active = active_here()
    assert active is not None
    signal.alarm(5)
    torn = active.alarm_clock._alarm
    signal.alarm(7)
    active.scheduler._turn = torn  # as if an error had come as it was about to ring
    time.sleep(1)
    assert signal.getitimer(REAL) == (6, 0)
    time.sleep(19)
    assert rung == [1, 7]


def test_a_thread_may_order_one(mock: AsyncOpsMock) -> None:
    def work() -> None:
        time.sleep(2)
        signal.alarm(3)

    thread = threading.Thread(target=work)
    thread.start()
    with pytest.raises(TimesUp):
        time.sleep(20)
    assert seconds_elapsed(mock) == 5
    thread.join()


def test_a_wait_goes_on_after_a_handler_that_raises_nothing(
    mock: AsyncOpsMock, rung: list[float]
) -> None:
    signal.alarm(12)
    time.sleep(20)
    assert seconds_elapsed(mock) == 20
    assert rung == [12]
    signal.alarm(5)
    assert not threading.Event().wait(7)
    assert rung == [12, 25]
    signal.alarm(5)
    asyncio.run(asyncio.sleep(7))
    assert rung == [12, 25, 32]
    assert seconds_elapsed(mock) == 34


@pytest.mark.parametrize(("takes", "ends"), [(3, 10), (5, 10), (8, 13)])
def test_a_handler_may_wait_itself(mock: AsyncOpsMock, takes: float, ends: float) -> None:
    handled: list[float] = []

    def handler(*_: Any) -> None:
        time.sleep(takes)
        handled.append(seconds_elapsed(mock))

    signal.signal(signal.SIGALRM, handler)
    signal.alarm(5)
    time.sleep(10)
    assert handled == [5 + takes]
    assert seconds_elapsed(mock) == ends


def test_a_handler_may_order_the_next_one(mock: AsyncOpsMock) -> None:
    rung: list[float] = []

    def handler(*_: Any) -> None:
        rung.append(seconds_elapsed(mock))
        signal.alarm(len(rung))

    signal.signal(signal.SIGALRM, handler)
    signal.alarm(5)
    time.sleep(12)
    assert rung == [5, 6, 8, 11]
    signal.alarm(0)


def test_one_that_the_test_has_passed_over_comes_with_the_next_wait(
    mock: AsyncOpsMock, rung: list[float]
) -> None:
    signal.alarm(5)
    mock.clock.advance(10)
    assert signal.getitimer(REAL)[0] > 0  # that it is overdue does not mean that there is none
    time.sleep(1)
    assert rung == [10]


# --- the end


def test_one_that_is_not_due_by_the_end_never_comes() -> None:
    with mocked():
        signal.alarm(5)
        time.sleep(1)
    with mocked() as mock:
        assert signal.getitimer(REAL) == (0, 0)
        time.sleep(20)
        assert seconds_elapsed(mock) == 20


def test_one_that_was_ordered_in_an_inner_mock_comes_in_the_outer_one(mock: AsyncOpsMock) -> None:
    with mocked():
        signal.alarm(5)
    with pytest.raises(TimesUp):
        time.sleep(20)
    assert seconds_elapsed(mock) == 5


def test_a_forked_process_does_not_inherit_one(mock: AsyncOpsMock, rung: list[float]) -> None:
    active = active_here()
    assert active is not None
    signal.alarm(5)
    active.alarm_clock.renew()
    assert signal.getitimer(REAL) == (0, 0)
    time.sleep(20)
    assert rung == []
