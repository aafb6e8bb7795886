"""What the actors of one program share while it runs: mailboxes, pools, a journal."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Protocol

from pytest_asyncops import AsyncOpsMock, Lifecycle

from .chainloop_polls import ask
from .programs import MAIN, POOLS, THREAD, Entry, Offload, Poll, Program, Sleep, Submit, Work
from .real_pauses import really_wait

LONG = 10.0**6
"""Virtual seconds after which what should have ended long ago is given up."""


MANY = 64
"""The workers of a pool that always has one more."""


def seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


class Mailbox(Protocol):
    """What a thread is given something by; ``take`` says whether it came."""

    def give(self) -> None: ...
    def take(self, timeout: float | None) -> bool: ...


class _Queue:
    def __init__(self) -> None:
        self._queue: queue.Queue[None] = queue.Queue()

    def give(self) -> None:
        self._queue.put(None)

    def take(self, timeout: float | None) -> bool:
        try:
            self._queue.get(timeout=timeout)
        except queue.Empty:
            return False
        return True


class _SimpleQueue:
    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[None] = queue.SimpleQueue()

    def give(self) -> None:
        self._queue.put(None)

    def take(self, timeout: float | None) -> bool:
        # A limit of this wait may be real: what comes late enough to miss it never comes.
        self._queue.get(timeout=None if timeout is None else LONG)
        return True


class _Event:
    def __init__(self) -> None:
        self._event = threading.Event()
        self.give = self._event.set
        self.take = self._event.wait


class _Condition:
    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    def give(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify()

    def take(self, timeout: float | None) -> bool:
        with self._condition:
            came = self._condition.wait_for(lambda: self._count > 0, timeout)
            self._count -= came
        return came


class _Semaphore:
    def __init__(self) -> None:
        self._semaphore = threading.Semaphore(0)
        self.give = self._semaphore.release

    def take(self, timeout: float | None) -> bool:
        return self._semaphore.acquire(timeout=timeout)


class _Future:
    def __init__(self) -> None:
        self._future: Future[None] = Future()
        self._first = threading.Lock()

    def give(self) -> None:
        if self._first.acquire(blocking=False):
            self._future.set_result(None)

    def take(self, timeout: float | None) -> bool:
        try:
            self._future.result(timeout)
        except FutureTimeout:
            return False
        return True


BOXES: dict[str, Callable[[], Mailbox]] = {
    "queue": _Queue,
    "simple queue": _SimpleQueue,
    "event": _Event,
    "condition": _Condition,
    "semaphore": _Semaphore,
    "future": _Future,
}


class Stage:
    """What the actors of one run share.

    Attributes:
        journal: what has been done, in the order in which it was noted.
        boxes: gives to a mailbox, by actor and kind. Tasks put theirs here themselves.
        ends: one for each piece of work that has been given away, done once that is.
    """

    def __init__(self, program: Program, older: dict[tuple[int, str], ThreadPoolExecutor]) -> None:
        self.program = program
        self.journal: list[Entry] = []
        self.mailboxes: dict[tuple[int, str], Mailbox] = {
            (number, by): box()
            for number, actor in enumerate(program.actors)
            if actor.home in {MAIN, THREAD}
            for by, box in BOXES.items()
        }
        self.boxes = {key: box.give for key, box in self.mailboxes.items()}
        numbers = range(len(program.actors))
        self.pipes: dict[tuple[int, int], queue.Queue[None]] = {
            pair: queue.Queue(1) for pair in itertools.permutations(numbers, 2)
        }
        self.barriers = {
            frozenset(pair): threading.Barrier(2) for pair in itertools.combinations(numbers, 2)
        }
        self.pools = dict(older)
        self.ends: list[Future[None]] = []
        self._pauses = itertools.cycle(program.pauses or (0,))
        self._given = [itertools.count(1) for _ in numbers]

    def opened(self, mock: AsyncOpsMock) -> None:
        """Go by the clock of this mock."""
        self.mock = mock
        for number in range(len(self.program.actors)):
            self.pools[number, "new"] = ThreadPoolExecutor(POOLS["new"])

    def now(self) -> int:
        return self.mock.clock.elapsed // timedelta(microseconds=1)

    def note(self, who: str, step: int, outcome: bool = True) -> None:
        self.journal.append(Entry(self.now(), who, step, outcome))

    def operation(self, step: Poll) -> Callable[[], bool]:
        """Start an operation; returns what polls it and says whether it is done."""
        running = Lifecycle.succeeds(running=step.running / 1000)
        operation = self.mock.chainloop.start(lifecycle=running)
        done = "ASYNC_OPERATION_STATUS_COMPLETED"
        return lambda: ask(self.mock, operation.id).json()["operation"]["status"] == done

    def pause(self) -> None:
        """Take a moment of real time, as hand-overs do on a busy machine."""
        length = next(self._pauses)
        if length > 0:
            really_wait(length / 1e6)
        for _ in range(-10 * length):
            pass

    def give(self, to: int, by: str) -> None:
        self.pause()
        self.boxes[to, by]()
        self.pause()

    def give_away(self, me: int) -> tuple[str, Future[None]]:
        """The name of work that an actor is about to give away, and what is done once it is."""
        end: Future[None] = Future()
        self.ends.append(end)
        return f"{me}.{next(self._given[me])}", end

    def do(self, name: str, work: Work, end: Future[None], sleep: Callable[[float], Any]) -> None:
        """Do work in this thread."""
        with ending(end):
            self.pause()
            for number, step in enumerate(work):
                if isinstance(step, Sleep):
                    sleep(step.ms / 1000)
                else:
                    self.give(step.to, step.by)
                self.note(name, number)
            self.pause()


@contextmanager
def ending(end: Future[None]) -> Iterator[None]:
    """What is done inside of the block ends with it, or fails with an error for who asks."""
    try:
        yield
    except Exception as error:
        end.set_exception(error)
    except BaseException as error:  # a task is cancelled
        end.set_exception(error)
        raise
    else:
        end.set_result(None)


def older_pools(program: Program, stack: ExitStack) -> dict[tuple[int, str], ThreadPoolExecutor]:
    """The pools that a program needs and that are older than its mock."""
    pools = {}
    for number, actor in enumerate(program.actors):
        sizes = {step.pool: POOLS[step.pool] for step in actor.steps if isinstance(step, Submit)}
        if any(isinstance(step, Offload) for step in actor.steps):
            sizes["older"] = MANY
        for name, size in sizes.items():
            if name == "new":
                continue
            pools[number, name] = pool = stack.enter_context(ThreadPoolExecutor(size))
            if name == "older, with threads":
                gate = threading.Barrier(size)
                list(pool.map(lambda gate: gate.wait(), [gate] * size))
    return pools
