"""The timeouts of urllib3, and the error that it raises at their end."""

from __future__ import annotations

import socket
from typing import Any

from urllib3 import Timeout
from urllib3.exceptions import ReadTimeoutError, TimeoutStateError


def read_limit(timeout: Timeout) -> float | None:
    """How many seconds urllib3 waits for an answer at most, ``None`` for no limit."""
    fresh = timeout.clone()  # one that runs returns what is left
    total = fresh.total if isinstance(fresh.total, (int, float)) else None
    try:
        read: Any = fresh.read_timeout
    except TimeoutStateError:  # it has only the total
        return total
    if read is not None and not isinstance(read, (int, float)):
        read = socket.getdefaulttimeout()  # urllib3 1.26 leaves it to the socket
    return min((limit for limit in (total, read) if limit is not None), default=None)


def timed_out(pool: Any, url: str, seconds: float) -> ReadTimeoutError:
    """The error of a pool whose answer has not come in these seconds."""
    return ReadTimeoutError(pool, url, f"Read timed out. (read timeout={seconds:g})")
