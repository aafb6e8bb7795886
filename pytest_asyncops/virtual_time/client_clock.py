"""The clocks that the code under test reads.

They jump by what is skipped. Between two jumps they stand still, so that a deadline minus the
present is the number that the test's author sees in the code, the same in every run. They do not
stand still for ever, because code that spins until a time has come would never end: real time
counts too, in whole ticks of `TICK`.
"""

from __future__ import annotations

import math
import threading
import time

from ..durations import SECOND
from .clock import SharedTime, VirtualClock

_real_monotonic_ns = time.monotonic_ns
_real_perf_counter_ns = time.perf_counter_ns

TICK = 10 * SECOND
"""The steps in which real time counts, in nanoseconds.

A step is longer than what a test does between two waits takes on a busy machine."""

PATIENT = 10
"""How many waits of no length in a row leave the clocks alone: they let other threads run."""

NUDGE = 1_000
"""How far each further wait of no length moves the clocks, in nanoseconds."""

_GRAIN = 100
"""The nanoseconds to a multiple of which a computed wait is rounded, at least."""

_RESOLUTION = 1e-9
"""How many seconds before its time asyncio takes a timer to be due."""

_TRIO = 200_000 * SECOND
"""The most nanoseconds that trio adds to its clock."""


class ClientClock:
    """What ``time.monotonic`` and the wall clock show to the threads of the test."""

    def __init__(self, shared_time: SharedTime) -> None:
        self._shared_time = shared_time
        self._lock = threading.Lock()
        # A whole second, so that 0.1 s more is rounded alike whenever the run began.
        self._base = (_real_monotonic_ns() // SECOND + 1) * SECOND
        self._perf_base = (_real_perf_counter_ns() // SECOND + 1) * SECOND
        self._real = _real_monotonic_ns()
        self._skipped = shared_time.skipped_ns
        self._ticks = 0
        self._nudges = 0
        self._nudged_at = -1
        self._ahead = 0.0
        self._ahead_at = -1

    def monotonic(self) -> float:
        """``monotonic_ns`` in seconds."""
        return self.monotonic_ns() / SECOND + self._lead()

    def monotonic_ns(self) -> int:
        """Nanoseconds that never run backwards."""
        return self._base + self._shared_time.skipped_ns + self.ticks_ns()

    def wall_ns(self, server: VirtualClock) -> int:
        """The present of a server, in nanoseconds since 1970."""
        return server.now_ns + self.ticks_ns()

    def perf_counter_ns(self) -> int:
        """A clock for measuring: it never stands still, and jumps as the other clocks do."""
        return _real_perf_counter_ns() + self._shared_time.skipped_ns

    def deadline(self) -> float:
        """``perf_counter`` for code that keeps deadlines by it: it moves as ``monotonic`` does."""
        moved = self._shared_time.skipped_ns + self.ticks_ns()
        return (self._perf_base + moved) / SECOND + self._lead()

    def span_ns(self, seconds: float) -> int:
        """How long a wait is meant to be that was computed from readings of these clocks.

        A deadline minus the present has lost what a float cannot hold: a nanosecond or more once
        the machine, or virtual time, has run for weeks. The result is rounded to a multiple of a
        tenth of a microsecond.
        """
        grain = _GRAIN
        while grain < 64 * self._step() * SECOND:  # the result of several roundings
            grain *= 10
        return round(seconds * SECOND / grain) * grain

    def reach(self, until: float) -> None:
        """Let the clocks run ahead until the next jump, for a wait whose time has come.

        Args:
            until: the reading of ``monotonic`` that the wait was for, as a float has it.
        """
        left = until - self.monotonic()
        with self._lock:
            again = self._ahead_at == self._shared_time.skipped_ns
            past = again or self._step() > _RESOLUTION  # a comparison may need more than equality
            if left > 0 or past:
                self._ahead = self._lead() + max(left, 0) + (self._step() if past else 0)
                self._ahead_at = self._shared_time.skipped_ns

    def _lead(self) -> float:
        if self._ahead and self._shared_time.skipped_ns - self._ahead_at >= self._ahead * SECOND:
            self._ahead = 0
        return self._ahead

    def _step(self) -> float:
        """The seconds between two neighbouring readings that a float can hold."""
        whole = (
            max(self._base, self._perf_base + _TRIO) + self._shared_time.skipped_ns + self._ticks
        )
        return math.ulp(whole / SECOND)

    def nudge(self) -> None:
        """Move the clocks a little once many waits of no length have come in a row."""
        with self._lock:
            skipped = self._shared_time.skipped_ns
            self._nudges = self._nudges + 1 if skipped == self._nudged_at else 1
            self._nudged_at = skipped
            if self._nudges > PATIENT:
                self._ticks += NUDGE

    def ticks_ns(self) -> int:
        """The real time in whole ticks that has gone by while nothing was skipped."""
        with self._lock:
            real, skipped = _real_monotonic_ns(), self._shared_time.skipped_ns
            if skipped != self._skipped:  # after a skipped wait, real time counts from there
                self._skipped = skipped
                self._real = real
            elif real - self._real >= TICK:
                ticks = (real - self._real) // TICK
                self._ticks += ticks * TICK
                self._real += ticks * TICK
            return self._ticks
