"""Trio waits in the input and output of its own, by a clock of its own.

Its system clock is ``time.perf_counter``, whose stand-in knows trio. What it waits in is replaced
here, once trio has been imported. A run with a `trio.testing.MockClock` jumps by itself; then the
servers' clock follows.
"""

from __future__ import annotations

import math
import selectors
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Any

from ..durations import SECOND
from ..errors import InvalidArgument
from .file_waits import are_ready, wait_for_files
from .frames import module_of
from .scheduler import Scheduler
from .sockets import Sockets

RUN = "trio._core._run"
"""The module of trio's that asks for the time, and waits."""

_MOCK_CLOCK = "trio._core._mock_clock"

_THREADS = "trio._core._thread_cache"

_LONGEST = 86_400
"""The seconds that trio waits at most at a time, if it has no deadline or a later one."""

_Find = Callable[[], "Scheduler | None"]


class TrioPatches:
    """Puts the schedule's waits in the place of trio's.

    Args:
        scheduler: gives the schedule for the current thread, ``None`` if it waits really.
        sockets: which sockets are about to be answered.
        bind_time: makes of a task one that keeps the time of the current thread, whoever does it.
    """

    def __init__(
        self,
        scheduler: _Find,
        sockets: Sockets,
        bind_time: Callable[[Callable[[], Any]], Callable[[], Any]],
    ) -> None:
        self._scheduler = scheduler
        self._bind_time = bind_time
        self._sockets = sockets
        self._stack = ExitStack()
        self._there = False

    def replace(self) -> None:
        """Put them there, if trio is there; else when it first asks for the time."""
        if RUN in sys.modules:
            with suppress(InvalidArgument):  # which comes again, should trio run
                self.install()

    def restore(self) -> None:
        """Put the real ones back."""
        self._stack.close()
        self._there = False

    def install(self) -> None:
        """Put them there now.

        Raises:
            InvalidArgument: for a version of trio that is made otherwise inside.
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
            self._put(owner, name, value)

    def _put(self, owner: Any, name: str, value: Any) -> None:
        self._stack.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

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
                lambda limit: real(manager, timeout if limit is None else limit),
                seconds=None if seconds == math.inf else seconds,
                files=_files(manager),
                ready=lambda: are_ready(_inside(manager)),
                sockets=self._sockets,
            )

        return get_events

    def _starting(self, real: Any) -> Any:
        def start_thread_soon(cache: Any, fn: Callable[[], Any], *args: Any, **names: Any) -> None:
            real(cache, self._bind_time(fn), *args, **names)

        return start_thread_soon

    def _jumping(self, real: Any) -> Any:
        def jump(clock: Any, seconds: float) -> None:
            real(clock, seconds)
            scheduler = self._scheduler()
            if scheduler is not None:
                scheduler.sleep(round(seconds * SECOND))

        return jump


def is_idle(frame: FrameType) -> bool:
    """Whether this is the top frame of a thread of trio's that has nothing to do."""
    worker = _waits_for_work(frame)
    return worker is not None and worker in worker._thread_cache._idle_workers


def is_called(frame: FrameType) -> bool:
    """Whether this is the top frame of one that is about to begin a task."""
    worker = _waits_for_work(frame)
    return worker is not None and worker not in worker._thread_cache._idle_workers


def _waits_for_work(frame: FrameType) -> Any:
    if frame.f_code.co_name != "_work" or module_of(frame) != _THREADS:
        return None
    return frame.f_locals["self"]


def _own_limit(timeout: float) -> float | None:
    """The seconds for which trio would wait by its own clock, ``None`` for no such wait."""
    lowlevel = sys.modules["trio.lowlevel"]
    try:
        clock = lowlevel.current_clock()
    except RuntimeError:  # a guest run: this is a thread that does nothing but wait for it
        return None if timeout <= 0 else timeout if timeout < _LONGEST else math.inf
    mocked = type(clock) is not sys.modules[RUN].SystemClock
    if timeout <= 0 and not mocked:
        return None
    if timeout < _LONGEST and not mocked:
        return timeout
    statistics = lowlevel.current_statistics()
    until: float = statistics.seconds_to_next_deadline
    # A mock clock jumps by itself, if there is something to jump to.
    return None if mocked and (statistics.tasks_runnable or until < math.inf) else until


def _files(manager: Any) -> Sequence[int]:
    """What the tasks of a run wait for."""
    registered = getattr(manager, "_registered", ())  # not on Windows
    return [key[0] if isinstance(key, tuple) else key for key in registered]


def _inside(manager: Any) -> Iterator[tuple[int, int]]:
    """The one file that a run waits for, which stands for all of them."""
    for name in ("_epoll", "_kqueue"):
        if hasattr(manager, name):
            with suppress(ValueError):  # it has just been closed
                yield getattr(manager, name).fileno(), selectors.EVENT_READ
