"""Makes the waits of trio virtual, which has its own I/O and clock.

Trio's clock is ``time.perf_counter``, whose replacement knows trio. The function in which trio
waits
is replaced here, once trio has been imported. A run with a `trio.testing.MockClock` jumps by
itself, and the servers' clock follows it.
"""

from __future__ import annotations

import math
import selectors
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..durations import SECOND
from ..errors import InvalidArgument
from .file_waits import File
from .handed_tasks import HandedTask
from .loop_waits import wait_for_files
from .patches import Patches
from .scheduler import FindScheduler
from .sockets import Sockets
from .stack_frames import RUN

_MOCK_CLOCK = "trio._core._mock_clock"

_THREADS = "trio._core._thread_cache"

_LONGEST = 86_400
"""The most seconds that trio waits at a time, and its wait without an earlier deadline."""


class TrioPatches:
    """Replaces the waits of trio with those of the scheduler.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
        sockets: which sockets are about to receive something.
        hand: makes a task of the current thread, for another one to do; ``None`` while no virtual
            time is on.
    """

    def __init__(
        self,
        scheduler: FindScheduler,
        sockets: Sockets,
        hand: Callable[[], HandedTask | None],
    ) -> None:
        self._scheduler = scheduler
        self._hand = hand
        self._sockets = sockets
        self._patches = Patches()
        self._there = False

    def replace(self) -> None:
        """Install the replacements, at once or when trio first asks for the time."""
        if RUN in sys.modules:
            with suppress(InvalidArgument):  # raised again when trio runs
                self.install()

    def restore(self) -> None:
        """Put trio's own functions back."""
        self._patches.take_back()
        self._there = False

    def install(self) -> None:
        """Install the replacements now.

        Raises:
            InvalidArgument: for a version of trio with other internals.
        """
        if self._there:
            return
        try:
            places = [
                (sys.modules[RUN].TheIOManager, "get_events", self._waiting),
                (sys.modules[_THREADS].ThreadCache, "start_thread_soon", self._starting),
                (sys.modules[_MOCK_CLOCK].MockClock, "jump", self._jumping),
            ]
            found = [(owner, name, make(getattr(owner, name))) for owner, name, make in places]
        except (KeyError, AttributeError):
            version = getattr(sys.modules["trio"], "__version__", None)
            raise InvalidArgument(
                f"trio {version} waits in a way that virtual time does not know. Run it with "
                "trio.run(..., clock=trio.testing.MockClock(autojump_threshold=0)), or the test "
                "with clock='manual'.",
                value=version,
            ) from None
        self._there = True
        for owner, name, value in found:
            self._patches.put(owner, name, value)

    def keep_time(self, nanoseconds: int) -> None:
        """Let a run of this thread that continues keep its time.

        Args:
            nanoseconds: how far ``time.perf_counter`` is about to go back.
        """
        if self._there:
            with suppress(RuntimeError):  # no run
                clock = sys.modules["trio.lowlevel"].current_clock()
                if type(clock) is sys.modules[RUN].SystemClock:
                    # It is frozen for others; for trio itself nothing but its reading counts.
                    object.__setattr__(clock, "offset", clock.offset + nanoseconds / SECOND)

    def _waiting(self, real: Any) -> Any:
        def get_events(manager: Any, timeout: float) -> Any:
            scheduler = self._scheduler()
            if scheduler is None:
                return real(manager, timeout)
            seconds = _own_limit(timeout)
            if seconds is None:
                return real(manager, timeout)
            return wait_for_files(
                scheduler,
                lambda: real(manager, 0),
                seconds=None if seconds == math.inf else seconds,
                files=_inside(manager),
                watched=_watched(manager),
                sockets=self._sockets,
            )

        return get_events

    def _starting(self, real: Any) -> Any:
        def start_thread_soon(
            cache: Any,
            fn: Callable[[], Any],
            deliver: Callable[[Any], Any],
            *args: Any,
            **kwargs: Any,
        ) -> None:
            task = self._hand()
            if task is None:
                real(cache, fn, deliver, *args, **kwargs)
                return

            def begin() -> Any:
                task.begin()
                task.scheduler.in_motion.discard(task)
                return fn()

            def end(outcome: Any) -> None:
                try:
                    deliver(outcome)
                finally:
                    task.end()

            if task.is_own:
                task.scheduler.in_motion.add(task)
            try:
                real(cache, begin, end, *args, **kwargs)
            except BaseException:
                task.scheduler.settle(task)
                raise

        return start_thread_soon

    def _jumping(self, real: Any) -> Any:
        def jump(clock: Any, seconds: float) -> None:
            real(clock, seconds)
            scheduler = self._scheduler()
            if scheduler is not None:
                scheduler.sleep(round(seconds * SECOND))

        return jump


def _own_limit(timeout: float) -> float | None:
    """The seconds that trio would wait by its own clock, ``None`` for a wait that stays real."""
    lowlevel = sys.modules["trio.lowlevel"]
    try:
        clock = lowlevel.current_clock()
    except RuntimeError:  # a guest run: this thread does nothing but wait
        return None if timeout <= 0 else timeout if timeout < _LONGEST else math.inf
    mocked = type(clock) is not sys.modules[RUN].SystemClock
    if timeout <= 0 and not mocked:
        return None
    if timeout < _LONGEST and not mocked:
        return timeout
    statistics = lowlevel.current_statistics()
    until: float = statistics.seconds_to_next_deadline
    # A mock clock jumps by itself, if there is a deadline or a task.
    return None if mocked and (statistics.tasks_runnable or until < math.inf) else until


def _watched(manager: Any) -> Sequence[int]:
    """The descriptors for which the tasks of a run wait."""
    registered = getattr(manager, "_registered", ())  # not on Windows
    return [key[0] if isinstance(key, tuple) else key for key in registered]


def _inside(manager: Any) -> Sequence[File]:
    """The one descriptor that stands for all those of a run, with its events."""
    found = []
    for name in ("_epoll", "_kqueue"):
        if hasattr(manager, name):
            with suppress(ValueError):  # the run has just ended
                found.append((getattr(manager, name).fileno(), selectors.EVENT_READ))
    return found
