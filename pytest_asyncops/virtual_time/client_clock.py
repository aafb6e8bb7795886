"""The clocks that the code under test reads.

They jump by what is skipped, and stand still while code runs, so that a deadline minus the present
is exactly the number in the code, in every run. But code that spins until a time has come would
never end. So the clocks also move when they are read again and again without a wait: in steps that
begin far below a microsecond and grow with the number of readings. Real time does not count.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..durations import SECOND
from .server_clock import ServerClock, SharedTime

_real_monotonic_ns = time.monotonic_ns
_real_perf_counter_ns = time.perf_counter_ns

FREE = 1_000
"""How many readings in a row leave the clocks alone."""

SLEEP_OF_ZERO = 100
"""As how many readings a wait of length 0 counts: it lets other threads run."""

PASS = 10
"""As how many readings a pass of an event loop without a wait counts."""

_SPIN, _READINGS = 600 * SECOND, 1_000_000
# This many readings in a row move the clocks by this many nanoseconds, and n times as many readings
# by n³ times as many: 30,000 by 16 ms. A program that reads the time for its log hardly moves the
# clocks, and one that spins reaches its time within a second.

_STRIDE = 16
"""After how many readings the clocks are moved again: a reading must be quick."""

_GRAIN = 100
"""A computed wait is rounded to a multiple of at least this many nanoseconds."""

_RESOLUTION = 1e-9
"""How many seconds before its time asyncio takes a timer to be due."""

_TRIO = 200_000 * SECOND
"""The most nanoseconds that trio adds to its clock."""


class ClientClock:
    """What ``time.monotonic`` and the wall clock show to the threads of the test.

    Attributes:
        lock: held while these clocks change.
    """

    def __init__(self, shared_time: SharedTime) -> None:
        self._shared_time = shared_time
        self.renew()
        # A whole second, so that 0.1 s more is rounded in the same way whenever the run began.
        self._base = (_real_monotonic_ns() // SECOND + 1) * SECOND
        self._perf_base = (_real_perf_counter_ns() // SECOND + 1) * SECOND
        self._skipped = shared_time.skipped_ns
        self._readings = 0
        self._moves_at = FREE
        self._lingered = 0
        self._lingered_before = 0
        self._ahead = 0.0
        self._ahead_at = -1
        self._real_since: dict[int, int] = {}

    def renew(self) -> None:
        """Make a new lock, in a forked process: the old one would never be released there."""
        self.lock: Any = threading.RLock()  # a signal's handler may read a clock too

    def monotonic(self) -> float:
        """``monotonic_ns`` in seconds."""
        return self.monotonic_ns() / SECOND + self._lead()

    def monotonic_ns(self) -> int:
        """Nanoseconds that never run backwards."""
        return self._base + self.moved_ns()

    def read_wall_ns(self, server: ServerClock) -> int:
        """Note a reading, and return the present of a server, in nanoseconds since 1970.

        The code under test reads the wall clock more often than it waits, so this must be quick.
        """
        self._readings += 1
        if self._readings > self._moves_at:
            self.note_reading(0)
        present = server.shared_time.skipped_ns + server.zero_ns + self._lingered
        return present + self._really_passed_ns() if self._real_since else present

    def perf_counter_ns(self) -> int:
        """A clock for measuring: it never stands still, and jumps as the other clocks do."""
        return _real_perf_counter_ns() + self._shared_time.skipped_ns

    def deadline(self) -> float:
        """``perf_counter`` for code that keeps deadlines by it: it moves as ``monotonic`` does."""
        return (self._perf_base + self.moved_ns()) / SECOND + self._lead()

    def ahead_ns(self) -> int:
        """By how much ``monotonic_ns`` is ahead of the real clock."""
        return self.monotonic_ns() - _real_monotonic_ns()

    def deadline_ahead_ns(self) -> int:
        """By how much ``deadline`` is ahead of the real clock."""
        return self._perf_base + self.moved_ns() - _real_perf_counter_ns()

    def moved_ns(self) -> int:
        """By how much the clocks have moved since virtual time began."""
        return self._shared_time.skipped_ns + self._lingered + self._really_passed_ns()

    @property
    def is_real_here(self) -> bool:
        """Whether the current thread is in a block of `run_really`."""
        return bool(self._real_since) and self.is_real_for(threading.get_ident())

    @property
    def is_real_anywhere(self) -> bool:
        """Whether any thread is in such a block."""
        return bool(self._real_since)

    def is_real_for(self, thread: int) -> bool:
        """Whether the thread with this identity is in a block of `run_really`."""
        return thread in self._real_since

    def _really_passed_ns(self) -> int:
        if not self._real_since or not self.is_real_here:
            return 0
        return _real_monotonic_ns() - self._real_since[threading.get_ident()]

    @contextmanager
    def run_really(self) -> Iterator[None]:
        """Let real time count for the current thread inside the block, and for all after it."""
        if self.is_real_here:
            yield
            return
        own = threading.get_ident()
        self._real_since[own] = _real_monotonic_ns()
        try:
            yield
        finally:
            with self.lock:
                passed = self._really_passed_ns()
                self._lingered += passed
                self._lingered_before += passed
            self._real_since.pop(own, None)

    def span_ns(self, seconds: float) -> int:
        """The intended length of a wait that was computed from readings of these clocks.

        A deadline minus the present loses what a float cannot hold: a nanosecond or more once
        the machine, or virtual time, has run for weeks. The result is rounded to a multiple of a
        tenth of a microsecond.
        """
        grain = _GRAIN
        while grain < 64 * self._step() * SECOND:  # the result of several roundings
            grain *= 10
        return round(seconds * SECOND / grain) * grain

    def reach(self, until: float) -> None:
        """Let the clocks run ahead until the next jump, for a wait that is over.

        Args:
            until: the reading of ``monotonic`` for which the wait was, as a float.
        """
        left = until - self.monotonic()
        with self.lock:
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
        """The seconds between two neighbouring floats at this reading."""
        whole = (
            max(self._base, self._perf_base + _TRIO) + self._shared_time.skipped_ns + self._lingered
        )
        return math.ulp(whole / SECOND)

    def note_reading(self, weight: int = 1) -> None:
        """Note that a clock was read, or that code of the test spins in another way.

        Args:
            weight: as how many readings this counts.
        """
        # Without a lock: a reading of another thread may be lost, which does not matter.
        self._readings += weight
        if self._readings <= self._moves_at:
            return
        with self.lock:
            if self._skipped != self._shared_time.skipped_ns:
                self.note_wait()
            else:
                spun = max(self._readings - FREE, 0) ** 3 * _SPIN // _READINGS**3
                self._lingered = self._lingered_before + spun
                self._moves_at = self._readings + _STRIDE

    def note_wait(self) -> None:
        """Note that a thread has waited: readings count from here."""
        with self.lock:
            self._readings = 0
            self._moves_at = FREE
            self._lingered_before = self._lingered
            self._skipped = self._shared_time.skipped_ns
