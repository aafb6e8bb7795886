"""A loop of which nobody can ask whether something has come waits in virtual time all the same.

Windows' own proactor is not here. A selector whose waits nothing else replaces stands for it.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import pytest
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time import proactor_patches
from pytest_asyncops.virtual_time.activation import _scheduler_here
from pytest_asyncops.virtual_time.living_loops import LivingLoops
from pytest_asyncops.virtual_time.proactor_patches import PROACTORS, ProactorPatches

_real_select = selectors.SelectSelector.select


class _Proactor(selectors.SelectSelector):
    """Waits in a way that is not replaced; ``_cache`` has what is pending, as Windows' own has."""

    _cache: Any = ()

    after_look: Callable[[], object] = bool
    """What happens once, right after it was asked what has happened."""

    def select(self, timeout: float | None = None) -> Any:
        happened = _real_select(self, timeout)
        if not happened:
            then, self.after_look = self.after_look, bool
            then()
        return happened


@pytest.fixture
def mock() -> Iterator[AsyncOpsMock]:
    loops = LivingLoops()
    patches = ProactorPatches(_scheduler_here, loops, [_Proactor])
    with mocked() as mock:
        patches.replace()
        try:
            yield mock
        finally:
            patches.restore()


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def proactor() -> _Proactor:
    return _Proactor()


@pytest.fixture
def run(proactor: _Proactor) -> Iterator[Run]:
    loop = asyncio.SelectorEventLoop(proactor)
    yield loop.run_until_complete
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_its_timers_are_virtual(mock: AsyncOpsMock, run: Run) -> None:
    async def main() -> list[float]:
        woken = []
        for seconds in (3, 0, 5):
            await asyncio.sleep(seconds)
            woken.append(seconds_elapsed(mock))
        return woken

    assert run(main()) == [3, 3, 8]


def test_what_other_threads_give_it_comes_before_the_next_jump(
    mock: AsyncOpsMock, run: Run
) -> None:
    async def main() -> None:
        for _ in range(20):
            assert await asyncio.wait_for(asyncio.to_thread(int), 600) == 0

    run(main())
    assert seconds_elapsed(mock) == 0


def test_what_comes_right_after_a_look_is_noted(
    mock: AsyncOpsMock, proactor: _Proactor, run: Run
) -> None:
    async def main() -> None:
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        proactor.after_look = partial(loop.call_soon_threadsafe, event.set)
        await asyncio.wait_for(event.wait(), 600)

    run(main())
    assert seconds_elapsed(mock) == 0


def test_it_takes_turns_with_threads(mock: AsyncOpsMock, run: Run) -> None:
    woken: list[tuple[str, float]] = []

    def work() -> None:
        for _ in range(3):
            time.sleep(5)
            woken.append(("thread", seconds_elapsed(mock)))

    async def main() -> None:
        for _ in range(3):
            await asyncio.sleep(3)
            woken.append(("task", seconds_elapsed(mock)))

    thread = threading.Thread(target=work)
    thread.start()
    run(main())
    thread.join()
    assert woken == [
        ("task", 3), ("thread", 5), ("task", 6), ("task", 9), ("thread", 10), ("thread", 15),
    ]  # fmt: skip


def test_it_waits_for_its_files(mock: AsyncOpsMock, run: Run) -> None:
    one, other = socket.socketpair()

    async def main() -> bytes:
        def send() -> None:
            time.sleep(2)
            other.send(b"x")

        thread = threading.Thread(target=send)
        thread.start()
        loop = asyncio.get_running_loop()
        one.setblocking(False)
        received = await loop.sock_recv(one, 9)
        thread.join()
        return received

    with one, other:
        assert run(main()) == b"x"
    assert seconds_elapsed(mock) == 2


def test_an_operation_of_which_nothing_is_known_is_given_a_moment(
    mock: AsyncOpsMock, run: Run, proactor: _Proactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proactor_patches, "UNKNOWN", 0.1)
    proactor._cache = ("the loop's own", "another")
    one, other = socket.socketpair()

    async def main() -> bytes:
        def send() -> None:
            really_wait(0.02)  # as another process does
            other.send(b"x")

        thread = threading.Thread(target=send)
        with mock.clock.real():
            thread.start()
        one.setblocking(False)
        received = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(one, 9), 30)
        thread.join()
        return received

    with one, other:
        assert run(main()) == b"x"
    assert seconds_elapsed(mock) == 0


def test_a_proactor_without_a_loop_waits_as_well(mock: AsyncOpsMock, proactor: _Proactor) -> None:
    with proactor:
        assert proactor.select(5) == []
    assert seconds_elapsed(mock) == 5


def test_in_real_time_it_waits_really(run: Run) -> None:
    patches = ProactorPatches(lambda: None, LivingLoops(), [_Proactor])
    real = asyncio.BaseEventLoop.call_soon_threadsafe, _Proactor.select
    patches.replace()
    began = time.monotonic()
    try:
        run(asyncio.sleep(0.004))
        assert time.monotonic() - began >= 0.004
    finally:
        patches.restore()
    assert real == (asyncio.BaseEventLoop.call_soon_threadsafe, _Proactor.select)


def test_where_there_is_no_proactor_nothing_is_replaced() -> None:
    real = asyncio.BaseEventLoop.call_soon_threadsafe
    patches = ProactorPatches(lambda: None, LivingLoops(), [])
    patches.replace()
    assert asyncio.BaseEventLoop.call_soon_threadsafe is real
    patches.restore()
    assert [kind.__name__ for kind in PROACTORS] in ([], ["IocpProactor"])
