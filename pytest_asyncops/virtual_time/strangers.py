"""Threads of this package's own that keep real time, whatever test they are started in."""

from __future__ import annotations

from .time_functions import active_anywhere


def be_a_stranger() -> None:
    """Count the current thread, which has just begun, as none of the test's."""
    active = active_anywhere()
    if active is not None:
        active.real_time_threads.add_current()
        active.scheduler.leave()
