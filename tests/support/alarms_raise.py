"""Alarms that raise an error; the handler of before is restored afterwards."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_asyncops import AsyncOpsMock

from .virtual_seconds import seconds_elapsed


class TimesUp(Exception):
    """What the handler raises."""


@contextmanager
def alarms_raise() -> Iterator[None]:
    def handler(*_: Any) -> None:
        raise TimesUp

    before = signal.signal(signal.SIGALRM, handler)
    try:
        yield
    finally:
        left = signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert left == (0, 0)


def alarms_noted(mock: AsyncOpsMock) -> list[float]:
    """When alarms came, for a handler that goes on instead."""
    times: list[float] = []
    signal.signal(signal.SIGALRM, lambda *_: times.append(seconds_elapsed(mock)))
    return times
