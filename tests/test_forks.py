"""A forked process has a virtual time in which its one thread is alone, and its parent goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.forks import _prepare_all, _renew_all, renewed_at_fork
from pytest_asyncops.virtual_time.time_functions import active_here

can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


@contextmanager
def _forking() -> Iterator[None]:
    with warnings.catch_warnings():
        # From Python 3.12 on, it says that other threads may have held locks.
        warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
        yield


def _in_child(work: Callable[[], object]) -> Any:
    """What a forked process gives back, as JSON."""
    reads, writes = os.pipe()
    with _forking():
        child = os.fork()
    if not child:
        try:
            os.write(writes, json.dumps(work()).encode())
        except BaseException as error:
            os.write(writes, json.dumps(repr(error)).encode())
        finally:
            os._exit(0)
    os.close(writes)
    poll = select.poll()
    poll.register(reads, select.POLLIN)
    if not poll.poll(20_000):
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reads, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert said, "the child hangs"
    return json.loads(said)


@contextmanager
def _others(mock: AsyncOpsMock) -> Iterator[list[float]]:
    """Threads that wait in virtual time, and whose waits have to end in time."""
    woken: list[float] = []

    def work(seconds: float) -> None:
        time.sleep(seconds)
        woken.append(seconds_elapsed(mock))

    threads = [threading.Thread(target=work, args=(seconds,)) for seconds in (10, 20)]
    for thread in threads:
        thread.start()
    yield woken
    for thread in threads:
        thread.join()
    assert woken == [10, 20]


def _sleep() -> None:
    time.sleep(100)


def _wait() -> None:
    assert not threading.Event().wait(100)


def _start() -> None:
    thread = threading.Thread(target=time.sleep, args=(100,))
    thread.start()
    thread.join()


def _loop() -> None:
    import asyncio

    asyncio.run(asyncio.sleep(100))


def _poll() -> None:
    until = time.monotonic() + 100
    while time.monotonic() < until:
        time.sleep(5)


@can_fork
@pytest.mark.parametrize("work", [_sleep, _wait, _start, _loop, _poll])
def test_a_child_waits_in_virtual_time_while_others_wait_in_its_parent(
    mock: AsyncOpsMock, work: Callable[[], None]
) -> None:
    def child() -> list[float]:
        before = seconds_elapsed(mock)
        work()
        return [before, seconds_elapsed(mock)]

    with _others(mock):
        time.sleep(1)
        assert _in_child(child) == [1, 101]
        assert seconds_elapsed(mock) == 1


@can_fork
def test_a_child_of_a_thread_that_is_not_the_main_one(mock: AsyncOpsMock) -> None:
    seen: list[Any] = []

    def child() -> list[float]:
        time.sleep(100)
        return [seconds_elapsed(mock)]

    with _others(mock):
        thread = threading.Thread(target=lambda: seen.append(_in_child(child)))
        thread.start()
        thread.join()
    assert seen == [[100]]


@can_fork
def test_a_child_that_is_forked_while_another_thread_answers(mock: AsyncOpsMock) -> None:
    """The lock that is held then is held by nobody in the child."""
    answering, goes_on = threading.Event(), threading.Event()

    def answer() -> None:
        with mock.clock.lock:
            answering.set()
            goes_on.wait()

    thread = threading.Thread(target=answer)
    thread.start()
    answering.wait()

    def child() -> float:
        time.sleep(5)
        mock.clock.advance(1)
        return seconds_elapsed(mock)

    assert _in_child(child) == 6
    goes_on.set()
    thread.join()


def _put_time(mock: AsyncOpsMock, told: Any) -> None:
    time.sleep(100)
    told.send(seconds_elapsed(mock))
    told.close()


@can_fork
def test_multiprocessing_forks(mock: AsyncOpsMock) -> None:
    context: Any = multiprocessing.get_context("fork")
    with _others(mock):
        ours, theirs = context.Pipe()
        process = context.Process(target=_put_time, args=(mock, theirs))
        with _forking():
            process.start()
        assert ours.recv() == 100
        process.join()
        assert process.exitcode == 0
        process.close()
        ours.close()
        theirs.close()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python does not warn yet")
@can_fork
def test_python_warns_of_forks_beside_threads_as_ever(mock: AsyncOpsMock) -> None:
    def fork() -> None:
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)

    with _others(mock), pytest.warns(DeprecationWarning, match="fork"):
        fork()


def test_what_is_renewed_begins_anew() -> None:
    """As a child sees it, where no tool that measures the tests looks."""
    with mocked() as mock:
        active = active_here()
        assert active is not None
        scheduler = active.scheduler
        assert scheduler in renewed_at_fork
        own = threading.get_ident()
        scheduler.in_motion.add("what another thread was given")
        scheduler.begin_thread(threading.Thread())
        _prepare_all()
        _renew_all()
        assert [*scheduler.in_motion] == [own]
        threading.Event().wait(5)
        assert seconds_elapsed(mock) == 5
