"""Makes the waits of event loops virtual: asyncio's timers wait in the ``select`` of a selector."""

from __future__ import annotations

import selectors
import sys
from collections.abc import Callable
from typing import Any

from .file_waits import are_ready, wait_for_files
from .scheduler import FindScheduler
from .sockets import Sockets

_SELECTORS: list[Any] = [
    getattr(selectors, name)
    for name in ("EpollSelector", "KqueueSelector", "DevpollSelector", "PollSelector",
                 "SelectSelector")
    if hasattr(selectors, name)
]  # fmt: skip

# The modules whose selects are virtual. Other code waits for sockets alone, and waits really.
_LOOPS = frozenset({"asyncio.base_events", "nest_asyncio"})
_SERVER = "socketserver"


class AsyncioPatches:
    """Replaces the selects of event loops, and of Python's own servers, with the scheduler's waits.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        sockets: which sockets are about to receive something.
    """

    def __init__(self, scheduler: FindScheduler, sockets: Sockets) -> None:
        self._scheduler = scheduler
        self._sockets = sockets
        self._selects: list[tuple[Any, Any]] = []

    def replace(self) -> None:
        """Put the replacements in place."""
        for selector in _SELECTORS:
            real = selector.select
            self._selects.append((selector, real))
            selector.select = _selecting(real, self._scheduler, self._sockets)

    def restore(self) -> None:
        """Put the real selects back."""
        for selector, real in self._selects:
            selector.select = real
        self._selects.clear()


def _selecting(real: Any, find: FindScheduler, sockets: Sockets) -> Callable[..., Any]:
    def selecting(selector: Any, timeout: float | None = None) -> Any:
        scheduler = None if timeout is not None and timeout <= 0 else find()
        caller = sys._getframe(1).f_globals.get("__name__")
        if scheduler is None or not (caller in _LOOPS or caller == _SERVER):
            return real(selector, timeout)
        keys = selector.get_map  # None if another thread has just closed the selector
        return wait_for_files(
            scheduler,
            lambda limit: real(selector, timeout if limit is None else limit),
            # A server's limit is only how often it looks whether to stop, so it is not a wait for
            # time.
            seconds=None if caller == _SERVER else timeout,
            files=[key.fd for key in keys().values()],
            ready=lambda: are_ready(
                [(key.fd, key.events) for key in list((keys() or {}).values())]
            ),
            sockets=sockets,
        )

    return selecting
