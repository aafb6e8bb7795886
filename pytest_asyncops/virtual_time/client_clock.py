"""The clocks that the code under test reads.

They jump by what is skipped. Between jumps they stand still for as long as a test should take, so
that a deadline minus the present is what the test's author sees in the code, and the same in every
run; but not for ever, because code that spins until a time has come would never end. So real time
counts too, in whole ticks: whoever waits really, without any wait that could be skipped, sees the
clocks follow a tick behind.
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
"""The steps in which real time counts, in nanoseconds: more than a busy machine takes for all that
a test does between two waits."""

PATIENT = 10
"""How many waits of no length are taken for what they are: a way to let others have their turn."""

NUDGE = 1_000
"""What a wait of no length counts as: as long as it takes, in nanoseconds."""

_GRAIN = 100
"""Nanoseconds, of which waits are taken to be multiples."""

_RESOLUTION = 1e-9
"""The seconds by which asyncio takes a timer to be due before its time."""

_TRIO = 200_000 * SECOND
"""What trio adds to its clock, at most."""


class ClientClock:
    """What ``time.monotonic`` and the wall clock say to the test's threads."""

    def __init__(self, shared_time: SharedTime) -> None:
        self._shared_time = shared_time
        self._lock = threading.Lock()
        # A whole second: how a float rounds 0.1 s more does then not depend on when a run began.
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
        """Seconds, as ``monotonic_ns`` has them in nanoseconds."""
        return self.monotonic_ns() / SECOND + self._lead()

    def monotonic_ns(self) -> int:
        """Nanoseconds that never run backwards."""
        return self._base + self._shared_time.skipped_ns + self.ticks_ns()

    def wall_ns(self, server: VirtualClock) -> int:
        """Nanoseconds since 1970: the server's present."""
        return server.now_ns + self.ticks_ns()

    def perf_counter_ns(self) -> int:
        """For measuring: it never stands still, and jumps as the others do."""
        return _real_perf_counter_ns() + self._shared_time.skipped_ns

    def deadline(self) -> float:
        """The same clock in seconds, for keeping deadlines: it moves as ``monotonic`` does."""
        moved = self._shared_time.skipped_ns + self.ticks_ns()
        return (self._perf_base + moved) / SECOND + self._lead()

    def span_ns(self, seconds: float) -> int:
        """How long a wait is meant to last that somebody has reckoned with these clocks.

        A deadline minus the present has lost what a float cannot hold, a nanosecond or more when
        the machine, or virtual time, has been on for weeks. What is meant is a tenth of a
        microsecond, or a multiple of it.
        """
        grain = _GRAIN
        while grain < 64 * self._step() * SECOND:  # a sum of some, rounded up or down
            grain *= 10
        return round(seconds * SECOND / grain) * grain

    def reach(self, until: float) -> None:
        """Let the clocks run ahead until the next jump, for one whose time has come.

        Args:
            until: the reading of ``monotonic`` that was waited for, by the reckoning of floats.
        """
        left = until - self.monotonic()
        with self._lock:
            again = self._ahead_at == self._shared_time.skipped_ns
            past = again or self._step() > _RESOLUTION  # some have to be past it
            if left > 0 or past:
                self._ahead = self._lead() + max(left, 0) + (self._step() if past else 0)
                self._ahead_at = self._shared_time.skipped_ns

    def _lead(self) -> float:
        if self._ahead and self._shared_time.skipped_ns - self._ahead_at >= self._ahead * SECOND:
            self._ahead = 0
        return self._ahead

    def _step(self) -> float:
        """The seconds from one reading that a float can hold to the next."""
        whole = (
            max(self._base, self._perf_base + _TRIO) + self._shared_time.skipped_ns + self._ticks
        )
        return math.ulp(whole / SECOND)

    def nudge(self) -> None:
        """Let the clocks move, a little, for those who wait until they do."""
        with self._lock:
            skipped = self._shared_time.skipped_ns
            self._nudges = self._nudges + 1 if skipped == self._nudged_at else 1
            self._nudged_at = skipped
            if self._nudges > PATIENT:
                self._ticks += NUDGE

    def ticks_ns(self) -> int:
        """The whole ticks of real time that have gone by while nothing was skipped."""
        with self._lock:
            real, skipped = _real_monotonic_ns(), self._shared_time.skipped_ns
            if skipped != self._skipped:  # a wait was skipped: the real time up to it is forgotten
                self._skipped = skipped
                self._real = real
            elif real - self._real >= TICK:
                ticks = (real - self._real) // TICK
                self._ticks += ticks * TICK
                self._real += ticks * TICK
            return self._ticks
