"""The processes that this one has started, and whether any of them does anything.

An idle child waits until another process gives it something, and nothing comes from it until then.
A child that computes, sleeps, or waits for a peer may answer at any moment.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from .system_calls import GONE, LOCK, PROCESS, Look, look_at, read

_real_monotonic = time.monotonic

_BETWEEN = 0.001
"""The least real seconds between two looks that are compared."""

_IDLE = frozenset({GONE, LOCK, PROCESS})


def has_children() -> bool:
    """Whether this process has a child, running or ended, for which no wait has ended."""
    if not hasattr(os, "waitid"):  # on macOS before Python 3.13, and on Windows
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def has_ended(child: int) -> bool:
    """Whether a child has ended; it can still be waited for afterwards.

    Args:
        child: the number of its process; or what ``os.waitpid`` accepts for any of several.
    """
    if not hasattr(os, "waitid"):  # see above; unknown
        return False
    if child > 0:
        which = os.P_PID, child
    elif child == -1:
        which = os.P_ALL, 0
    else:
        which = os.P_PGID, -child or os.getpgrp()
    try:
        return os.waitid(*which, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # it was waited for elsewhere
        return True


class Children:
    """Looks at all processes that this one has started, and at their children."""

    def __init__(self) -> None:
        self._last: tuple[dict[str, Look], float] | None = None

    def are_idle(self) -> bool:
        """Whether none of them does anything, by two equal looks."""
        if not has_children():
            return True
        looks = dict(_looks("/proc/self"))
        if not looks or any(look.state not in _IDLE for look in looks.values()):
            self._last = None  # an empty look says that the system does not tell
            return False
        now = _real_monotonic()
        if self._last is None or self._last[0] != looks:
            self._last = looks, now
        return now - self._last[1] >= _BETWEEN


def _looks(process: str) -> Iterator[tuple[str, Look]]:
    """The look at each thread of each descendant of a process, by its folder in ``/proc``."""
    for thread in _listed(f"{process}/task"):
        for child in read(f"{process}/task/{thread}/children").split():
            tasks = f"/proc/{child}/task"
            for own in _listed(tasks):
                yield f"{tasks}/{own}", look_at(f"{tasks}/{own}")
            yield from _looks(f"/proc/{child}")


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # it has just ended
        return []
