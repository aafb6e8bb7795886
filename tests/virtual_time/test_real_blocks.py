"""In a block of real time the waits of its thread are real, and the servers' clock stands still."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable

import pytest
import time_machine
import trio
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked

MOMENT = 0.02

_real_time = time_machine.escape_hatch.time.time


def _polls_a_deadline() -> None:
    until = time.monotonic() + MOMENT
    while time.monotonic() < until:
        time.sleep(0.001)


def _polls_a_wall_deadline() -> None:
    until = time.time() + MOMENT
    while time.time() < until:
        time.sleep(0.001)


def _acquires() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=MOMENT)


def _gets() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=MOMENT)


def _joins() -> None:
    thread = threading.Thread(target=really_wait, args=(MOMENT,))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


WAITS: dict[str, Callable[[], object]] = {
    "sleep": lambda: time.sleep(MOMENT),
    "event": lambda: threading.Event().wait(MOMENT),
    "deadline": _polls_a_deadline,
    "deadline on the wall": _polls_a_wall_deadline,
    "lock": _acquires,
    "queue": _gets,
    "asyncio": lambda: asyncio.run(asyncio.sleep(MOMENT)),
    "trio": lambda: trio.run(trio.sleep, MOMENT),
    "join": _joins,
}


@pytest.mark.parametrize("wait", WAITS)
def test_its_waits_are_real(mock: AsyncOpsMock, wait: str) -> None:
    time.sleep(100)
    began, wall, really = time.monotonic(), time.time(), _real_time()
    with mock.clock.real():
        WAITS[wait]()
    took = _real_time() - really
    assert took >= MOMENT
    assert MOMENT * 0.99 <= time.monotonic() - began <= took * 1.01
    assert MOMENT * 0.99 <= time.time() - wall <= took * 1.01
    assert seconds_elapsed(mock) == 100
    time.sleep(5)  # and what comes after it is virtual again
    assert seconds_elapsed(mock) == 105


def test_the_clock_never_runs_back(mock: AsyncOpsMock) -> None:
    read: list[tuple[float, int, float]] = []

    def note() -> None:
        read.append((time.monotonic(), time.monotonic_ns(), time.time()))

    for _ in range(5):
        note()
        with mock.clock.real():
            note()
            time.sleep(0.001)
            note()
            with mock.clock.real():  # which is the same block
                time.sleep(0.001)
                note()
            time.sleep(0.001)
            note()
        note()
        time.sleep(0.001)
    assert read == sorted(read)
    assert read[-1][0] - read[0][0] >= 5 * 0.003


def test_the_clock_stands_still_for_others_too(mock: AsyncOpsMock) -> None:
    woken: list[float] = []

    def work() -> None:
        time.sleep(5)
        woken.append(seconds_elapsed(mock))

    thread = threading.Thread(target=work)
    thread.start()
    with mock.clock.real():
        time.sleep(0.05)
        assert woken == []
        assert seconds_elapsed(mock) == 0
    thread.join()
    assert woken == [5]


def test_who_waits_already_waits_on(mock: AsyncOpsMock) -> None:
    """The block may be in another thread than the one that waits."""
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        with mock.clock.real():
            begun.set()
            time.sleep(0.05)
        over.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    assert over.wait(60)
    assert seconds_elapsed(mock) == 0
    thread.join()


def test_it_may_be_in_a_loop(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with mock.clock.real():
            await asyncio.sleep(MOMENT)
        assert MOMENT * 0.99 <= loop.time() - began < 5
        assert seconds_elapsed(mock) == 0
        await asyncio.sleep(5)
        assert seconds_elapsed(mock) == 5
        assert loop.time() - began >= 5 + MOMENT * 0.99

    asyncio.run(main())


def test_an_error_ends_it(mock: AsyncOpsMock) -> None:
    with pytest.raises(KeyError), mock.clock.real():
        raise KeyError
    time.sleep(3_600)
    assert seconds_elapsed(mock) == 3_600


def test_patience_has_no_end_there() -> None:
    with mocked(patience=0.2) as mock:
        thread = threading.Thread(target=time.sleep, args=(5,))
        thread.start()
        assert not _wakes(thread)
        with mock.clock.real():
            time.sleep(0.25)
        assert not _wakes(thread)  # for the clock does not jump while code runs
        assert seconds_elapsed(mock) == 0
        thread.join()
        assert seconds_elapsed(mock) == 5


def _wakes(thread: threading.Thread) -> bool:
    until = _real_time() + 0.03
    while _real_time() < until and thread.is_alive():
        pass
    return not thread.is_alive()


def test_a_thread_that_was_there_before_may_ask_for_it() -> None:
    asked, told, over = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        asked.wait()
        with mock.clock.real():
            time.sleep(0.001)
        told.set()
        while not over.is_set():
            pass  # it is none of the threads that hold the clock

    thread = threading.Thread(target=work)
    thread.start()
    with mocked(patience=0.2) as mock:
        asked.set()
        told.wait()
        time.sleep(5)
        assert seconds_elapsed(mock) == 5
        over.set()
        thread.join()


@pytest.mark.parametrize("inner", [True, False])
def test_it_may_be_asked_of_any_mock_that_is_open(mock: AsyncOpsMock, inner: bool) -> None:
    with mocked() as other:
        with (other if inner else mock).clock.real():
            time.sleep(0.001)
        time.sleep(5)
        assert seconds_elapsed(other) == seconds_elapsed(mock) == 5


@pytest.mark.parametrize("clock", ["manual", "real"])
def test_where_waits_are_real_anyway_it_does_nothing(clock: str) -> None:
    with mocked(clock=clock) as mock, mock.clock.real():
        before = time.monotonic()
        time.sleep(0.001)
        assert 0.001 <= time.monotonic() - before < 5


def test_a_clock_that_its_mock_has_left_has_only_real_time() -> None:
    with mocked() as mock:
        clock = mock.clock
    with clock.real():
        time.sleep(0.001)
    assert clock.elapsed.total_seconds() == 0
