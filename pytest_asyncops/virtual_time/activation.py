"""Waits of the code under test move the virtual clock instead of waiting.

The servers' clock is exact: it moves only by what is skipped. The clocks that the code under test
reads jump with it; `client_clock` says how they move in between.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import time_machine

from .alarm_clock import AlarmClock
from .alarms import Alarms
from .asyncio_patches import AsyncioPatches
from .bound_functions import BoundFunctions
from .child_processes import ChildProcesses
from .client_clock import ClientClock
from .handed_tasks import HandedTask
from .locks import virtual_lock
from .outside import PATIENCE, Outside, warn_of_lost_patience
from .own_server import OwnServer
from .proactor_patches import ProactorPatches
from .process_pools import ProcessPools
from .real_time_threads import RealTimeThreads
from .real_waits import RealWait, RealWaits
from .replaced import Replaced
from .scheduler import Scheduler
from .selects import Selects
from .server_clock import ServerClock
from .simple_queues import counted_simple_queue
from .skip_listeners import SkipListener
from .sockets import Sockets
from .stack_frames import RUN
from .thread_pools import ThreadPools
from .threading_patches import ThreadingPatches
from .threads import ThreadStarts
from .time_functions import (
    TIME_FUNCTIONS,
    ActiveTime,
    active_anywhere,
    active_here,
    is_scheduled_by,
    perf_counter_hooks,
    turn_off,
    turn_on,
    waits_here,
    wall_clock,
)
from .travellers import TickingTravellers
from .trio_patches import TrioPatches

_real_monotonic_ns = time.monotonic_ns


class VirtualTime:
    """Joins the clocks and waits of Python to a `ServerClock` while it is started.

    Threads that were alive before keep real waits and real clocks. If it is started inside another
    one, both clocks share one time: what moves one of them moves both.

    Args:
        clock: the clock.
        skipped: called after each wait with its length, and what was skipped so far; may raise.
        patience: the most real seconds that the clock waits for one thing outside.

    Attributes:
        polled: once started, notes that the current thread polls, and returns its real wait, if
            there was one.
    """

    polled: Callable[[], RealWait | None]

    def __init__(
        self, clock: ServerClock, skipped: SkipListener, patience: float = PATIENCE
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._skipped = skipped
        self._stack = ExitStack()

    def start(self) -> None:
        """Replace the clocks and waits of Python."""
        with ExitStack() as stack:
            stack.callback(self._clock.leave)
            active = self._activated()
            # time-machine changes the wall clock in C, so it reaches names that were bound long
            # ago: time.time, time.time_ns, datetime.now, gmtime, localtime, strftime. All of these
            # ask its traveller for the time, so only one method of the traveller is replaced here.
            travel = time_machine.travel(0, tick=False)
            traveller = travel.start()
            stack.callback(travel.stop)
            traveller.time_ns = wall_clock(active)  # type: ignore[method-assign]  # see above
            stack.enter_context(_replacements)
            stack.enter_context(self._hosted(active))
            stack.enter_context(active.scheduler.listeners.listening(self._skipped))
            real_waits = RealWaits(active.scheduler.shared_time, active.client)
            stack.callback(real_waits.close)
            self.polled = real_waits.polled
            turn_on(active)
            stack.callback(turn_off, active)
            self._active = active
            self._stack = stack.pop_all()

    def joined_by(self, call: Callable[[Callable[[], object]], object]) -> OwnServer:
        """The object by which this package's own server takes part, once this is started.

        Args:
            call: calls a function in the server's thread.
        """
        return OwnServer(self._active.scheduler, _replacements.sockets, call)

    def come_first(self) -> None:
        """Let the wall clock be this one's, before all others that have started."""
        turn_on(self._active)  # first, so that it is on all the time
        turn_off(self._active)

    def stop(self) -> None:
        """Put them back.

        Warns:
            PatienceWarning: if the clock has waited too long for something outside.
        """
        self._stack.close()

    @staticmethod
    @contextmanager
    def _hosted(active: ActiveTime) -> Iterator[None]:
        """Count the current thread as one of the test's; the last block closes the scheduler."""
        with active.real_time_threads.without_current() as was_real:
            active.scheduler.enter()
            own = threading.get_ident()
            try:
                yield
            finally:
                if not is_scheduled_by(active.scheduler):
                    # An alarm that is not due yet never comes: by default it would end the process.
                    active.alarm_clock.cancel()
                    active.scheduler.close(own)
                    _replacements.loops.bring_back(active.client.ahead_ns())
                    _replacements.trio.keep_time(active.client.deadline_ahead_ns())
                    warn_of_lost_patience(active.scheduler.outside)
                elif was_real:
                    active.scheduler.settle(own)

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
                outer.alarm_clock,
            )
        offset = time.time_ns() - _real_monotonic_ns()
        real_time_threads = RealTimeThreads()
        client = ClientClock(self._clock.shared_time)
        scheduler = Scheduler(
            self._clock.shared_time,
            client,
            Outside(_replacements.sockets.receiver_until, self._patience),
        )
        self._clock.shared_time.run_really = lambda: _really(client, scheduler)
        return ActiveTime(
            client,
            scheduler,
            real_time_threads,
            self._clock,
            lambda: _real_monotonic_ns() + offset,
            AlarmClock(scheduler),
        )


