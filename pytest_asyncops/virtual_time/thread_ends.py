"""The threads that were started while virtual time is on, and the waits for their ends."""

from __future__ import annotations

import threading

from .waits import Wait


class ThreadEnds:
    """The threads that are expected to end, and the waits for that."""

    __slots__ = ("_joiners",)

    def __init__(self) -> None:
        self._joiners: dict[threading.Thread, list[Wait]] = {}

    def expect(self, thread: threading.Thread) -> None:
        """Note that a thread is about to be started, so that it can be joined."""
        self._joiners[thread] = []

    def forget(self, thread: threading.Thread | None) -> None:
        """Note that a thread could not be started."""
        if thread is not None:
            self._joiners.pop(thread, None)

    def forget_all(self) -> None:
        """Expect no thread any more, as a forked process does."""
        self._joiners.clear()

    def note(self, thread: threading.Thread | None) -> None:
        """Note that a thread has done everything, and give notice to those that wait for it."""
        for wait in self._joiners.pop(thread, ()) if thread is not None else ():
            wait.give()

    def are_expected_of(self, thread: threading.Thread) -> bool:
        """Whether a thread is known to have started and not to have ended."""
        return thread in self._joiners

    def add(self, thread: threading.Thread, wait: Wait) -> bool:
        """Let a wait get notice of a thread's end; returns whether that is still to come."""
        joiners = self._joiners.get(thread)
        if joiners is None:
            return False
        joiners.append(wait)
        return True

    def withdraw(self, thread: threading.Thread, wait: Wait) -> None:
        """Give a wait no notice any more."""
        joiners = self._joiners.get(thread, [])
        if wait in joiners:
            joiners.remove(wait)
