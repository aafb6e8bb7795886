"""Waits for files and for time at once, as an event loop does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .file_waits import File, FileWait
from .scheduler import Scheduler
from .sockets import Sockets


def wait_for_files(
    scheduler: Scheduler,
    look: Callable[[], Any],
    *,
    seconds: float | None,
    files: Sequence[File],
    watched: Sequence[int],
    sockets: Sockets,
    real_limit: float | None = None,
) -> Any:
    """Wait for files in virtual time.

    Args:
        scheduler: the scheduler of the wait.
        look: returns what has happened, without waiting.
        seconds: the virtual seconds, ``None`` for ever.
        files: the files to wait for, perhaps one file that stands for all.
        watched: the descriptors that it waits for in the end.
        sockets: which of them are about to receive something.
        real_limit: the real seconds after which to stop in any case; ``None`` for no such limit.

    Returns:
        What ``look`` returned last.
    """
    happened = look()
    if happened:
        return happened
    wait = FileWait(scheduler.in_motion, files, real_limit)
    outside = scheduler.outside
    if watched:
        outside.await_until(
            wait,
            "a file for which an event loop waits",
            sockets.watch(watched, outside=outside, seconds=seconds),
        )
    scheduler.wait(wait, seconds)
    if wait.came:
        sockets.note_ready(watched)
    return look()
