"""A loop that lives on after a mock keeps its plans: they come as late as they would have."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time.living_loops import LivingLoops


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_a_heartbeat_goes_on_after_the_mock(loop: asyncio.AbstractEventLoop) -> None:
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(loop.time())
            await asyncio.sleep(0.01)

    task = loop.create_task(beat())
    with mocked():
        began = loop.time()
        loop.run_until_complete(asyncio.sleep(20))
        assert len(beats) in (2_000, 2_001)  # a hundredth is no binary fraction
        assert loop.time() - began == pytest.approx(20)
    del beats[:]
    began = time.monotonic()
    loop.run_until_complete(asyncio.sleep(0.05))
    assert 0.05 <= time.monotonic() - began < 5
    assert len(beats) >= 3
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)


def test_the_order_of_what_is_planned_stays(loop: asyncio.AbstractEventLoop) -> None:
    came: list[str] = []
    with mocked():
        loop.run_until_complete(asyncio.sleep(3_600))
        for name, seconds in (("c", 0.03), ("a", 0.01), ("b", 0.02)):
            loop.call_later(seconds, came.append, name)
    loop.call_later(0.04, loop.stop)
    loop.run_forever()
    assert came == ["a", "b", "c"]


def test_a_loop_that_was_closed_or_is_made_otherwise_is_left() -> None:
    class _Otherwise:
        """A loop that keeps its plans elsewhere."""

        def is_closed(self) -> bool:
            return False

    loops = LivingLoops()
    closed = asyncio.new_event_loop()
    timer: Any = closed.call_later(5, print)
    closed.run_until_complete(_noted(loops))
    when = timer.when()
    scheduled = closed._scheduled  # type: ignore[attr-defined]
    closed.close()
    scheduled.append(timer)
    otherwise: Any = _Otherwise()
    loops._loops.add(otherwise)
    loops.bring_back(10**9)
    assert timer.when() == when


async def _noted(loops: LivingLoops) -> Any:
    return loops.note_current()


def test_each_loop_is_brought_back_once(loop: asyncio.AbstractEventLoop) -> None:
    loops = LivingLoops()
    timer = loop.call_later(5, print)
    assert loop.run_until_complete(_noted(loops)) is loop
    assert loop.run_until_complete(_noted(loops)) is loop
    when = timer.when()
    loops.bring_back(2 * 10**9)
    assert timer.when() == when - 2
    loops.bring_back(2 * 10**9)
    assert timer.when() == when - 2


def test_where_no_loop_runs_there_is_none_to_note() -> None:
    assert LivingLoops().note_current() is None


@pytest.mark.usefixtures("no_garbage")
def test_no_loop_is_kept_alive() -> None:
    loops = LivingLoops()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_noted(loops))
    assert len(loops._loops) == 1
    loop.close()
    del loop
    gc.collect()
    assert len(loops._loops) == 0
