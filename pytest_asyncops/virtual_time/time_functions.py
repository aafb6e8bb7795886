"""The functions that replace those of ``time``.

They are made once, and look up the virtual time that is on when they are called. A module that is
imported while a test runs may keep one of them for ever; later it behaves like the real function.
"""

from __future__ import annotations

import operator
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import FrameType
from typing import Any

from ..durations import SECOND
from .alarm_clock import AlarmClock
from .client_clock import ClientClock
from .real_time_threads import RealTimeThreads
from .scheduler import Scheduler
from .server_clock import ServerClock
from .stack_frames import LOOPS, is_tool, is_tools, module_of

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_real_monotonic_ns = time.monotonic_ns
_real_perf_counter = time.perf_counter
_real_perf_counter_ns = time.perf_counter_ns
_real_ctime = time.ctime
_real_asctime = time.asctime
_real_clock_gettime: Callable[..., float] = getattr(time, "clock_gettime", time.monotonic)
_real_clock_gettime_ns: Callable[..., int] = getattr(time, "clock_gettime_ns", time.monotonic_ns)

_TOO_LONG = 2**63 // SECOND + 1
"""Seconds whose nanoseconds overflow the C type of Python's own sleep: 292 years."""


class ActiveTime:
    """A virtual time that is on, as the replaced functions see it.

    Args:
        client: the clocks that the code under test reads.
        scheduler: skips waits.
        real_time_threads: the threads that keep real time.
        server: the clock whose present the wall clock shows.
        real_wall_ns: the real wall clock, in nanoseconds since 1970.
        alarm_clock: sends the signals that are due.
    """

    def __init__(
        self,
        client: ClientClock,
        scheduler: Scheduler,
        real_time_threads: RealTimeThreads,
        server: ServerClock,
        real_wall_ns: Callable[[], int],
        alarm_clock: AlarmClock,
    ) -> None:
        self.client = client
        self.scheduler = scheduler
        self.real_time_threads = real_time_threads
        self.server = server
        self.real_wall_ns = real_wall_ns
        self.alarm_clock = alarm_clock


perf_counter_hooks: dict[str, Callable[[], None]] = {}
"""The modules that keep deadlines by ``time.perf_counter``, and what to do when they call it."""

_active_times: list[ActiveTime] = []


def turn_on(active: ActiveTime) -> None:
    """Turn a virtual time on; the latest one counts."""
    _active_times.append(active)


def turn_off(active: ActiveTime) -> None:
    """Turn a virtual time off; if it was turned on twice, only the first of these."""
    _active_times.remove(active)


def active_anywhere() -> ActiveTime | None:
    """The virtual time that is on, ``None`` if none is."""
    return _active_times[-1] if _active_times else None


def is_scheduled_by(scheduler: Scheduler) -> bool:
    """Whether a virtual time of this scheduler is on."""
    return any(active.scheduler is scheduler for active in _active_times)


def active_here() -> ActiveTime | None:
    """The virtual time of the current thread, ``None`` for real time."""
    if not _active_times or _active_times[-1].real_time_threads.is_here():
        return None
    return _active_times[-1]


def waits_here() -> ActiveTime | None:
    """The virtual time in which the current thread waits, ``None`` if it waits really."""
    active = active_here()
    return None if active is None or active.client.is_real_here else active


def _for(depth: int) -> ActiveTime | None:
    """The virtual time of the code that called ``depth`` frames up, ``None`` if it is a tool's."""
    active = active_here()
    if active is None:
        return None
    return None if is_tool(sys._getframe(depth)) else active


def _read_by(frame: FrameType) -> ClientClock | None:
    """The clocks for this code to read, ``None`` for the real ones."""
    active = active_here()
    if active is None or is_tool(frame):
        return None
    if module_of(frame) not in LOOPS:
        active.client.note_reading()
    return active.client


