"""The threads that keep real time, because they do not belong to the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


def other_threads() -> set[int | None]:
    """The identities of the present threads, without the current one."""
    own = threading.current_thread()
    return {thread.ident for thread in threading.enumerate() if thread is not own}


class RealTimeThreads:
    """The threads that were alive before the test, and those that they or test tools start later.

    A task that the test gives to a pool belongs to the test, even if the pool's thread is older.

    Attributes:
        kept: their identities, always in the same set.
    """

    def __init__(self) -> None:
        self.kept: set[int | None] = other_threads()

    def is_here(self) -> bool:
        """Whether the current thread is one of them. Every reading of a clock asks this."""
        return threading.get_ident() in self.kept

    def add_current(self) -> None:
        """Count the current thread as one of them."""
        self.kept.add(threading.get_ident())

    def discard_current(self) -> None:
        """Count the current thread as one of the test's."""
        self.kept.discard(threading.get_ident())

    @contextmanager
    def without_current(self) -> Iterator[bool]:
        """Count the current thread as one of the test's inside the block.

        Yields whether it is another one's otherwise.
        """
        was_kept = self.is_here()
        self.discard_current()
        try:
            yield was_kept
        finally:
            if was_kept:
                self.add_current()
