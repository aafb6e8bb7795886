"""Who waits for which virtual time, and when the clock may jump.

The clock jumps to the earliest deadline once every thread of the test waits, and lets that one
thread go on; so threads take turns in the order of their deadlines, as they would in real time if
computing took none. A thread that computes, or that a server is about to answer, holds the clock.
"""

from __future__ import annotations

import heapq
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from ..clock import VirtualClock

_real_monotonic = time.monotonic
_real_sleep = time.sleep
_new_lock = threading.Lock

SLICE = 0.001
"""Real seconds for which a thread waits before it looks again whether the clock may jump."""

STILL = 0.1
"""Real seconds after which a thread that has not moved counts as waiting, for a bare lock or a
pipe. Nothing tells this from a long computation in C but time."""

AFTERMATH = 5 * SLICE
"""Real seconds for which such a thread may yet be moved by what another one did last."""

PATIENCE = 0.02
"""Real seconds that an answer over a socket is given before the clock may jump."""

_T = TypeVar("_T")

# The top frame of a thread that waits for an answer; the clock must not jump under it.
_ON_THE_WIRE = frozenset({"socket", "ssl"})
# Unless it is the server's: a connection that is kept alive waits for the next request.
_SERVING = frozenset({"socketserver", "http.server"})


class _Wait:
    """One thread's wait.

    Attributes:
        deadline: when it ends, in skipped nanoseconds; ``None`` for a wait without a limit.
        number: which came first of two with one deadline.
        thread: the thread's identity.
        over: whether what it waits for has come though the thread has not noticed yet.
        due: whether its time has come.
    """

    __slots__ = ("deadline", "due", "number", "over", "thread", "wake")

    def __init__(
        self,
        deadline: int | None,
        number: int,
        *,
        over: Callable[[], bool] | None,
        wake: Callable[[], object] | None,
    ) -> None:
        self.deadline = deadline
        self.number = number
        self.thread = threading.get_ident()
        self.over = over
        self.wake = wake
        self.due = False

    def holds(self) -> bool:
        """Whether the thread is going to wait on, as far as anybody can know."""
        return self.over is None or not self.over()


class Schedule:
    """The waits of one test's threads.

    Args:
        clock: the clock that jumps.
        is_foreign: whether a thread is none of the test's.
        is_idle: whether a thread with this top frame waits for work and there is none.
        nudge: called when a thread waits for no time at all: it may do so until a time has come.
        skipped: told of all nanoseconds that waits have skipped so far, after each; may raise.
    """

    def __init__(
        self,
        clock: VirtualClock,
        *,
        is_foreign: Callable[[threading.Thread], bool],
        is_idle: Callable[[FrameType], bool],
        nudge: Callable[[], None],
        skipped: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._is_foreign = is_foreign
        self._is_idle = is_idle
        self.nudge = nudge
        self._skipped = skipped
        self._mutex = _new_lock()
        self._deadlines: list[tuple[int, int, _Wait]] = []
        self._waiting: dict[int, _Wait] = {}
        self._count = 0
        self._waited = 0
        self._stirred_at = 0.0
        self._seen: dict[int, tuple[int, int, float]] = {}

    def sleep(self, duration: int) -> None:
        """Wait for nanoseconds of virtual time."""
        if not duration:
            self.nudge()
            _real_sleep(0)  # which lets others have their turn
            return
        gate = _new_lock()
        gate.acquire()
        self.wait(duration, lambda seconds: gate.acquire(timeout=seconds), wake=gate.release)

    def wait(
        self,
        duration: int,
        arrives: Callable[[float], bool],
        *,
        over: Callable[[], bool] | None = None,
        wake: Callable[[], object] | None = None,
        patience: float = 0,
    ) -> bool:
        """Wait for something, for at most so many nanoseconds of virtual time.

        Args:
            duration: how long.
            arrives: waits so many real seconds for it, and says whether it has come.
            over: whether it has come, asked by other threads.
            wake: ends a real wait of ``arrives`` at once.
            patience: real seconds that it is given before the clock may jump.

        Returns:
            Whether it came.
        """
        if arrives(patience):
            return True
        wait = self._begin(duration, over=over, wake=wake)
        try:
            while not self._comes_due(wait):
                if arrives(SLICE):
                    break
        finally:
            self._end(wait)
        if wait.due:
            self._skipped(self._waited)
        return not wait.due

    def rest(self, until: Callable[[], _T], *, over: Callable[[], bool]) -> _T:
        """Wait for something without a limit, by calling ``until``."""
        wait = self._begin(None, over=over)
        try:
            return until()
        finally:
            self._end(wait)

    def _begin(
        self,
        duration: int | None,
        *,
        over: Callable[[], bool] | None = None,
        wake: Callable[[], object] | None = None,
    ) -> _Wait:
        with self._mutex:
            self._count += 1
            self._stirred_at = _real_monotonic()
            deadline = None if duration is None else self._clock.skipped_ns + duration
            wait = _Wait(deadline, self._count, over=over, wake=wake)
            if deadline is not None:
                heapq.heappush(self._deadlines, (deadline, wait.number, wait))
            self._waiting[wait.thread] = wait
            return wait

    def _end(self, wait: _Wait) -> None:
        with self._mutex:
            if self._waiting.get(wait.thread) is wait:
                del self._waiting[wait.thread]
            if wait.deadline is not None and not wait.due:
                self._deadlines.remove((wait.deadline, wait.number, wait))
                heapq.heapify(self._deadlines)

    def _comes_due(self, wait: _Wait) -> bool:
        """Let the clock jump if it may; whether that, or an earlier jump, ended this wait."""
        with self._mutex:
            if not wait.due and self._everybody_waits():
                deadline, _, first = heapq.heappop(self._deadlines)
                # From here on its thread holds the clock until it waits again.
                first.due = True
                del self._waiting[first.thread]
                distance = max(deadline - self._clock.skipped_ns, 0)
                self._clock.advance_ns(distance)
                self._waited += distance
                if first is not wait and first.wake is not None:
                    first.wake()
            return wait.due

    def _everybody_waits(self) -> bool:
        others = []
        for thread in threading.enumerate():
            wait = self._waiting.get(thread.ident or 0)
            if wait is None:
                if not self._is_foreign(thread):
                    others.append(thread)
            elif not wait.holds():
                return False
        if not others:
            return True
        frames = sys._current_frames()  # documented, in spite of its name
        now = _real_monotonic()
        # Every one of them is looked at, so that each one's time of standing still begins.
        still = [self._stands_still(thread, frames, now) for thread in others]
        return all(still)

    def _stands_still(
        self, thread: threading.Thread, frames: dict[int, FrameType], now: float
    ) -> bool:
        """Whether a thread waits for something that is not in the schedule."""
        ident = thread.ident
        frame = None if ident is None else frames.get(ident)
        if ident is None or frame is None:  # about to start
            return False
        if self._is_idle(frame):
            return True
        place = (id(frame), frame.f_lasti)
        known = self._seen.get(ident)
        if known is None or known[:2] != place:
            self._seen[ident] = (*place, now)
            return False
        if now - known[2] < STILL or now - self._stirred_at < AFTERMATH:
            return False
        return module_of(frame) not in _ON_THE_WIRE or _serves(frame)


def _serves(frame: FrameType | None) -> bool:
    while frame is not None:
        if module_of(frame) in _SERVING:
            return True
        frame = frame.f_back
    return False


def module_of(frame: FrameType) -> str:
    """The name of the module whose code a frame runs."""
    name: str = frame.f_globals.get("__name__", "")
    return name
