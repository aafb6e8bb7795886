"""The ways in which Python code waits between two polls, each as a small poller."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import functools
import queue
import sched
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime as bound_datetime
from time import monotonic as bound_monotonic
from time import perf_counter as bound_perf_counter
from time import sleep as bound_sleep
from time import time as bound_time
from types import SimpleNamespace
from typing import Any

import pytest

Poll = Callable[[], bool]
"""Asks once, and says whether the operation is done."""

Poller = Callable[[Poll], object]
"""Polls every `EVERY` seconds until the operation is done."""

EVERY = 5
LIMIT = 600

POLLERS: dict[str, Poller] = {}


def poller(function: Poller) -> Poller:
    POLLERS[function.__name__] = function
    return function


def waits_with(wait: Callable[[], object]) -> Poller:
    """The plain loop around a wait."""

    def run(poll: Poll) -> None:
        while not poll():
            wait()

    return run


# -- time.sleep, however it is bound ---------------------------------------------------------


def _by_default(seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
    sleep(seconds)


def _by_keyword(seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
    sleep(seconds)


class _Holder:
    attribute = time.sleep
    static = staticmethod(time.sleep)

    def method(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        sleep(seconds)


class _Waiter:
    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep = sleep


class _SlottedWaiter:
    __slots__ = ("sleep",)

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep = sleep


def _in_closure(sleep: Callable[[float], None]) -> Callable[[float], None]:
    def wait(seconds: float) -> None:
        sleep(seconds)

    return wait


_WAITER = _Waiter(time.sleep)
_SLOTTED_WAITER = _SlottedWaiter(time.sleep)
_NAP = functools.partial(time.sleep, EVERY)
_WAIT = _in_closure(time.sleep)
_WAITS = {"sleep": [(EVERY, time.sleep)]}


def _in_a_table() -> None:
    [(seconds, sleep)] = _WAITS["sleep"]
    sleep(seconds)


POLLERS["sleep in an instance"] = waits_with(lambda: _WAITER.sleep(EVERY))
POLLERS["sleep in a slot"] = waits_with(lambda: _SLOTTED_WAITER.sleep(EVERY))
POLLERS["sleep in a partial"] = waits_with(_NAP)
POLLERS["sleep in a closure"] = waits_with(lambda: _WAIT(EVERY))
POLLERS["sleep in a table"] = waits_with(_in_a_table)
POLLERS["time.sleep"] = waits_with(lambda: time.sleep(EVERY))
POLLERS["sleep bound at import"] = waits_with(lambda: bound_sleep(EVERY))
POLLERS["sleep as a default argument"] = waits_with(lambda: _by_default(EVERY))
POLLERS["sleep as a keyword's default"] = waits_with(lambda: _by_keyword(EVERY))
POLLERS["sleep as a class attribute"] = waits_with(lambda: _Holder().attribute(EVERY))
POLLERS["sleep as a static method"] = waits_with(lambda: _Holder.static(EVERY))
POLLERS["sleep as a method's default"] = waits_with(lambda: _Holder().method(EVERY))
POLLERS["many short sleeps"] = waits_with(lambda: [time.sleep(0.5) for _ in range(10)])

# -- deadlines -------------------------------------------------------------------------------


def until_deadline(now: Callable[[], float]) -> Poller:
    def run(poll: Poll) -> None:
        deadline = now() + LIMIT
        while not poll():
            left = deadline - now()
            assert left > 0
            time.sleep(min(EVERY, left))

    return run


def _utc() -> float:
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


def _naive() -> float:
    return bound_datetime.now().timestamp()


# A lambda looks the name up anew, a bare function is the one bound here.
POLLERS["a deadline by time.monotonic"] = until_deadline(lambda: time.monotonic())  # noqa: PLW0108
POLLERS["a deadline by monotonic bound at import"] = until_deadline(bound_monotonic)
POLLERS["a deadline by time.monotonic_ns"] = until_deadline(lambda: time.monotonic_ns() / 1e9)
POLLERS["a deadline by time.time"] = until_deadline(lambda: time.time())  # noqa: PLW0108
POLLERS["a deadline by time.time_ns"] = until_deadline(lambda: time.time_ns() / 1e9)
POLLERS["a deadline by time bound at import"] = until_deadline(bound_time)
POLLERS["a deadline by datetime.now"] = until_deadline(_utc)
POLLERS["a deadline by datetime bound at import"] = until_deadline(_naive)
POLLERS["a deadline by time.perf_counter"] = until_deadline(lambda: time.perf_counter())  # noqa: PLW0108
POLLERS["a deadline by perf_counter bound at import"] = until_deadline(bound_perf_counter)

_CLOCK = SimpleNamespace(now=time.monotonic)
POLLERS["a deadline by monotonic in an instance"] = until_deadline(lambda: _CLOCK.now())  # noqa: PLW0108
if hasattr(time, "clock_gettime"):
    POLLERS["a deadline by time.clock_gettime"] = until_deadline(
        lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
    )


@poller
def a_fixed_rate(poll: Poll) -> None:
    due = time.monotonic()
    while not poll():
        due += EVERY
        time.sleep(due - time.monotonic())


@poller
def the_standard_scheduler(poll: Poll) -> None:
    scheduler = sched.scheduler(time.monotonic, time.sleep)

    def again() -> None:
        if not poll():
            scheduler.enter(EVERY, 0, again)

    again()
    scheduler.run()


# -- threading's primitives, used as sleeps that can be interrupted --------------------------


def _condition_wait() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait(EVERY)


def _condition_wait_for() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, EVERY)


def _queue_get() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=EVERY)


def _queue_put() -> None:
    full = queue.Queue[int](1)
    full.put(1)
    with pytest.raises(queue.Full):
        full.put(2, timeout=EVERY)


def _barrier() -> None:
    with pytest.raises(threading.BrokenBarrierError):
        threading.Barrier(2).wait(EVERY)


def _future_result() -> None:
    with pytest.raises(concurrent.futures.TimeoutError):
        Future[int]().result(timeout=EVERY)


def _as_completed() -> None:
    with pytest.raises(concurrent.futures.TimeoutError):
        list(concurrent.futures.as_completed([Future()], timeout=EVERY))


POLLERS["Event.wait"] = waits_with(lambda: threading.Event().wait(EVERY))
POLLERS["Condition.wait"] = waits_with(_condition_wait)
POLLERS["Condition.wait_for"] = waits_with(_condition_wait_for)
POLLERS["Semaphore.acquire"] = waits_with(lambda: threading.Semaphore(0).acquire(timeout=EVERY))
POLLERS["Barrier.wait"] = waits_with(_barrier)
POLLERS["Queue.get"] = waits_with(_queue_get)
POLLERS["Queue.put"] = waits_with(_queue_put)
POLLERS["Future.result"] = waits_with(_future_result)
POLLERS["futures.wait"] = waits_with(lambda: concurrent.futures.wait([Future()], EVERY))
POLLERS["futures.as_completed"] = waits_with(_as_completed)


# -- threads ---------------------------------------------------------------------------------


@poller
def a_thread_and_a_join(poll: Poll) -> None:
    thread = threading.Thread(target=POLLERS["time.sleep"], args=(poll,))
    thread.start()
    thread.join()


@poller
def a_thread_and_a_join_with_a_limit(poll: Poll) -> None:
    thread = threading.Thread(target=POLLERS["Event.wait"], args=(poll,))
    thread.start()
    thread.join(LIMIT)
    assert not thread.is_alive()


@poller
def a_thread_that_reports_by_queue(poll: Poll) -> None:
    reports = queue.Queue[bool]()

    def work() -> None:
        while not poll():
            reports.put(False)
            time.sleep(EVERY)
        reports.put(True)

    threading.Thread(target=work).start()
    while not reports.get(timeout=LIMIT):
        pass


@poller
def a_chain_of_timers(poll: Poll) -> None:
    done = threading.Event()

    def again() -> None:
        if poll():
            done.set()
        else:
            threading.Timer(EVERY, again).start()

    again()
    assert done.wait(LIMIT)


@poller
def a_thread_pool(poll: Poll) -> None:
    with ThreadPoolExecutor(2) as pool:
        pool.submit(POLLERS["time.sleep"], poll).result(timeout=LIMIT)


@poller
def one_task_per_poll_in_a_pool(poll: Poll) -> None:
    with ThreadPoolExecutor(1) as pool:
        while not pool.submit(poll).result(timeout=LIMIT):
            time.sleep(EVERY)


# -- asyncio ---------------------------------------------------------------------------------


def async_poller(function: Callable[[Poll], Awaitable[object]]) -> None:
    @functools.wraps(function)
    def run(poll: Poll) -> None:
        async def main() -> None:
            await function(poll)

        asyncio.run(main())

    POLLERS[function.__name__] = run


def awaits(wait: Callable[[], Awaitable[Any]]) -> Poller:
    def run(poll: Poll) -> None:
        async def main() -> None:
            while not poll():
                await wait()

        asyncio.run(main())

    return run


async def _wait_for() -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), EVERY)


async def _timeout() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(EVERY):
            await asyncio.Event().wait()


async def _asyncio_wait() -> None:
    never = asyncio.ensure_future(asyncio.Event().wait())
    done, _ = await asyncio.wait([never], timeout=EVERY)
    assert not done
    never.cancel()


async def _queue_of_asyncio() -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.Queue[int]().get(), EVERY)


async def _in_executor() -> None:
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, EVERY)


async def _call_later() -> None:
    woken = asyncio.Event()
    asyncio.get_running_loop().call_later(EVERY, woken.set)
    await woken.wait()


async def _call_at() -> None:
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    loop.call_at(loop.time() + EVERY, woken.set_result, None)
    await woken


async def _ticker() -> AsyncIterator[None]:
    while True:
        yield
        await asyncio.sleep(EVERY)


POLLERS["asyncio.sleep"] = awaits(lambda: asyncio.sleep(EVERY))
POLLERS["asyncio.wait_for"] = awaits(_wait_for)
if sys.version_info >= (3, 11):
    POLLERS["asyncio.timeout"] = awaits(_timeout)
POLLERS["asyncio.wait"] = awaits(_asyncio_wait)
POLLERS["asyncio.Queue.get"] = awaits(_queue_of_asyncio)
POLLERS["asyncio.to_thread"] = awaits(lambda: asyncio.to_thread(time.sleep, EVERY))
POLLERS["run_in_executor"] = awaits(_in_executor)
POLLERS["call_later"] = awaits(_call_later)
POLLERS["call_at"] = awaits(_call_at)


@async_poller
async def an_async_generator(poll: Poll) -> None:
    ticks = _ticker()
    async for _ in ticks:
        if poll():
            break
    await ticks.aclose()


@async_poller
async def a_poll_in_a_thread(poll: Poll) -> None:
    while not await asyncio.to_thread(poll):
        await asyncio.sleep(EVERY)


@async_poller
async def a_background_task(poll: Poll) -> None:
    done = asyncio.Event()

    async def work() -> None:
        while not poll():
            await asyncio.sleep(EVERY)
        done.set()

    task = asyncio.create_task(work())
    await asyncio.wait_for(done.wait(), LIMIT)
    await task


@poller
def a_loop_in_a_thread(poll: Poll) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def main() -> None:
        while not poll():
            await asyncio.sleep(EVERY)

    asyncio.run_coroutine_threadsafe(main(), loop).result(LIMIT)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
