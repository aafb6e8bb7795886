"""Signals that the code under test has ordered for a later time, with ``signal.alarm`` or a timer.

Python runs the handler of a signal in its main thread. So an alarm whose time has come wakes the
main thread out of its wait, and the thread sends the signal to itself. Alarms that test tools order
stay real.
"""

from __future__ import annotations

import operator
import signal
import sys
from typing import Any

from ..durations import SECOND
from .replaced import Replaced
from .scheduler import FindScheduler, Scheduler
from .stack_frames import is_tool

# Windows has none of them.
_real_alarm: Any = getattr(signal, "alarm", None)
_real_setitimer: Any = getattr(signal, "setitimer", None)
_real_getitimer: Any = getattr(signal, "getitimer", None)

# What is more, negative or no number is left to Python's own functions to refuse.
_MOST = 2**31 - 1
_TOO_LONG = 2**63 // SECOND


class Alarms:
    """Replaces the functions of ``signal`` that order one.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def __init__(self, scheduler: FindScheduler) -> None:
        self._scheduler = scheduler

    @property
    def functions(self) -> list[Replaced]:
        """The functions that are replaced."""
        if _real_setitimer is None:
            return []
        return [
            Replaced(signal, "alarm", _real_alarm, self._alarm),
            Replaced(signal, "setitimer", _real_setitimer, self._setitimer),
            Replaced(signal, "getitimer", _real_getitimer, self._getitimer),
        ]

    def _alarm(self, seconds: int, /) -> int:
        scheduler = self._virtual()
        if scheduler is None or not 0 <= operator.index(seconds) <= _MOST:
            before: int = _real_alarm(seconds)
            return before
        left, _ = self._set(scheduler, operator.index(seconds), 0)
        return -(-left // SECOND)  # rounded up, as alarm(2) does it: 0 says that there was none

    def _setitimer(self, which: int, seconds: float, interval: float = 0.0, /) -> Any:
        scheduler = self._virtual() if which == signal.ITIMER_REAL else None
        if scheduler is None or not (0 <= seconds < _TOO_LONG and 0 <= interval < _TOO_LONG):
            return _real_setitimer(which, seconds, interval)
        return _in_seconds(self._set(scheduler, seconds, interval))

    def _getitimer(self, which: int, /) -> Any:
        scheduler = self._virtual() if which == signal.ITIMER_REAL else None
        return _real_getitimer(which) if scheduler is None else _in_seconds(scheduler.alarm_left())

    def _virtual(self) -> Scheduler | None:
        scheduler = self._scheduler()
        return None if scheduler is None or is_tool(sys._getframe(2)) else scheduler

    @staticmethod
    def _set(scheduler: Scheduler, seconds: float, interval: float) -> tuple[int, int]:
        before = scheduler.alarm_left()
        scheduler.set_alarm(round(seconds * SECOND), round(interval * SECOND), _send)
        return before


def _in_seconds(left: tuple[int, int]) -> tuple[float, float]:
    return left[0] / SECOND, left[1] / SECOND


def _send(thread: int | None) -> None:
    """Send the signal, to another thread or to the current one."""
    if thread is None:
        signal.raise_signal(signal.SIGALRM)
    else:
        signal.pthread_kill(thread, signal.SIGALRM)
