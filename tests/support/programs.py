"""Programs of threads and tasks that hand things to each other, as data.

An actor is a thread, the main thread, or a task of an event loop. It has mailboxes of several
kinds, which nobody else takes from, so that no outcome hangs on who is first within one instant. A
token in a mailbox is like any other, an event is never cleared, a condition counts, a bounded queue
has one giver and one taker, a barrier has two parties, a pool has one submitter. What is left is
time: no two deadlines of a program are equal, which `program_strategies` sees to.

Durations are whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

MAIN = "main"
THREAD = "thread"
LOOPS = ("loop A", "loop B")
TRIO = "trio"

WAYS: dict[str, tuple[str, ...]] = {
    MAIN: ("queue", "simple queue", "event", "condition", "semaphore", "future"),
    THREAD: ("queue", "simple queue", "event", "condition", "semaphore", "future"),
    **dict.fromkeys((*LOOPS, TRIO), ("queue", "event")),
}
"""By what an actor can be given something, by its home."""

LASTING = ("event", "future")
"""The ways in which what was given once stays there however often it is taken."""

ENDLESS = ("simple queue",)
"""The ways whose limit is in real time: waits for them always end because something comes.

A timeout says only that the wait has a limit, not which.
"""

POOLS = {"new": 2, "older": 1, "older, with threads": 2}
"""The pools of each thread, and how many jobs each does at a time.

Older means older than the mock.
"""

OFFLOADS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        LOOPS,
        ("to_thread", "executor", "older executor", "anyio.to_thread", "anyio.from_thread"),
    ),
    TRIO: ("to_thread", "from_thread", "anyio.to_thread"),
}
"""How a task gives work to a thread and waits for it."""

STOPPABLE = ("to_thread", "executor", "older executor")
"""The offloads that a task can stop waiting for; the work goes on."""

COLLECTS = ("result", "first", "all", "as_completed")
STARTS = {"threads": ("thread", "raw thread", "timer"), "tasks": ("task",)}


@dataclass(frozen=True)
class Sleep:
    ms: int


@dataclass(frozen=True)
class Give:
    """Put a token in a mailbox."""

    to: int
    by: str


Work = tuple[Sleep | Give, ...]
"""What a job, a thread without mailboxes, a timer or a coroutine does. It may be nothing."""


@dataclass(frozen=True)
class Take:
    """Wait for a token in a mailbox of one's own. The outcome is whether it came."""

    by: str
    timeout: int | None


@dataclass(frozen=True)
class Push:
    """Put something in the queue to another actor that has room for one."""

    to: int
    timeout: int | None


@dataclass(frozen=True)
class Pull:
    """Get something from the queue of another actor that has room for one."""

    of: int
    timeout: int | None


@dataclass(frozen=True)
class Meet:
    """Wait at a barrier for another actor."""

    whom: int
    timeout: int | None


@dataclass(frozen=True)
class Submit:
    """Give a job to a pool."""

    work: Work
    pool: str


@dataclass(frozen=True)
class Collect:
    """Wait for the jobs that were submitted since the last time, or for one of them."""

    how: str
    timeout: int | None


@dataclass(frozen=True)
class Start:
    """Start a thread, a timer or a task."""

    work: Work
    how: str


@dataclass(frozen=True)
class Join:
    """Wait until the thread that was started last has ended, the timer or the task."""

    timeout: int | None


@dataclass(frozen=True)
class Call:
    """Have an event loop run a coroutine, and wait for it."""

    home: str
    work: Work
    timeout: int | None


@dataclass(frozen=True)
class Offload:
    """Have a thread do something, and wait for it."""

    work: Work
    how: str
    timeout: int | None


@dataclass(frozen=True)
class Resolve:
    """Have the event loop look an address up, which it does in a thread."""

    host: str


@dataclass(frozen=True)
class Poll:
    """Start an operation, and poll it until it is done."""

    running: int
    every: int


Step = (
    Sleep | Give | Take | Push | Pull | Meet | Submit | Collect | Start | Join | Call | Offload
    | Resolve | Poll
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    home: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Program:
    """What runs.

    Attributes:
        actors: all start at the beginning; who is the n-th is meant by the number n.
        pauses: microseconds of real time that hand-overs take in turn; negative ones are spun.
    """

    actors: tuple[Actor, ...]
    pauses: tuple[int, ...] = ()

    @property
    def homes(self) -> list[str]:
        """The homes of the actors, each one once."""
        return list(dict.fromkeys(actor.home for actor in self.actors))


@dataclass(frozen=True, order=True)
class Entry:
    """A line of a journal: who has done which step, when, and with what outcome.

    Work has the name of its actor and a number, in the order in which the actor gave it away. A
    step may have several entries.
    """

    microseconds: int
    who: str
    step: int
    outcome: bool = True


_DURATIONS = ("ms", "timeout", "running", "every")


def with_durations(node: Any, change: Callable[[int], int]) -> Any:
    """A program, or a part of one, with its durations changed one after the other."""
    if isinstance(node, tuple):
        return tuple(with_durations(part, change) for part in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    changed = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if field.name in _DURATIONS:
            changed[field.name] = value if value is None else change(value)
        elif field.name != "pauses":
            changed[field.name] = with_durations(value, change)
    return replace(node, **changed)


def kinds_in(node: Any) -> Iterator[str]:
    """What a program has: steps, each with the words that say how."""
    if isinstance(node, tuple):
        for part in node:
            yield from kinds_in(part)
    elif is_dataclass(node):
        values = [getattr(node, field.name) for field in fields(node)]
        yield " ".join([type(node).__name__, *(value for value in values if type(value) is str)])
        for value in values:
            yield from kinds_in(value)
