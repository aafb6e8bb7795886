"""The tasks that are given to the workers of thread pools.

A pool's workers wait for their tasks in a queue, and a queue that was made while virtual time is on
counts what is put in it (see `simple_queues`). An older pool has a queue that is not seen, and
workers that keep real time. So each task that the test gives it is counted: from its submission
until all that wait for its result have been told. A task that waits until a worker is free does not
count meanwhile, because then the workers stop the clock if they do anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, thread
from typing import Any
from weakref import WeakKeyDictionary

from .handed_tasks import HandedTask
from .scheduler import Scheduler

_real_submit = ThreadPoolExecutor.submit
# The standard library's own item of a pool's queue. Only its end comes after all callbacks.
_WorkItem: Any = thread._WorkItem
_real_run = _WorkItem.run


class _Workload:
    """The test's tasks in one older pool; it is in motion while one of them may begin at once."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._threads = pool._threads
        self._lock = threading.RLock()
        self._queued = 0
        self._running = 0

    def change(self, task: _Task, *, queued: int = 0, running: int = 0) -> None:
        with self._lock:
            self._queued += queued
            self._running += running
            if self._queued and self._running < len(self._threads):
                task.scheduler.in_motion.add(self)
            else:
                task.scheduler.settle(self)


class _Task(HandedTask):
    """One task, as it is given to a pool: its function and arguments."""

    workload: _Workload | None = None
    _is_queued = False

    def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    def enqueue(self) -> None:
        self._is_queued = True
        self._change(queued=1)

    def dequeue(self) -> bool:
        """Remove it from the tasks that have not begun; returns whether it was one of them."""
        was_queued, self._is_queued = self._is_queued, False
        if was_queued:
            self._change(queued=-1)
        return was_queued

    def begin(self) -> None:
        super().begin()
        self._change(running=1)
        self.dequeue()

    def end(self) -> None:
        self._change(running=-1)
        super().end()

    def _change(self, *, queued: int = 0, running: int = 0) -> None:
        if self.workload is not None:
            self.workload.change(self, queued=queued, running=running)


class ThreadPools:
    """Counts the tasks that are given to pools.

    Args:
        hand: makes a task of the current thread, given the class; ``None`` while no virtual time is
            on.
        counts: whether a scheduler counts what is put in a queue.
    """

    def __init__(
        self,
        hand: Callable[[type[_Task]], _Task | None],
        counts: Callable[[object, Scheduler], bool],
    ) -> None:
        self._hand = hand
        self._counts = counts
        self._workloads: WeakKeyDictionary[ThreadPoolExecutor, _Workload] = WeakKeyDictionary()

    def replace(self) -> None:
        """Begin to count tasks."""

        def submit(
            pool: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Future[Any]:
            task = self._hand(_Task)
            if task is None or (task.is_own and self._counts(pool._work_queue, task.scheduler)):
                return _real_submit(pool, fn, *args, **kwargs)
            if task.is_own:
                task.workload = self._workloads.setdefault(pool, _Workload(pool))
            task.enqueue()
            try:
                future = _real_submit(pool, task, fn, *args, **kwargs)
            except BaseException:
                task.dequeue()
                raise
            task._change()  # there may be a new worker by now
            future.add_done_callback(lambda future: future.cancelled() and task.dequeue())
            return future

        def run(item: Any, *args: Any) -> None:
            task = _task_of(item)
            if task is None:
                _real_run(item, *args)
                return
            task.begin()
            try:
                _real_run(item, *args)
            finally:
                task.end()

        _put(ThreadPoolExecutor, "submit", submit)
        _put(_WorkItem, "run", run)

    def restore(self) -> None:
        """Stop counting tasks."""
        _put(ThreadPoolExecutor, "submit", _real_submit)
        _put(_WorkItem, "run", _real_run)


def _task_of(item: Any) -> _Task | None:
    # Up to Python 3.13 the function is an attribute; from 3.14 on it is the first part of another.
    function = item.fn if hasattr(item, "fn") else item.task[0]
    return function if isinstance(function, _Task) else None


def _put(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)
