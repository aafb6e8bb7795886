"""Whether the workers of thread pools have something to do.

An idle worker waits in C for its next task. From outside it looks the same whether a task is on its
way or not. So tasks are counted from their submission until they begin.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from .stack_frames import module_of

_Task = Callable[[], Any]

_real_submit = ThreadPoolExecutor.submit
_real_shutdown = ThreadPoolExecutor.shutdown


class ThreadPools:
    """The tasks that were submitted and have not begun, by pool.

    Args:
        bind_time: makes a task keep the time of the current thread in whichever thread it runs.
    """

    def __init__(self, bind_time: Callable[[_Task], _Task]) -> None:
        self._bind_time = bind_time
        self._lock = threading.Lock()
        self._promised: WeakKeyDictionary[ThreadPoolExecutor, int] = WeakKeyDictionary()
        self._closing: WeakKeyDictionary[ThreadPoolExecutor, bool] = WeakKeyDictionary()

    def replace(self) -> None:
        """Begin to count tasks."""

        def submit(
            pool: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Future[Any]:
            def begin() -> Any:
                self._promise(pool, -1)
                return fn(*args, **kwargs)

            def breaks(future: Future[Any]) -> None:
                if future.cancelled():  # only a task that has not begun can be
                    self._promise(pool, -1)

            self._promise(pool, 1)
            try:
                future = _real_submit(pool, self._bind_time(begin))
            except BaseException:
                self._promise(pool, -1)
                raise
            future.add_done_callback(breaks)
            return future

        def shutdown(pool: ThreadPoolExecutor, *args: Any, **kwargs: Any) -> None:
            self._closing[pool] = True
            _real_shutdown(pool, *args, **kwargs)

        _put("submit", submit)
        _put("shutdown", shutdown)

    def restore(self) -> None:
        """Stop counting tasks."""
        _put("submit", _real_submit)
        _put("shutdown", _real_shutdown)

    def is_idle(self, frame: FrameType) -> bool:
        """Whether this is the top frame of a worker without a task, and none is on its way."""
        pool = _waits_for_work(frame)
        # A worker whose pool is gone is about to end.
        return pool is not None and pool not in self._closing and not self._promised.get(pool)

    def is_called(self, frame: FrameType) -> bool:
        """Whether this is the top frame of a worker that is about to begin a task."""
        pool = _waits_for_work(frame)
        return pool is not None and bool(self._promised.get(pool))

    def _promise(self, pool: ThreadPoolExecutor, count: int) -> None:
        with self._lock:
            self._promised[pool] = self._promised.get(pool, 0) + count


def _waits_for_work(frame: FrameType) -> ThreadPoolExecutor | None:
    """The pool of the worker with this top frame, ``None`` while it has a task."""
    if frame.f_code.co_name != "_worker" or module_of(frame) != "concurrent.futures.thread":
        return None
    if "work_item" in frame.f_locals:
        return None
    pool: ThreadPoolExecutor | None = frame.f_locals["executor_reference"]()
    return pool


def _put(name: str, value: Any) -> None:
    setattr(ThreadPoolExecutor, name, value)
