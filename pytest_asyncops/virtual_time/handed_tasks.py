"""A task that one thread hands to another, which may keep another time."""

from __future__ import annotations

from .real_time_threads import RealTimeThreads
from .scheduler import Scheduler


class HandedTask:
    """Makes the thread that does a task keep the time of the thread that gave it.

    Args:
        scheduler: the scheduler of the test.
        real_time_threads: the threads that keep real time.

    Attributes:
        is_own: whether the task belongs to the test.
    """

    def __init__(self, scheduler: Scheduler, real_time_threads: RealTimeThreads) -> None:
        self.scheduler = scheduler
        self._real_time_threads = real_time_threads
        self.is_own: bool = not real_time_threads.is_here()
        self._was_real = False

    def begin(self) -> None:
        """Begin, in the thread that does the task."""
        self._was_real = self._real_time_threads.is_here()
        if self.is_own:
            self._real_time_threads.discard_current()
            self.scheduler.enter()
        else:
            self._real_time_threads.add_current()
            self.scheduler.leave()

    def end(self) -> None:
        """Finish it, once all that wait for its result have been told."""
        if self._was_real:
            self._real_time_threads.add_current()
        else:
            self._real_time_threads.discard_current()
        if self.is_own:
            self.scheduler.leave()
        elif not self._was_real:
            self.scheduler.enter()
