"""The functions that stand in the places of ``time``'s.

They are made once and know which virtual time is on, if any: a module that is imported while a
test runs may keep one of them for ever, and then has to find that it behaves as the real one.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from ..durations import SECOND
from .client_clock import ClientClock
from .clock import VirtualClock
from .frames import is_tool, module_of, package_of
from .real_time_threads import Strangers
from .scheduler import Schedule

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_real_monotonic_ns = time.monotonic_ns
_real_perf_counter = time.perf_counter
_real_perf_counter_ns = time.perf_counter_ns

_TOO_LONG = 2**63 // SECOND + 1
"""Seconds whose nanoseconds overflow the C type of Python's own sleep: 292 years."""


class Present:
    """One virtual time that is on, as the stand-ins see it.

    Args:
        client: what the clocks say.
        schedule: how waits are skipped.
        strangers: the threads that have nothing to do with it.
        server: whose present the wall clock shows.
        real_wall_ns: the wall clock that there was before, in nanoseconds since 1970.
    """

    def __init__(
        self,
        client: ClientClock,
        schedule: Schedule,
        strangers: Strangers,
        server: VirtualClock,
        real_wall_ns: Callable[[], int],
    ) -> None:
        self.client = client
        self.schedule = schedule
        self.strangers = strangers
        self.server = server
        self.real_wall_ns = real_wall_ns


newcomers: dict[str, Callable[[], None]] = {}
"""Modules with ``time.perf_counter`` for a deadline's clock, and what to do when one asks it."""

_presents: list[Present] = []


def enter(present: Present) -> None:
    """Turn a virtual time on; the latest one counts."""
    _presents.append(present)


def leave(present: Present) -> None:
    """Turn it off."""
    _presents.remove(present)


def latest() -> Present | None:
    """The virtual time that is on, if one is."""
    return _presents[-1] if _presents else None


def here() -> Present | None:
    """The virtual time that the current thread lives in, ``None`` for real time."""
    if not _presents or _presents[-1].strangers.is_here():
        return None
    return _presents[-1]


def _for(depth: int) -> Present | None:
    """The same, for the code that called the caller: a tool's own waits and clocks stay real."""
    present = here()
    if present is None:
        return None
    return None if is_tool(sys._getframe(depth)) else present


class _StandIns:
    """The stand-ins are bound methods, which can be a class attribute without binding again."""

    def sleep(self, seconds: float, /) -> None:
        present = _for(2)
        # Integers of other libraries are taken too, as Python's own sleep does.
        if not isinstance(seconds, float) and hasattr(seconds, "__index__"):
            seconds = operator.index(seconds)
        # What Python's own sleep refuses, it refuses here too, and says why: NaN, text, too much.
        fair = isinstance(seconds, (int, float)) and 0 <= seconds < _TOO_LONG
        if present is None or not fair:
            _real_sleep(seconds)
            return
        present.schedule.sleep(
            seconds * SECOND if isinstance(seconds, int) else round(seconds * SECOND)
        )

    def monotonic(self) -> float:
        present = _for(2)
        return _real_monotonic() if present is None else present.client.monotonic()

    def monotonic_ns(self) -> int:
        present = _for(2)
        return _real_monotonic_ns() if present is None else present.client.monotonic_ns()

    def perf_counter(self) -> float:
        present = _for(2)
        if present is None:
            return _real_perf_counter()
        met = newcomers.get(module_of(sys._getframe(1)))
        if met is not None:
            met()
            return present.client.deadline()
        return present.client.perf_counter_ns() / SECOND

    def perf_counter_ns(self) -> int:
        present = _for(2)
        return _real_perf_counter_ns() if present is None else present.client.perf_counter_ns()


_stand_ins = _StandIns()

STAND_INS: Sequence[tuple[str, Any, Any]] = tuple(
    (name, getattr(time, name), getattr(_stand_ins, name))
    for name in ("sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
)
"""The name of each function of ``time``, the function, and its stand-in."""


def wall_clock(present: Present) -> Callable[[], int]:
    """What time-machine is to ask for the time, in nanoseconds since 1970."""

    def time_ns() -> int:
        if present.strangers.is_here():
            return present.real_wall_ns()
        frame: FrameType = sys._getframe(1)
        while package_of(frame) == "time_machine" and frame.f_back is not None:
            frame = frame.f_back
        return present.real_wall_ns() if is_tool(frame) else present.client.wall_ns(present.server)

    return time_ns
