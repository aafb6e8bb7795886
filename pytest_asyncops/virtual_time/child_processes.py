"""Waits for child processes, which take the real time that a child needs, and no virtual time.

`subprocess` asks again and again whether a child has ended, and sleeps in between. Other code does
the same with ``os.waitpid``. After a thread was told that a child lives, its next wait is for the
child.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from .children import has_ended
from .replaced import Replaced
from .scheduler import FindScheduler, Scheduler
from .waits import ProbedWait

_real_monotonic = time.monotonic
_real_waitpid: Any = getattr(os, "waitpid", None)
_real_wait = subprocess.Popen.wait


class ChildProcesses:
    """Replaces the waits for child processes.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def __init__(self, scheduler: FindScheduler) -> None:
        self._scheduler = scheduler
        self._first_asked: dict[int, float] = {}

    @property
    def functions(self) -> list[Replaced]:
        """The functions that are replaced."""
        if _real_waitpid is None:
            return []
        return [Replaced(os, "waitpid", _real_waitpid, self._waitpid)]

    def replace(self) -> None:
        """Put the replacements of methods in place."""
        subprocess.Popen.wait = self._waiting()  # type: ignore[method-assign]  # put back below

    def restore(self) -> None:
        """Put the real methods back."""
        subprocess.Popen.wait = _real_wait  # type: ignore[method-assign]  # as it was
        # A child keeps the patience that it has used up. In the next test, "any of several" means
        # others.
        for several in [asked for asked in self._first_asked if asked <= 0]:
            del self._first_asked[several]

    def _waitpid(self, pid: int, options: int, /) -> tuple[int, int]:
        found: tuple[int, int] = _real_waitpid(pid, options)
        scheduler = self._scheduler()
        if scheduler is None:
            return found
        if found[0] == 0:  # it lives
            self._note_alive(scheduler, pid)
        else:
            self._first_asked.pop(found[0], None)
            self._first_asked.pop(pid, None)
        return found

    def _note_alive(self, scheduler: Scheduler, pid: int) -> None:
        since = self._first_asked.setdefault(pid, _real_monotonic())
        scheduler.outside.ask_for(pid, threading.get_ident(), since)

    def _waiting(self) -> Callable[..., int]:
        find = self._scheduler
        may_tell = hasattr(os, "waitid")  # else only a wait for the child can tell

        def wait(child: subprocess.Popen[Any], timeout: float | None = None) -> int:
            scheduler = find()
            if scheduler is None or timeout is None or timeout <= 0 or child.poll() is not None:
                return _real_wait(child, timeout)
            self._note_alive(scheduler, child.pid)
            own = ProbedWait(
                scheduler.in_motion,
                lambda: (
                    child.returncode is not None
                    or (has_ended(child.pid) if may_tell else child.poll() is not None)
                ),
            )
            if scheduler.wait(own, timeout):
                self._first_asked.pop(child.pid, None)
                return _real_wait(child)
            if child.poll() is None:
                raise subprocess.TimeoutExpired(child.args, timeout)
            return child.returncode

        return wait
