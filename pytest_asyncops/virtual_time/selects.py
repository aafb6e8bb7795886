"""A ``select.select`` of no files, which is a way to sleep."""

from __future__ import annotations

import select
import sys
from typing import Any

from ..durations import SECOND
from .replaced import Replaced
from .scheduler import FindScheduler
from .stack_frames import is_tool

_real_select = select.select

_TOO_LONG = 2**63 // SECOND
"""Seconds that Python's own select refuses: 292 years."""


class Selects:
    """What replaces ``select.select``.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def __init__(self, scheduler: FindScheduler) -> None:
        self._scheduler = scheduler

    @property
    def functions(self) -> list[Replaced]:
        """The functions that are replaced."""
        return [Replaced(select, "select", _real_select, self._select)]

    def _select(
        self, rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /
    ) -> tuple[list[Any], list[Any], list[Any]]:
        scheduler = self._scheduler()
        sleeps = not (rlist or wlist or xlist) and timeout is not None and 0 < timeout < _TOO_LONG
        if scheduler is None or not sleeps or timeout is None or is_tool(sys._getframe(1)):
            __tracebackhide__ = True
            return _real_select(rlist, wlist, xlist, timeout)
        _real_select(rlist, wlist, xlist, 0)  # which refuses empty values that are not lists
        scheduler.sleep(round(timeout * SECOND))
        return [], [], []
