"""A ``select.select`` of no files, which is a way to sleep."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from typing import Any

from ..durations import SECOND
from .scheduler import FindScheduler
from .stack_frames import is_tool

_real_select = select.select


def virtual_select(find: FindScheduler) -> Callable[..., Any]:
    """The function that replaces ``select.select``.

    Args:
        find: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def virtual(
        rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /
    ) -> tuple[list[Any], list[Any], list[Any]]:
        scheduler = find()
        sleeps = not (rlist or wlist or xlist) and timeout is not None and timeout > 0
        if scheduler is None or not sleeps or timeout is None or is_tool(sys._getframe(1)):
            return _real_select(rlist, wlist, xlist, timeout)
        scheduler.sleep(round(timeout * SECOND))
        return [], [], []

    return virtual
