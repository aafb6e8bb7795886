"""Where an operation stands in its plan: pure functions of the elapsed time and the polls.

The position of an operation is computed from the plan, the time since its start, and the polls that
have seen it. Nothing ticks, and nothing is stored per second. So a poller that comes late finds the
operation in the same state as one that came often.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

from .percents import percents
from .progress import Line, Progress
from .states import AnyState, Polls, State, Step


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
class Course:
    """The way of an operation through the steps of a plan.

    Attributes:
        plan: the steps, each of which can follow the one before it.
    """

    plan: tuple[Step, ...]
    _starts: tuple[int, ...] | None = field(init=False, compare=False)
    _run: int | None = field(init=False, compare=False)
    _end: int | None = field(init=False, compare=False)
    _percents: tuple[int | Progress | Line | None, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
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
        put(self, "_percents", percents(self.plan))

    @property
    def timed(self) -> bool:
        """Whether only time decides, so that polls need not be counted."""
        return self._starts is not None

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


def _share(lasts: int | Polls | None, waited: int, polls: int) -> float:
    """The share of a step that has passed; 1 for a step without end."""
    if isinstance(lasts, Polls):
        return polls / lasts.count
    return 1 if lasts is None else waited / lasts
