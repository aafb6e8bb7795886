"""Event loops that live on after a mock.

The clock of a loop goes back when virtual time ends, by everything that was skipped. Calls that a
session-wide loop has planned for a virtual time would then come hours too late.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakSet

from ..durations import SECOND


class LivingLoops:
    """The loops that have waited in virtual time."""

    def __init__(self) -> None:
        self._loops: WeakSet[asyncio.AbstractEventLoop] = WeakSet()

    def note_current(self) -> Any:
        """Note the loop that runs in this thread; returns it, ``None`` if there is none."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return None
        self._loops.add(loop)
        return loop

    def bring_back(self, nanoseconds: int) -> None:
        """Plan everything for an earlier time, because each loop's clock goes back by as much."""
        for loop in tuple(self._loops):
            if not loop.is_closed():
                # asyncio has no other way to reach what it has planned. The order stays as it is.
                for timer in tuple(getattr(loop, "_scheduled", ())):
                    timer._when -= nanoseconds / SECOND
        self._loops.clear()
