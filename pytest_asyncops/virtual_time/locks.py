"""A ``threading.Lock`` whose ``acquire(timeout=…)`` waits in virtual time.

Python's locks are written in C, and locks that are older than the test stay as they are. A lock
that is made while virtual time is on is such a lock in a wrapper. Everything without a limit goes
straight to C, so that ``with lock:`` is as safe from signals as before.
"""

from __future__ import annotations

import threading
from operator import attrgetter
from typing import Any

from .scheduler import FindScheduler
from .waits import ProbedWait

_real_lock = threading.Lock


def virtual_lock(find: FindScheduler) -> Any:
    """The class that replaces ``threading.Lock``.

    Args:
        find: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    class Lock:
        """A lock; see ``threading.Lock``."""

        __slots__ = ("__weakref__", "_at_fork_reinit", "_enter", "_exit", "_lock", "locked",
                     "release")  # fmt: skip
        # A property that is made of functions in C runs no Python, so no handler can run between
        # the acquisition and the block.
        __enter__ = property(attrgetter("_enter"))
        __exit__ = property(attrgetter("_exit"))

        def __init__(self) -> None:
            self._lock = lock = _real_lock()
            self._enter = lock.__enter__
            self._exit = lock.__exit__
            self.locked = lock.locked
            self.release = lock.release
            self._at_fork_reinit: Any = getattr(lock, "_at_fork_reinit", None)

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
            # Python's own lock refuses invalid arguments.
            scheduler = find() if blocking and 0 < timeout <= threading.TIMEOUT_MAX else None
            if scheduler is None or self._lock.acquire(False):
                __tracebackhide__ = True
                return scheduler is not None or self._lock.acquire(blocking, timeout)
            until = scheduler.client.monotonic() + timeout
            while True:
                left = until - scheduler.client.monotonic()
                free = ProbedWait(scheduler.in_motion, lambda: not self._lock.locked())
                came = left > 0 and scheduler.wait(free, left)
                if self._lock.acquire(False):
                    return True
                if not came:
                    return False

        def __repr__(self) -> str:
            return repr(self._lock)

    return Lock
