"""How an operation goes: an immutable plan, and pure functions over it.

The position of an operation is computed from the plan, the time since its start, and the polls that
have seen it. Nothing ticks, and nothing is stored per second. So a poller that comes late finds the
operation in the same state as one that came often.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from ..arguments import explained
from ..durations import Late, Seconds, checked_late, to_ns
from ..errors import InvalidArgument, hides_usage_errors, listed
from .progress import Line, Progress
from .states import AnyState, Duration, OwnState, Polls, State, Step, length, may_follow

__tracebackhide__ = hides_usage_errors


class Position(NamedTuple):
    """How far an operation has come.

    Attributes:
        entries: the elapsed nanoseconds at which each step was entered, up to the present step.
        polls: how many polls have seen the present step.
    """

    entries: tuple[int, ...]
    polls: int = 0


_BORN = Position((0,))


class Snapshot(NamedTuple):
    """What can be seen of an operation at one moment.

    Attributes:
        state: the state.
        started: elapsed nanoseconds when it began to run, or ``None``.
        finished: elapsed nanoseconds when it succeeded, failed or was cancelled, or ``None``.
        output: what it produced, if it has succeeded.
        message: why it failed, if it has failed, or the message of a state of the API's own.
        percent: the percentage, ``None`` for none.
    """

    state: AnyState
    started: int | None
    finished: int | None
    output: bytes | None
    message: str | None
    percent: int | None


@dataclass(frozen=True, repr=False)
class Lifecycle:
    """An immutable plan of an operation's states.

    Make one with `succeeds`, `fails`, `hangs`, `manual` or `steps`. Durations are seconds,
    ``timedelta`` or `polls`. A poll exactly at the end of a state sees the next state.

    Raises:
        InvalidArgument: for a plan that contradicts itself.

    >>> plan = Lifecycle.succeeds(pending=2, running=30, output=b"done")
    >>> [plan.at(seconds).state.name for seconds in (0, 2, 31.999, 32)]
    ['PENDING', 'RUNNING', 'RUNNING', 'SUCCEEDED']
    """

    plan: tuple[Step, ...]
    by_hand: bool = False
    late: Late[int] | None = None
    _starts: tuple[int, ...] | None = field(init=False, compare=False)
    _run: int | None = field(init=False, compare=False)
    _end: int | None = field(init=False, compare=False)
    _percents: tuple[int | Progress | Line | None, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _check(self.plan)
        # Computed once, because every poll needs them: when each step begins (None if polls decide
        # that too), the first running and the first done step, and the percentage or curve of each.
        states = [step.state for step in self.plan]
        lengths = [step.lasts for step in self.plan[:-1] if isinstance(step.lasts, int)]
        timed = len(lengths) == len(self.plan) - 1
        put = object.__setattr__
        put(self, "_starts", tuple(accumulate(lengths, initial=0)) if timed else None)
        put(
            self,
            "_run",
            next((i for i, s in enumerate(states) if s.meaning is State.RUNNING), None),
        )
        put(self, "_end", next((i for i, s in enumerate(states) if s.done), None))
        put(self, "_percents", tuple(map(self._percent, range(len(self.plan)))))

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

    @property
    def timed(self) -> bool:
        """Whether only time decides, so that polls need not be counted."""
        return self._starts is not None

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

    def advanced(self, elapsed: int, position: Position = _BORN) -> Position:
        """The position at this elapsed time, in nanoseconds, from an earlier position."""
        if self._starts is not None:
            return Position(self._starts[: bisect_right(self._starts, elapsed)])
        entries, polls = position
        while True:
            lasts = self.plan[len(entries) - 1].lasts
            # The last poll of a step that is counted in polls ends it, in `polled`.
            if not isinstance(lasts, int) or entries[-1] + lasts > elapsed:
                return Position(entries, polls)
            entries = (*entries, entries[-1] + lasts)
            polls = 0

    def polled(self, position: Position, elapsed: int) -> Position:
        """The position once a poll has seen the operation at this elapsed time."""
        entries, polls = self.advanced(elapsed, position)
        lasts = self.plan[len(entries) - 1].lasts
        if isinstance(lasts, Polls) and polls + 1 == lasts.count:
            return Position((*entries, elapsed))
        return Position(entries, polls + 1)

    def state(self, position: Position) -> AnyState:
        """The state at this position."""
        return self.plan[len(position.entries) - 1].state

    def snapshot(self, elapsed: int, position: Position = _BORN) -> Snapshot:
        """What can be seen at this elapsed time, from an earlier position."""
        entries: tuple[int, ...]
        if self._starts is not None:  # as in `advanced`, without a copy
            entries, polls = self._starts, 0
            here = bisect_right(entries, elapsed) - 1
        else:
            entries, polls = self.advanced(elapsed, position)
            here = len(entries) - 1
        step = self.plan[here]
        run, end, percent = self._run, self._end, self._percents[here]
        if isinstance(percent, (Progress, Line)):
            percent = percent.at(_share(step.lasts, elapsed - entries[here], polls))
        return Snapshot(
            step.state,
            entries[run] if run is not None and run <= here else None,
            entries[end] if end is not None and end <= here else None,
            step.output,
            step.message,
            percent,
        )

    def changes(self, position: Position) -> Iterable[tuple[int, AnyState]]:
        """The next states and the elapsed times at which they begin, as far as time decides."""
        when = position.entries[-1]
        here = len(position.entries) - 1
        for step, following in pairwise(self.plan[here:]):
            if not isinstance(step.lasts, int):
                return
            when += step.lasts
            yield when, following.state

    def _percent(self, here: int) -> int | Progress | Line | None:
        """The percentage in a step, or the curve that it follows; ``None`` for none."""
        step = self.plan[here]
        if step.percent is not None:
            return int(step.percent)
        if step.progress is not None:
            # Once the operation is done, the percentage no longer grows.
            return step.progress.at(1) if step.state.done else step.progress
        if step.state.meaning is State.PENDING:
            return 0
        if step.state.meaning is not State.RUNNING:
            return self._final(here)
        if step.lasts is None:
            return 0
        # Several running steps in a row share one straight line.
        running = [i for i, other in enumerate(self.plan) if other.state.meaning is State.RUNNING]
        target = self._final(min(running[-1] + 1, len(self.plan) - 1))
        return None if target is None else Line(target, running.index(here), len(running))

    def _final(self, index: int) -> int | None:
        """The percentage at the end of a step; for a purge, at the end of the step before it."""
        step = self.plan[index]
        if step.state.meaning is State.PURGED and step.progress is None:
            return self._final(index - 1)
        if step.progress is not None:
            return step.progress.at(1)
        if step.percent is not None:
            return int(step.percent)
        if step.state.meaning is State.RUNNING:
            return 0
        return 100 if step.state.meaning is State.SUCCEEDED else _HALF


_HALF = 50
"""The percentage of an operation that ended without success, unless the test gives another."""


def _share(lasts: int | Polls | None, waited: int, polls: int) -> float:
    """The share of a step that has passed; 1 for a step without end."""
    if isinstance(lasts, Polls):
        return polls / lasts.count
    return 1 if lasts is None else waited / lasts


def _approach(pending: Duration, running: Duration, progress: Progress | None) -> tuple[Step, Step]:
    return (
        Step(State.PENDING, pending, progress=_silence(progress)),
        Step(State.RUNNING, running, progress=progress),
    )


def _silence(progress: Progress | None) -> Progress | None:
    """No percentage for the other steps, if this progress is absent."""
    return progress if progress == Progress.absent() else None


def _check(plan: tuple[Step, ...]) -> None:
    for step in plan:
        if not isinstance(step, Step):
            raise InvalidArgument(
                f"a lifecycle is made of Step(state, duration), not {step!r}", value=step
            )
    if not plan:
        raise InvalidArgument("a lifecycle needs at least one step", value=plan)
    if plan[0].state.meaning is State.PURGED:
        raise InvalidArgument(
            f"a lifecycle cannot begin with {plan[0].state!r}: there is nothing to purge yet",
            value=plan[0],
        )
    for step, following in pairwise(plan):
        if not may_follow(step.state, following.state):
            allowed = [repr(state) for state in State if may_follow(step.state, state)]
            if allowed and isinstance(following.state, OwnState):
                allowed.append("a state that means one of them")
            offer = f"only {listed(allowed)} can" if allowed else "nothing can"
            raise InvalidArgument(
                f"{following.state!r} cannot follow {step.state!r}: {offer}",
                value=following,
                choices=allowed,
            )
        if step.lasts is None:
            raise InvalidArgument(
                f"{step!r} never ends, so {following!r} would never come. Give it a duration.",
                value=step,
            )
    if plan[-1].lasts is not None:
        raise InvalidArgument(
            f"nothing follows {plan[-1]!r}: leave its duration out, or add the next step",
            value=plan[-1],
        )
