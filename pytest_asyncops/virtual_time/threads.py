"""Notes the beginning and the end of every thread that is started while virtual time is on.

`threading` and the code under test start threads by a function of ``_thread``. A thread counts as
in motion from before that call until its last step in Python.
"""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Protocol

from .scheduler import FindScheduler, Scheduler
from .stack_frames import is_tool

_Function = Callable[..., Any]

STARTS: list[tuple[Any, str]] = [
    (owner, name)
    for owner, name in (
        (_thread, "start_new_thread"),
        (_thread, "start_new"),
        (_thread, "start_joinable_thread"),
        (threading, "_start_new_thread"),
        (threading, "_start_joinable_thread"),
    )
    if hasattr(owner, name)
]
"""Where the functions are that start threads, in all versions of Python."""


class Kept(Protocol):
    """The threads that keep real time."""

    def add_current(self) -> None:
        """Count the current thread as one of them."""

    def discard_current(self) -> None:
        """Count the current thread as one of the test's."""


class ThreadStarts:
    """Replaces the functions that start threads.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        real_time_threads: returns the threads that keep real time, ``None`` while no virtual time
            is on.
    """

    def __init__(
        self, scheduler: FindScheduler, real_time_threads: Callable[[], Kept | None]
    ) -> None:
        self._scheduler = scheduler
        self._real_time_threads = real_time_threads
        self._stack = ExitStack()

    def replace(self) -> None:
        """Put the replacements in place."""
        for owner, name in STARTS:
            self._stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, self._starting(getattr(owner, name)))

    def restore(self) -> None:
        """Put the real functions back."""
        self._stack.close()

    def _starting(self, real: _Function) -> _Function:
        def start(function: _Function, *args: Any, **kwargs: Any) -> Any:
            kept = self._real_time_threads()
            if kept is None or not callable(function):
                return real(function, *args, **kwargs)
            scheduler = None if _is_started_by_tool() else self._scheduler()
            thread = getattr(function, "__self__", None)
            begun = _Begun(function, kept, scheduler, thread)
            if scheduler is None:
                return real(begun, *args, **kwargs)
            scheduler.in_motion.add(begun)
            if begun.thread is not None:
                scheduler.begin_thread(begun.thread)
            try:
                return real(begun, *args, **kwargs)
            except BaseException:
                scheduler.forget_thread(begun.thread)
                scheduler.settle(begun)
                raise

        return start


def _is_started_by_tool() -> bool:
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__") == "threading" and frame.f_back is not None:
        frame = frame.f_back
    return is_tool(frame)


class _Begun:
    """What a new thread calls; what holds the clock until it does."""

    def __init__(
        self, function: _Function, kept: Kept, scheduler: Scheduler | None, thread: object
    ) -> None:
        self._function = function
        self._kept = kept
        self._scheduler = scheduler
        self.thread = thread if isinstance(thread, threading.Thread) else None

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        scheduler = self._scheduler
        if scheduler is None:
            self._kept.add_current()
            self._function(*args, **kwargs)
            return
        self._kept.discard_current()
        scheduler.enter()
        scheduler.in_motion.discard(self)
        try:
            self._function(*args, **kwargs)
        finally:
            scheduler.end_thread(self.thread)
