"""A ``queue.SimpleQueue`` whose waits are virtual and whose items are counted.

Pools of threads hand on their tasks by such queues. Python's own class waits in C, where it is not
seen.
"""

from __future__ import annotations

import queue
import weakref
from collections import deque
from typing import Any

from .scheduler import FindScheduler, Scheduler
from .waits import Wait

_RealSimpleQueue: Any = queue.SimpleQueue


def counted_simple_queue(find: FindScheduler) -> Any:
    """The class that replaces ``queue.SimpleQueue``. Its objects have a method ``is_counted_by``.

    Args:
        find: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    class SimpleQueue(_RealSimpleQueue):  # type: ignore[misc]  # the real one is only known as Any
        __doc__ = _RealSimpleQueue.__doc__

        def __init__(self) -> None:
            self._waits: deque[Wait] = deque()
            scheduler = find()
            self._scheduler = None if scheduler is None else weakref.ref(scheduler)

        def is_counted_by(self, scheduler: Scheduler) -> bool:
            """Whether it was made in the time of this scheduler, as its waiting threads were."""
            return self._scheduler is not None and self._scheduler() is scheduler

        # As in the real class, a finalizer may put something at any moment, even while its own
        # thread is putting something. So there is no lock, and each step leaves everything in
        # order.
        def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
            super().put(item)
            self._notify()

        def put_nowait(self, item: Any) -> None:
            self.put(item)

        def _notify(self) -> None:
            try:
                self._waits.popleft().give()
            except IndexError:  # no thread waits
                return

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            if block and timeout == 0:
                # Python 3.10's own class may wait for ever here: by then the time that is left is
                # below zero, and it takes that for no limit.
                return super().get_nowait()
            scheduler = find() if block else None
            if scheduler is None or (timeout is not None and not timeout > 0):
                __tracebackhide__ = True
                return super().get(block, timeout)
            until = None if timeout is None else scheduler.client.monotonic() + timeout
            while True:
                wait = scheduler.notice()
                self._waits.append(wait)
                try:
                    return super().get_nowait()
                except queue.Empty:
                    left = None if until is None else until - scheduler.client.monotonic()
                    if left is not None and left <= 0:
                        raise
                    scheduler.wait(wait, left)
                finally:
                    self._withdraw(wait)

        def get_nowait(self) -> Any:
            return super().get_nowait()

        def _withdraw(self, wait: Wait) -> None:
            try:
                self._waits.remove(wait)
            except ValueError:  # it was given an item, for which another thread may be waiting
                if not self.empty():
                    self._notify()

    SimpleQueue.__qualname__ = SimpleQueue.__name__
    SimpleQueue.__module__ = "queue"
    return SimpleQueue
