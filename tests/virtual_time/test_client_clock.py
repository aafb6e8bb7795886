"""Deadlines that are reckoned in floats are met to the tenth of a microsecond, and are met."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable

import pytest
import trio

from pytest_asyncops import mocked

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
        assert mock.clock.elapsed_ns == (on + round(every * 40, 1)) * 10**9


@pytest.mark.parametrize("way", WAYS)
def test_after_years_they_come_to_an_end(way: str) -> None:
    with mocked(apis=["chainloop"]) as mock:
        mock.clock.advance(3_000 * DAY)
        WAYS[way](0.1, 20)
        assert mock.clock.elapsed_ns / 10**9 - 3_000 * DAY == pytest.approx(2, abs=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_round_figure_comes_to_an_end(way: str) -> None:
    with mocked(apis=["chainloop"]) as mock:
        WAYS[way](1 / 3, 20)
        assert mock.clock.elapsed_ns / 10**9 == pytest.approx(20 / 3, abs=1e-5)


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
