"""Wherever a wait is interrupted, by an error or by another wait, later waits are the right ones."""

from __future__ import annotations

import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from support.interruptions import interrupted
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time import (
    client_clock,
    clock,
    file_waits,
    in_motion,
    lookout,
    scheduler,
    waits,
)
from pytest_asyncops.virtual_time.time_functions import active_here

MODULES = [client_clock, clock, file_waits, in_motion, lookout, scheduler, waits]


class Torn(Exception):
    pass


def _tear() -> None:
    raise Torn


def _wait_and_tear() -> None:
    time.sleep(1)
    raise Torn


ACTS: dict[str, Callable[[], None]] = {
    "an error": _tear,
    "a shorter wait": lambda: time.sleep(1),
    "a longer wait": lambda: time.sleep(9),
    "a wait and an error": _wait_and_tear,
}


class Beats:
    """Two threads that sleep again and again, of which the first one gives what others wait for."""

    def __init__(self, mock: AsyncOpsMock) -> None:
        self.late: list[tuple[float, float]] = []
        self.lock = threading.Lock()
        self.event = threading.Event()
        self.one, self.other = socket.socketpair()
        self.other.setblocking(False)
        self.never, self._nothing = socket.socketpair()
        self.selector, self.silent = selectors.DefaultSelector(), selectors.DefaultSelector()
        self.selector.register(self.one, selectors.EVENT_READ)
        self.silent.register(self.never, selectors.EVENT_READ)
        self._mock = mock
        self._ends = False
        self._threads = [
            threading.Thread(target=self._beat, args=args, daemon=True)
            for args in ((3, self._give), (4, lambda: None))
        ]
        for thread in self._threads:
            thread.start()

    def _beat(self, every: int, then: Callable[[], None]) -> None:
        due = seconds_elapsed(self._mock)
        while not self._ends:
            time.sleep(every)
            due += every
            now = seconds_elapsed(self._mock)
            if now != due:
                self.late.append((due, now))
            then()

    def _give(self) -> None:
        self.event.set()
        with suppress(BlockingIOError):
            self.other.send(b"x")

    def end(self) -> None:
        self._ends = True
        for thread in self._threads:
            thread.join(60)
        for it in (self.selector, self.silent, self.one, self.other, self.never, self._nothing):
            it.close()


@contextmanager
def _beats() -> Iterator[tuple[AsyncOpsMock, Beats]]:
    with mocked() as mock:
        beats = Beats(mock)
        try:
            yield mock, beats
        finally:
            beats.end()
        assert beats.late == []


def _receive(beats: Beats, limit: float) -> None:
    if beats.selector.select(limit):
        beats.one.recv(99)


def _await(beats: Beats, limit: float) -> None:
    beats.event.clear()
    beats.event.wait(limit)


WAITS: dict[str, Callable[[Beats], object]] = {
    "a sleep that others wake in": lambda beats: time.sleep(5),
    "a sleep that nobody wakes in": lambda beats: time.sleep(0.5),
    "an event that does not come": lambda beats: threading.Event().wait(5),
    "an event that comes": lambda beats: _await(beats, 50),
    "a file that is not ready": lambda beats: beats.silent.select(5),
    "a file that becomes ready": lambda beats: _receive(beats, 50),
}


def _interrupt_everywhere(wait: str, act: str) -> None:
    own = threading.get_ident()
    with _beats() as (mock, beats):
        active = active_here()
        assert active is not None
        for place in itertools.count():
            with interrupted(MODULES, place, ACTS[act]) as interruption, suppress(Torn):
                WAITS[wait](beats)
            before = seconds_elapsed(mock)
            time.sleep(2)
            assert (place, seconds_elapsed(mock)) == (place, before + 2)
            assert (place, set(active.scheduler.in_motion)) == (place, {own})
            if not interruption.came:
                break
        print('PLACES', place)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("wait", WAITS)
def test_later_waits(wait: str, act: str) -> None:
    _interrupt_everywhere(wait, act)
