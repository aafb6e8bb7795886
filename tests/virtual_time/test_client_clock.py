"""Deadlines reckoned in floats are met to the tenth of a microsecond, also by code that spins."""

from __future__ import annotations

import asyncio
import datetime
import queue
import threading
import time
from collections.abc import Callable

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.durations import SECOND
from pytest_asyncops.virtual_time.client_clock import FREE, PASS, SLEEP_OF_ZERO, ClientClock
from pytest_asyncops.virtual_time.server_clock import ServerClock, SharedTime
from pytest_asyncops.virtual_time.time_functions import active_here

DAY = 86_400


def _in_asyncio(every: float, times: int) -> None:
    async def main() -> None:
        for _ in range(times):
            await asyncio.sleep(every)

    asyncio.run(main())


def _in_trio(every: float, times: int) -> None:
    async def work(seconds: float) -> None:
        for _ in range(times):
            await trio.sleep(seconds)

    async def main() -> None:
        async with trio.open_nursery() as nursery:  # of which the first one takes longest
            for part in (1, 0.7, 0.3):
                nursery.start_soon(work, every * part)

    trio.run(main)


def _in_a_queue(every: float, times: int) -> None:
    for _ in range(times):
        with pytest.raises(queue.Empty):
            queue.Queue[int]().get(timeout=every)


def _in_an_event(every: float, times: int) -> None:
    for _ in range(times):
        threading.Event().wait(every)


WAYS: dict[str, Callable[[float, int], None]] = {
    "asyncio": _in_asyncio,
    "trio": _in_trio,
    "a queue": _in_a_queue,
    "an event": _in_an_event,
}


@pytest.mark.parametrize("on", [0, 7 * DAY, 60 * DAY], ids=lambda on: f"{on // DAY} days on")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("every", [0.1, 5.1])
def test_waits_add_up_exactly(way: str, every: float, on: float) -> None:
    with mocked(apis=["chainloop"]) as mock:
        mock.clock.advance(on)
        WAYS[way](every, 40)
        assert mock.clock._server.elapsed_ns == (on + round(every * 40, 1)) * 10**9


