"""Finds threads that wait unseen by the scheduler, so that they do not stop the clock.

Such a thread counts as in motion. The lookout looks at it again and again, and parks it once it has
certainly done nothing between two looks. Its later activity is seen as well, and then it is in
motion again.
"""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from . import thread_states
from .in_motion import InMotion
from .outside import Outside
from .system_calls import GONE, LOCK, OUTSIDE, PROCESS, RUNNING, TIMED, Look
from .thread_states import Looks
from .waits import Gate, pause

_real_monotonic = time.monotonic
_start = _thread.start_new_thread

SLICE = 0.001
"""Real seconds between two looks."""

STILL = 0.1
"""Real seconds after which a thread that has stayed at its place counts as waiting, on systems that
show only the place."""

AFTERMATH = 0.005
"""Real seconds in which the last action of another thread may still wake such a thread."""

BUSY = 1.0
"""Real seconds after which a thread that does not belong to the test, and never rests, has woken
all threads that it was about to wake."""


class _Seen(NamedTuple):
    """What is known of a thread in motion.

    Attributes:
        number: the number with which it came into motion.
        began: the real time of the first look since.
        look: the last look.
        since: the real time of the first look that was equal to the last.
    """

    number: int
    began: float
    look: Look
    since: float


class Lookout:
    """Watches the threads that are in motion.

    Args:
        in_motion: what stops the clock.
        outside: what the real world decides.

    Attributes:
        parked: the threads that were found to wait, by identity, each with the look that showed it.
    """

    def __init__(self, in_motion: InMotion, outside: Outside) -> None:
        self._in_motion = in_motion
        self._outside = outside
        self.parked: dict[Hashable, Look] = {}
        self._exact = thread_states.is_told()
        self._look: Looks = thread_states.best_looks()
        self._numbers: dict[Hashable, int] = {}
        self._seen: dict[Hashable, _Seen] = {}
        self._others: dict[int, tuple[Look, float]] = {}
        self._rest_since: float | None = None
        self._latest: tuple[int, float] = (0, 0.0)
        self._bell = Gate()
        self._works = self._sleeps = self._ends = False

    def knows_new(self) -> None:
        """Note which thread of the operating system the current, new thread is."""
        self._numbers[threading.get_ident()] = threading.get_native_id()

    def knows_current(self) -> None:
        """Note that the current thread does something, and which thread it is."""
        identity = threading.get_ident()
        if identity not in self._numbers:
            self.knows_new()
        if self.parked:
            self._unpark(identity)

    def forget(self, token: Hashable) -> None:
        """Note that a thread has ended, or runs no code of the test any more."""
        self._numbers.pop(token, None)
        self._unpark(token)

    def _unpark(self, token: Hashable) -> None:
        if self.parked.pop(token, None) is not None:
            self._outside.forget(token)

    # --- the looks

    def park_the_motionless(self) -> None:
        """Park the threads that are in motion, if all of them do nothing but wait."""
        tokens = self._in_motion.numbered()
        now = _real_monotonic()
        still = [self._is_still(token, number, now) for token, number in tokens.items()]
        if not tokens or not all(still):
            self._rest_since = None
            return
        if self._rest_since is None:
            self._rest_since = now
        is_busy = self._exact and not self._others_rest(tokens, now)
        if is_busy and now - self._rest_since < BUSY:
            return
        for token in tokens:
            self._park(token)

    def _others_rest(self, tokens: Iterable[Hashable], now: float) -> bool:
        """Whether no other thread of the process may be about to wake one that is in motion.

        A thread that has begun to wait, and is no longer in motion, still has to release the
        interpreter's lock, or that of a tool that measures the test. A thread that waits for such a
        lock is blocked without a limit. The lock is free before the next thread in line is woken,
        and in between the thread that frees it may have to wait for a processor.
        """
        own = {self._numbers[token] for token in tokens} | {threading.get_native_id()}
        before, self._others = self._others, {}
        rest = True
        for number in thread_states.numbers():
            if number in own:
                continue
            look = self._look(0, number)
            then, since = before.get(number, (look, now))
            if look != then:
                since = now
            self._others[number] = look, since
            long_enough = self._long_enough(look) if look.state == TIMED else SLICE / 2
            rest &= look.state != RUNNING and now - since >= long_enough
        return rest

    def _is_still(self, token: Hashable, number: int, now: float) -> bool:
        if token not in self._numbers:  # what was given to a thread is about to be taken
            return False
        look = self._look_at(token)
        if look.state == GONE:
            return True
        seen = self._seen.get(token)
        if seen is None or seen.number != number:
            seen = _Seen(number, now, look, now)
        elif seen.look != look:
            seen = seen._replace(look=look, since=now)
        self._seen[token] = seen
        # A thread that never rests may spin until the wait of another thread has ended.
        if now - seen.began >= self._outside.patience:
            self._seen[token] = seen._replace(look=Look(RUNNING))
            self._outside.ran_out.add("a thread that computes")
            return True
        return look.state != RUNNING and now - seen.since >= self._long_enough(look)

    def _long_enough(self, look: Look) -> float:
        if not self._exact:
            return STILL
        if look.state in (LOCK, PROCESS):
            return SLICE / 2
        return 2 * sys.getswitchinterval()

    def _look_at(self, token: Hashable) -> Look:
        assert isinstance(token, int)
        return self._look(token, self._numbers[token])

    def _park(self, token: Hashable) -> None:
        seen = self._seen.pop(token, None)
        if seen is not None:
            self.parked[token] = seen.look
            if seen.look.state == OUTSIDE and isinstance(token, int):
                self._outside.await_peer(token, seen.since)
            elif seen.look.state == PROCESS:
                self._outside.await_process(token, seen.since)
        self._in_motion.discard(token)

    def parked_still_wait(self) -> bool:
        """Whether all parked threads have done nothing since; the others are in motion again."""
        for token, then in tuple(self.parked.items()):
            now = self._look_at(token)
            if now != then and then.state != RUNNING:
                self._unpark(token)
                if now.state != GONE:
                    self._in_motion.add(token)
        return not self._in_motion and (self._exact or not self.parked or self._is_calm())

    def _is_calm(self) -> bool:
        """Whether nothing that might wake a thread has happened for a while."""
        number, since = self._latest
        if self._in_motion.latest != number:
            self._latest = self._in_motion.latest, _real_monotonic()
            return False
        return _real_monotonic() - since >= AFTERMATH

    # --- the thread that looks

    def look_out(self, look: Callable[[], bool]) -> None:
        """Look now and then from here on.

        Args:
            look: makes one look, and says whether another one is needed.
        """
        if not self._works:
            self._works = True
            # This thread does not belong to the test, so it is started below `threading`.
            _start(self._work, (look,))
        elif self._sleeps:
            self._bell.open()

    def end(self) -> None:
        """Stop looking once no thread waits."""
        self._ends = True
        self._bell.open()

    def _work(self, look: Callable[[], bool]) -> None:
        while True:
            pause(SLICE)
            if look():
                continue
            if self._ends:
                break
            self._sleeps = True
            if not look():  # no thread has begun to wait before this could be seen
                self._bell.pass_through()
            self._sleeps = False
