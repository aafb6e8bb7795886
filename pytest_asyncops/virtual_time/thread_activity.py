"""Whether a thread waits without the scheduler's knowledge: for a bare lock, a pipe, or an answer.

A thread cannot be asked what it waits for. But a thread that waits stays at one place of its code
and uses no processor time. Linux tells which threads are running; elsewhere only the place is
known. Elapsed time alone proves nothing, because on a busy machine a thread that is kept from
running stays at its place too. So a thread is looked at repeatedly, and has to stay at its place
for a time and for a number of looks.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from . import sockets
from .stack_frames import module_of

_real_monotonic = time.monotonic

SLICE = 0.001
"""Real seconds after which a waiting thread looks again whether the clock may jump."""

STILL = 0.1
"""Real seconds after which a thread that has stayed at its place counts as waiting."""

LOOKS = 20
"""The least number of looks in that time."""

AFTERMATH = 5 * SLICE
"""Real seconds in which such a thread may still be woken by what another thread did last."""

AFTERLOOKS = 3
"""The least number of looks in that time."""

ENDLESS = 10.0
"""Real seconds after which a thread that computes no longer holds the clock: it may spin until
another thread's wait has ended."""

# The modules in whose code a thread waits for an answer; the clock must not jump meanwhile.
_AWAITING_ANSWERS = frozenset({"socket", "ssl", "httpcore._backends.sync"})
# A server's thread is an exception: on an open connection it waits for the next request.
_SERVING = frozenset({"socketserver", "http.server"})

_COMPUTING = None


class ThreadActivity:
    """What has been seen of threads that the scheduler does not know.

    Args:
        is_idle: whether a thread with this top frame waits for work, and there is none for it.
        is_called: whether a thread with this top frame is about to begin some work.
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
        """Note that a thread has done something that may wake others."""
        self._stirred = (_real_monotonic(), self._looks)

    def any_called(self, threads: Sequence[threading.Thread]) -> bool:
        """Whether one of these threads is about to begin work of the test's."""
        frames = sys._current_frames()
        return any(
            thread.ident in frames and self._is_called(frames[thread.ident]) for thread in threads
        )

    def all_wait(self, threads: Sequence[threading.Thread]) -> bool:
        """Whether all of these threads wait."""
        # In this order, so that a thread with an identity and no frame has ended, or runs C alone.
        idents = [thread.ident for thread in threads]
        frames = sys._current_frames()  # documented, in spite of its name
        now = _real_monotonic()
        passed = now - self._looked_at
        if passed >= SLICE / 2:  # looks of several threads at the same time count once
            self._looked_at = now
            self._looks += 1
        if passed > STILL:
            self._moving.clear()  # nothing is known of the time since the last look
        # No short cut: for each thread, the time at its place has to begin with this look.
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
        return not _awaits_answer(frame)


def processor_used(thread: int | None) -> int | None:
    """How much processor time a thread of this process has used, ``None`` if it is running.

    Args:
        thread: the thread's number in the operating system, if it has one.

    Returns:
        Clock ticks of the operating system; always 0 on systems that do not tell.
    """
    try:
        with open(f"/proc/self/task/{thread}/stat", "rb") as file:
            # proc(5): a name in brackets, which may have any character, and then the state.
            state, *fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0
    return _COMPUTING if state in b"RD" else int(fields[10]) + int(fields[11])


def _awaits_answer(frame: FrameType) -> bool:
    if module_of(frame) == sockets.__name__ and frame.f_back is not None:
        frame = frame.f_back  # the frame above only notes what is done with the socket
    if frame.f_code.co_name == "accept":  # that is how a server waits for clients
        return False
    return module_of(frame) in _AWAITING_ANSWERS and not _serves(frame)


def _serves(frame: FrameType | None) -> bool:
    while frame is not None:
        if module_of(frame) in _SERVING:
            return True
        frame = frame.f_back
    return False
