"""time-machine's other travels, which a test makes while virtual time is on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import time_machine

from .time_functions import ActiveTime


class TickingTravellers:
    """Lets time-machine's other travellers move with skipped waits, if they tick.

    Args:
        active_here: the virtual time of the current thread, ``None`` for real time.
    """

    def __init__(self, active_here: Callable[[], ActiveTime | None]) -> None:
        self._active_here = active_here
        # The part in C, which asks a traveller for the time.
        self._inside: Any = time_machine._time_machine  # type: ignore[attr-defined]
        self._real: Callable[[], int] = self._inside.original_time_ns

    def replace(self) -> None:
        """Let them move."""
        asks = time_machine.Traveller.time_ns.__code__  # its escape hatch gets the real time

        def original_time_ns() -> int:
            now = self._real()
            is_traveller = sys._getframe(1).f_code is asks
            active = self._active_here() if is_traveller else None
            if active is None:
                return now
            active.client.note_reading()
            return now + active.client.moved_ns()

        self._inside.original_time_ns = original_time_ns

    def restore(self) -> None:
        """Put them back."""
        self._inside.original_time_ns = self._real