@pytest.mark.parametrize("way", WAYS)
def test_after_years_they_come_to_an_end(way: str) -> None:
    with mocked(apis=["chainloop"]) as mock:
        mock.clock.advance(3_000 * DAY)
        WAYS[way](0.1, 20)
        assert mock.clock._server.elapsed_ns / 10**9 - 3_000 * DAY == pytest.approx(2, abs=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_round_figure_comes_to_an_end(way: str) -> None:
    with mocked(apis=["chainloop"]) as mock:
        WAYS[way](1 / 3, 20)
        assert mock.clock._server.elapsed_ns / 10**9 == pytest.approx(20 / 3, abs=1e-5)


@pytest.mark.parametrize("wait", [1e-9, 1e-8])
def test_the_clock_never_runs_back(wait: float) -> None:
    with mocked(apis=["chainloop"]):
        last = time.monotonic()
        for _ in range(50):
            threading.Event().wait(1e-8)  # too little for a jump: the clocks run ahead
            now = time.monotonic()
            assert now > last
            time.sleep(wait)
            last = time.monotonic()
            assert last >= now


# --- code that spins


def _by_monotonic(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def _by_the_wall(seconds: float) -> None:
    until = time.time() + seconds
    while time.time() < until:
        pass


def _by_dates(seconds: float) -> None:
    until = datetime.datetime.now() + datetime.timedelta(seconds=seconds)
    while datetime.datetime.now() < until:
        pass


def _by_sleeps_of_zero(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0)


def _by_an_event(seconds: float) -> None:
    event = threading.Event()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        event.wait(0)


def _by_a_loop(seconds: float) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            await asyncio.sleep(0)

    asyncio.run(main())


SPINS: dict[str, Callable[[float], None]] = {
    "monotonic": _by_monotonic,
    "time": _by_the_wall,
    "now": _by_dates,
    "sleep(0)": _by_sleeps_of_zero,
    "event.wait(0)": _by_an_event,
    "a loop": _by_a_loop,
}


@pytest.mark.parametrize(
    ("spin", "seconds"),
    [
        *((spin, seconds) for spin in SPINS for seconds in (1e-4, 0.02)),
        *((spin, 0.2) for spin in ("monotonic", "sleep(0)", "event.wait(0)", "a loop")),
        ("event.wait(0)", 600),  # which takes a million readings of most others
    ],
)
def test_who_spins_comes_to_an_end(mock: AsyncOpsMock, spin: str, seconds: float) -> None:
    before = time.monotonic()
    SPINS[spin](seconds)
    assert -1e-6 <= time.monotonic() - before - seconds <= seconds * 0.01 + 1e-3
    assert mock.clock._server.elapsed_ns == 0


@pytest.mark.parametrize("weight", [1, PASS, SLEEP_OF_ZERO])
@pytest.mark.parametrize(("seconds", "readings"), [(0.2, 70_400), (600, 1_001_000)])
def test_a_spin_takes_so_many_readings(seconds: float, readings: int, weight: int) -> None:
    client = ClientClock(SharedTime())
    before = client.monotonic_ns()
    few = readings // weight // 50  # as if each reading were one of fifty
    for _ in range(50):
        client.note_reading(weight * few)
    assert (client.monotonic_ns() - before) / SECOND == pytest.approx(seconds, rel=0.02)


@given(st.lists(st.integers(1, 400)))
def test_the_first_readings_leave_the_clocks_alone(weights: list[int]) -> None:
    client = ClientClock(SharedTime())
    before, last = client.monotonic_ns(), 0
    for count, weight in enumerate(weights):
        client.note_reading(weight)
        moved = client.monotonic_ns() - before
        assert moved >= last
        assert moved <= (sum(weights[: count + 1]) / 1_000_000) ** 3 * 600 * SECOND
        if sum(weights[: count + 1]) <= FREE:
            assert moved == 0
        last = moved


@pytest.mark.parametrize("how", ["a wait", "a jump"])
def test_readings_count_from_the_last_wait(how: str) -> None:
    shared = SharedTime()
    client = ClientClock(shared)
    client.note_reading(30_000)
    moved = client.moved_ns()
    assert 0.014 < moved / SECOND < 0.016
    if how == "a wait":
        client.note_wait()
    else:
        shared.advance(5)
        client.note_reading(FREE + 1)  # of which the jump takes none along
        moved += 5
    assert client.moved_ns() == moved
    client.note_reading(FREE)
    assert client.moved_ns() == moved
    client.note_reading(30_000 - FREE)
    assert client.moved_ns() > moved


@pytest.mark.parametrize("how", ["sleep", "event", "queue"])
def test_who_waits_in_between_does_not_spin(mock: AsyncOpsMock, how: str) -> None:
    waits: dict[str, Callable[[], object]] = {
        "sleep": lambda: time.sleep(1),
        "event": lambda: threading.Event().wait(1),
        "queue": lambda: _in_a_queue(1, 1),
    }
    before = time.monotonic()
    for _ in range(40):
        for _ in range(300):
            time.monotonic()
        waits[how]()
    assert time.monotonic() - before == pytest.approx(40, abs=1e-6)


def test_a_queue_that_is_never_empty_hardly_moves_the_clock(mock: AsyncOpsMock) -> None:
    items: queue.Queue[int] = queue.Queue()
    for number in range(30_000):
        items.put(number)
    before = time.monotonic()
    for _ in range(30_000):
        items.get(timeout=5)
    assert 0 < time.monotonic() - before < 0.1
    assert mock.clock._server.elapsed_ns == 0


def test_the_readings_of_a_loop_do_not_count(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        active = active_here()
        assert active is not None
        before = active.client.moved_ns()
        for _ in range(FREE // PASS - 10):
            loop.call_later(1, print).cancel()
            loop.call_soon(lambda: None)
            await asyncio.sleep(0)
        assert active.client.moved_ns() == before

    asyncio.run(main())


def test_the_clock_for_measuring_never_stands_still_and_jumps_as_the_others() -> None:
    shared = SharedTime()
    client = ClientClock(shared)
    before = client.perf_counter_ns()
    assert client.perf_counter_ns() > before
    shared.advance(3_600 * SECOND)
    assert 3_600 < (client.perf_counter_ns() - before) / SECOND < 3_605


# --- real time


def test_real_time_counts_for_the_thread_that_asked_for_it() -> None:
    server = ServerClock()
    client = ClientClock(server.shared_time)
    others: list[int] = []

    def other() -> None:
        others.append(client.moved_ns())
        assert not client.is_real_here

    with client.run_really(), client.run_really():
        assert client.is_real_here
        assert client.is_real_anywhere
        assert client.is_real_for(threading.get_ident())
        before = client.monotonic_ns(), client.read_wall_ns(server)
        time.sleep(0.002)
        after = client.monotonic_ns(), client.read_wall_ns(server)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert all(2_000_000 <= now - was < 5 * SECOND for now, was in zip(after, before, strict=True))
    assert others == [0]
    assert not client.is_real_here
    assert not client.is_real_anywhere
    assert client.moved_ns() >= 2_000_000
    assert client.moved_ns() == client.moved_ns()  # it stands still again
    assert server.elapsed_ns == 0


def test_a_spin_goes_on_from_where_real_time_has_led() -> None:
    client = ClientClock(SharedTime())
    client.note_reading(30_000)
    with client.run_really():
        time.sleep(0.002)
    moved = client.moved_ns()
    client.note_reading()
    assert moved <= client.moved_ns() < moved + 10_000_000
