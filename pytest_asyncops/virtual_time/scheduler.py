"""Knows which thread waits for which virtual time, and when the clock may jump.

The clock jumps once nothing of the test is in motion: no thread runs, and nothing that was given
waits to be taken (see `in_motion`). Then it jumps to the earliest deadline, and only the thread
with that deadline gets its turn. So threads take turns in the order of their deadlines, as in real
time if computing took no time. The last thread to wait makes the jump itself. The `lookout` finds
threads that wait unseen by the scheduler.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ..forks import renewed_at_fork
from .client_clock import SLEEP_OF_ZERO, ClientClock
from .file_waits import renew_bells
from .in_motion import InMotion
from .lookout import Lookout
from .outside import Outside
from .planned_turns import PlannedTurns
from .server_clock import SharedTime
from .skip_listeners import SkipListeners
from .thread_ends import ThreadEnds
from .waits import ProbedWait, Wait

_real_sleep = time.sleep
_new_mutex = threading.RLock


class Scheduler:
    """The waits of one test's threads.

    Args:
        shared_time: the time that jumps.
        client: the clocks from which threads compute their waits.
        outside: the waits for the real world, which stop the clock.

    Attributes:
        shared_time: as given.
        client: as given.
        outside: as given.
        in_motion: what stops the clock.
        listeners: functions that are called with the time that waits have skipped.
        ends: the threads that are expected to end.
        interrupt: called by a thread in its wait, to do what it is interrupted for; returns whether
            there was anything.
    """

    def __init__(self, shared_time: SharedTime, client: ClientClock, outside: Outside) -> None:
        self.shared_time = shared_time
        self.client = client
        self.outside = outside
        self.in_motion: InMotion = InMotion()
        self.interrupt: Callable[[Wait], bool] | None = None
        self.listeners: SkipListeners = SkipListeners(shared_time)
        self.ends: ThreadEnds = ThreadEnds()
        # Reentrant, because a signal's handler or a finalizer may come anywhere, and may wait.
        self._mutex: Any = _new_mutex()  # with the methods that `threading.Condition` uses
        self._planned = PlannedTurns()
        self._open: dict[int, Wait] = {}
        self._probed: dict[int, ProbedWait] = {}
        self._turn: Wait | None = None
        self._lookout = Lookout(self.in_motion, outside)
        renewed_at_fork.add(self)

    # --- which threads belong to the test

    def enter(self) -> None:
        """Note that the current thread runs code of the test from here on."""
        self._lookout.knows_new()
        self.in_motion.add(threading.get_ident())

    def leave(self) -> None:
        """Note that the current thread no longer runs code of the test."""
        self.settle(threading.get_ident())

    def enter_anew(self) -> None:
        """Forget what was seen of the current thread until now, if it is known."""
        own = threading.get_ident()
        with self._mutex:
            if own in self.in_motion or own in self._lookout.parked:
                self._lookout.knows_current()
                self.in_motion.add(own)

    def settle(self, token: object) -> None:
        """Note that something is finished, and let the clock jump if it was the last."""
        with self._mutex:
            self.in_motion.discard(token)
            self._lookout.forget(token)
            self._take_turns()

    def end_thread(self, thread: threading.Thread | None) -> None:
        """Note that the current thread has done everything and is about to end."""
        with self._mutex:
            self.ends.note(thread)
            self.leave()

    # --- waits

    def sleep(self, duration: int) -> None:
        """Wait for this many nanoseconds of virtual time."""
        if not duration:
            self.client.note_reading(SLEEP_OF_ZERO)
            _real_sleep(0)  # lets other threads run
        elif self._skips(duration):
            self.listeners.tell(duration)
        else:
            self._wait(Wait(self.in_motion), duration)

    def _skips(self, duration: int) -> bool:
        """Skip a wait at once if no other thread could do anything; returns whether it did."""
        own = threading.get_ident()
        with self._mutex:
            deadline = self.shared_time.skipped_ns + duration
            return (
                self.in_motion.is_only(own)
                and not self._planned.any_by(deadline)
                and not self.outside.is_known
                and not self._lookout.parked
                and not (self._probed and self._anything_has_arrived())
                and self.in_motion.is_only(own)  # asking has taken time
                and self.shared_time.try_to_reach(deadline)
            )

    def notice(self) -> Wait:
        """A wait of the current thread, to which others may give something before it begins."""
        return Wait(self.in_motion)

    def wait(self, wait: Wait, seconds: float | None) -> bool:
        """Wait until this is given its notice, or for at most these seconds of virtual time.

        Args:
            wait: the wait, which has not begun.
            seconds: the limit, usually what is left until a deadline; ``None`` for none.

        Returns:
            Whether the notice came.
        """
        if seconds is None:
            return self._wait(wait, None)
        duration = self.client.span_ns(seconds)
        until = self.client.monotonic() + seconds
        came = self._wait(wait, duration) if duration else wait.came
        if not came:
            self.client.reach(until)
        return came

    def join(self, thread: threading.Thread, seconds: float | None) -> bool:
        """Wait for the end of a thread that the scheduler expects; returns whether it came."""
        wait = self.notice()
        with self._mutex:
            if not self.ends.add(thread, wait):
                return True
        try:
            return self.wait(wait, seconds)
        finally:
            self.ends.withdraw(thread, wait)

    def _wait(self, wait: Wait, duration: int | None) -> bool:
        # Twice, because a signal's handler may raise an error in the first of them. Until `_end`,
        # the clock may jump although this thread runs; so its first step prevents that.
        wait.frame = sys._getframe()
        try:
            try:
                if self._begins(wait, duration):
                    self._pass_through(wait)
            finally:
                self._end(wait)
        finally:
            self._end(wait)
        if wait.due:
            self.listeners.tell(duration or 0)
        return wait.came

    def _begins(self, wait: Wait, duration: int | None) -> bool:
        """Begin a wait, and let the clock jump if it may; returns whether the thread must wait."""
        self.client.note_wait()
        self.outside.begin_wait(wait, wait.thread, duration)
        with self._mutex:
            self._planned.number(wait)
            wait.outer = self._outer(wait.thread)
            self._open[wait.thread] = wait
            if isinstance(wait, ProbedWait):
                self._probed[wait.number] = wait
            self._lookout.knows_current()
            wait.waiting = True
            if wait.came:
                return False
            if duration is not None:
                self._planned.plan(wait, self.shared_time.skipped_ns + duration)
            self.in_motion.discard(wait.thread)
            self._take_turns()
            if not wait.goes_on():
                return False
            if self._planned:
                self._lookout.look_out(self.look)
            return True

    def plan(self, turn: Wait, duration: int) -> None:
        """Give a turn to something that is not a thread's wait, after these nanoseconds."""
        with self._mutex:
            self._planned.number(turn)
            self._planned.plan(turn, self.shared_time.skipped_ns + duration)
            self._lookout.look_out(self.look)  # the next wait may be an unseen one

    def open_wait_of(self, thread: int) -> Wait | None:
        """The wait in which the thread with this identity is."""
        return self._open.get(thread)

    def go_on_waiting(self, wait: Wait) -> None:
        """Note that the current thread, in its wait, has done what interrupted it."""
        with self._mutex:
            if wait.goes_on():
                self.in_motion.discard(wait.thread)
                self._take_turns()

    def _outer(self, thread: int) -> Wait | None:
        """The wait of this thread that a new one interrupts, as in a signal's handler."""
        outer = self._open.get(thread)
        while outer is not None and (outer.ended or outer.is_left_behind()):
            outer.end()  # an error in a handler may have torn the thread out of it
            outer = outer.outer
        if outer is not None:
            # The thread cannot take what comes now, so that must not stop the clock.
            outer.interrupted = True
            self.in_motion.discard(outer)
        return outer

    def _pass_through(self, wait: Wait) -> None:
        # A handler or a finalizer may wait during a change that its own thread makes, and a
        # callback while its thread answers a request. Such a change allows others in between, and
        # must not keep other threads from making them.
        locks = [self._mutex, self.client.lock, *self.shared_time.locks()]
        saved = [(lock, lock._release_save()) for lock in locks if lock._is_owned()]
        try:
            while wait.goes_on():
                if self.interrupt is None or not self.interrupt(wait):
                    wait.pass_through()
        finally:
            # The mutex comes last: a thread that has it does not wait for the others.
            for lock, state in reversed(saved):
                lock._acquire_restore(state)

    def _end(self, wait: Wait) -> None:
        wait.end()
        self._probed.pop(wait.number, None)
        self.outside.forget(wait)
        if self._open.get(wait.thread) is wait:
            if wait.outer is None:
                self._open.pop(wait.thread, None)
            else:
                wait.outer.interrupted = False
                self._open[wait.thread] = wait.outer

    # --- turns

    def look(self) -> bool:
        """Let the clock jump if it may; returns whether a thread waits. Never interrupted.

        The lookout calls this now and then.
        """
        with self._mutex:
            if self._planned.first() is None:
                return False
            for wait in tuple(self._open.values()):
                wait.finish_hand_over()
            self._anything_has_arrived()
            if (
                not self.client.is_real_anywhere
            ):  # else the clock is stopped, however long that takes
                self._lookout.park_the_motionless()
            self._take_turns()
            return True

    def _take_turns(self) -> None:
        """Once nothing is in motion, jump to the earliest deadline and give its thread the turn."""
        if self._turn is not None:  # a handler has raised an error before this turn was given
            self._give_turn(self._turn)
        while not self.in_motion:
            wait = self._planned.first()
            if wait is None or wait.deadline is None:
                return
            if self._anything_has_arrived() or not self._lookout.parked_still_wait():
                return
            # A thread's wait for something outside is checked between two looks at the thread: once
            # it has continued, it waits for something else.
            if wait.deadline > self.shared_time.skipped_ns and (
                self.outside.holds() or not self._lookout.parked_still_wait()
            ):
                return
            # These checks took time, in which a thread from before the test or a handler may have
            # given something to a thread.
            if self.in_motion or not self.shared_time.try_to_reach(wait.deadline):
                return
            self._give_turn(wait)

    def _give_turn(self, wait: Wait) -> None:
        self._turn = wait
        wait.give_turn()
        self._turn = None

    def _anything_has_arrived(self) -> bool:
        return max(map(ProbedWait.probe, tuple(self._probed.values())), default=False)

    def close(self, thread: int) -> None:
        """End; the threads that still wait go on to take their turns.

        Args:
            thread: the identity of the test's own thread.
        """
        self.settle(thread)
        self._lookout.end()

    def renew(self) -> None:
        """Start over in a forked process: the current thread is alone."""
        own = threading.get_ident()
        self._mutex = _new_mutex()
        self.client.renew()
        renew_bells()
        self._open = {own: self._open[own]} if own in self._open else {}
        self._probed = {number: wait for number, wait in self._probed.items() if wait.thread == own}
        self._planned.keep_only(own)
        self.ends.forget_all()
        self._turn = None
        self.in_motion.keep_only(own)
        self._lookout = Lookout(self.in_motion, self.outside)
        self._lookout.knows_current()


FindScheduler = Callable[[], "Scheduler | None"]
"""Returns the scheduler of the current thread, ``None`` if the thread waits really."""
