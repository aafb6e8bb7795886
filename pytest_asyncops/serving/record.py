"""What has happened besides the calls: waits, and moves of the clock by the test.

It is written at every wait, so it keeps only what costs nothing, and lines are looked up when they
are shown.
"""

from __future__ import annotations

import sys
from collections import deque
from types import CodeType
from typing import NamedTuple

from ..virtual_time.server_clock import ServerClock
from ..virtual_time.waiting_places import Place, waiting_place
from .calls import Calls

_Place = tuple[CodeType, int]


class Passed(NamedTuple):
    """Virtual time that has passed.

    Attributes:
        calls: how many calls there had been by then.
        end_ns: the time at the end, in nanoseconds since 1970.
        length: how long it was, in nanoseconds.
        place: the user's line that waited, or moved the clock; ``None`` if it is not known.
        by_test: whether the test moved the clock, without a wait.
        times: how many such waits came one after the other.
    """

    calls: int
    end_ns: int
    length: int
    place: Place | None
    by_test: bool = False
    times: int = 1


class Record:
    """The latest stretches of virtual time, and why they passed.

    Args:
        clock: the servers' clock.
        calls: the calls between which this happens.
        most: how many stretches are kept.

    Attributes:
        calls: the same.
    """

    _changing = ("_kept",)

    def __init__(self, clock: ServerClock, calls: Calls, most: int) -> None:
        self.calls: Calls = calls
        self._clock = clock
        # As plain tuples: one is made at every wait.
        self._kept: deque[tuple[int, int, int, _Place | None, bool, int]] = deque(maxlen=most)

    def waited(self, length: int) -> None:
        """Note that the current thread has waited."""
        self._add(length, waiting_place(sys._getframe(1)), False)

    def moved(self, length: int) -> None:
        """Note that the test has moved the clock."""
        if length:
            self._add(length, waiting_place(sys._getframe(1)), True)

    def _add(self, length: int, place: _Place | None, by_test: bool) -> None:
        calls, end = self.calls.total, self._clock.now_ns
        times = 1
        if self._kept:
            # Code that waits again and again, without a request, is one line.
            before = self._kept[-1]
            if (
                before[0] == calls
                and before[2] == length
                and before[1] == end - length
                and before[3] == place
                and before[4] == by_test
            ):
                times += before[5]
                self._kept.pop()
        self._kept.append((calls, end, length, place, by_test, times))

    def now(self) -> list[Passed]:
        """What is kept at this moment."""
        with self._clock.lock:
            return [
                Passed(calls, end, length, place and Place(*place), by_test, times)
                for calls, end, length, place, by_test, times in self._kept
            ]
