"""Trio waits in the input and output of its own, by a clock of its own.

Its system clock is ``time.perf_counter``, whose stand-in knows trio. What it waits in is replaced
here, once trio has been imported. A run with a `trio.testing.MockClock` jumps by itself; then the
servers' clock follows.
"""

from __future__ import annotations

import math
import selectors
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from ..clock import SECOND
from .descriptors import are_ready, wait_for_files
from .schedule import Schedule
from .wires import Wires

RUN = "trio._core._run"
"""The module of trio's that asks for the time, and waits."""

_MOCK_CLOCK = "trio._core._mock_clock"

_LONGEST = 86_400
"""The seconds that trio waits at most at a time, if it has no deadline or a later one."""

_Find = Callable[[], "Schedule | None"]


class TrioRuns:
    """Puts the schedule's waits in the place of trio's.

    Args:
        schedule: gives the schedule for the current thread, ``None`` if it waits really.
        wires: which sockets are about to be answered.
    """

    def __init__(self, schedule: _Find, wires: Wires) -> None:
        self._schedule = schedule
        self._wires = wires
        self._stack = ExitStack()
        self._there = False

    def replace(self) -> None:
        """Put them there, if trio is there; else when it first asks for the time."""
        if RUN in sys.modules:
            self.meet()

    def restore(self) -> None:
        """Put the real ones back."""
        self._stack.close()
        self._there = False

    def meet(self) -> None:
        """Put them there now."""
        if self._there:
            return
        self._there = True
        manager = sys.modules[RUN].TheIOManager
        self._put(manager, "get_events", self._waiting(manager.get_events))
        clock = sys.modules[_MOCK_CLOCK].MockClock
        self._put(clock, "jump", self._jumping(clock.jump))

    def _put(self, owner: Any, name: str, value: Any) -> None:
        self._stack.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def _waiting(self, real: Any) -> Any:
        def get_events(manager: Any, timeout: float) -> Any:
            schedule = None if timeout <= 0 else self._schedule()
            seconds = timeout if schedule is None else _until_its_deadline(timeout)
            if schedule is None or seconds is None:
                return real(manager, timeout)
            return wait_for_files(
                schedule,
                lambda limit: real(manager, timeout if limit is None else limit),
                duration=None if seconds == math.inf else round(seconds * SECOND),
                files=_files(manager),
                ready=lambda: are_ready(_inside(manager)),
                wires=self._wires,
            )

        return get_events

    def _jumping(self, real: Any) -> Any:
        def jump(clock: Any, seconds: float) -> None:
            real(clock, seconds)
            schedule = self._schedule()
            if schedule is not None:
                schedule.sleep(round(seconds * SECOND))

        return jump


def _until_its_deadline(timeout: float) -> float | None:
    """The seconds until trio's next deadline, ``None`` if they are not those of its own clock."""
    lowlevel = sys.modules["trio.lowlevel"]
    try:
        clock = lowlevel.current_clock()
    except RuntimeError:  # a guest run: this is a thread that does nothing but wait for it
        return timeout if timeout < _LONGEST else math.inf
    if type(clock) is not sys.modules[RUN].SystemClock:
        return None
    if timeout < _LONGEST:
        return timeout
    seconds: float = lowlevel.current_statistics().seconds_to_next_deadline
    return seconds


def _files(manager: Any) -> Sequence[int]:
    """What the tasks of a run wait for."""
    registered = getattr(manager, "_registered", ())  # not on Windows
    return [key[0] if isinstance(key, tuple) else key for key in registered]


def _inside(manager: Any) -> Iterator[tuple[int, int]]:
    """The one file that a run waits for, which stands for all of them."""
    for name in ("_epoll", "_kqueue"):
        if hasattr(manager, name):
            with suppress(ValueError):  # it has just been closed
                yield getattr(manager, name).fileno(), selectors.EVENT_READ
