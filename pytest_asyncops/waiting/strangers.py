"""Whose threads keep real time: all that are none of the test's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Strangers:
    """The threads that were alive before, and those that tools start later.

    What the test itself gives a pool to do is the test's, though the pool's threads are older.
    """

    def __init__(self) -> None:
        own = threading.current_thread()
        self._before = {
            thread.ident: thread for thread in threading.enumerate() if thread is not own
        }
        self._tools: set[threading.Thread] = set()
        self._lent: set[threading.Thread] = set()

    def __contains__(self, thread: threading.Thread) -> bool:
        if thread in self._lent:
            return False
        return self._before.get(thread.ident) is thread or thread in self._tools

    def is_here(self) -> bool:
        """Whether the current thread is one of them; asked at every look at a clock."""
        if threading.get_ident() not in self._before and not self._tools:
            return False
        return threading.current_thread() in self

    def add(self, thread: threading.Thread) -> None:
        """Let a thread that has not started be one of them."""
        self._tools.add(thread)

    def lends(self, task: Callable[[], Any]) -> Callable[[], Any]:
        """A task of the test, for whichever thread is to do it."""

        def do() -> Any:
            with self._lends_me():
                return task()

        return do

    @contextmanager
    def _lends_me(self) -> Iterator[None]:
        own = threading.current_thread()
        if own not in self:
            yield
            return
        self._lent.add(own)
        try:
            yield
        finally:
            self._lent.discard(own)
