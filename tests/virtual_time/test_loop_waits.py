"""Whoever waits for files and time at once gets what comes first, and says what it waits for."""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock
from pytest_asyncops.virtual_time.file_waits import are_ready
from pytest_asyncops.virtual_time.loop_waits import wait_for_files
from pytest_asyncops.virtual_time.scheduler import Scheduler
from pytest_asyncops.virtual_time.time_functions import active_here

READ = selectors.EVENT_READ


class _Sockets:
    """Writes down what it is asked; its files hold the clock until some real time."""

    def __init__(self, until: Callable[[], float] = lambda: 0.0) -> None:
        self.watched: list[tuple[list[int], float | None]] = []
        self.ready: list[list[int]] = []
        self._until = until

    def watch(self, files: list[int], *, outside: Any, seconds: float | None) -> Any:
        self.watched.append((files, seconds))
        return self._until

    def note_ready(self, files: list[int]) -> None:
        self.ready.append(files)


@pytest.fixture
def scheduler(mock: AsyncOpsMock) -> Scheduler:
    active = active_here()
    assert active is not None
    return active.scheduler


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    one, other = socket.socketpair()
    with one, other:
        yield one.fileno(), other.fileno()


class _Waiter:
    """Waits for one file, and counts how often it looks at what has happened."""

    def __init__(self, scheduler: Scheduler, file: int, sockets: _Sockets | None = None) -> None:
        self.looks = 0
        self.sockets = sockets or _Sockets()
        self._scheduler = scheduler
        self._file = file

    def look(self) -> list[int]:
        self.looks += 1
        return [self._file] if are_ready([(self._file, READ)]) else []

    def wait(self, seconds: float | None, **more: Any) -> Any:
        sockets: Any = self.sockets
        return wait_for_files(
            self._scheduler,
            self.look,
            seconds=seconds,
            files=[(self._file, READ)],
            sockets=sockets,
            **{"watched": [self._file], **more},
        )


def test_what_is_there_is_given_without_a_wait(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int]
) -> None:
    waiter = _Waiter(scheduler, ends[0])
    os.write(ends[1], b"x")
    assert waiter.wait(30) == [ends[0]]
    assert waiter.looks == 1
    assert waiter.sockets.watched == []
    assert seconds_elapsed(mock) == 0


def test_the_time_comes_first(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int]
) -> None:
    waiter = _Waiter(scheduler, ends[0])
    assert waiter.wait(30) == []
    assert seconds_elapsed(mock) == 30
    assert waiter.looks == 2
    assert waiter.sockets.watched == [([ends[0]], 30)]
    assert waiter.sockets.ready == []


@pytest.mark.parametrize("seconds", [30, None])
def test_a_file_comes_first(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int], seconds: float | None
) -> None:
    def send() -> None:
        time.sleep(7)
        os.write(ends[1], b"x")

    thread = threading.Thread(target=send)
    thread.start()
    waiter = _Waiter(scheduler, ends[0])
    assert waiter.wait(seconds) == [ends[0]]
    assert seconds_elapsed(mock) == 7
    assert waiter.sockets.watched == [([ends[0]], seconds)]
    assert waiter.sockets.ready == [[ends[0]]]
    thread.join()


def test_a_file_that_is_about_to_receive_something_holds_the_clock(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int]
) -> None:
    real = scheduler.outside.patience
    waiter = _Waiter(scheduler, ends[0], _Sockets(until=lambda: 10**12))
    with mock.clock.real():
        timer = threading.Timer(0.03, os.write, (ends[1], b"x"))
        timer.start()
    assert waiter.wait(real) == [ends[0]]
    assert seconds_elapsed(mock) == 0
    timer.join()
    time.sleep(5)  # nothing holds it any more
    assert seconds_elapsed(mock) == 5


def test_who_watches_nothing_holds_nothing(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int]
) -> None:
    waiter = _Waiter(scheduler, ends[0], _Sockets(until=lambda: 10**12))
    assert waiter.wait(30, watched=[]) == []
    assert seconds_elapsed(mock) == 30
    assert waiter.sockets.watched == []


def test_a_real_limit_ends_a_wait_without_virtual_time(
    mock: AsyncOpsMock, scheduler: Scheduler, ends: tuple[int, int]
) -> None:
    waiter = _Waiter(scheduler, ends[0])
    assert waiter.wait(None, real_limit=0.01) == []
    assert seconds_elapsed(mock) == 0
