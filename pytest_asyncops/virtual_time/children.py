"""The processes that this one has started, and whether any of them does anything.

A child that is idle waits for somebody to give it something, and nothing comes from it until then.
One that computes, sleeps, or waits for a peer may answer at any moment.
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
    """Whether this process has a child, running or ended, that nobody has waited for."""
    if not hasattr(os, "waitid"):  # on macOS before Python 3.13, and on Windows
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def has_ended(child: int) -> bool:
    """Whether a child has ended; it can be waited for afterwards all the same.

    Args:
        child: the number of its process; or what ``os.waitpid`` takes for any of several.
    """
    if not hasattr(os, "waitid"):  # see above; nobody can tell
        return False
    if child > 0:
        which = os.P_PID, child
    elif child == -1:
        which = os.P_ALL, 0
    else:
        which = os.P_PGID, -child or os.getpgrp()
    try:
        return os.waitid(*which, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # somebody has waited for it
        return True


class Children:
    """Looks at all processes that this one has started, and at those that they have."""

    def __init__(self) -> None:
        self._last: tuple[dict[str, Look], float] | None = None

    def are_idle(self) -> bool:
        """Whether none of them does anything, in two looks that are equal."""
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
    """How each thread of each descendant of a process is seen, by its folder in ``/proc``."""
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
