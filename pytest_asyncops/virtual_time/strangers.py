"""This package's own threads, which keep real time in whatever test they are started."""

from __future__ import annotations

from .time_functions import active_anywhere


def be_a_stranger() -> None:
    """Count the current thread, which has just begun, as not belonging to the test."""
    active = active_anywhere()
    if active is not None:
        active.real_time_threads.add_current()
        active.scheduler.leave()
