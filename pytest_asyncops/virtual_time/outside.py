"""Waits for the real world, and how long they stop the clock.

A child process, a pipe or a peer answers in real time. While code of the test waits for one of
them, the clock does not jump, for as many real seconds as that wait may take, but no longer than
the patience. A thread that computes for a long time is a part of the real world as well.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..durations import SECOND
from ..errors import PatienceWarning
from .children import Children, has_ended

_real_monotonic = time.monotonic

_LATE = 0.05
"""Real seconds that may pass before a wait for something expected is noted."""

PATIENCE = 10.0
"""Real seconds that the clock waits for something outside, by default."""


class _Awaited(NamedTuple):
    """Something outside for which a thread waits.

    Attributes:
        what: what it is, in words.
        since: the real time from which the patience with it counts.
        noted: the real time at which this wait for it began.
        until: the real time until which it stops the clock; 0 if it does not.
    """

    what: str
    since: float
    noted: float
    until: Callable[[], float]


_NOTHING = _Awaited("nothing", 0.0, 0.0, lambda: 0.0)


class Outside:
    """The present waits for something outside.

    Args:
        receiver_until: returns until which real time a thread that waits for a peer stops the
            clock, given its identity, since when it is blocked, and the patience.
        patience: the most real seconds that the clock waits for one thing.

    Attributes:
        patience: as given.
        children: the processes that this one has started.
        ran_out: what the clock has waited for until its patience ran out.
    """

    def __init__(
        self,
        receiver_until: Callable[[int, float, float], float],
        patience: float = PATIENCE,
    ) -> None:
        self._receiver_until = receiver_until
        self.patience = patience
        self.children: Children = Children()
        self.ran_out: set[str] = set()
        self._awaited: dict[Hashable, _Awaited] = {}
        self._asked: dict[int, tuple[int, float]] = {}

    def await_until(
        self, key: Hashable, what: str, until: Callable[[], float], since: float | None = None
    ) -> None:
        """Note a wait for something outside.

        Args:
            key: identifies this wait.
            what: what it waits for, in words.
            until: the real time, by the monotonic clock, until which it stops the clock.
            since: the real time from which the patience with it counts; by default now.
        """
        now = _real_monotonic()
        self._awaited[key] = _Awaited(what, now if since is None else since, now, until)

    @contextmanager
    def awaited(
        self,
        what: str,
        seconds: float | None = None,
        *,
        unless: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Count the code inside the block as a wait for something outside.

        Args:
            what: what it waits for, in words.
            seconds: the most real seconds that it takes, if it has such a limit.
            unless: whether at present it does not wait for something outside.
        """
        longest = self.patience if seconds is None else min(seconds, self.patience)
        until = _real_monotonic() + longest
        key = object()
        self.await_until(key, what, lambda: 0 if unless() else until)
        try:
            yield
        finally:
            self.forget(key)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stop the clock inside the block, however long it takes."""
        key = object()
        self.await_until(key, "a block of real time", lambda: math.inf)
        try:
            yield
        finally:
            self.forget(key)

    def await_peer(self, thread: int, since: float) -> None:
        """Note that a thread is blocked until a peer answers, and since which real time."""
        self.await_until(
            thread,
            "something outside for which a thread waits in C",
            lambda: self._receiver_until(thread, since, self.patience),
            since,
        )

    def await_process(self, key: Hashable, since: float) -> None:
        """Note that something waits until another process answers, and since which real time."""
        self.await_until(
            key,
            "a child process",
            lambda: 0 if self.children.are_idle() else since + self.patience,
            since,
        )

    def ask_for(self, child: int, thread: int, since: float) -> None:
        """Note that a thread was told that a child lives: its next wait is for that child.

        Args:
            child: the number of its process.
            thread: the identity of the thread.
            since: the real time at which the child was first asked for.
        """
        self._asked[thread] = child, since

    def begin_wait(self, key: Hashable, thread: int, duration: int | None) -> None:
        """Note that a thread waits, for a child if it has asked for one.

        Args:
            key: identifies this wait.
            thread: the identity of the thread.
            duration: the nanoseconds of virtual time that it waits, ``None`` for no limit.
        """
        if not self._asked:
            return
        child, since = self._asked.pop(thread, (None, 0.0))
        if child is None:
            return
        longest = self.patience if duration is None else duration / SECOND
        until = min(since + self.patience, _real_monotonic() + longest)
        besides = self._awaited.get(key, _NOTHING)

        def for_child() -> float:
            is_over = has_ended(child) or self.children.are_idle()
            return max(besides.until(), 0 if is_over else until)

        self.await_until(key, f"the child process {child}", for_child, since)

    def forget(self, key: Hashable) -> None:
        """Note that this wait is over."""
        self._awaited.pop(key, None)

    @property
    def is_known(self) -> bool:
        """Whether there is any such wait."""
        return bool(self._awaited or self._asked)

    def holds(self) -> bool:
        """Whether the clock must wait for anything outside."""
        if not self._awaited:
            return False
        now = _real_monotonic()
        enough = self.patience - min(_LATE, self.patience / 2)
        holds = False
        for awaited in tuple(self._awaited.values()):
            until = awaited.until()
            if now < until:
                holds = True
            elif until > awaited.noted and now - awaited.since >= enough:
                self.ran_out.add(awaited.what)
        return holds


def warn_of_lost_patience(outside: Outside) -> None:
    """Warn of what the clock has waited for too long, if there is anything."""
    if outside.ran_out:
        warnings.warn(
            f"the virtual clock waited {outside.patience:g} s of real time for "
            f"{' and for '.join(sorted(outside.ran_out))}, and then moved on. If more time is "
            "needed, set a larger patience=; if nothing will come, a smaller one.",
            PatienceWarning,
            stacklevel=2,
        )
