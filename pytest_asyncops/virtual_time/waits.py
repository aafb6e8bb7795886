"""One thread's wait, which ends when it gets a notice or when its time has come."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FrameType

from .in_motion import InMotion

_new_lock = threading.Lock


class Gate:
    """Keeps one thread waiting until it is opened."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = _new_lock()
        self._lock.acquire()

    def open(self) -> None:
        """Let the thread continue, now or when it comes; opening it again does nothing."""
        try:
            self._lock.release()
        except RuntimeError:  # it is open
            return

    def pass_through(self) -> None:
        """Wait until it is open. The handlers of signals run meanwhile."""
        self._lock.acquire()


_never_released = _new_lock()
_never_released.acquire()


def pause(seconds: float) -> None:
    """Wait really, in one of this package's own threads.

    Not by ``time.sleep``: a thread in it refers to the function, and `BoundFunctions` would search
    for a holder that does not exist.
    """
    _never_released.acquire(timeout=seconds)


class Wait:
    """One thread's wait.

    Args:
        in_motion: what stops the clock.
        gate: keeps the thread waiting.

    Attributes:
        deadline: when it ends, in skipped nanoseconds; ``None`` for a wait without a limit.
        number: counts waits, so that of two with the same deadline the earlier one ends first.
        thread: the thread's identity.
        outer: the wait of this thread that this one interrupts, as in a signal's handler.
        frame: the frame of the code that waits, for as long as it waits.
        came: whether the notice has come.
        due: whether the thread has been given its turn because its time has come.
        waiting: whether the thread has begun to wait, and so no longer stops the clock itself.
        ended: whether the thread continues.
        interrupted: whether the thread runs a signal's handler that itself waits.
    """

    __slots__ = ("_gate", "_in_motion", "came", "deadline", "due", "ended", "frame", "interrupted",
                 "number", "outer", "thread", "waiting")  # fmt: skip

    def __init__(self, in_motion: InMotion, gate: Gate | None = None) -> None:
        self._in_motion = in_motion
        self._gate = gate or Gate()
        self.thread: int = threading.get_ident()
        self.deadline: int | None = None
        self.number: int = 0
        self.outer: Wait | None = None
        self.frame: FrameType | None = None
        self.came: bool = False
        self.due: bool = False
        self.waiting: bool = False
        self.ended: bool = False
        self.interrupted: bool = False

    def release(self) -> None:
        """Give the notice. A `threading.Condition` calls this, as it does with its locks.

        Raises:
            RuntimeError: if it has been given already, like a lock.
        """
        if self.came:
            self._hand_over()
            raise RuntimeError("this wait has been given its notice already")
        self.give()

    def give(self) -> None:
        """Give the notice; giving it again does nothing."""
        self.came = True
        self._hand_over()

    def give_turn(self) -> None:
        """Let the thread continue because its time has come."""
        self.due = True
        self._hand_over()

    def _hand_over(self) -> None:
        # From here on until the thread takes it, this stops the clock. The thread may take it at
        # any moment, so what it has taken already must not stay.
        if self.waiting and not self.interrupted:
            self._in_motion.add(self)
            if self.ended:
                self._in_motion.discard(self)
        self._gate.open()

    def wake(self) -> None:
        """Let the thread check for interrupts, although nothing has come for it."""
        self._gate.open()

    def finish_hand_over(self) -> None:
        """Let the thread continue, if a handler's error has prevented it."""
        if (self.came or self.due) and not self.ended:
            self._hand_over()

    def goes_on(self) -> bool:
        """Whether the thread must wait longer."""
        return not (self.due or self.came)

    def pass_through(self) -> None:
        """Wait until the notice or the time has come, or for less."""
        self._gate.pass_through()

    def end(self) -> None:
        """Continue, whether anything has come or not; doing it again does nothing."""
        self._in_motion.add(self.thread)
        self.ended = True
        self.frame = None
        self._in_motion.discard(self)

    def is_left_behind(self) -> bool:
        """Whether the current thread, whose wait this is, has been torn out of it by an error."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame is not self.frame:
            frame = frame.f_back
        return frame is None


class ProbedWait(Wait):
    """A wait for something without a notice, so that others must ask for it.

    Args:
        in_motion: what stops the clock.
        has_arrived: whether what it waits for is there.
        gate: keeps the thread waiting.
    """

    __slots__ = ("_has_arrived",)

    def __init__(
        self, in_motion: InMotion, has_arrived: Callable[[], bool], gate: Gate | None = None
    ) -> None:
        super().__init__(in_motion, gate)
        self._has_arrived = has_arrived

    def probe(self) -> bool:
        """Give the notice if what it waits for is there; returns whether it is."""
        # A thread that runs a signal's handler takes the notice afterwards.
        can_take = self.waiting and not self.ended and not self.interrupted
        if can_take and self._has_arrived():
            self.give()
            return True
        return False
