"""Waits of the code under test move the virtual clock instead of waiting.

The server's clock is exact: it moves by what is skipped and by nothing else. The client's clocks
jump with it; `waiting.client_clock` says how they move in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any

import time_machine

from .bound_functions import BoundNames
from .client_clock import ClientClock
from .clock import VirtualClock
from .real_time_threads import Strangers, changes_sides
from .scheduler import Schedule
from .sockets import Wires
from .thread_activity import Stillness
from .thread_pools import Pools
from .threading_patches import Primitives
from .time_functions import STAND_INS, Present, enter, here, latest, leave, newcomers, wall_clock
from .trio_patches import RUN, TrioRuns, is_called, is_idle

_real_monotonic_ns = time.monotonic_ns


class VirtualTime:
    """Joins the clocks and waits of Python to a `VirtualClock` while it is started.

    Threads that were alive before keep real waits and real clocks. Inside of another one, both
    clocks live in one time: a wait, and whoever moves one of them, moves both.

    Args:
        clock: the clock.
        skipped: told of all nanoseconds skipped so far, after each wait; may raise.
    """

    def __init__(self, clock: VirtualClock, skipped: Callable[[int], None]) -> None:
        self._clock = clock
        self._skipped = skipped
        self._stack = ExitStack()

    def start(self) -> None:
        """Take over clocks and waits."""
        with ExitStack() as stack:
            stack.callback(self._clock.leave)
            present = self._present()
            # time-machine changes the wall clock in C, so that names bound long ago follow too:
            # time.time, time.time_ns, datetime.now, gmtime, localtime, strftime. All of them ask
            # the traveller for the time, so that one method of it is all there is to replace.
            travel = time_machine.travel(0, tick=False)
            traveller = travel.start()
            stack.callback(travel.stop)
            traveller.time_ns = wall_clock(present)  # type: ignore[method-assign]  # see above
            stack.enter_context(_takeover)
            stack.enter_context(present.strangers.without_me())
            stack.enter_context(present.schedule.heard_by(self._skipped))
            enter(present)
            stack.callback(leave, present)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Give them back."""
        self._stack.close()

    def _present(self) -> Present:
        outer = latest()
        if outer is not None:
            self._clock.join(outer.schedule.timeline)
            return Present(
                outer.client, outer.schedule, outer.strangers, self._clock, outer.real_wall_ns
            )
        offset = time.time_ns() - _real_monotonic_ns()
        strangers = Strangers()
        client = ClientClock(self._clock.timeline)
        schedule = Schedule(
            self._clock.timeline,
            is_foreign=strangers.__contains__,
            stillness=Stillness(_takeover.is_idle, _takeover.is_called),
            client=client,
        )
        return Present(
            client, schedule, strangers, self._clock, lambda: _real_monotonic_ns() + offset
        )


class _Takeover:
    """The stand-ins in their places, for as long as any virtual time is on.

    They ask for the virtual time that is on when they are called, so one set serves all. Modules
    that have been scanned once for bound names are not scanned again.
    """

    def __init__(self) -> None:
        pools = Pools(_whose)
        wires = Wires(lambda: here() is not None)
        trio_runs = TrioRuns(_schedule_here, wires, _whose)
        newcomers[RUN] = trio_runs.meet
        self._parts = (
            BoundNames([(original, new) for _, original, new in STAND_INS]),
            Primitives(_schedule_here, _estrange, wires),
            wires,
            pools,
            trio_runs,
        )
        self._pools = pools
        self._depth = 0
        self._stack = ExitStack()

    def __enter__(self) -> None:
        if not self._depth:
            with ExitStack() as stack:
                for name, _, stand_in in STAND_INS:
                    stack.callback(setattr, time, name, getattr(time, name))
                    setattr(time, name, stand_in)
                for part in self._parts:
                    stack.callback(part.restore)
                    part.replace()
                self._stack = stack.pop_all()
        self._depth += 1

    def is_idle(self, frame: FrameType) -> bool:
        return self._pools.is_idle(frame) or is_idle(frame)

    def is_called(self, frame: FrameType) -> bool:
        return self._pools.is_called(frame) or is_called(frame) or changes_sides(frame)

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._stack.close()


def _schedule_here() -> Schedule | None:
    present = here()
    return None if present is None else present.schedule


def _estrange(thread: threading.Thread) -> None:
    present = latest()
    if present is not None:
        present.strangers.add(thread)


def _whose(task: Callable[[], Any]) -> Callable[[], Any]:
    present = latest()
    return task if present is None else present.strangers.whose(task)


_takeover = _Takeover()
