"""Clients in other processes: their waits cannot be skipped, so they do not move the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..virtual_time.server_clock import ServerClock

_real_monotonic = time.monotonic


class OtherProcesses:
    """Notes for how long they poll while the clock stands still.

    Args:
        clock: the servers' clock.
        is_known: whether the client with an address is in this process.
    """

    def __init__(self, clock: ServerClock, is_known: Callable[[Any], bool]) -> None:
        self._clock = clock
        self._is_known = is_known
        self._since = (-1, 0.0)

    def polled(self, client: Any) -> tuple[str, float] | None:
        """Note a request; returns its client, and for how long such clients have seen no change."""
        if self._is_known(client):
            return None
        instant, since = self._since
        if instant != self._clock.shared_time.skipped_ns:
            self._since = instant, since = self._clock.shared_time.skipped_ns, _real_monotonic()
        return f"{client[0]}:{client[1]}", _real_monotonic() - since
