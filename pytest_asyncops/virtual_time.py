"""Waits of the code under test move the virtual clock instead of waiting.

The server's clock is exact: it moves by what is skipped and by nothing else. The client's clocks
jump with it; `waiting.client_clock` says how they move in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import time_machine

from .clock import VirtualClock
from .waiting.bound_names import BoundNames
from .waiting.client_clock import ClientClock
from .waiting.pools import Pools
from .waiting.primitives import Primitives
from .waiting.schedule import Schedule
from .waiting.stand_ins import STAND_INS, Present, enter, here, leave, wall_clock

_real_monotonic_ns = time.monotonic_ns


class VirtualTime:
    """Joins the clocks and waits of Python to a `VirtualClock` while it is started.

    Threads that were alive before keep real waits and real clocks.

    Args:
        clock: the clock.
        skipped: told of all nanoseconds skipped so far, after each wait; may raise.
    """

    def __init__(self, clock: VirtualClock, skipped: Callable[[int], None]) -> None:
        self._clock = clock
        self._skipped = skipped
        self._stack = ExitStack()
        self._foreign: dict[int | None, threading.Thread] = {}

    def start(self) -> None:
        """Take over clocks and waits."""
        own = threading.current_thread()
        self._foreign = {
            thread.ident: thread for thread in threading.enumerate() if thread is not own
        }
        client = ClientClock(self._clock)
        schedule = Schedule(
            self._clock,
            is_foreign=self._is_foreign,
            is_idle=_takeover.pools.is_idle,
            nudge=client.nudge,
            skipped=self._skipped,
        )
        present = Present(client, schedule, self._is_in_foreign)
        wall_offset = time.time_ns() - _real_monotonic_ns()
        with ExitStack() as stack:
            # time-machine changes the wall clock in C, so that names bound long ago follow too:
            # time.time, time.time_ns, datetime.now, gmtime, localtime, strftime. All of them ask
            # the traveller for the time, so that one method of it is all there is to replace.
            travel = time_machine.travel(0, tick=False)
            traveller = travel.start()
            stack.callback(travel.stop)
            traveller.time_ns = wall_clock(  # type: ignore[method-assign]  # on purpose, see above
                present, lambda: _real_monotonic_ns() + wall_offset
            )
            stack.enter_context(_takeover)
            enter(present)
            stack.callback(leave, present)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Give them back."""
        self._stack.close()

    def _is_foreign(self, thread: threading.Thread) -> bool:
        return self._foreign.get(thread.ident) is thread

    def _is_in_foreign(self) -> bool:
        if threading.get_ident() not in self._foreign:
            return False
        return self._is_foreign(threading.current_thread())


class _Takeover:
    """The stand-ins in their places, for as long as any virtual time is on.

    They ask for the virtual time that is on when they are called, so one set serves all. Modules
    that have been scanned once for bound names are not scanned again.
    """

    def __init__(self) -> None:
        self.pools = Pools()
        self._primitives = Primitives(_schedule_here)
        self._bound_names = BoundNames([(original, new) for _, original, new in STAND_INS])
        self._depth = 0
        self._stack = ExitStack()

    def __enter__(self) -> None:
        if not self._depth:
            with ExitStack() as stack:
                for name, _, stand_in in STAND_INS:
                    stack.callback(setattr, time, name, getattr(time, name))
                    setattr(time, name, stand_in)
                for part in (self._bound_names, self._primitives, self.pools):
                    stack.callback(part.restore)
                    part.replace()
                self._stack = stack.pop_all()
        self._depth += 1

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._stack.close()


def _schedule_here() -> Schedule | None:
    present = here()
    return None if present is None else present.schedule


_takeover = _Takeover()
