"""Other travels of time-machine, which a test makes while virtual time is on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine

from .time_functions import ActiveTime


@contextmanager
def ticking_travellers(kind: Any, active: ActiveTime) -> Iterator[None]:
    """Let the other travellers of time-machine move with skipped waits, if they tick.

    Args:
        kind: their class.
        active: the virtual time.
    """
    inside: Any = time_machine._time_machine  # type: ignore[attr-defined]  # of which it asks the time
    real = inside.original_time_ns
    asks = kind.time_ns.__code__  # its escape hatch asks for the real time, and gets it

    def original_time_ns() -> int:
        now: int = real()
        is_traveller = sys._getframe(1).f_code is asks
        if not is_traveller or active.real_time_threads.is_here():
            return now
        active.client.note_reading()
        return now + active.client.moved_ns()

    inside.original_time_ns = original_time_ns
    try:
        yield
    finally:
        inside.original_time_ns = real
