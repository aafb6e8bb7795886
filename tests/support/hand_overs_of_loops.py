"""The ways in which threads and event loops hand things to each other."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import trio

from pytest_asyncops import AsyncOpsMock, Lifecycle

from .chainloop_polls import ask
from .hand_over_rows import LIMIT, Beside, Worker, hand_over
from .virtual_seconds import seconds_elapsed

Main = Callable[[AsyncOpsMock, ThreadPoolExecutor], Awaitable[None]]


def in_asyncio(ends: float = 0) -> Callable[[Main], Main]:
    return _in(lambda main: asyncio.run(main()), ends)


def in_trio(ends: float = 0) -> Callable[[Main], Main]:
    return _in(trio.run, ends)


def _in(run: Callable[[Callable[[], Any]], object], ends: float) -> Callable[[Main], Main]:
    def decorated(main: Main) -> Main:
        def body(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
            run(partial(main, mock, older))

        body.__name__ = main.__name__
        hand_over(ends)(body)
        return main

    return decorated


@contextlib.contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


# -- asyncio ---------------------------------------------------------------------------------


@in_asyncio()
async def to_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    for _ in range(200):
        assert await asyncio.wait_for(asyncio.to_thread(int), LIMIT) == 0


@in_asyncio(ends=5)
async def to_thread_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with Beside(mock):
        for _ in range(200):
            assert await asyncio.to_thread(int) == 0


@in_asyncio(ends=5)
async def to_thread_beside_a_task_that_sleeps(mock: AsyncOpsMock, older: object) -> None:
    sleeps = asyncio.create_task(asyncio.sleep(5))
    for _ in range(200):
        assert await asyncio.to_thread(int) == 0
    assert seconds_elapsed(mock) == 0
    await sleeps


@in_asyncio()
async def run_in_executor(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(200):
            assert await asyncio.wait_for(loop.run_in_executor(pool, int), LIMIT) == 0


@in_asyncio()
async def run_in_an_older_executor(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(200):
        assert await asyncio.wait_for(loop.run_in_executor(older, int), LIMIT) == 0


@in_asyncio()
async def many_at_once_to_threads(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    for _ in range(5):
        jobs = [asyncio.to_thread(int) for _ in range(40)]
        assert await asyncio.wait_for(asyncio.gather(*jobs), LIMIT) == [0] * 40


@in_asyncio()
async def getaddrinfo(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(50):
        assert await asyncio.wait_for(loop.getaddrinfo("127.0.0.1", 80), LIMIT)


@in_asyncio()
async def call_soon_threadsafe(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    with Worker() as worker:
        for _ in range(200):
            event = asyncio.Event()
            worker.give(partial(loop.call_soon_threadsafe, event.set))
            assert await asyncio.wait_for(event.wait(), LIMIT)


@hand_over()
def run_coroutine_threadsafe(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    async def answer() -> int:
        return 7

    with loop_in_a_thread() as loop:
        for _ in range(200):
            assert asyncio.run_coroutine_threadsafe(answer(), loop).result(LIMIT) == 7


@hand_over(ends=5)
def run_coroutine_threadsafe_beside_a_sleeper(mock: AsyncOpsMock, older: object) -> None:
    async def answer() -> int:
        return 7

    with loop_in_a_thread() as loop, Beside(mock):
        for _ in range(200):
            assert asyncio.run_coroutine_threadsafe(answer(), loop).result() == 7


@hand_over()
def two_loops(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    async def answer() -> int:
        return 7

    async def ask_other(other: asyncio.AbstractEventLoop) -> None:
        for _ in range(100):
            answered = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(answer(), other))
            assert await asyncio.wait_for(answered, LIMIT) == 7

    with loop_in_a_thread() as loop:
        asyncio.run(ask_other(loop))


@in_asyncio()
async def queue_of_threads_in_a_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    items: queue.Queue[int] = queue.Queue()
    for number in range(100):
        got = asyncio.ensure_future(asyncio.to_thread(items.get, True, LIMIT))
        await asyncio.sleep(0)
        items.put(number)
        assert await got == number


@in_asyncio(ends=190)
async def pollers_by_to_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    async def poll(running: float) -> None:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=running))
        while True:
            answer = await asyncio.to_thread(ask, mock, operation.id)
            if answer.json()["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED":
                break
            await asyncio.sleep(10)
        assert seconds_elapsed(mock) == running

    await asyncio.gather(*map(poll, (40, 90, 140, 190)))


@in_asyncio(ends=60)
async def thread_that_sleeps(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    for turn in range(12):
        await asyncio.wait_for(asyncio.to_thread(time.sleep, 5), LIMIT)
        assert seconds_elapsed(mock) == 5 * (turn + 1)


@in_asyncio()
async def anyio_to_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with anyio.fail_after(LIMIT):
        for _ in range(200):
            assert await anyio.to_thread.run_sync(int) == 0


@in_asyncio()
async def anyio_from_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    def back() -> int:
        return sum(anyio.from_thread.run(_one) for _ in range(10))

    with anyio.fail_after(LIMIT):
        for _ in range(20):
            assert await anyio.to_thread.run_sync(back) == 10


async def _one() -> int:
    return 1


# -- trio ------------------------------------------------------------------------------------


@in_trio()
async def trio_to_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with trio.fail_after(LIMIT):
        for _ in range(200):
            assert await trio.to_thread.run_sync(int) == 0


@in_trio(ends=5)
async def trio_to_thread_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with Beside(mock):
        for _ in range(200):
            assert await trio.to_thread.run_sync(int) == 0


@in_trio(ends=5)
async def trio_to_thread_beside_a_task_that_sleeps(mock: AsyncOpsMock, older: object) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 5)
        for _ in range(200):
            assert await trio.to_thread.run_sync(int) == 0
        assert seconds_elapsed(mock) == 0


@in_trio()
async def trio_from_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    def back() -> int:
        return sum(trio.from_thread.run(_one) for _ in range(10))

    with trio.fail_after(LIMIT):
        for _ in range(20):
            assert await trio.to_thread.run_sync(back) == 10


@in_trio()
async def trio_token(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    token = trio.lowlevel.current_trio_token()
    with Worker() as worker, trio.fail_after(LIMIT):
        for _ in range(200):
            event = trio.Event()
            worker.give(partial(token.run_sync_soon, event.set))
            await event.wait()


@in_trio()
async def anyio_to_thread_on_trio(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with anyio.fail_after(LIMIT):
        for _ in range(200):
            assert await anyio.to_thread.run_sync(int) == 0
