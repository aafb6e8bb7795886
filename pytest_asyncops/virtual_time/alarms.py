"""Makes ``signal.alarm`` and the real-time timer of ``signal.setitimer`` virtual.

Alarms of test tools stay real.
"""

from __future__ import annotations

import operator
import signal
import sys
from collections.abc import Callable
from typing import Any

from ..durations import SECOND
from .alarm_clock import AlarmClock
from .replaced import Replaced
from .stack_frames import is_tool

# Windows has none of these.
_real_alarm: Any = getattr(signal, "alarm", None)
_real_setitimer: Any = getattr(signal, "setitimer", None)
_real_getitimer: Any = getattr(signal, "getitimer", None)

# Python's own functions refuse what is too large, negative or not a number.
_MOST = 2**31 - 1
_TOO_LONG = 2**63 // SECOND


class Alarms:
    """Replaces the functions of ``signal`` that set an alarm.

    Args:
        alarm_clock: returns the alarm clock of the current thread, ``None`` if it waits really.
    """

    def __init__(self, alarm_clock: Callable[[], AlarmClock | None]) -> None:
        self._alarm_clock = alarm_clock

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
        clock = self._virtual()
        __tracebackhide__ = True
        if clock is None or not 0 <= operator.index(seconds) <= _MOST:
            before: int = _real_alarm(seconds)
            return before
        left, _ = clock.left()
        clock.set(operator.index(seconds) * SECOND, 0)
        return -(-left // SECOND)  # rounded up, as in alarm(2): 0 says that there was none

    def _setitimer(self, which: int, seconds: float, interval: float = 0.0, /) -> Any:
        clock = self._virtual() if which == signal.ITIMER_REAL else None
        if clock is None or not (0 <= seconds < _TOO_LONG and 0 <= interval < _TOO_LONG):
            __tracebackhide__ = True
            return _real_setitimer(which, seconds, interval)
        before = clock.left()
        clock.set(round(seconds * SECOND), round(interval * SECOND))
        return _in_seconds(before)

    def _getitimer(self, which: int, /) -> Any:
        clock = self._virtual() if which == signal.ITIMER_REAL else None
        return _real_getitimer(which) if clock is None else _in_seconds(clock.left())

    def _virtual(self) -> AlarmClock | None:
        clock = self._alarm_clock()
        return None if clock is None or is_tool(sys._getframe(2)) else clock


def _in_seconds(left: tuple[int, int]) -> tuple[float, float]:
    return left[0] / SECOND, left[1] / SECOND
