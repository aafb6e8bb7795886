"""The threads that keep real time, because they do not belong to the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from weakref import WeakSet

from .stack_frames import module_of


class RealTimeThreads:
    """The threads that were alive before the test, and those that they or test tools start later.

    A task that the test gives to a pool belongs to the test, even if the pool's thread is older.
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
        """Whether the current thread is one of them. Every reading of a clock asks this."""
        if threading.get_ident() not in self._before and not self._later:
            return False
        return threading.current_thread() in self

    def add(self, thread: threading.Thread) -> None:
        """Count a thread that has not started yet as one of them."""
        self._later.add(thread)

    @contextmanager
    def without_current(self) -> Iterator[None]:
        """Count the current thread as one of the test's inside of the block."""
        own = threading.current_thread()
        before = own in self
        self._borrowed.add(own)
        try:
            yield
        finally:
            if before:
                self._borrowed.discard(own)

    def bind_time(self, task: Callable[[], Any]) -> Callable[[], Any]:
        """The task, made to keep the time of the current thread in whichever thread it runs.

        That thread keeps this time until its next task, because after this one it still has to
        notify the threads that wait for the result.
        """
        change = self._borrowed.discard if self.is_here() else self._borrowed.add

        def do() -> Any:
            change(threading.current_thread())
            return task()

        return do


def begins_bound_task(frame: FrameType) -> bool:
    """Whether a thread with this top frame is about to begin a task made by `bind_time`."""
    back = frame.f_back
    return __name__ in (module_of(frame), "" if back is None else module_of(back))
