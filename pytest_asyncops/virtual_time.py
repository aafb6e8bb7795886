"""Waits of the code under test move the virtual clock instead of waiting.

The server's clock is exact: it moves by what is skipped and by nothing else. The client's clocks
keep ticking at their real pace and jump by what was skipped; a clock that stood still would hang
event loops and everything else that waits for it to move.
"""

from __future__ import annotations

import operator
import threading
import time
from typing import Any

import time_machine

from .clock import SECOND, VirtualClock

_real_sleep = time.sleep
_real_monotonic_ns = time.monotonic_ns

_TOO_LONG = 2**63 // SECOND + 1
"""Seconds whose nanoseconds overflow the C type of Python's own sleep: 292 years."""


class VirtualTime:
    """Joins the clocks of Python to a `VirtualClock` while it is started.

    Threads that were alive before keep real sleeps and real clocks.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._originals: dict[str, Any] = {}

    def start(self) -> None:
        """Take over ``time.sleep``, ``time.monotonic`` and the wall clock."""
        own = threading.current_thread()
        self._foreign = {thread.ident for thread in threading.enumerate() if thread is not own}
        self._began = _real_monotonic_ns()
        self._wall_offset = time.time_ns() - self._began
        # time-machine changes the wall clock in C, so that names bound long ago follow too:
        # time.time, time.time_ns, datetime.now, gmtime, localtime, strftime. All of them ask the
        # traveller for the time, so that one method of it is all there is to replace.
        self._travel = time_machine.travel(0, tick=False)
        traveller = self._travel.start()
        traveller.time_ns = self._time_ns  # type: ignore[method-assign] # on purpose, see above
        for name in ("sleep", "monotonic", "monotonic_ns"):
            self._originals[name] = getattr(time, name)
            setattr(time, name, getattr(self, f"_{name}"))

    def stop(self) -> None:
        """Give the clocks back."""
        self._travel.stop()
        for name, original in self._originals.items():
            setattr(time, name, original)

    def _is_foreign(self) -> bool:
        return bool(self._foreign) and threading.get_ident() in self._foreign

    def _sleep(self, seconds: float, /) -> None:
        # Integers of other libraries are taken too, as Python's own sleep does.
        if not isinstance(seconds, float) and hasattr(seconds, "__index__"):
            seconds = operator.index(seconds)
        # What Python's own sleep refuses, it refuses here too, and says why: NaN, text, too much.
        fair = isinstance(seconds, (int, float)) and 0 <= seconds < _TOO_LONG
        if self._is_foreign() or not fair:
            _real_sleep(seconds)
            return
        self._clock.advance_ns(
            seconds * SECOND if isinstance(seconds, int) else round(seconds * SECOND)
        )
        _real_sleep(0)  # lets other threads have their turn, as a sleep does

    def _monotonic_ns(self) -> int:
        real = _real_monotonic_ns()
        return real if self._is_foreign() else real + self._clock.skipped_ns

    def _monotonic(self) -> float:
        return self._monotonic_ns() / SECOND

    def _time_ns(self) -> int:
        real = _real_monotonic_ns()
        if self._is_foreign():
            return real + self._wall_offset
        return self._clock.now_ns + real - self._began
