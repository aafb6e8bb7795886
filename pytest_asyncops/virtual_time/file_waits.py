"""Waits for files and for time at once, as an event loop does."""

from __future__ import annotations

import selectors
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from .scheduler import Scheduler
from .sockets import Sockets

PATIENCE = 0.02
"""Real seconds that the clock waits for a file of which nothing is known."""


def wait_for_files(
    scheduler: Scheduler,
    real: Callable[[float | None], Any],
    *,
    seconds: float | None,
    files: Sequence[int],
    ready: Callable[[], bool],
    sockets: Sockets,
) -> Any:
    """Wait for files in virtual time.

    Args:
        scheduler: the scheduler of the wait.
        real: waits for at most so many real seconds, and returns what has happened.
        seconds: the virtual seconds, ``None`` for ever.
        files: the descriptors that are waited for; one of them is the loop's own.
        ready: whether something has happened; other threads ask this.
        sockets: which of the files are about to receive something.

    Returns:
        What ``real`` returned last.
    """
    if seconds is None:
        return scheduler.wait_forever(lambda: real(None), over=ready)
    happened: Any = None

    def arrives(limit: float) -> bool:
        nonlocal happened
        happened = real(limit)
        return bool(happened)

    unknown = sum(not sockets.knows(file) for file in files)
    scheduler.wait(
        seconds,
        arrives,
        over=lambda: sockets.are_awaited(files) or ready(),
        patience=PATIENCE if unknown > 1 else 0,
    )
    return happened


def are_ready(files: Iterable[tuple[int, int]]) -> bool:
    """Whether something has happened to files, each given with the events that count.

    The selector in which another thread waits cannot be asked: two threads cannot use one poll() at
    the same time.
    """
    with selectors.DefaultSelector() as probe:
        for file, events in files:
            with suppress(OSError, ValueError):  # the waiting thread has just closed it
                probe.register(file, events)
        return bool(probe.get_map()) and bool(probe.select(0))
