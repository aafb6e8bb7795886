"""The functions that are called with the time that the waits of a test have skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .server_clock import SharedTime

SkipListener = Callable[[int, int], None]
"""Called after a wait with its nanoseconds, and those that were skipped in all; may raise.

It is called in the thread that has waited, at the place of the wait.
"""


class SkipListeners:
    """Functions that are called after each wait; the latest one first.

    Args:
        shared_time: the time that is skipped.
    """

    def __init__(self, shared_time: SharedTime) -> None:
        self._shared_time = shared_time
        self._listeners: list[SkipListener] = []

    @contextmanager
    def listening(self, listener: SkipListener) -> Iterator[None]:
        """Inside the block, call a listener after each wait; what is skipped counts from here."""
        before = self._waited()

        def heard(length: int, total: int) -> None:
            listener(length, total - before)

        self._listeners.append(heard)
        try:
            yield
        finally:
            self._listeners.remove(heard)

    def tell(self, length: int) -> None:
        """Call them after a skipped wait of these nanoseconds."""
        waited = self._waited()
        for listener in reversed(self._listeners):
            listener(length, waited)

    def _waited(self) -> int:
        return self._shared_time.skipped_ns - self._shared_time.advanced_ns
