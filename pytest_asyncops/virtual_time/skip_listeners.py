"""Who is told how much time the waits of a test have skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .server_clock import SharedTime


class SkipListeners:
    """Functions that are told after each wait; the latest one first.

    Args:
        shared_time: the time that is skipped.
    """

    def __init__(self, shared_time: SharedTime) -> None:
        self._shared_time = shared_time
        self._listeners: list[Callable[[int], None]] = []

    @contextmanager
    def listening(self, listener: Callable[[int], None]) -> Iterator[None]:
        """Inside of the block, tell a listener after each wait how many nanoseconds were skipped.

        The number counts from the beginning of the block. The listener may raise.
        """
        before = self._waited()

        def heard(total: int) -> None:
            listener(total - before)

        self._listeners.append(heard)
        try:
            yield
        finally:
            self._listeners.remove(heard)

    def tell(self) -> None:
        """Tell them that a wait has been skipped."""
        waited = self._waited()
        for listener in reversed(self._listeners):
            listener(waited)

    def _waited(self) -> int:
        return self._shared_time.skipped_ns - self._shared_time.advanced_ns
