"""A forked process goes on alone: nothing keeps it waiting for threads that only the parent has."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import trio
from support.forked import end_of, runs_in_a_fork, start_fork
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops import forks as module
from pytest_asyncops.forks import prepared_for_fork, renewed_at_fork

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks, on 3.12+


class _Noted:
    """Notes what it is asked to do, and in which process."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    def prepare(self) -> None:
        self.seen.append(("prepare", os.getpid()))

    def renew(self) -> None:
        self.seen.append(("renew", os.getpid()))


# -- who is asked ------------------------------------------------------------------------------


@forks
def test_the_parent_prepares_and_the_child_renews() -> None:
    prepared, renewed = _Noted(), _Noted()
    prepared_for_fork.add(prepared)
    renewed_at_fork.add(renewed)
    parent = os.getpid()

    def work() -> None:
        assert prepared.seen == [("prepare", parent)]
        assert renewed.seen == [("renew", os.getpid())]

    assert runs_in_a_fork(work)
    assert prepared.seen == [("prepare", parent)]
    assert renewed.seen == []


def test_all_are_asked_once_even_if_more_come_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    class Adds(_Noted):
        def prepare(self) -> None:
            super().prepare()
            module.prepared_for_fork.add(_Noted())

        def renew(self) -> None:
            super().renew()
            module.renewed_at_fork.add(_Noted())

    several = [Adds(), Adds()]
    monkeypatch.setattr(module, "prepared_for_fork", weakref.WeakSet(several))
    monkeypatch.setattr(module, "renewed_at_fork", weakref.WeakSet(several))
    module._prepare_all()
    module._renew_all()
    assert [one.seen for one in several] == [[("prepare", os.getpid()), ("renew", os.getpid())]] * 2


@pytest.mark.usefixtures("no_garbage")
def test_nothing_is_kept_alive() -> None:
    gone = _Noted()
    prepared_for_fork.add(gone)
    renewed_at_fork.add(gone)
    reference = weakref.ref(gone)
    del gone
    gc.collect()
    assert reference() is None


def test_the_system_is_asked_once_when_there_is_something_to_do_and_where_there_are_forks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = importlib.util.spec_from_file_location("pytest_asyncops.elsewhere", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    elsewhere = importlib.util.module_from_spec(spec)
    asked: list[object] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **_: asked.append(_), raising=False)
    first, second = _Noted(), _Noted()
    spec.loader.exec_module(elsewhere)
    assert asked == []
    for known in (elsewhere.renewed_at_fork, elsewhere.prepared_for_fork):
        known.add(first)
        known.add(second)
    assert asked == [
        {"before": elsewhere._prepare_all, "after_in_child": elsewhere._renew_all},
    ]
    monkeypatch.delattr(os, "register_at_fork")
    spec.loader.exec_module(elsewhere)
    elsewhere.renewed_at_fork.add(first)
    assert len(asked) == 1


# -- virtual time in the child -----------------------------------------------------------------


@contextmanager
def _beside(work: Callable[[], object]) -> Iterator[None]:
    """Inside of the block, another thread is in the midst of something."""
    begins = threading.Event()

    def run() -> None:
        begins.set()
        work()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begins.wait()
    really_wait(0.01)
    yield
    thread.join()


def sleep() -> None:
    time.sleep(5)


def wait_for_nothing() -> None:
    assert not threading.Event().wait(5)


def wait_for_a_thread() -> None:
    event = threading.Event()
    threading.Timer(5, event.set).start()
    assert event.wait(30)


def get_in_time() -> None:
    given: queue.Queue[int] = queue.Queue()
    thread = threading.Thread(target=lambda: (time.sleep(5), given.put(7)))
    thread.start()
    assert given.get(timeout=30) == 7
    thread.join()


def sleep_in_asyncio() -> None:
    asyncio.run(asyncio.sleep(5))


def sleep_in_trio() -> None:
    trio.run(trio.sleep, 5)


@forks
@pytest.mark.parametrize(
    "waits",
    [sleep, wait_for_nothing, wait_for_a_thread, get_in_time, sleep_in_asyncio, sleep_in_trio],
)
@pytest.mark.parametrize("other", [sleep, sleep_in_asyncio])
def test_a_childs_waits_end_though_another_thread_of_the_parent_waited(
    waits: Callable[[], None], other: Callable[[], None], mock: AsyncOpsMock
) -> None:
    def work() -> None:
        before = seconds_elapsed(mock)
        waits()
        assert seconds_elapsed(mock) == before + 5

    with _beside(other):
        assert runs_in_a_fork(work)
        assert seconds_elapsed(mock) == 0
    time.sleep(7)
    assert seconds_elapsed(mock) == 12


@forks
def test_a_childs_waits_end_though_another_thread_of_the_parent_ran(mock: AsyncOpsMock) -> None:
    goes_on = [True]

    def computes() -> None:
        while goes_on:
            pass

    def work() -> None:
        sleep()
        wait_for_a_thread()
        assert seconds_elapsed(mock) == 10

    with _beside(computes):
        assert runs_in_a_fork(work)
        goes_on.clear()


@forks
def test_parent_and_child_wait_in_times_of_their_own(mock: AsyncOpsMock) -> None:
    def work() -> None:
        time.sleep(60)
        assert seconds_elapsed(mock) == 61

    time.sleep(1)
    child = start_fork(work)
    time.sleep(2)
    assert end_of(child)
    assert seconds_elapsed(mock) == 3


@forks
def test_a_fork_from_a_thread_lives_without_the_main_thread(mock: AsyncOpsMock) -> None:
    ends: list[bool] = []

    def work() -> None:
        time.sleep(5)
        sleep_in_asyncio()
        assert seconds_elapsed(mock) == 10

    thread = threading.Thread(target=lambda: ends.append(runs_in_a_fork(work)))
    thread.start()
    thread.join()
    assert ends == [True]
    assert seconds_elapsed(mock) == 0


# -- locks -------------------------------------------------------------------------------------


@forks
@pytest.mark.parametrize("clock", ["virtual", "manual", "real"])
def test_a_lock_that_another_thread_holds_at_the_fork_is_free_in_the_child(clock: str) -> None:
    ends = threading.Event()

    def holds() -> None:
        with mock.clock._server.lock:
            ends.wait()

    def work() -> None:
        before = mock.clock.elapsed
        with mock.clock._server.lock:
            pass
        mock.chainloop.start()
        if clock == "real":
            really_wait(0.01)
            assert mock.clock.elapsed > before
        else:
            mock.clock.advance(3)
            assert seconds_elapsed(mock) == 3

    with mocked(clock=clock) as mock, _beside(holds):
        assert runs_in_a_fork(work)
        ends.set()
