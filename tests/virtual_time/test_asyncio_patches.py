"""Event loops and servers wait in virtual time, other users of selectors wait really."""

from __future__ import annotations

import asyncio
import selectors
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.asyncio_patches import AsyncioPatches
from pytest_asyncops.virtual_time.sockets import Sockets

SELECTORS: list[Any] = [
    getattr(selectors, name)
    for name in ("EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector",
                 "SelectSelector", "DefaultSelector")
    if hasattr(selectors, name)
]  # fmt: skip
"""Where the patches are; the last selector is one of the others by another name."""


def test_a_thread_wakes_a_loop(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        event = asyncio.Event()

        def work() -> None:
            time.sleep(3)
            loop.call_soon_threadsafe(event.set)
            time.sleep(9)

        thread = threading.Thread(target=work)
        thread.start()
        await event.wait()
        assert seconds_elapsed(mock) == 3
        await asyncio.to_thread(thread.join)
        assert seconds_elapsed(mock) == 12

    asyncio.run(main())


@pytest.mark.parametrize("kind", SELECTORS)
def test_other_users_of_selectors_wait_for_time_and_files(
    mock: AsyncOpsMock, kind: type[selectors.BaseSelector]
) -> None:
    one, other = socket.socketpair()
    with one, other, kind() as selector:
        selector.register(one, selectors.EVENT_READ)
        assert selector.select(3) == []
        assert seconds_elapsed(mock) == 3

        def send() -> None:
            time.sleep(2)
            other.send(b"x")

        thread = threading.Thread(target=send)
        thread.start()
        assert len(selector.select(5)) == 1
        assert seconds_elapsed(mock) == 5
        thread.join()


@pytest.mark.parametrize("kind", SELECTORS)
def test_a_wait_for_no_file_at_all_is_a_sleep(
    mock: AsyncOpsMock, kind: type[selectors.BaseSelector]
) -> None:
    with kind() as selector:
        assert selector.select(3) == []
        assert seconds_elapsed(mock) == 3


def _select_as(caller: str) -> Callable[[selectors.BaseSelector, float], list[Any]]:
    names: dict[str, Any] = {"__name__": caller}
    exec("def ask(selector, seconds): return selector.select(seconds)", names)
    ask: Callable[[selectors.BaseSelector, float], list[Any]] = names["ask"]
    return ask


@pytest.mark.parametrize("caller", ["asyncio.base_events", "nest_asyncio"])
def test_the_selector_of_a_loop_waits_in_virtual_time(mock: AsyncOpsMock, caller: str) -> None:
    ask = _select_as(caller)
    one, other = socket.socketpair()
    with one, other, selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ)
        assert ask(selector, 5) == []
        assert ask(selector, 0) == []
        assert ask(selector, -1) == []
        assert seconds_elapsed(mock) == 5
        other.send(b"x")
        [(key, events)] = ask(selector, 5)
        assert (key.fileobj, events) == (one, selectors.EVENT_READ)
        assert seconds_elapsed(mock) == 5


@pytest.mark.parametrize(("caller", "elapsed"), [("_pytest.made_up", 0), ("made_up", 0.001)])
def test_the_selector_of_a_tool_waits_really(
    mock: AsyncOpsMock, caller: str, elapsed: float
) -> None:
    with selectors.DefaultSelector() as selector:
        assert _select_as(caller)(selector, 0.001) == []
    assert seconds_elapsed(mock) == elapsed


def test_that_a_server_looks_whether_it_is_to_stop_takes_no_time(mock: AsyncOpsMock) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        time.sleep(5.001)  # which ends between two looks
        server.shutdown()
        thread.join()
    assert seconds_elapsed(mock) == 5.001


def test_patched_selects_are_the_real_ones_again_afterwards() -> None:
    real = [selector.select for selector in SELECTORS]
    for _ in range(2):
        with mocked():
            now = [selector.select for selector in SELECTORS]
            assert all(new is not old for new, old in zip(now, real, strict=True))
        assert [selector.select for selector in SELECTORS] == real


def test_a_loop_in_real_time_waits_really() -> None:
    patches = AsyncioPatches(lambda: None, Sockets(lambda: False))
    began = time.monotonic()
    patches.replace()
    try:
        asyncio.run(asyncio.sleep(0.004))
    finally:
        patches.restore()
    assert time.monotonic() - began >= 0.004
