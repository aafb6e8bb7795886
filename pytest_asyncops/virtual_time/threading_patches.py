"""Makes the waits of threads virtual.

``Event``, ``Condition``, ``Queue``, ``Barrier``, ``Semaphore`` and futures all wait in
``Condition.wait``.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .scheduler import FindScheduler
from .stack_frames import is_tool

_real_wait = threading.Condition.wait
_new_lock = threading.Lock
_real_join = threading.Thread.join
_real_start = threading.Thread.start

_KeepReal = Callable[[threading.Thread], None]


class ThreadingPatches:
    """Replaces the waits of ``threading`` with those of the scheduler.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        keep_real: called with each new thread that is to keep real time.
    """

    def __init__(self, scheduler: FindScheduler, keep_real: _KeepReal) -> None:
        self._scheduler = scheduler
        self._keep_real = keep_real

    def replace(self) -> None:
        """Put the replacements in place."""
        find = self._scheduler
        _put(threading.Condition, "wait", _waiting(find))
        _put(threading.Thread, "join", _joining(find))
        _put(threading.Thread, "start", _starting(find, self._keep_real))

    def restore(self) -> None:
        """Put the real waits back."""
        _put(threading.Condition, "wait", _real_wait)
        _put(threading.Thread, "join", _real_join)
        _put(threading.Thread, "start", _real_start)


def _starting(find: FindScheduler, keep_real: _KeepReal) -> Callable[..., None]:
    def start(thread: threading.Thread) -> None:
        if find() is None or is_tool(sys._getframe(1)):
            keep_real(thread)
        _real_start(thread)

    return start


def _waiting(find: FindScheduler) -> Callable[..., bool]:
    def wait(condition: Any, timeout: float | None = None) -> bool:
        scheduler = find()
        if scheduler is None:
            return _real_wait(condition, timeout)
        if timeout is not None and timeout <= 0:
            scheduler.client.nudge()
            return _real_wait(condition, timeout)
        # As threading does it, in the same order, apart from how it waits: a condition notifies by
        # releasing a lock in its list, and only the code that put the lock there can tell.
        if not condition._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = _new_lock()
        waiter.acquire()
        condition._waiters.append(waiter)
        saved = condition._release_save()
        came = False

        def notified() -> bool:
            return waiter not in condition._waiters

        try:
            if timeout is None:
                came = scheduler.wait_forever(waiter.acquire, over=notified)
            else:
                came = scheduler.wait(
                    timeout,
                    lambda seconds: waiter.acquire(timeout=seconds),
                    over=notified,
                )
        finally:
            condition._acquire_restore(saved)
            if not came:
                came = notified()
                with suppress(ValueError):
                    condition._waiters.remove(waiter)
        return came

    return wait


def _joining(find: FindScheduler) -> Callable[..., None]:
    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        scheduler = find()
        if (
            scheduler is None
            or not thread.is_alive()
            or thread is threading.current_thread()  # it raises the fitting error
            or scheduler.is_foreign(thread)  # it takes real time, and so does this wait
        ):
            _real_join(thread, timeout)
            return

        def ended(seconds: float) -> bool:
            _real_join(thread, seconds)
            return not thread.is_alive()

        def ends() -> bool:
            # A thread leaves this list a little before it is no longer alive.
            return thread not in threading.enumerate()

        if timeout is None:
            scheduler.wait_forever(lambda: _real_join(thread), over=ends)
        elif timeout > 0:
            scheduler.wait(timeout, ended, over=ends)

    return join


def _put(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)
