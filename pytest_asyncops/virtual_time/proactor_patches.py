"""Makes the waits of Windows' default event loop virtual.

That loop waits for completions, and no other thread can ask whether one has come. So the loop's own
thread looks, again and again; and what other threads give the loop is noted where they give it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from .client_clock import PASS
from .in_motion import InMotion
from .living_loops import LivingLoops
from .patches import Patches
from .scheduler import FindScheduler
from .waits import Wait

_real_monotonic = time.monotonic

SLICE = 0.001
"""Real seconds of one look of the loop's thread."""

UNKNOWN = 0.02
"""Real seconds that the clock waits for an unknown operation."""

PROACTORS: list[Any] = [
    getattr(asyncio, name) for name in ("IocpProactor",) if hasattr(asyncio, name)
]
"""The classes that wait for such a loop; only Windows has any."""


class _ProactorWait(Wait):
    """A wait for completions."""

    __slots__ = ("_real", "happened")

    def __init__(self, in_motion: InMotion, real: Callable[[float], Any]) -> None:
        super().__init__(in_motion)
        self._real = real
        self.happened: Any = None

    def pass_through(self) -> None:
        self.happened = self._real(SLICE)
        if self.happened:
            self.came = True


class ProactorPatches:
    """Replaces the waits of proactors with those of the scheduler.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        loops: notes the loops that wait in virtual time.
        proactors: the classes of proactors.
    """

    def __init__(
        self, scheduler: FindScheduler, loops: LivingLoops, proactors: Sequence[Any] = PROACTORS
    ) -> None:
        self._scheduler = scheduler
        self._loops = loops
        self._proactors = proactors
        self._waits: WeakKeyDictionary[Any, Wait] = WeakKeyDictionary()
        self._patches = Patches()

    def replace(self) -> None:
        """Put the replacements in place."""
        for proactor in self._proactors:
            self._patches.put(proactor, "select", self._selecting(proactor.select))
        if self._proactors:
            loop = asyncio.BaseEventLoop
            self._patches.put(loop, "call_soon_threadsafe", self._giving(loop.call_soon_threadsafe))

    def restore(self) -> None:
        """Put the real functions back."""
        self._patches.take_back()

    def _giving(self, real: Any) -> Any:
        def call_soon_threadsafe(loop: Any, *args: Any, **kwargs: Any) -> Any:
            handle = real(loop, *args, **kwargs)
            wait = self._waits.get(loop)
            if wait is not None:
                wait.give()
            return handle

        return call_soon_threadsafe

    def _selecting(self, real: Any) -> Any:
        def select(proactor: Any, timeout: float | None = None) -> Any:
            scheduler = self._scheduler()
            if scheduler is None:
                return real(proactor, timeout)
            wait = _ProactorWait(scheduler.in_motion, lambda limit: real(proactor, limit))
            # Before the look, so that whatever comes is either seen by it or noted.
            loop = self._loops.note_current()
            if loop is not None:
                self._waits[loop] = wait
            try:
                happened = real(proactor, 0)
                if happened or (timeout is not None and timeout <= 0):
                    scheduler.client.note_reading(PASS)
                    return happened
                if len(getattr(proactor, "_cache", ())) > 1:  # one operation is the loop's own
                    until = _real_monotonic() + UNKNOWN
                    scheduler.outside.await_until(wait, "an operation of a loop", lambda: until)
                scheduler.wait(wait, timeout)
            finally:
                if loop is not None:
                    self._waits.pop(loop, None)
            return wait.happened or real(proactor, 0)

        return select