class _Replacements:
    """The replacements, in place for as long as any virtual time is on.

    When called they look up the virtual time that is on, so one set serves all mocks.

    They are put in their modules last, because the stack that puts the functions back holds them
    too, and would have to be distinguished from other holders.
    """

    def __init__(self) -> None:
        self.sockets = sockets = Sockets(lambda: active_here() is not None)
        self.trio = trio_patches = TrioPatches(_scheduler_here, sockets, lambda: _hand(HandedTask))
        loops = AsyncioPatches(_scheduler_here, sockets)
        self.loops = loops.loops
        children = ChildProcesses(_scheduler_here)
        counted = counted_simple_queue(_scheduler_here)
        self._functions = [
            *(Replaced(time, *function) for function in TIME_FUNCTIONS),
            *ThreadStarts(_scheduler_here, _real_time_threads).functions,
            *children.functions,
            *Alarms(_alarm_clock_here).functions,
            *Selects(_scheduler_here).functions,
        ]
        self._classes = [
            Replaced(queue, "SimpleQueue", queue.SimpleQueue, counted),
            Replaced(threading, "Lock", threading.Lock, virtual_lock(_scheduler_here)),
        ]
        self._parts = (
            BoundFunctions([function[2:] for function in _once(self._functions)]),
            children,
            ThreadingPatches(_scheduler_here),
            loops,
            ProactorPatches(_scheduler_here, loops.loops),
            sockets,
            ThreadPools(
                _hand,
                lambda tasks, by: isinstance(tasks, counted) and tasks.is_counted_by(by),
            ),
            ProcessPools(_scheduler_here),
            trio_patches,
            TickingTravellers(active_here),
        )
        self._depth = 0
        self._stack = ExitStack()

    def __enter__(self) -> None:
        if not self._depth:
            with ExitStack() as stack:
                stack.callback(perf_counter_hooks.pop, RUN)
                perf_counter_hooks[RUN] = self.trio.install
                for part in self._parts:
                    stack.callback(part.restore)
                    part.replace()
                for module, name, original, replacement in (*self._functions, *self._classes):
                    before = getattr(module, name)
                    # A patch by the user that was undone too late has put a replacement back.
                    before = original if before == replacement else before
                    stack.callback(setattr, module, name, before)
                    setattr(module, name, replacement)
                self._stack = stack.pop_all()
        self._depth += 1

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._stack.close()


def _once(functions: Iterable[Replaced]) -> Iterator[Replaced]:
    """Each function once, even if it has several names."""
    yield from {id(function.original): function for function in functions}.values()


def _scheduler_here() -> Scheduler | None:
    active = waits_here()
    return None if active is None else active.scheduler


def _alarm_clock_here() -> AlarmClock | None:
    active = waits_here()
    return None if active is None else active.alarm_clock


@contextmanager
def _really(client: ClientClock, scheduler: Scheduler) -> Iterator[None]:
    """A block in which the waits of the current thread are real and stop the clock."""
    with scheduler.outside.held(), client.run_really():
        try:
            yield
        finally:
            scheduler.enter_anew()


def _real_time_threads() -> RealTimeThreads | None:
    active = active_anywhere()
    return None if active is None else active.real_time_threads


_AnyTask = TypeVar("_AnyTask", bound=HandedTask)


def _hand(task: type[_AnyTask]) -> _AnyTask | None:
    active = active_anywhere()
    return None if active is None else task(active.scheduler, active.real_time_threads)


_replacements = _Replacements()
