"""The ways in which libraries wait between two attempts, each as a small poller."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import backoff
import stamina
import tenacity
import trio
import urllib3

from support.waiting_idioms import EVERY, LIMIT, Poll, Poller, waits_with

stamina.instrumentation.set_on_retry_hooks([])  # or else it writes a line for each

LIBRARIES: dict[str, Poller] = {}


def library(function: Poller) -> Poller:
    LIBRARIES[function.__name__] = function
    return function


def _runs(start: Callable[..., object], wait: Callable[[], Awaitable[Any]]) -> Poller:
    """The plain loop around a wait, in a coroutine."""

    def run(poll: Poll) -> None:
        async def main() -> None:
            while not poll():
                await wait()

        start(main)

    return run


def _not_yet(done: bool) -> bool:
    return not done


class NotYet(Exception):
    """What is raised for those who try again after an error."""


# -- sync ------------------------------------------------------------------------------------


@library
def urllib3_retry(poll: Poll) -> None:
    retry = urllib3.Retry(20, backoff_factor=EVERY, backoff_max=EVERY)
    retry = retry.increment().increment()  # the first retry does not wait
    while not poll():
        retry.sleep()


@library
def tenacity_wait_fixed(poll: Poll) -> None:
    tenacity.Retrying(
        wait=tenacity.wait_fixed(EVERY),
        retry=tenacity.retry_if_result(_not_yet),
        stop=tenacity.stop_after_delay(LIMIT),
    )(poll)


@tenacity.retry(
    sleep=time.sleep,
    wait=tenacity.wait_fixed(EVERY),
    retry=tenacity.retry_if_result(_not_yet),
)
def _retried(poll: Poll) -> bool:
    return poll()


# Its sleep was given when this module was imported.
LIBRARIES["tenacity's decorator with a sleep"] = _retried


@library
def backoff_constant(poll: Poll) -> None:
    backoff.on_predicate(
        backoff.constant, interval=EVERY, jitter=None, max_time=LIMIT
    )(poll)()  # fmt: skip


@library
def stamina_retry(poll: Poll) -> None:
    def attempt() -> None:
        if not poll():
            raise NotYet

    stamina.retry(
        on=NotYet, attempts=None, timeout=LIMIT, wait_initial=EVERY, wait_max=EVERY, wait_jitter=0
    )(attempt)()


_retry_sleep = time.sleep
_async_retry_sleep = asyncio.sleep


# As the client of Pinecone does between its attempts: by a name that it bound when it was imported.
LIBRARIES["pinecone's retry"] = waits_with(lambda: _retry_sleep(EVERY))
LIBRARIES["pinecone's retry, async"] = _runs(
    lambda main: asyncio.run(main()), lambda: _async_retry_sleep(EVERY)
)


@library
def pinecones_upload(poll: Poll) -> None:
    deadline = time.monotonic() + LIMIT
    while not poll():
        assert time.monotonic() < deadline
        time.sleep(EVERY)


# -- async -----------------------------------------------------------------------------------


@library
def tenacity_async(poll: Poll) -> None:
    async def attempt() -> bool:
        return poll()

    retrying = tenacity.AsyncRetrying(
        wait=tenacity.wait_fixed(EVERY), retry=tenacity.retry_if_result(_not_yet)
    )
    asyncio.run(retrying(attempt))


@library
def backoff_async(poll: Poll) -> None:
    async def attempt() -> bool:
        return poll()

    asyncio.run(backoff.on_predicate(backoff.constant, interval=EVERY, jitter=None)(attempt)())


def _stamina_async(start: Callable[..., object]) -> Poller:
    def run(poll: Poll) -> None:
        @stamina.retry(
            on=NotYet, attempts=None, timeout=LIMIT, wait_initial=EVERY, wait_max=EVERY,
            wait_jitter=0,
        )  # fmt: skip
        async def attempt() -> None:
            if not poll():
                raise NotYet

        start(attempt)

    return run


async def _move_on() -> None:
    with anyio.move_on_after(EVERY):
        await anyio.sleep_forever()


async def _trio_deadline() -> None:
    with trio.move_on_after(EVERY):
        await trio.sleep_forever()


async def _trio_thread() -> None:
    await trio.to_thread.run_sync(time.sleep, EVERY)


async def _anyio_thread() -> None:
    await anyio.to_thread.run_sync(time.sleep, EVERY)


LIBRARIES["stamina_async"] = _stamina_async(lambda main: asyncio.run(main()))
LIBRARIES["trio.sleep"] = _runs(trio.run, lambda: trio.sleep(EVERY))
LIBRARIES["trio.move_on_after"] = _runs(trio.run, _trio_deadline)
LIBRARIES["trio.to_thread"] = _runs(trio.run, _trio_thread)
for backend in ("asyncio", "trio"):

    def start(main: Callable[[], Awaitable[None]], backend: str = backend) -> None:
        anyio.run(main, backend=backend)

    LIBRARIES[f"anyio.sleep on {backend}"] = _runs(start, lambda: anyio.sleep(EVERY))
    LIBRARIES[f"anyio.move_on_after on {backend}"] = _runs(start, _move_on)
    LIBRARIES[f"anyio.to_thread on {backend}"] = _runs(start, _anyio_thread)
