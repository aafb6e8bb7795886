"""Makes the waits of event loops virtual: asyncio's timers wait in the ``select`` of a selector."""

from __future__ import annotations

import selectors
import sys
from collections.abc import Callable
from typing import Any

from .client_clock import PASS, SLEEP_OF_ZERO
from .file_waits import File
from .living_loops import LivingLoops
from .loop_waits import wait_for_files
from .scheduler import FindScheduler
from .sockets import Sockets
from .stack_frames import LOOPS, is_tool, module_of

_SELECTORS: list[Any] = [
    getattr(selectors, name)
    for name in ("EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector",
                 "SelectSelector")
    if hasattr(selectors, name)
]  # fmt: skip

_SERVER = "socketserver"


class AsyncioPatches:
    """Replaces the selects of event loops, and of Python's own servers, with the scheduler's waits.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        sockets: which sockets are about to receive something.

    Attributes:
        loops: the loops that have waited in virtual time.
    """

    def __init__(self, scheduler: FindScheduler, sockets: Sockets) -> None:
        self._scheduler = scheduler
        self._sockets = sockets
        self.loops: LivingLoops = LivingLoops()
        self._selects: list[tuple[Any, Any]] = []

    def replace(self) -> None:
        """Put the replacements in place."""
        for selector in _SELECTORS:
            real = selector.select
            self._selects.append((selector, real))
            selector.select = _selecting(real, self._scheduler, self._sockets, self.loops)

    def restore(self) -> None:
        """Put the real selects back."""
        for selector, real in self._selects:
            selector.select = real
        self._selects.clear()


def _selecting(
    real: Any, find: FindScheduler, sockets: Sockets, loops: LivingLoops
) -> Callable[..., Any]:
    def selecting(selector: Any, timeout: float | None = None) -> Any:
        scheduler = find()
        if scheduler is None:
            return real(selector, timeout)
        caller = sys._getframe(1)
        if is_tool(caller):
            return real(selector, timeout)
        if timeout is not None and timeout <= 0:
            scheduler.client.note_reading(PASS if module_of(caller) in LOOPS else SLEEP_OF_ZERO)
            return real(selector, timeout)
        # A server's limit only says how often it checks whether to stop: it does not wait for a
        # time.
        serves = module_of(caller) == _SERVER and caller.f_code.co_name == "serve_forever"
        keys = list((selector.get_map() or {}).values())
        loop = loops.note_current() if module_of(caller) in LOOPS else None
        # Other threads wake the loop by this one; the loop does not wait for it.
        own = getattr(loop, "_ssock", None)
        return wait_for_files(
            scheduler,
            lambda: real(selector, 0),
            seconds=None if serves else timeout,
            real_limit=timeout if serves else None,
            files=_inside(selector) or [(key.fd, key.events) for key in keys],
            watched=[key.fd for key in keys if key.fileobj is not own],
            sockets=sockets,
        )

    return selecting


def _inside(selector: Any) -> list[File]:
    """The one descriptor that stands for all those of a selector, on systems that have one."""
    return [(selector.fileno(), selectors.EVENT_READ)] if hasattr(selector, "fileno") else []
