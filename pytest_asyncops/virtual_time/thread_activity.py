"""Whether a thread waits that says nothing about it: for a bare lock, a pipe, or an answer.

Nobody can ask a thread what it waits for. But one that waits stays where it is and uses no
processor; where the system says how a thread is doing (Linux does), one that computes is known by
that, and elsewhere by its moving on. Time alone is no measure on a busy machine: a thread that is
kept from running moves as little as one that waits. So it is looked at again and again, and has to
stand still for a number of looks, each of which had to get its turn as well.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from .frames import module_of

_real_monotonic = time.monotonic

SLICE = 0.001
"""Real seconds for which a thread waits before it looks again whether the clock may jump."""

STILL = 0.1
"""Real seconds after which a thread that has not moved counts as waiting."""

LOOKS = 20
"""How often it is looked at in that time, at least."""

AFTERMATH = 5 * SLICE
"""Real seconds for which such a thread may yet be moved by what another one did last."""

AFTERLOOKS = 3
"""How often it is looked at in that time, at least."""

ENDLESS = 10.0
"""Real seconds after which a thread that computes holds the clock no longer: it may be one that
spins until another thread has waited."""

# The top frame of a thread that waits for an answer; the clock must not jump under it.
_ON_THE_WIRE = frozenset({"socket", "ssl", "httpcore._backends.sync"})
# Unless it is the server's: a connection that is kept alive waits for the next request.
_SERVING = frozenset({"socketserver", "http.server"})

_COMPUTING = None


class ThreadActivity:
    """What has been seen of threads that are not in the schedule.

    Args:
        is_idle: whether a thread with this top frame waits for work and there is none.
        is_called: whether one with this top frame is about to begin some.
    """

    def __init__(
        self, is_idle: Callable[[FrameType], bool], is_called: Callable[[FrameType], bool]
    ) -> None:
        self._is_idle = is_idle
        self._is_called = is_called
        self._looks = 0
        self._looked_at = 0.0
        self._stirred = (0.0, 0)
        self._seen: dict[int, tuple[tuple[int, ...], float, int]] = {}
        self._moving: dict[int, float] = {}

    def note_activity(self) -> None:
        """Note that a thread has done something that may move others."""
        self._stirred = (_real_monotonic(), self._looks)

    def any_called(self, threads: Sequence[threading.Thread]) -> bool:
        """Whether one of these, that are none of the test's, is about to become so."""
        frames = sys._current_frames()
        return any(
            thread.ident in frames and self._is_called(frames[thread.ident]) for thread in threads
        )

    def all_wait(self, threads: Sequence[threading.Thread]) -> bool:
        """Whether all of these stand still."""
        # In this order: who has an identity and no frame has ended, or is at home in C.
        idents = [thread.ident for thread in threads]
        frames = sys._current_frames()  # documented, in spite of its name
        now = _real_monotonic()
        passed = now - self._looked_at
        if passed >= SLICE / 2:  # several threads that look at once look once
            self._looked_at = now
            self._looks += 1
        if passed > STILL:
            self._moving.clear()  # nobody has been looking at them
        # Every one of them is looked at, so that each one's time of standing still begins.
        still = [
            ident is not None
            and (ident not in frames or self._stands_still(thread, ident, frames[ident], now))
            for thread, ident in zip(threads, idents, strict=True)
        ]
        return all(still)

    def _stands_still(
        self, thread: threading.Thread, ident: int, frame: FrameType, now: float
    ) -> bool:
        if self._is_idle(frame):
            return True
        used = processor_used(thread.native_id)
        place = (id(frame), frame.f_lasti, used or 0)
        known = self._seen.get(ident)
        if used is _COMPUTING or known is None or known[0] != place:
            self._seen[ident] = (place, now, self._looks)
            return now - self._moving.setdefault(ident, now) >= ENDLESS
        _, since, look = known
        if now - since < STILL or self._looks - look < LOOKS:
            return False
        self._moving.pop(ident, None)
        stirred, look = self._stirred
        if now - stirred < AFTERMATH or self._looks - look < AFTERLOOKS:
            return False
        return module_of(frame) not in _ON_THE_WIRE or _serves(frame)


def processor_used(thread: int | None) -> int | None:
    """How much of the processor a thread of this process has used, ``None`` if it is using it.

    Args:
        thread: its number in the system, if there is one.

    Returns:
        Ticks of the system, or always 0 where it does not say.
    """
    try:
        with open(f"/proc/self/task/{thread}/stat", "rb") as file:
            # proc(5): the name in brackets may have any character, and its state comes next.
            state, *fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0
    return _COMPUTING if state in b"RD" else int(fields[10]) + int(fields[11])


def _serves(frame: FrameType | None) -> bool:
    while frame is not None:
        if module_of(frame) in _SERVING:
            return True
        frame = frame.f_back
    return False
