"""The waits of Python's own primitives, by way of the schedule.

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

from ..clock import SECOND
from .schedule import PATIENCE, Schedule

_real_wait = threading.Condition.wait
_new_lock = threading.Lock
_real_join = threading.Thread.join

_SELECTORS: list[Any] = [
    getattr(selectors, name)
    for name in ("EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector",
                 "SelectSelector")
    if hasattr(selectors, name)
]  # fmt: skip

# Whose waits these are. Others wait for sockets and nothing else, and have to wait really.
_LOOP = "asyncio.base_events"
_SERVER = "socketserver"


_Find = Callable[[], "Schedule | None"]


class Primitives:
    """Puts the schedule's waits in the place of the real ones.

    Args:
        schedule: gives the schedule for the current thread, ``None`` if it waits really.
    """

    def __init__(self, schedule: _Find) -> None:
        self._schedule = schedule
        self._selects: list[tuple[Any, Any]] = []

    def replace(self) -> None:
        """Put them there."""
        find = self._schedule
        _put(threading.Condition, "wait", _waiting(find))
        _put(threading.Thread, "join", _joining(find))
        for selector in _SELECTORS:
            real = selector.select
            self._selects.append((selector, real))
            _put(selector, "select", _selecting(real, find))

    def restore(self) -> None:
        """Put the real ones back."""
        _put(threading.Condition, "wait", _real_wait)
        _put(threading.Thread, "join", _real_join)
        for selector, real in self._selects:
            _put(selector, "select", real)
        self._selects.clear()


def _waiting(find: _Find) -> Callable[..., bool]:
    def wait(condition: Any, timeout: float | None = None) -> bool:
        schedule = find()
        if schedule is None:
            return _real_wait(condition, timeout)
        if timeout is not None and timeout <= 0:
            schedule.nudge()
            return _real_wait(condition, timeout)
        # What threading does, in its own order, but for how it waits: a condition hands a notice
        # to a lock in its list, and only who put the lock there can tell whether it got one.
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
                came = schedule.rest(waiter.acquire, over=notified)
            else:
                came = schedule.wait(
                    round(timeout * SECOND),
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
        schedule = find()
        if schedule is None or not thread.is_alive() or thread is threading.current_thread():
            _real_join(thread, timeout)  # which says what is wrong, if something is
            return

        def ended(seconds: float) -> bool:
            _real_join(thread, seconds)
            return not thread.is_alive()

        def ends() -> bool:
            # It leaves the list a little before it is no longer alive.
            return thread not in threading.enumerate()

        if timeout is None:
            schedule.rest(lambda: _real_join(thread), over=ends)
        elif timeout > 0:
            schedule.wait(round(timeout * SECOND), ended, over=ends)

    return join


def _has_events(selector: Any) -> bool:
    """Whether a selector in which another thread waits has something to tell.

    It is not asked itself: the one of poll() cannot be asked by two threads at once.
    """
    with selectors.DefaultSelector() as probe:
        for key in list(selector.get_map().values()):
            probe.register(key.fd, key.events)
        return bool(probe.select(0))


def _put(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)


def _selecting(real: Any, find: _Find) -> Callable[..., Any]:
    def selecting(selector: Any, timeout: float | None = None) -> Any:
        schedule = None if timeout is not None and timeout <= 0 else find()
        caller = sys._getframe(1).f_globals.get("__name__")
        if schedule is None or caller not in (_LOOP, _SERVER):
            return real(selector, timeout)
        if timeout is None or caller == _SERVER:
            # A server looks now and then whether it is to stop; that is no time of its own.
            return schedule.rest(
                lambda: real(selector, timeout), over=lambda: _has_events(selector)
            )
        events: list[Any] = []

        def arrives(seconds: float) -> bool:
            events[:] = real(selector, seconds)
            return bool(events)

        # One file is the loop's own; with more, an answer may be on its way.
        patience = PATIENCE if len(selector.get_map()) > 1 else 0
        schedule.wait(
            round(timeout * SECOND),
            arrives,
            over=lambda: _has_events(selector),
            patience=patience,
        )
        return events

    return selecting
