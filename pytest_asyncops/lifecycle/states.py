"""The pieces of a lifecycle: states, durations and steps."""

from __future__ import annotations

import copy
import datetime
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

from ..durations import SECOND, to_ns
from ..errors import InvalidArgument, hides_usage_errors, listed
from .progress import Progress, checked_percent

__tracebackhide__ = hides_usage_errors


class State(enum.Enum):
    """The states of an operation, whatever an API calls them."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PURGED = "purged"

    # Members are singletons, so the hash of the identity is enough. Enum's own hash is computed in
    # Python, each time that the status of a state is looked up.
    if TYPE_CHECKING:

        def __hash__(self) -> int: ...

    else:
        __hash__ = object.__hash__

    @property
    def done(self) -> bool:
        """Whether the operation has come to its end.

        >>> State.FAILED.done, State.RUNNING.done
        (True, False)
        """
        return self not in _UNDONE

    @property
    def meaning(self) -> State:
        """The state itself; an `OwnState` has another one."""
        return self

    def __repr__(self) -> str:
        return f"State.{self.name}"


_UNDONE = frozenset({State.PENDING, State.RUNNING})


@dataclass(frozen=True)
class OwnState:
    """A state of an API's own, beyond those of `State`, and what it means.

    It can be used wherever a `State` can. Its meaning decides what may follow it, whether the
    operation is done, and how its percentage grows. A state that an API calls failed, but from
    which it tries again, is not done: it means ``State.RUNNING``.

    Args:
        name: its name.
        meaning: the state that it is a kind of.

    Raises:
        InvalidArgument: for a name that is not a text, or is empty, and for a meaning that is not a
            `State`.

    >>> finalizing = OwnState("finalizing", State.RUNNING)
    >>> finalizing, finalizing.done
    (OwnState('finalizing', State.RUNNING), False)
    """

    name: str
    meaning: State

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InvalidArgument(
                f"the name of a state must be a string that is not empty, not {self.name!r}",
                value=self.name,
            )
        if not isinstance(self.meaning, State):
            raise InvalidArgument(
                f"the meaning of the state {self.name!r} must be {listed(map(repr, State))}, not "
                f"{self.meaning!r}",
                value=self.meaning,
                choices=map(repr, State),
            )

    @property
    def value(self) -> str:
        """Its name, as the value of a `State` is its name in lower case."""
        return self.name

    @property
    def done(self) -> bool:
        """Whether the operation has come to its end."""
        return self.meaning.done

    def __repr__(self) -> str:
        return f"OwnState({self.name!r}, {self.meaning!r})"


AnyState = Union[State, OwnState]
"""A state that every API has, or one of an API's own."""

TRANSITIONS = {
    State.PENDING: frozenset(State) - {State.PENDING, State.PURGED},
    State.RUNNING: frozenset(State) - {State.PENDING, State.PURGED},
    State.SUCCEEDED: frozenset({State.PURGED}),
    State.FAILED: frozenset({State.PURGED}),
    State.CANCELLED: frozenset({State.PURGED}),
    State.PURGED: frozenset[State](),
}
"""Which states may follow a state.

RUNNING may follow itself: two running steps differ in length and progress. The APIs publish no such
table. This is the order that their descriptions of the timestamps imply (created, started,
finished); PURGED is the state after retention.
"""


def may_follow(earlier: AnyState, later: AnyState) -> bool:
    """Whether a state may come right after another.

    Their meanings decide; several of an API's own states that mean ``PENDING`` may follow each
    other.
    """
    if earlier.meaning is later.meaning is State.PENDING:
        return earlier != later
    return later.meaning in TRANSITIONS[earlier.meaning]


@dataclass(frozen=True)
class Polls:
    """A duration counted in polls; made by `polls`."""

    count: int

    def __repr__(self) -> str:
        return f"polls({self.count})"


