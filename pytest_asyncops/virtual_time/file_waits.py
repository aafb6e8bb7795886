"""Waits for files and for time at once, as an event loop does."""

from __future__ import annotations

import selectors
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from .scheduler import Scheduler
from .sockets import Sockets

PATIENCE = 0.02
"""Real seconds that a file, of which nothing is known, is given before the clock may jump."""


def wait_for_files(
    scheduler: Scheduler,
    real: Callable[[float | None], Any],
    *,
    seconds: float | None,
    files: Sequence[int],
    ready: Callable[[], bool],
    sockets: Sockets,
) -> Any:
    """Wait in virtual time.

    Args:
        scheduler: where.
        real: waits for at most so many real seconds, and gives what has happened.
        seconds: how many, ``None`` for ever.
        files: what is waited for; one of them is the loop's own.
        ready: whether something has happened, asked by other threads.
        sockets: which of the files are about to be answered.

    Returns:
        What ``real`` gave last.
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

    A selector in which another thread waits is not asked itself: the one of poll() cannot be asked
    by two threads at once.
    """
    with selectors.DefaultSelector() as probe:
        for file, events in files:
            with suppress(OSError, ValueError):  # that thread has just closed it
                probe.register(file, events)
        return bool(probe.get_map()) and bool(probe.select(0))
