"""Notes the beginning and the end of every thread that is started while virtual time is on.

`threading` and the code under test start threads by a function of ``_thread``. A thread counts as
in motion from before that call until its last step in Python.
"""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from .replaced import Replaced
from .scheduler import FindScheduler, Scheduler
from .stack_frames import OWN_PACKAGE, is_tool, package_of

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
"""The functions that start threads, in all versions of Python."""


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

    @property
    def functions(self) -> list[Replaced]:
        """The functions that are replaced."""
        made = {real: _Start(real, self) for real in (getattr(*place) for place in STARTS)}
        return [
            Replaced(owner, name, real, made[real].start)
            for owner, name in STARTS
            for real in (getattr(owner, name),)
        ]

    def begin(self, real: _Function, function: _Function, *args: Any, **kwargs: Any) -> Any:
        """Start a thread that calls a function, by the real function for this."""
        kept = self._real_time_threads()
        if kept is None or not callable(function):
            return real(function, *args, **kwargs)
        scheduler = None if _is_started_by_tool() else self._scheduler()
        begun = _Begun(function, kept, scheduler)
        if scheduler is None:
            return real(begun, *args, **kwargs)
        scheduler.in_motion.add(begun)
        if begun.thread is not None:
            scheduler.ends.expect(begun.thread)
        try:
            return real(begun, *args, **kwargs)
        except BaseException:
            scheduler.ends.forget(begun.thread)
            scheduler.settle(begun)
            raise


class _Start:
    """The replacement of one function that starts threads."""

    def __init__(self, real: _Function, starts: ThreadStarts) -> None:
        self._real = real
        self._starts = starts

    def start(self, function: _Function, /, *args: Any, **kwargs: Any) -> Any:
        return self._starts.begin(self._real, function, *args, **kwargs)


def _is_started_by_tool() -> bool:
    frame = sys._getframe(3)  # beyond the functions of this module
    while package_of(frame) in ("threading", OWN_PACKAGE) and frame.f_back is not None:
        frame = frame.f_back
    return is_tool(frame)


class _Begun:
    """The function that a new thread calls; it stops the clock until then."""

    def __init__(self, function: _Function, kept: Kept, scheduler: Scheduler | None) -> None:
        self._function = function
        self._kept = kept
        self._scheduler = scheduler
        thread = getattr(function, "__self__", None)
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