class _TimeFunctions:
    """The replacements: bound methods, because one can be a class attribute and not bind again."""

    def sleep(self, seconds: float, /) -> None:
        active = _for(2)
        # Python's own sleep accepts the integers of other libraries too.
        if not isinstance(seconds, float) and hasattr(seconds, "__index__"):
            seconds = operator.index(seconds)
        # Python's own sleep refuses NaN, text and numbers that are too large.
        fair = isinstance(seconds, (int, float)) and 0 <= seconds < _TOO_LONG
        if active is None or not fair or active.client.is_real_here:
            # Python says what is wrong with an argument. As here, pytest does not show our frame
            # wherever the modules of this room call what they replace.
            __tracebackhide__ = True
            _real_sleep(seconds)
            return
        active.scheduler.sleep(
            seconds * SECOND if isinstance(seconds, int) else round(seconds * SECOND)
        )

    def monotonic(self) -> float:
        client = _read_by(sys._getframe(1))
        return _real_monotonic() if client is None else client.monotonic()

    def monotonic_ns(self) -> int:
        client = _read_by(sys._getframe(1))
        return _real_monotonic_ns() if client is None else client.monotonic_ns()

    def perf_counter(self) -> float:
        active = _for(2)
        if active is None:
            return _real_perf_counter()
        hook = perf_counter_hooks.get(module_of(sys._getframe(1)))
        if hook is not None:
            hook()
            return active.client.deadline()
        return active.client.perf_counter_ns() / SECOND

    def perf_counter_ns(self) -> int:
        active = _for(2)
        return _real_perf_counter_ns() if active is None else active.client.perf_counter_ns()

    # time-machine changes CLOCK_REALTIME; the other clocks measure real things.

    def clock_gettime(self, *clock: Any) -> float:
        active = _for(2)
        if active is None or not _is_monotonic(clock):
            __tracebackhide__ = True
            return _real_clock_gettime(*clock)
        return active.client.monotonic()

    def clock_gettime_ns(self, *clock: Any) -> int:
        active = _for(2)
        if active is None or not _is_monotonic(clock):
            __tracebackhide__ = True
            return _real_clock_gettime_ns(*clock)
        return active.client.monotonic_ns()

    # These two ask the operating system for the time by themselves.

    def ctime(self, *seconds: Any) -> str:
        active = _for(2)
        if active is None or len(seconds) > 1 or (seconds and seconds[0] is not None):
            __tracebackhide__ = True
            return _real_ctime(*seconds)
        return _real_ctime(time.time_ns() // SECOND)

    def asctime(self, *moment: Any) -> str:
        active = _for(2)
        if active is None or moment:
            __tracebackhide__ = True
            return _real_asctime(*moment)
        return _real_asctime(time.localtime())


def _is_monotonic(clock: tuple[Any, ...]) -> bool:
    """Whether a call asks for the monotonic clock, in any way that Python's own accepts."""
    return (
        len(clock) == 1
        and hasattr(clock[0], "__index__")
        and operator.index(clock[0]) == time.CLOCK_MONOTONIC
    )


_time_functions = _TimeFunctions()

TIME_FUNCTIONS: Sequence[tuple[str, Any, Any]] = tuple(
    (name, getattr(time, name), getattr(_time_functions, name))
    for name in (
        "sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
        "ctime", "asctime", "clock_gettime", "clock_gettime_ns",
    )
    if hasattr(time, name)  # Windows has no clock_gettime
)  # fmt: skip
"""The name of each replaced function of ``time``, the function, and its replacement."""


def wall_clock(active: ActiveTime) -> Callable[[], int]:
    """The function that time-machine asks for the time, in nanoseconds since 1970.

    If there are several virtual times, the latest that is still on counts: time-machine ends its
    travels in the order of a stack, but mocks close in any order.
    """
    client, real_time_threads = active.client, active.real_time_threads.kept
    get_thread, module_at = threading.get_ident, _module_at

    def time_ns() -> int:
        if get_thread() in real_time_threads:
            return active.real_wall_ns()
        depth = 1
        while (reads_real := _reads_real(module_at(depth) or "")) is None:
            depth += 1
        if reads_real:
            return active.real_wall_ns()
        latest = _active_times[-1] if _active_times else active
        return client.read_wall_ns(latest.server)

    return time_ns


def _module_of_caller(depth: int) -> str | None:
    """The name of the module whose code called so many frames up."""
    return module_of(sys._getframe(depth + 1))


# Since 3.12 Python tells it without making an object of the frame; of a function that wraps another
# it is the module of that one.
_module_at: Callable[[int], str | None] = getattr(sys, "_getframemodulename", _module_of_caller)


@lru_cache
def _reads_real(module: str) -> bool | None:
    """Whether a module is a test tool's; ``None`` for code between a tool and the clock."""
    if module == __name__ or module.partition(".")[0] == "time_machine":
        return None
    return is_tools(module)