def polls(count: int) -> Polls:
    """A duration counted in polls: ``count`` polls see the state.

    A poll is any answer that shows the operation, whether from a get or from a list.

    Raises:
        InvalidArgument: for anything but a whole number, 0 or more.

    >>> Step(State.RUNNING, polls(3))
    Step(State.RUNNING, polls(3))
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise InvalidArgument(
            f"polls() takes a whole number, 0 or more, not {count!r}", value=count
        )
    return Polls(count)


Duration = Union[int, float, datetime.timedelta, Polls]
"""Seconds, a ``timedelta``, or `polls`."""


def length(duration: Duration, what: str) -> int | Polls:
    """The duration in nanoseconds or polls; 0 polls are 0 nanoseconds.

    Raises:
        InvalidArgument: as `to_ns` does.
    """
    if isinstance(duration, Polls):
        return duration if duration.count else 0
    return to_ns(duration, what)


@dataclass(frozen=True, repr=False)
class Step:
    """One state of a lifecycle, and for how long it holds.

    Args:
        state: the state.
        duration: seconds, a ``timedelta`` or `polls`; ``None`` for ever, in the last step only.
        output: what a succeeded operation produced.
        message: why a failed operation failed; a state of an API's own may always have a message.
        percent: the percentage in this state, 0 to 100.
        progress: a curve of percentages over this step, instead of ``percent``.

    Raises:
        InvalidArgument: for a value out of range, or one that the state cannot have.

    >>> Step(State.FAILED, message="disk full", percent=15)
    Step(State.FAILED, message='disk full', percent=15)
    """

    state: AnyState
    duration: Duration | None = field(default=None, compare=False)
    output: bytes | None = field(default=None, kw_only=True)
    message: str | None = field(default=None, kw_only=True)
    percent: float | None = field(default=None, kw_only=True)
    progress: Progress | None = field(default=None, kw_only=True)
    lasts: int | Polls | None = field(init=False)
    """The duration in nanoseconds or polls."""

    def __post_init__(self) -> None:
        state, output, message = self.state, self.output, self.message
        if not isinstance(state, (State, OwnState)):
            raise InvalidArgument(
                f"a step's state must be {listed([*map(repr, State), 'an OwnState'])}, not "
                f"{state!r}",
                value=state,
                choices=map(repr, State),
            )
        if output is not None and state.meaning is not State.SUCCEEDED:
            raise InvalidArgument(
                f"output belongs to State.SUCCEEDED, and this step is {state!r}", value=output
            )
        if output is not None and not isinstance(output, bytes):
            raise InvalidArgument(
                f"output must be bytes, not {output!r}. Encode it first: b'...' or .encode().",
                value=output,
            )
        if message is not None and state is not State.FAILED and isinstance(state, State):
            raise InvalidArgument(
                f"an error message belongs to State.FAILED, and this step is {state!r}",
                value=message,
            )
        if (message is not None or state is State.FAILED) and not (
            isinstance(message, str) and message
        ):
            raise InvalidArgument(
                f"a failure needs a message that is not empty, not {message!r}"
                if state is State.FAILED
                else f"a message must be a string that is not empty, not {message!r}",
                value=message,
            )
        if self.percent is not None:
            checked_percent(self.percent)
            if self.progress is not None:
                raise InvalidArgument(
                    f"percent={self.percent!r} and progress={self.progress!r} contradict each "
                    "other; give one of them",
                    value=self.percent,
                )
        if self.progress is not None and not isinstance(self.progress, Progress):
            raise InvalidArgument(
                f"progress must be a Progress, not {self.progress!r}. Make one with "
                "Progress.curve(), .stalled(), .full() or .absent().",
                value=self.progress,
            )
        duration = self.duration
        lasts = None if duration is None else length(duration, f"the time in {state!r}")
        object.__setattr__(self, "lasts", lasts)

    def held_for(self, lasts: int | Polls) -> Step:
        """The same step with this length, in nanoseconds or polls."""
        step = copy.copy(self)
        object.__setattr__(step, "lasts", lasts)
        return step

    def __repr__(self) -> str:
        parts = [repr(self.state)]
        if isinstance(self.lasts, Polls):
            parts.append(repr(self.lasts))
        elif self.lasts is not None:
            seconds, rest = divmod(self.lasts, SECOND)
            parts.append(repr(self.lasts / SECOND if rest else seconds))
        facts = {
            "output": self.output,
            "message": self.message,
            "percent": self.percent,
            "progress": self.progress,
        }
        parts += [f"{name}={value!r}" for name, value in facts.items() if value is not None]
        return f"Step({', '.join(parts)})"
