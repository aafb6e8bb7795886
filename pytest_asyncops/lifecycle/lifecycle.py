"""How an operation goes: an immutable plan, as a test writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..arguments import explained
from ..durations import Late, Seconds, checked_late, to_ns
from ..errors import InvalidArgument, hides_usage_errors
from .contradictions import check_plan
from .course import Course, Position, Snapshot
from .progress import Progress
from .states import AnyState, Duration, State, Step, length

__tracebackhide__ = hides_usage_errors


@dataclass(frozen=True, repr=False)
class Lifecycle(Course):
    """An immutable plan of an operation's states.

    Make one with `succeeds`, `fails`, `hangs`, `manual` or `steps`. Durations are seconds,
    ``timedelta`` or `polls`. A poll exactly at the end of a state sees the next state.

    Raises:
        InvalidArgument: for a plan that contradicts itself.

    >>> plan = Lifecycle.succeeds(pending=2, running=30, output=b"done")
    >>> [plan.at(seconds).state.name for seconds in (0, 2, 31.999, 32)]
    ['PENDING', 'RUNNING', 'RUNNING', 'SUCCEEDED']
    """

    by_hand: bool = False
    late: Late[int] | None = None

    def __post_init__(self) -> None:
        check_plan(self.plan)
        super().__post_init__()

    @classmethod
    @explained("running")
    def succeeds(
        cls,
        *,
        pending: Duration = 0,
        running: Duration = 10,
        output: bytes | None = None,
        progress: Progress | None = None,
    ) -> Lifecycle:
        """Waits for ``pending``, runs for ``running``, and succeeds with ``output``.

        >>> Lifecycle.succeeds(pending=2, running=30, output=b"done").at(32).output
        b'done'
        """
        return cls(
            (
                *_approach(pending, running, progress),
                Step(State.SUCCEEDED, output=output, progress=_silence(progress)),
            )
        )

    @classmethod
    @explained()
    def fails(
        cls,
        message: str,
        *,
        pending: Duration = 0,
        running: Duration = 10,
        percent: float | None = None,
        progress: Progress | None = None,
    ) -> Lifecycle:
        """Waits, runs, and fails with ``message``, at ``percent`` (50 unless given).

        >>> Lifecycle.fails("disk full", running=30).at(30).message
        'disk full'
        """
        return cls(
            (
                *_approach(pending, running, progress),
                Step(State.FAILED, message=message, percent=percent, progress=_silence(progress)),
            )
        )

    @classmethod
    @explained()
    def hangs(
        cls,
        *,
        pending: Duration = 0,
        percent: float | None = None,
        progress: Progress | None = None,
    ) -> Lifecycle:
        """Waits for ``pending``, then runs and never ends, at ``percent`` (0 unless given).

        >>> Lifecycle.hangs().at(1_000_000).state
        State.RUNNING
        """
        return cls(
            (
                Step(State.PENDING, pending, progress=_silence(progress)),
                Step(State.RUNNING, percent=percent, progress=progress),
            )
        )

    @classmethod
    @explained()
    def manual(cls, state: AnyState = State.PENDING) -> Lifecycle:
        """Stays in this state until the test moves it, through the methods of `Operation`.

        >>> Lifecycle.manual().at(1_000_000).state
        State.PENDING
        """
        return cls((Step(state),), by_hand=True)

    @classmethod
    def steps(cls, *steps: Step) -> Lifecycle:
        """Goes through the steps in order and stays in the last one.

        >>> plan = Lifecycle.steps(Step(State.RUNNING, 5), Step(State.SUCCEEDED))
        >>> plan.at(5).state
        State.SUCCEEDED
        """
        return cls(steps)

    @explained()
    def then_purged(self, after: Duration) -> Lifecycle:
        """The same plan, but the server forgets the operation this long after its end.

        >>> Lifecycle.succeeds(running=1).then_purged(60).at(61).state
        State.PURGED
        """
        last = self.plan[-1]
        if not last.state.done or last.state.meaning is State.PURGED:
            raise InvalidArgument(
                f"then_purged() needs a lifecycle with an end, and this one stays in "
                f"{last.state!r}",
                value=after,
            )
        ended = last.held_for(length(after, "the time until the purge"))
        return replace(self, plan=(*self.plan[:-1], ended, Step(State.PURGED)))

    @explained()
    def answered_late(self, late: Late[int]) -> Lifecycle:
        """The same plan, but the answers to requests for the operation are late.

        The server sees a request when it comes, and counts it as a poll; the client gets the answer
        later, or reaches its own timeout. Lists are not late.

        Args:
            late: seconds or a ``timedelta``, or a function of the number of the poll, from 1, that
                returns one of these.

        >>> slow_at_first = Lifecycle.succeeds().answered_late(lambda poll: 45 if poll == 1 else 0)
        """
        return replace(self, late=checked_late(late))

    def moved(self, position: Position, elapsed: int, step: Step) -> Lifecycle:
        """The plan once the test has moved the operation to ``step`` at this elapsed time."""
        here = len(position.entries) - 1
        left = self.plan[here].held_for(elapsed - position.entries[-1])
        return replace(self, plan=(*self.plan[:here], left, step))

    def __repr__(self) -> str:
        late = "" if self.late is None else f".answered_late({self.late!r})"
        if not self.by_hand:
            return f"Lifecycle.steps({', '.join(map(repr, self.plan))}){late}"
        first = self.plan[0].state
        if repr(self.plan) == f"(Step({first!r}),)":
            begins = "" if first is State.PENDING else repr(first)
            return f"Lifecycle.manual({begins}){late}"
        return f"Lifecycle({self.plan!r}, by_hand=True){late}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython and Hypothesis, which print the fields of a dataclass unless told not to."""
        printer.text(repr(self))

    def at(self, elapsed: Seconds, polled: Iterable[Seconds] = ()) -> Snapshot:
        """The operation as a poll would see it.

        Args:
            elapsed: seconds since the operation was started.
            polled: when earlier polls came, in order, in seconds since the start.
        """
        position = self.advanced(0)
        for when in polled:
            position = self.polled(position, to_ns(when, "the time of a poll"))
        return self.snapshot(to_ns(elapsed, "elapsed"), position)


def _approach(pending: Duration, running: Duration, progress: Progress | None) -> tuple[Step, Step]:
    return (
        Step(State.PENDING, pending, progress=_silence(progress)),
        Step(State.RUNNING, running, progress=progress),
    )


def _silence(progress: Progress | None) -> Progress | None:
    """No percentage for the other steps, if this progress is absent."""
    return progress if progress == Progress.absent() else None
