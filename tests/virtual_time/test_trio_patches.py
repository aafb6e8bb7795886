"""Trio waits by a clock and in an input and output of its own, and is virtual all the same."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, InvalidArgument, mocked
from pytest_asyncops.virtual_time.sockets import Sockets
from pytest_asyncops.virtual_time.stack_frames import RUN
from pytest_asyncops.virtual_time.time_functions import active_here, perf_counter_hooks
from pytest_asyncops.virtual_time.trio_patches import TrioPatches

CLOCKS: dict[str, Callable[[], Any]] = {
    "its own clock": lambda: None,
    "a mock clock": lambda: trio.testing.MockClock(autojump_threshold=0),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_tasks_wake_in_the_order_of_their_deadlines(mock: AsyncOpsMock, clock: str) -> None:
    woken: list[tuple[str, float]] = []

    async def work(name: str, every: float) -> None:
        for _ in range(3):
            await trio.sleep(every)
            woken.append((name, seconds_elapsed(mock)))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(work, "a", 3)
            nursery.start_soon(work, "b", 5.1)

    trio.run(main, clock=CLOCKS[clock]())
    assert woken == [("a", 3), ("b", 5.1), ("a", 6), ("a", 9), ("b", 10.2), ("b", 15.3)]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("seconds", [0.1, 30 * 86_400])
def test_deadlines(mock: AsyncOpsMock, clock: str, seconds: float) -> None:
    async def main() -> float:
        began = trio.current_time()
        with trio.move_on_after(seconds):
            await trio.sleep_forever()
        return trio.current_time() - began

    assert trio.run(main, clock=CLOCKS[clock]()) == pytest.approx(seconds, abs=1e-5)
    assert seconds_elapsed(mock) == seconds


@pytest.mark.parametrize("clock", CLOCKS)
def test_threads(clock: str) -> None:
    for _ in range(2):  # the second time, trio's thread is older than the mock
        with mocked() as mock:

            async def main(mock: AsyncOpsMock = mock) -> None:
                await trio.to_thread.run_sync(time.sleep, 7)
                assert seconds_elapsed(mock) == 7
                await trio.sleep(1)  # while the thread of the pool has nothing to do
                assert seconds_elapsed(mock) == 8

            trio.run(main, clock=CLOCKS[clock]())


def test_a_thread_wakes_a_run(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        event = trio.Event()
        token = trio.lowlevel.current_trio_token()

        def work() -> None:
            time.sleep(3)
            trio.from_thread.run_sync(event.set, trio_token=token)
            time.sleep(9)

        thread = threading.Thread(target=work)
        thread.start()
        await event.wait()
        assert seconds_elapsed(mock) == 3
        await trio.to_thread.run_sync(thread.join)
        assert seconds_elapsed(mock) == 12

    trio.run(main)


def _as_a_guest(main: Callable[[], Awaitable[None]]) -> None:
    """Runs in asyncio's loop, with trio's own input and output in a thread."""

    async def host() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        trio.lowlevel.start_guest_run(
            main,
            run_sync_soon_threadsafe=loop.call_soon_threadsafe,
            done_callback=done.set_result,
        )
        (await done).unwrap()

    asyncio.run(host())


def test_a_guest(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        for _ in range(3):
            await trio.sleep(5)
        event = trio.Event()
        asyncio.get_running_loop().call_later(4, event.set)
        await event.wait()

    _as_a_guest(main)
    assert seconds_elapsed(mock) == 19


def test_trio_is_met_when_a_test_imports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[RUN]
    kept = module.TheIOManager.get_events, trio.testing.MockClock.jump  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, RUN)
        with mocked() as mock:
            patch.setitem(sys.modules, RUN, module)
            patch.setattr(module, "perf_counter", time.perf_counter)
            trio.run(trio.sleep, 5)
            trio.run(trio.sleep, 5)
            assert seconds_elapsed(mock) == 10
    assert kept == (module.TheIOManager.get_events, trio.testing.MockClock.jump)  # type: ignore[attr-defined]


def test_a_run_that_was_there_before_waits_really() -> None:
    begun, over = threading.Event(), threading.Event()

    async def main() -> None:
        begun.set()
        while not over.is_set():
            await trio.sleep(0.001)
        await trio.to_thread.run_sync(time.sleep, 0.001)
        trio.testing.MockClock().jump(5)

    thread = threading.Thread(target=trio.run, args=(main,))
    thread.start()
    begun.wait()
    with mocked() as mock:
        time.sleep(5)
        assert seconds_elapsed(mock) == 5
        over.set()
        thread.join()
        assert seconds_elapsed(mock) == 5


def test_a_trio_that_is_made_otherwise_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("trio._core._thread_cache.ThreadCache")
    monkeypatch.setattr(trio, "__version__", "9.9")
    with mocked():  # which may do without trio
        with pytest.raises(InvalidArgument) as caught:
            perf_counter_hooks[RUN]()  # as when trio asks for the time
        assert str(caught.value) == (
            "trio 9.9 waits in a way that virtual time does not know. Run it with trio.run(..., "
            "clock=trio.testing.MockClock(autojump_threshold=0)), or the test with clock='manual'."
        )
        assert caught.value.value == "9.9"


def test_a_run_that_lives_on_keeps_its_time() -> None:
    async def main() -> float:
        with trio.move_on_after(7_200) as scope:
            with mocked():
                await trio.sleep(3_600)
                scope.deadline = trio.current_time() + 0.01
                within = trio.current_time()
            after = trio.current_time()
            await trio.sleep(60)
        assert scope.cancelled_caught  # in real time, and not an hour late
        return after - within

    assert 0 <= trio.run(main) < 1


def test_a_run_with_a_clock_of_its_own_keeps_that() -> None:
    clock = trio.testing.MockClock(autojump_threshold=0)

    async def main() -> float:
        with mocked():
            await trio.sleep(3_600)
        return trio.current_time()

    assert trio.run(main, clock=clock) == 3_600


def test_a_thread_that_cannot_be_started_holds_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("no thread today")

    monkeypatch.setattr("trio._core._thread_cache.ThreadCache.start_thread_soon", fails)
    with mocked() as mock:
        active = active_here()
        assert active is not None
        with pytest.raises(RuntimeError, match="no thread today"):
            trio.run(trio.to_thread.run_sync, print)
        assert active.scheduler.in_motion.is_only(threading.get_ident())
        trio.run(trio.sleep, 5)
        assert seconds_elapsed(mock) == 5


def test_where_time_is_real_all_is_real() -> None:
    patches = TrioPatches(lambda: None, Sockets(lambda: False), lambda: None)
    patches.replace()
    try:
        began = time.monotonic()
        trio.run(trio.sleep, 0.004)
        trio.run(trio.to_thread.run_sync, time.sleep, 0.004)
        assert 0.008 <= time.monotonic() - began < 5
    finally:
        patches.restore()
