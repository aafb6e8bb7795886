"""Makes the waits of Python's own primitives virtual.

``Event``, ``Condition``, ``Queue``, ``Barrier``, ``Semaphore`` and futures all wait in
``Condition.wait``; asyncio's timers all wait in the ``select`` of the loop's selector.
"""

from __future__ import annotations

import selectors
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .file_waits import are_ready, wait_for_files
from .frames import is_tool
from .scheduler import Scheduler
from .sockets import Sockets

_real_wait = threading.Condition.wait
_new_lock = threading.Lock
_real_join = threading.Thread.join
_real_start = threading.Thread.start

_SELECTORS: list[Any] = [
    getattr(selectors, name)
    for name in ("EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector",
                 "SelectSelector")
    if hasattr(selectors, name)
]  # fmt: skip

# The modules whose selects are virtual. Other code waits for sockets alone, and waits really.
_LOOPS = frozenset({"asyncio.base_events", "nest_asyncio"})
_SERVER = "socketserver"

_Find = Callable[[], "Scheduler | None"]
_KeepReal = Callable[[threading.Thread], None]


class ThreadingPatches:
    """Replaces the waits of ``threading`` and ``selectors`` with those of the scheduler.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        keep_real: called with each new thread that is to keep real time.
        sockets: which sockets are about to receive something.
    """

    def __init__(self, scheduler: _Find, keep_real: _KeepReal, sockets: Sockets) -> None:
        self._scheduler = scheduler
        self._keep_real = keep_real
        self._sockets = sockets
        self._selects: list[tuple[Any, Any]] = []

    def replace(self) -> None:
        """Put the replacements in place."""
        find = self._scheduler
        _put(threading.Condition, "wait", _waiting(find))
        _put(threading.Thread, "join", _joining(find))
        _put(threading.Thread, "start", _starting(find, self._keep_real))
        for selector in _SELECTORS:
            real = selector.select
            self._selects.append((selector, real))
            _put(selector, "select", _selecting(real, find, self._sockets))

    def restore(self) -> None:
        """Put the real waits back."""
        _put(threading.Condition, "wait", _real_wait)
        _put(threading.Thread, "join", _real_join)
        _put(threading.Thread, "start", _real_start)
        for selector, real in self._selects:
            _put(selector, "select", real)
        self._selects.clear()


def _starting(find: _Find, keep_real: _KeepReal) -> Callable[..., None]:
    def start(thread: threading.Thread) -> None:
        if find() is None or is_tool(sys._getframe(1)):
            keep_real(thread)
        _real_start(thread)

    return start


def _waiting(find: _Find) -> Callable[..., bool]:
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


def _joining(find: _Find) -> Callable[..., None]:
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


def _selecting(real: Any, find: _Find, sockets: Sockets) -> Callable[..., Any]:
    def selecting(selector: Any, timeout: float | None = None) -> Any:
        scheduler = None if timeout is not None and timeout <= 0 else find()
        caller = sys._getframe(1).f_globals.get("__name__")
        if scheduler is None or not (caller in _LOOPS or caller == _SERVER):
            return real(selector, timeout)
        keys = selector.get_map  # None if another thread has just closed the selector
        return wait_for_files(
            scheduler,
            lambda limit: real(selector, timeout if limit is None else limit),
            # A server's limit is only how often it looks whether to stop, so it is not a wait for
            # time.
            seconds=None if caller == _SERVER else timeout,
            files=[key.fd for key in keys().values()],
            ready=lambda: are_ready(
                [(key.fd, key.events) for key in list((keys() or {}).values())]
            ),
            sockets=sockets,
        )

    return selecting
