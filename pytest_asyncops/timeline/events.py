"""What can happen in a test, as values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from ..durations import from_ns, to_timedelta
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState
from ..serving.calls import Call


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        at_ns: when, by the servers' clock, in nanoseconds since 1970.
    """

    at_ns: int

    @property
    def at(self) -> datetime.datetime:
        """When it happened, by the servers' clock, in UTC."""
        return from_ns(self.at_ns)


@dataclass(frozen=True)
class Started(Event):
    """An operation was started, by the test or by a request.

    Attributes:
        api: the name of its API.
        operation_id: its id.
        lifecycle: its plan.
    """

    api: str
    operation_id: str
    lifecycle: Lifecycle


@dataclass(frozen=True)
class Answered(Event):
    """A request came and was answered.

    Attributes:
        api: the name of the API.
        call: the request and its answer.
        interval_ns: the nanoseconds since the request before it for the same: for the same
            operation, or else for the same path. ``None`` for the first.
    """

    api: str
    call: Call = field(compare=False)
    interval_ns: int | None

    @property
    def interval(self) -> datetime.timedelta | None:
        """The time since the request before it for the same, ``None`` for the first."""
        return None if self.interval_ns is None else to_timedelta(self.interval_ns)


@dataclass(frozen=True)
class Changed(Event):
    """An operation came into another state.

    Attributes:
        api: the name of its API.
        operation_id: its id.
        before: the state that it had.
        state: the state that it has from here on.
        seen: whether an answer has shown it in this state; ``None`` if that is not known, because
            the calls are no longer kept.
    """

    api: str
    operation_id: str
    before: AnyState
    state: AnyState
    seen: bool | None


@dataclass(frozen=True)
class Waited(Event):
    """The code under test began to wait, and virtual time passed.

    Attributes:
        length_ns: how long it waited, in nanoseconds.
        line: the line of your own code that waited: file, number and function; ``None`` if it is
            not known.
        times: how many such waits came one after the other, without a request.
    """

    length_ns: int
    line: str | None
    times: int = 1

    @property
    def length(self) -> datetime.timedelta:
        """How long it waited."""
        return to_timedelta(self.length_ns)


@dataclass(frozen=True)
class Moved(Event):
    """The test moved the clock.

    Attributes:
        length_ns: how far, in nanoseconds.
        line: the line that moved it: file, number and function; ``None`` if it is not known.
        times: how many such moves came one after the other, without a request.
    """

    length_ns: int
    line: str | None
    times: int = 1

    @property
    def length(self) -> datetime.timedelta:
        """How far the clock was moved."""
        return to_timedelta(self.length_ns)
