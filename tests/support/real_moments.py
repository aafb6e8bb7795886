"""Looks at what the operating system does, until it is as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from .real_pauses import really_wait

LIMIT = 5.0
"""Real seconds."""

T = TypeVar("T")


def real_seconds() -> float:
    """Seconds of real time since some moment, also while virtual time is on."""
    return os.times().elapsed


def comes(look: Callable[[], T], wanted: T) -> bool:
    """Whether a look gives this at last. If not, it says what it gave instead."""
    until = real_seconds() + LIMIT
    while (seen := look()) != wanted:
        if real_seconds() > until:
            raise AssertionError(f"{seen!r} did not become {wanted!r}")
        really_wait(0.002)
    return True
