"""A pause of real time, also while virtual time is on."""

from __future__ import annotations

import threading

_held = threading.Lock()  # made before any mock, so its waits stay real
_held.acquire()


def really_wait(seconds: float) -> None:
    """Take so many seconds of real time."""
    _held.acquire(timeout=seconds)
