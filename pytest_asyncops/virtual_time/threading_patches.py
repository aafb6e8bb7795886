"""Makes the waits of threads virtual.

``Event``, ``Condition``, ``Queue``, ``Barrier``, ``Semaphore`` and futures all wait in
``Condition.wait``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .client_clock import SLEEP_OF_ZERO
from .scheduler import FindScheduler

_real_wait = threading.Condition.wait
_real_join = threading.Thread.join


class ThreadingPatches:
    """Replaces the waits of ``threading`` with those of the scheduler.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def __init__(self, scheduler: FindScheduler) -> None:
        self._scheduler = scheduler

    def replace(self) -> None:
        """Put the replacements in place."""
        _put(threading.Condition, "wait", _waiting(self._scheduler))
        _put(threading.Thread, "join", _joining(self._scheduler))

    def restore(self) -> None:
        """Put the real waits back."""
        _put(threading.Condition, "wait", _real_wait)
        _put(threading.Thread, "join", _real_join)


def _waiting(find: FindScheduler) -> Callable[..., bool]:
    def wait(condition: Any, timeout: float | None = None) -> bool:
        scheduler = find()
        if scheduler is None:
            return _real_wait(condition, timeout)
        if timeout is not None and timeout <= 0:
            scheduler.client.note_reading(SLEEP_OF_ZERO)
            return _real_wait(condition, timeout)
        # Like threading, in the same order, except for the wait: a condition notifies by releasing
        # what is in its list, and only the code that put it there knows.
        if not condition._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        notice = scheduler.notice()
        condition._waiters.append(notice)
        saved = condition._release_save()
        try:
            scheduler.wait(notice, timeout)
        finally:
            condition._acquire_restore(saved)
            if not notice.came:
                with suppress(ValueError):
                    condition._waiters.remove(notice)
        return notice.came

    return wait


def _joining(find: FindScheduler) -> Callable[..., None]:
    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        scheduler = find()
        # The thread raises the right error if it has not begun, or joins itself.
        if scheduler is None or (timeout is not None and timeout <= 0) or not thread.is_alive():
            __tracebackhide__ = True
            _real_join(thread, timeout)
        elif scheduler.ends.are_expected_of(thread):
            if thread is threading.current_thread() or scheduler.join(thread, timeout):
                _real_join(thread)
        else:  # it takes real time, and so does this wait
            with scheduler.outside.awaited(
                "a thread that keeps real time",
                timeout,
                # A thread of an older pool may do a task of the test.
                unless=lambda: scheduler.open_wait_of(thread.ident or 0) is not None,
            ):
                _real_join(thread, timeout)

    return join


def _put(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)
