"""A signal that is due at some virtual time.

Python runs the handler of a signal in its main thread. So an alarm that is due wakes the main
thread from its wait, and the thread sends the signal to itself. Until then the alarm stops the
clock.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from ..forks import renewed_at_fork
from .in_motion import InMotion
from .scheduler import Scheduler
from .waits import Wait


class _Alarm(Wait):
    """The turn of a signal."""

    __slots__ = ("_ring", "interval")

    def __init__(
        self, in_motion: InMotion, interval: int, ring: Callable[[_Alarm], object]
    ) -> None:
        super().__init__(in_motion)
        self.interval = interval
        self._ring = ring

    def give_turn(self) -> None:
        self.due = True
        self._ring(self)


class AlarmClock:
    """The one alarm of a process, as in alarm(2) and setitimer(2).

    Args:
        scheduler: plans the alarm.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._alarm: _Alarm | None = None
        self._ringing: list[_Alarm] = []
        scheduler.interrupt = self._interrupt
        renewed_at_fork.add(self)

    def left(self) -> tuple[int, int]:
        """The nanoseconds until the alarm is due, 0 if there is none, and its interval."""
        alarm = self._alarm
        if alarm is None or alarm.deadline is None:
            return 0, 0
        return max(alarm.deadline - self._scheduler.shared_time.skipped_ns, 1), alarm.interval

    def set(self, duration: int, interval: int) -> None:
        """Set the alarm, in place of the one that was set before.

        Args:
            duration: the nanoseconds until it is due; 0 for never.
            interval: the nanoseconds after which it is due again; 0 for never.
        """
        self.cancel()
        if duration:
            alarm = _Alarm(self._scheduler.in_motion, interval, self._ring)
            self._scheduler.plan(alarm, duration)
            self._alarm = alarm

    def cancel(self) -> None:
        """Forget the alarm that was set, if there is one."""
        if self._alarm is not None:
            self._alarm.ended = True
            self._alarm = None

    def renew(self) -> None:
        """Start over in a forked process, which inherits no alarm (fork(2))."""
        self.cancel()
        self._ringing.clear()

    def _ring(self, alarm: _Alarm) -> None:
        if alarm is self._alarm:
            self._alarm = None
            self.set(alarm.interval, alarm.interval)
        main = threading.main_thread().ident or 0
        wait = self._scheduler.open_wait_of(main)
        if wait is None:  # it waits unseen, and the signal itself reaches it
            signal.pthread_kill(main, signal.SIGALRM)
            return
        self._scheduler.in_motion.add(alarm)
        self._ringing.append(alarm)
        wait.wake()

    def _interrupt(self, wait: Wait) -> bool:
        """Send the signals that are due, if this is the main thread's wait; whether any were."""
        if not self._ringing or wait.thread != threading.main_thread().ident:
            return False
        in_motion = self._scheduler.in_motion
        in_motion.add(wait.thread)
        while self._ringing:
            in_motion.discard(self._ringing.pop(0))
            signal.raise_signal(signal.SIGALRM)
        self._scheduler.go_on_waiting(wait)
        return True
