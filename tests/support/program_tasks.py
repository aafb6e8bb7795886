"""How the tasks of a program do their steps for real, in asyncio and in trio."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import trio

from .program_stage import MANY, Stage, ending, seconds
from .programs import Give, Join, Offload, Poll, Resolve, Sleep, Start, Step, Take, Work

Wait = Callable[[], Awaitable[Any]]


class Loop(ABC):
    """An event loop in a thread, with the actors that live there.

    The loop is open from the moment when `ready` is set until `close`. Its actors begin at `begin`.
    """

    def __init__(self, stage: Stage, actors: dict[int, Future[None]]) -> None:
        self.stage = stage
        self.actors = actors
        self.ready = threading.Event()
        self._waits: dict[tuple[int, str], Wait] = {}
        self._ident = 0

    def run(self) -> None:
        """Run the loop in the current thread."""
        self._ident = threading.get_ident()
        self._run()

    def is_here(self) -> bool:
        return threading.get_ident() == self._ident

    async def main(self) -> None:
        self._begin, begun = self.event()
        self._close, closed = self.event()
        for me in self.actors:
            for by, make in (("queue", self.queue), ("event", self.event)):
                give, self._waits[me, by] = make()
                self.stage.boxes[me, by] = partial(self.soon, give)
        self.ready.set()
        await begun()
        await self.together([partial(self._act, me) for me in self.actors], closed)

    def begin(self) -> None:
        self.soon(self._begin)

    def close(self) -> None:
        self.soon(self._close)

    # -- what the libraries do differently ---------------------------------------------------

    @abstractmethod
    def _run(self) -> None: ...

    @abstractmethod
    def soon(self, function: Callable[[], Any]) -> None:
        """Call something in the loop, from any thread."""

    @abstractmethod
    def call(self, work: Wait, timeout: float | None) -> bool:
        """Have the loop do something, and wait for it in a thread."""

    @abstractmethod
    def queue(self) -> tuple[Callable[[], Any], Wait]: ...

    @abstractmethod
    def event(self) -> tuple[Callable[[], Any], Wait]: ...

    @abstractmethod
    async def sleep(self, seconds: float) -> None: ...

    @abstractmethod
    async def within(self, timeout: float | None, wait: Wait) -> bool: ...

    @abstractmethod
    async def together(self, tasks: list[Wait], closed: Wait) -> None:
        """Run tasks and what they start, until the loop is closed."""

    @abstractmethod
    def start(self, task: Wait) -> None: ...

    @abstractmethod
    async def in_thread(self, me: int, how: str, function: Callable[[], Any]) -> Any: ...

    @abstractmethod
    async def resolve(self, host: str) -> None: ...

    # -- actors ------------------------------------------------------------------------------

    async def _act(self, me: int) -> None:
        children: list[Wait] = []
        with ending(self.actors[me]):
            for number, step in enumerate(self.stage.program.actors[me].steps):
                if isinstance(step, Poll):
                    await self._poll(me, number, step)
                else:
                    outcome = await self._do(me, step, children)
                    self.stage.note(str(me), number, outcome)

    async def _do(self, me: int, step: Step, children: list[Wait]) -> bool:
        stage = self.stage
        match step:
            case Sleep():
                await self.sleep(step.ms / 1000)
            case Give():
                stage.give(step.to, step.by)
            case Take():
                return await self.within(seconds(step.timeout), self._waits[me, step.by])
            case Start():
                name, end = stage.give_away(me)
                over, ends = self.event()

                async def child() -> None:
                    await self.do(name, step.work, end)
                    over()

                children.append(ends)
                self.start(child)
            case Join():
                if children:
                    return await self.within(seconds(step.timeout), children.pop())
            case Offload():
                name, end = stage.give_away(me)
                work: Callable[[], Any] = partial(stage.do, name, step.work, end, time.sleep)
                if step.how.endswith("from_thread"):
                    work = self._back(step.how, name, step.work, end)
                wait = partial(self.in_thread, me, step.how, work)
                return await self.within(seconds(step.timeout), wait)
            case Resolve():
                await self.resolve(step.host)
        return True

    def _back(self, how: str, name: str, work: Work, end: Future[None]) -> Callable[[], Any]:
        run = trio.from_thread.run if how == "from_thread" else anyio.from_thread.run
        return lambda: run(self.do, name, work, end)

    async def do(self, name: str, work: Work, end: Future[None]) -> None:
        """Do work in this loop."""
        with ending(end):
            for number, step in enumerate(work):
                if isinstance(step, Sleep):
                    await self.sleep(step.ms / 1000)
                else:
                    self.stage.give(step.to, step.by)
                self.stage.note(name, number)

    async def _poll(self, me: int, number: int, step: Poll) -> None:
        is_done = self.stage.operation(step)
        while not await self.in_thread(me, "to_thread", is_done):
            self.stage.note(str(me), number)
            await self.sleep(step.every / 1000)
        self.stage.note(str(me), number)


class AsyncioLoop(Loop):
    def _run(self) -> None:
        asyncio.run(self.main())

    async def main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(MANY))
        self._tasks: list[asyncio.Task[Any]] = []
        await super().main()

    def soon(self, function: Callable[[], Any]) -> None:
        if self.is_here():
            function()
        else:
            self._loop.call_soon_threadsafe(function)

    def call(self, work: Wait, timeout: float | None) -> bool:
        future = asyncio.run_coroutine_threadsafe(_awaiting(work), self._loop)
        try:
            future.result(timeout)
        except FutureTimeout:
            return False
        return True

    def queue(self) -> tuple[Callable[[], Any], Wait]:
        made: asyncio.Queue[None] = asyncio.Queue()
        return partial(made.put_nowait, None), made.get

    def event(self) -> tuple[Callable[[], Any], Wait]:
        made = asyncio.Event()
        return made.set, made.wait

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def within(self, timeout: float | None, wait: Wait) -> bool:
        try:
            await asyncio.wait_for(_awaiting(wait), timeout)
        except asyncio.TimeoutError:
            return False
        return True

    async def together(self, tasks: list[Wait], closed: Wait) -> None:
        for task in tasks:
            self.start(task)
        await closed()

    def start(self, task: Wait) -> None:
        self._tasks.append(asyncio.create_task(_awaiting(task)))

    async def in_thread(self, me: int, how: str, function: Callable[[], Any]) -> Any:
        match how:
            case "executor":
                return await self._loop.run_in_executor(None, function)
            case "older executor":
                return await self._loop.run_in_executor(self.stage.pools[me, "older"], function)
            case "anyio.to_thread" | "anyio.from_thread":
                return await anyio.to_thread.run_sync(function)
        return await asyncio.to_thread(function)

    async def resolve(self, host: str) -> None:
        with suppress(OSError):
            await self._loop.getaddrinfo(host, 80)


async def _awaiting(wait: Wait) -> Any:
    return await wait()


class TrioLoop(Loop):
    def _run(self) -> None:
        trio.run(self.main)

    async def main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        await super().main()

    def soon(self, function: Callable[[], Any]) -> None:
        if self.is_here():
            function()
        else:
            self._token.run_sync_soon(function)

    def call(self, work: Wait, timeout: float | None) -> bool:
        trio.from_thread.run(work, trio_token=self._token)
        return True

    def queue(self) -> tuple[Callable[[], Any], Wait]:
        send, receive = trio.open_memory_channel[None](math.inf)
        return partial(send.send_nowait, None), receive.receive

    def event(self) -> tuple[Callable[[], Any], Wait]:
        made = trio.Event()
        return made.set, made.wait

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def within(self, timeout: float | None, wait: Wait) -> bool:
        with trio.move_on_after(math.inf if timeout is None else timeout) as scope:
            await wait()
        return not scope.cancelled_caught

    async def together(self, tasks: list[Wait], closed: Wait) -> None:
        async with trio.open_nursery() as self._nursery:
            for task in tasks:
                self.start(task)
            await closed()
            self._nursery.cancel_scope.cancel()  # by now only what has failed is left

    def start(self, task: Wait) -> None:
        self._nursery.start_soon(task)

    async def in_thread(self, me: int, how: str, function: Callable[[], Any]) -> Any:
        if how == "anyio.to_thread":
            return await anyio.to_thread.run_sync(function)
        return await trio.to_thread.run_sync(function, abandon_on_cancel=how == "to_thread")

    async def resolve(self, host: str) -> None:
        await trio.socket.getaddrinfo(host, 80)
