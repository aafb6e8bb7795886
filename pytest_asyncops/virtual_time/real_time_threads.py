"""Whose threads keep real time: all that are none of the test's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from weakref import WeakSet

from .frames import module_of


class RealTimeThreads:
    """The threads that were alive before, and those that they, or tools, start later.

    What the test itself gives a pool to do is the test's, though the pool's threads are older.
    """

    def __init__(self) -> None:
        own = threading.current_thread()
        self._before = {
            thread.ident: thread for thread in threading.enumerate() if thread is not own
        }
        self._later: WeakSet[threading.Thread] = WeakSet()
        self._borrowed: set[threading.Thread] = set()

    def __contains__(self, thread: threading.Thread) -> bool:
        if thread in self._borrowed:
            return False
        return self._before.get(thread.ident) is thread or thread in self._later

    def is_here(self) -> bool:
        """Whether the current thread is one of them; asked at every look at a clock."""
        if threading.get_ident() not in self._before and not self._later:
            return False
        return threading.current_thread() in self

    def add(self, thread: threading.Thread) -> None:
        """Let a thread that has not started be one of them."""
        self._later.add(thread)

    @contextmanager
    def without_current(self) -> Iterator[None]:
        """Let the current thread be none of them for a while."""
        own = threading.current_thread()
        before = own in self
        self._borrowed.add(own)
        try:
            yield
        finally:
            if before:
                self._borrowed.discard(own)

    def bind_time(self, task: Callable[[], Any]) -> Callable[[], Any]:
        """A task that keeps the time of the current thread, whichever thread is to do it.

        That one stays so until its next task, because when it has done this one it has yet to
        tell those who wait for it.
        """
        change = self._borrowed.discard if self.is_here() else self._borrowed.add

        def do() -> Any:
            change(threading.current_thread())
            return task()

        return do


def begins_bound_task(frame: FrameType) -> bool:
    """Whether a thread with this top frame is just about to begin such a task."""
    back = frame.f_back
    return __name__ in (module_of(frame), "" if back is None else module_of(back))
