"""Waits of the code under test move the virtual clock instead of waiting.

The servers' clock is exact: it moves by what is skipped and by nothing else. The clocks that the
code under test reads jump with it; `client_clock` says how they move in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any

import time_machine

from .asyncio_patches import AsyncioPatches
from .bound_functions import BoundFunctions
from .client_clock import ClientClock
from .clock import VirtualClock
from .real_time_threads import RealTimeThreads, begins_bound_task
from .scheduler import Scheduler
from .sockets import Sockets
from .thread_activity import ThreadActivity
from .thread_pools import ThreadPools
from .threading_patches import ThreadingPatches
from .time_functions import (
    TIME_FUNCTIONS,
    ActiveTime,
    active_anywhere,
    active_here,
    perf_counter_hooks,
    turn_off,
    turn_on,
    wall_clock,
)
from .trio_patches import RUN, TrioPatches, is_called, is_idle

_real_monotonic_ns = time.monotonic_ns


class VirtualTime:
    """Joins the clocks and waits of Python to a `VirtualClock` while it is started.

    Threads that were alive before keep real waits and real clocks. Started inside of another one,
    both clocks share one time: what moves one of them moves both.

    Args:
        clock: the clock.
        skipped: called after each wait with all nanoseconds skipped so far; may raise.
    """

    def __init__(self, clock: VirtualClock, skipped: Callable[[int], None]) -> None:
        self._clock = clock
        self._skipped = skipped
        self._stack = ExitStack()

    def start(self) -> None:
        """Replace the clocks and waits of Python."""
        with ExitStack() as stack:
            stack.callback(self._clock.leave)
            active = self._activated()
            # time-machine changes the wall clock in C, so it reaches names that were bound long
            # ago: time.time, time.time_ns, datetime.now, gmtime, localtime, strftime. All of them
            # ask its traveller for the time, so only one method of the traveller is replaced here.
            travel = time_machine.travel(0, tick=False)
            traveller = travel.start()
            stack.callback(travel.stop)
            traveller.time_ns = wall_clock(active)  # type: ignore[method-assign]  # see above
            stack.enter_context(_replacements)
            stack.enter_context(active.real_time_threads.without_current())
            stack.enter_context(active.scheduler.listening(self._skipped))
            turn_on(active)
            stack.callback(turn_off, active)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Put them back."""
        self._stack.close()

    def _activated(self) -> ActiveTime:
        outer = active_anywhere()
        if outer is not None:
            self._clock.join(outer.scheduler.shared_time)
            return ActiveTime(
                outer.client,
                outer.scheduler,
                outer.real_time_threads,
                self._clock,
                outer.real_wall_ns,
            )
        offset = time.time_ns() - _real_monotonic_ns()
        real_time_threads = RealTimeThreads()
        client = ClientClock(self._clock.shared_time)
        scheduler = Scheduler(
            self._clock.shared_time,
            is_foreign=real_time_threads.__contains__,
            activity=ThreadActivity(_replacements.is_idle, _replacements.is_called),
            client=client,
        )
        return ActiveTime(
            client, scheduler, real_time_threads, self._clock, lambda: _real_monotonic_ns() + offset
        )


class _Replacements:
    """The replacements, in place for as long as any virtual time is on.

    When they are called they ask for the virtual time that is on, so one set serves all mocks.
    They are in place in ``time`` last, because the stack that puts those functions back holds them,
    too, and would have to be told from those that others hold.
    """

    def __init__(self) -> None:
        pools = ThreadPools(_bind_time)
        sockets = Sockets(lambda: active_here() is not None)
        trio_patches = TrioPatches(_scheduler_here, sockets, _bind_time)
        perf_counter_hooks[RUN] = trio_patches.install
        self._parts = (
            BoundFunctions([(original, new) for _, original, new in TIME_FUNCTIONS]),
            ThreadingPatches(_scheduler_here, _keep_real),
            AsyncioPatches(_scheduler_here, sockets),
            sockets,
            pools,
            trio_patches,
        )
        self._pools = pools
        self._depth = 0
        self._stack = ExitStack()

    def __enter__(self) -> None:
        if not self._depth:
            with ExitStack() as stack:
                for part in self._parts:
                    stack.callback(part.restore)
                    part.replace()
                for name, _, replacement in TIME_FUNCTIONS:
                    stack.callback(setattr, time, name, getattr(time, name))
                    setattr(time, name, replacement)
                self._stack = stack.pop_all()
        self._depth += 1

    def is_idle(self, frame: FrameType) -> bool:
        return self._pools.is_idle(frame) or is_idle(frame)

    def is_called(self, frame: FrameType) -> bool:
        return self._pools.is_called(frame) or is_called(frame) or begins_bound_task(frame)

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._stack.close()


def _scheduler_here() -> Scheduler | None:
    active = active_here()
    return None if active is None else active.scheduler


def _keep_real(thread: threading.Thread) -> None:
    active = active_anywhere()
    if active is not None:
        active.real_time_threads.add(thread)


def _bind_time(task: Callable[[], Any]) -> Callable[[], Any]:
    active = active_anywhere()
    return task if active is None else active.real_time_threads.bind_time(task)


_replacements = _Replacements()
