"""Notices code that polls, with real waits in between that virtual time does not reach.

The servers' clock stands still during such a wait, so the operation never ends, and the code would
poll for ever. The polling thread is looked at several times a second. The time counts in which it
was seen in a wait with a limit, while no virtual time passed. A thread that computes, waits for a
peer's answer, or is stopped in a debugger is not in such a wait.
"""

from __future__ import annotations

import _thread
import threading
import time
from types import FrameType
from typing import NamedTuple

from ..forks import renewed_at_fork
from . import sockets, thread_states
from .client_clock import ClientClock
from .server_clock import SharedTime
from .stack_frames import (
    is_of_library,
    is_of_python,
    is_tool,
    line_of,
    module_of,
    package_of,
)
from .system_calls import OUTSIDE, TIMED
from .thread_states import Looks
from .waits import Gate, pause

_real_monotonic = time.monotonic
_start = _thread.start_new_thread

EVERY = 0.1
"""Real seconds between two looks."""

# Code that waits in these waits for a peer's answer.
_FOR_PEERS = frozenset(
    {"socket", "ssl", "http", "urllib3", "httpcore", "anyio", sockets.__name__, "subprocess",
     "multiprocessing", "selectors"}
)  # fmt: skip


class RealWait(NamedTuple):
    """A wait that virtual time does not reach.

    Attributes:
        place: the line of the code that waits, and its function.
        seconds: how many real seconds such waits have taken since virtual time stood still.
    """

    place: str
    seconds: float


class _Poller:
    """What is known of one thread that polls.

    Attributes:
        number: the number of the thread in the operating system.
        skipped: the virtual time that has stood still since it polls.
        seconds: for how many real seconds it was seen in a wait since.
        place: where it was seen last.
    """

    __slots__ = ("number", "place", "seconds", "skipped")

    def __init__(self, skipped: int) -> None:
        self.number = threading.get_native_id()
        self.skipped = skipped
        self.seconds = 0.0
        self.place = ""


class RealWaits:
    """Looks at the threads that poll.

    Args:
        shared_time: the time that does not move during a real wait.
        client: the clocks, which know the threads that have asked for real time.
    """

    def __init__(self, shared_time: SharedTime, client: ClientClock) -> None:
        self._shared_time = shared_time
        self._client = client
        self._pollers: dict[int, _Poller] = {}
        self._look: Looks = thread_states.best_looks()

    def polled(self) -> RealWait | None:
        """Note that the current thread polls; returns its real wait, if there was one."""
        own = threading.get_ident()
        poller = self._pollers.get(own)
        if not self._pollers:
            watch.add(self)
        if poller is None or poller.skipped != self._shared_time.skipped_ns:
            self._pollers[own] = _Poller(self._shared_time.skipped_ns)
            return None
        return RealWait(poller.place, poller.seconds) if poller.place else None

    def close(self) -> None:
        """Stop looking."""
        self._pollers.clear()
        watch.discard(self)

    def look(self, passed: float) -> None:
        """Look at the threads that poll.

        Args:
            passed: the real seconds since the last look.
        """
        for thread, poller in tuple(self._pollers.items()):
            if (
                poller.skipped == self._shared_time.skipped_ns
                and not self._client.is_real_for(thread)
                and self._look(thread, poller.number).state in (TIMED, OUTSIDE)
            ):
                place = _place(thread)
                if place is not None:
                    poller.place = place
                    poller.seconds += passed


def _place(thread: int) -> str | None:
    """Where a thread waits, ``None`` if it waits for a peer or runs a test tool."""
    frame = thread_states.frame_of(thread)
    if frame is None or package_of(frame) in _FOR_PEERS or module_of(frame) in _FOR_PEERS:
        return None
    while frame is not None and is_of_python(frame):
        frame = frame.f_back
    if frame is None or is_tool(frame):
        return None
    return line_of(_in_own_code(frame) or frame)


def _in_own_code(frame: FrameType | None) -> FrameType | None:
    """The user's code that calls a library, ``None`` if only tools do."""
    while frame is not None and is_of_library(frame):
        frame = frame.f_back
    return None if frame is None or is_tool(frame) else frame


class Watch:
    """Looks at the pollers of all open mocks, in one thread for the whole process."""

    def __init__(self) -> None:
        self._watched: list[RealWaits] = []
        self._bell = Gate()
        self._works = False

    def add(self, real_waits: RealWaits) -> None:
        """Begin to look."""
        renewed_at_fork.add(self)
        self._watched = [*self._watched, real_waits]
        if self._works:
            self._bell.open()
        else:
            self._works = True
            _start(self._work, ())  # it does not belong to the test

    def discard(self, real_waits: RealWaits) -> None:
        """Look no longer."""
        self._watched = [other for other in self._watched if other is not real_waits]

    def renew(self) -> None:
        """Start over in a forked process: the thread lives in the parent."""
        self._bell = Gate()
        self._works = False

    def look(self, passed: float) -> bool:
        """Look at all pollers once; whether there may be any."""
        for real_waits in self._watched:
            real_waits.look(passed)
        return bool(self._watched)

    def _work(self) -> None:
        looked_at = _real_monotonic()
        while True:
            pause(EVERY)
            now = _real_monotonic()
            if not self.look(now - looked_at):
                self._bell.pass_through()
                now = _real_monotonic()
            looked_at = now


watch: Watch = Watch()
