"""What the real world decides, and how long the clock waits for it.

A child process, a pipe or a peer answers in real time. While code of the test waits for one of
them, the clock does not jump, for so many real seconds as the wait itself may take, and for no more
than a stated patience. A thread that computes on and on is a part of the real world as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

_real_monotonic = time.monotonic

PATIENCE = 10.0
"""Real seconds that the clock waits for something outside, if nothing else was asked for."""


class Outside:
    """What is waited for outside at present.

    Args:
        receiver_until: tells until which real time a blocked thread holds the clock, given its
            identity, since when it is blocked, and the patience.
        patience: the most real seconds that the clock waits for one thing.

    Attributes:
        patience: as given.
    """

    def __init__(
        self,
        receiver_until: Callable[[int, float, float], float],
        patience: float = PATIENCE,
    ) -> None:
        self._receiver_until = receiver_until
        self.patience = patience
        self._until: dict[Hashable, Callable[[], float]] = {}

    def await_until(self, key: Hashable, until: Callable[[], float]) -> None:
        """Note that something is waited for.

        Args:
            key: whatever names this wait.
            until: the real time, by the monotonic clock, until which it holds the clock.
        """
        self._until[key] = until

    @contextmanager
    def awaited(self, seconds: float | None = None) -> Iterator[None]:
        """Count the code inside of the block as a wait for something outside.

        Args:
            seconds: the most real seconds that it takes, if it has such a limit.
        """
        longest = self.patience if seconds is None else min(seconds, self.patience)
        until = _real_monotonic() + longest
        key = object()
        self.await_until(key, lambda: until)
        try:
            yield
        finally:
            self.forget(key)

    def await_thread(self, thread: int, since: float) -> None:
        """Note that a thread is blocked, and since which real time."""
        self._until[thread] = lambda: self._receiver_until(thread, since, self.patience)

    def forget(self, key: Hashable) -> None:
        """Note that it is waited for no longer."""
        self._until.pop(key, None)

    @property
    def is_known(self) -> bool:
        """Whether anything is waited for."""
        return bool(self._until)

    def holds(self) -> bool:
        """Whether the clock has to wait for anything outside."""
        if not self._until:
            return False
        now = _real_monotonic()
        return any(now < until() for until in tuple(self._until.values()))
