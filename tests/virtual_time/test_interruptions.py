"""Wherever an error or another wait interrupts a wait, later waits are the right ones."""

from __future__ import annotations

import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from support.hanging import not_hanging
from support.interruptions import interrupted
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time import (
    client_clock,
    clock,
    file_waits,
    in_motion,
    lookout,
    planned_turns,
    scheduler,
    skip_listeners,
    thread_ends,
    waits,
)
from pytest_asyncops.virtual_time.time_functions import active_here

MODULES = [
    client_clock, clock, file_waits, in_motion, lookout, planned_turns, scheduler, skip_listeners,
    thread_ends, waits,
]  # fmt: skip


class Torn(Exception):
    pass


def _tear() -> None:
    raise Torn


def _wait_and_tear() -> None:
    time.sleep(3)
    raise Torn


ACTS: dict[str, Callable[[], None]] = {
    "an error": _tear,
    "a shorter wait": lambda: time.sleep(3),
    "a longer wait": lambda: time.sleep(9),
    "a wait and an error": _wait_and_tear,
}

TAKES = {
    "an error": {0, 5},
    "a shorter wait": {5, 8},
    "a longer wait": {9, 14},
    "a wait and an error": {3, 8},
}
"""How long a sleep of 5 s takes then: an inner wait comes before, in or after it."""


class Beats:
    """Two threads that sleep again and again, and one that gives what others wait for."""

    def __init__(self, mock: AsyncOpsMock) -> None:
        self.late: list[tuple[float, float]] = []
        self.lock = threading.Lock()
        self.event = threading.Event()
        self.one, self.other = socket.socketpair()
        self.one.setblocking(False)
        self.other.setblocking(False)
        self.never, self._nothing = socket.socketpair()
        self.selector, self.silent = selectors.DefaultSelector(), selectors.DefaultSelector()
        self.selector.register(self.one, selectors.EVENT_READ)
        self.silent.register(self.never, selectors.EVENT_READ)
        self._mock = mock
        self._ends = False
        self._threads = [
            threading.Thread(target=self._give, daemon=True),
            *(threading.Thread(target=self._beat, args=(every,), daemon=True) for every in (4, 7)),
        ]
        for thread in self._threads:
            thread.start()

    def _beat(self, every: int) -> None:
        while not self._ends:
            due = seconds_elapsed(self._mock) + every
            time.sleep(every)
            now = seconds_elapsed(self._mock)
            if now != due:
                self.late.append((due, now))

    def _give(self) -> None:
        while not self._ends:
            time.sleep(3)
            self.event.set()  # which waits for the lock of those that are about to wait
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
    with suppress(BlockingIOError):
        beats.one.recv(99)
    beats.selector.select(limit)


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


CASES = [
    (wait, act)
    for wait in WAITS
    for act in (ACTS if wait in ("a sleep that others wake in", "a file that becomes ready")
                else ("an error", "a shorter wait"))
]  # fmt: skip


@pytest.mark.parametrize(("wait", "act"), CASES)
def test_later_waits_and_those_of_others_take_their_time(wait: str, act: str) -> None:
    _interrupt_everywhere(WAITS[wait], ACTS[act])


@pytest.mark.parametrize("act", ACTS)
def test_the_same_in_another_thread(act: str) -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            _interrupt_everywhere(WAITS["a sleep that others wake in"], ACTS[act])
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught == []


def _interrupt_everywhere(wait: Callable[[Beats], object], act: Callable[[], None]) -> None:
    place = -1
    with not_hanging(lambda: f"the interruption at place {place}"), _beats() as (mock, beats):
        active = active_here()
        assert active is not None
        wait(beats)  # what is made once is there by now
        for place in itertools.count():
            with interrupted(MODULES, place, act) as interruption, suppress(Torn):
                wait(beats)
            before = seconds_elapsed(mock)
            time.sleep(2)
            assert (place, seconds_elapsed(mock)) == (place, before + 2)
            assert (place, [*active.scheduler.in_motion]) == (place, [threading.get_ident()])
            if not interruption.came:
                break
        assert place > 10  # there are places where something may come in between


@pytest.mark.parametrize("act", ACTS)
def test_a_wait_takes_its_time_whatever_comes_in_between(act: str) -> None:
    took: set[float] = set()
    place = -1
    with not_hanging(lambda: f"the interruption at place {place}"), _beats() as (mock, _):
        for place in itertools.count():
            before = seconds_elapsed(mock)
            with interrupted(MODULES, place, ACTS[act]) as interruption, suppress(Torn):
                time.sleep(5)
            if not interruption.came:
                break
            took.add(seconds_elapsed(mock) - before)
    if act == "an error":
        assert max(took) == 5
    assert TAKES[act] - {5} <= took


def test_a_wait_ends_though_an_error_came_while_it_was_given_its_notice() -> None:
    place = -1
    with not_hanging(lambda: f"the interruption at place {place}"), mocked() as mock:
        active = active_here()
        assert active is not None
        scheduler = active.scheduler
        for place in itertools.count():
            took: list[float] = []
            handed: list[waits.Wait] = []

            def take(took: list[float] = took, handed: list[waits.Wait] = handed) -> None:
                handed.append(scheduler.notice())
                scheduler.wait(handed[0], 50)
                took.append(seconds_elapsed(mock))

            thread = threading.Thread(target=take)
            thread.start()
            time.sleep(1)
            [wait] = handed
            began = seconds_elapsed(mock)
            with interrupted(MODULES, place, _tear) as interruption, suppress(Torn):
                wait.give()
            time.sleep(1)
            thread.join()
            ends = (began, began + 1, began + 49) if interruption.came else (began,)
            assert (place, took[0] in ends) == (place, True)
            assert [*scheduler.in_motion] == [threading.get_ident()]
            if not interruption.came:
                break
        assert place > 3
