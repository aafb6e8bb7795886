"""Which thread waits for which virtual time, and when the clock may jump.

Once every thread of the test waits, the clock jumps to the earliest deadline and lets the thread
with that deadline go on. So threads take turns in the order of their deadlines, as they would in
real time if computing took no time. A thread that computes holds the clock, and so does one that
waits for a server's answer.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .client_clock import ClientClock
from .clock import SharedTime
from .thread_activity import SLICE, ThreadActivity

_real_sleep = time.sleep
_new_lock = threading.Lock

_T = TypeVar("_T")


class _Wait:
    """One thread's wait.

    Attributes:
        deadline: when it ends, in skipped nanoseconds; ``None`` for a wait without a limit.
        number: counts waits, so that of two with the same deadline the earlier one ends first.
        thread: the thread's identity.
        outer: the wait of this thread that this one interrupts, as in a signal's handler.
        over: whether what it waits for has come, even if the thread has not noticed yet.
        wake: lets the thread notice at once that its time has come.
        due: whether its time has come.
    """

    __slots__ = ("deadline", "due", "number", "outer", "over", "thread", "wake")

    def __init__(
        self,
        deadline: int | None,
        number: int,
        *,
        over: Callable[[], bool] | None,
        wake: Callable[[], object] | None,
        outer: _Wait | None,
    ) -> None:
        self.deadline = deadline
        self.number = number
        self.thread = threading.get_ident()
        self.outer = outer
        self.over = over
        self.wake = wake
        self.due = False

    def holds(self) -> bool:
        """Whether the thread will go on waiting, as far as other threads can tell."""
        return self.over is None or not self.over()


class Scheduler:
    """The waits of one test's threads.

    Args:
        shared_time: the time that jumps.
        is_foreign: whether a thread does not belong to the test.
        activity: whether threads that wait without the scheduler's knowledge do wait.
        client: the clocks from which threads compute their waits.

    Attributes:
        shared_time: as given.
        is_foreign: as given.
        client: as given.
    """

    def __init__(
        self,
        shared_time: SharedTime,
        *,
        is_foreign: Callable[[threading.Thread], bool],
        activity: ThreadActivity,
        client: ClientClock,
    ) -> None:
        self.shared_time = shared_time
        self.is_foreign = is_foreign
        self._activity = activity
        self.client = client
        self._listeners: list[Callable[[int], None]] = []
        # Reentrant, because a signal's handler or a finalizer may come anywhere, and may wait.
        self._mutex = threading.RLock()
        self._deadlines: list[tuple[int, int, _Wait]] = []
        self._waiting: dict[int, _Wait] = {}
        self._woken: set[int] = set()
        self._count = 0
        self._waited = 0

    @contextmanager
    def listening(self, listener: Callable[[int], None]) -> Iterator[None]:
        """Inside of the block, tell a listener after each wait how many nanoseconds were skipped.

        The number counts from the beginning of the block. The listener may raise.
        """
        before = self._waited

        def heard(total: int) -> None:
            listener(total - before)

        self._listeners.append(heard)
        try:
            yield
        finally:
            self._listeners.remove(heard)

    def sleep(self, duration: int) -> None:
        """Wait for so many nanoseconds of virtual time."""
        if not duration:
            self.client.nudge()
            _real_sleep(0)  # lets other threads run
            return
        if not self._skips(duration):
            gate = _new_lock()
            gate.acquire()
            self._wait(duration, lambda seconds: gate.acquire(timeout=seconds), wake=gate.release)

    def _skips(self, duration: int) -> bool:
        """Skip a wait at once if no other thread could do anything meanwhile; whether it was."""
        with self._mutex:
            if self._waiting or not self._is_alone():
                return False
            if not self.shared_time.try_to_advance(duration):
                return False
            self._waited += duration
        self._tell()
        return True

    def _is_alone(self) -> bool:
        own = threading.current_thread()
        others = [thread for thread in threading.enumerate() if thread is not own]
        return not others or (
            all(map(self.is_foreign, others)) and not self._activity.any_called(others)
        )

    def _tell(self) -> None:
        for listener in reversed(self._listeners):
            listener(self._waited)

    def wait(
        self,
        seconds: float,
        arrives: Callable[[float], bool],
        *,
        over: Callable[[], bool],
        patience: float = 0,
    ) -> bool:
        """Wait for something, for at most so many seconds of virtual time.

        Args:
            seconds: the limit, usually what is left until a deadline.
            arrives: waits so many real seconds for it, and says whether it has come.
            over: whether it has come; other threads ask this.
            patience: the real seconds to wait for it before the clock may jump.

        Returns:
            Whether it came.
        """
        duration = self.client.span_ns(seconds)
        until = self.client.monotonic() + seconds
        if arrives(patience if duration else 0):
            return True
        came = bool(duration) and self._wait(duration, arrives, over=over)
        if not came:
            self.client.reach(until)
        return came

    def _wait(
        self,
        duration: int,
        arrives: Callable[[float], bool],
        *,
        over: Callable[[], bool] | None = None,
        wake: Callable[[], object] | None = None,
    ) -> bool:
        wait = self._begin(duration, over=over, wake=wake)
        try:
            while not self._comes_due(wait):
                if arrives(SLICE):
                    break
        finally:
            self._end(wait)
        if wait.due:
            self._tell()
        return not wait.due

    def wait_forever(self, until: Callable[[], _T], *, over: Callable[[], bool]) -> _T:
        """Wait for something without a limit, by calling ``until``."""
        wait = self._begin(None, over=over)
        try:
            return until()
        finally:
            self._end(wait)

    def _begin(
        self,
        duration: int | None,
        *,
        over: Callable[[], bool] | None = None,
        wake: Callable[[], object] | None = None,
    ) -> _Wait:
        with self._mutex:
            self._count += 1
            self._activity.note_activity()
            deadline = None if duration is None else self.shared_time.skipped_ns + duration
            outer = self._waiting.get(threading.get_ident())
            if outer is not None:
                self._forget(outer)
            wait = _Wait(deadline, self._count, over=over, wake=wake, outer=outer)
            self._expect(wait)
            return wait

    def _end(self, wait: _Wait) -> None:
        with self._mutex:
            self._woken.discard(wait.thread)
            if not wait.due:
                self._forget(wait)
            if wait.outer is not None:
                self._expect(wait.outer)

    def _expect(self, wait: _Wait) -> None:
        self._waiting[wait.thread] = wait
        if wait.deadline is not None:
            heapq.heappush(self._deadlines, (wait.deadline, wait.number, wait))

    def _forget(self, wait: _Wait) -> None:
        del self._waiting[wait.thread]
        if wait.deadline is not None:
            self._deadlines.remove((wait.deadline, wait.number, wait))
            heapq.heapify(self._deadlines)

    def _comes_due(self, wait: _Wait) -> bool:
        """Let the clock jump if it may; whether the time of this wait has come by now."""
        with self._mutex:
            if not wait.due and self._everybody_waits():
                deadline, _, first = self._deadlines[0]
                distance = max(deadline - self.shared_time.skipped_ns, 0)
                if self.shared_time.try_to_advance(distance):
                    heapq.heappop(self._deadlines)
                    self._waited += distance
                    # From here on, this thread holds the clock until it waits again.
                    first.due = True
                    del self._waiting[first.thread]
                    self._woken.add(first.thread)
                    if first is not wait and first.wake is not None:
                        first.wake()
            return wait.due

    def _everybody_waits(self) -> bool:
        if self._woken:
            return False
        others: list[threading.Thread] = []
        foreign: list[threading.Thread] = []
        for thread in threading.enumerate():
            wait = self._waiting.get(thread.ident or 0)
            if wait is None:
                (foreign if self.is_foreign(thread) else others).append(thread)
            elif not wait.holds():
                return False
        if foreign and self._activity.any_called(foreign):
            return False
        return not others or self._activity.all_wait(others)


FindScheduler = Callable[[], "Scheduler | None"]
"""Returns the scheduler of the current thread, ``None`` if the thread waits really."""
