"""A pause of real time, also while virtual time is on."""

from __future__ import annotations

import math
import select


def really_wait(seconds: float) -> None:
    """Take so many seconds of real time, in whole milliseconds."""
    select.poll().poll(math.ceil(seconds * 1_000))  # in C, where virtual time does not reach
