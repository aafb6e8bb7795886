"""One operation, as a test holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..arguments import explained
from ..errors import UnknownAttribute, counted, hides_usage_errors
from ..lifecycle.course import Position, Snapshot
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, State, Step
from ..virtual_time.server_clock import ServerClock
from .calls import Call, Calls
from .record import Record
from .tally import Tally

__tracebackhide__ = hides_usage_errors

_BORN = Position((0,))

_BROKEN_OFF = (State.FAILED, State.CANCELLED)


class NewOperation(NamedTuple):
    """An operation to be started."""

    id: str
    fields: Mapping[str, object]
    lifecycle: Lifecycle


class Home(Protocol):
    """The store that an operation is kept in."""

    api: str
    clock: ServerClock
    calls: Calls
    record: Record

    def snapshot(self, operation: Operation) -> Snapshot:
        """The operation as it stands now."""

    def looked_at(self, operation: Operation) -> Snapshot:
        """The operation as it stands now, for a test that may rely on it."""

    def check_known(self, operation: Operation) -> None:
        """Raise `InvalidArgument` for an operation that is gone."""

    def told(self, operation: Operation) -> str:
        """The state of the operation, as a word for people."""

    def entries(self, operation: Operation) -> tuple[int, ...]:
        """The elapsed nanoseconds at which the operation entered each step of its plan."""

    def tally(self, name: str) -> Tally:
        """The tally of the requests for the operation with this id."""

    def move(self, operation: Operation, step: Step) -> None:
        """Move an operation by hand."""


class Operation:
    """The test's handle on one operation.

    Reading it is not a poll. The methods are for operations with `Lifecycle.manual`.

    When the mock has closed, an operation that is done can still be read. One that is not done
    would never change, so reading its ``state`` or ``percent`` raises `MockClosed`. When a reset
    has removed an operation, reading ``state``, ``percent`` or ``calls`` raises `InvalidArgument`.

    Attributes:
        id: the id that the API shows.
        fields: the field values that it was started with.
        lifecycle: its plan. Moving it by hand replaces the plan with one that contains the move.
        polls: how many answers have shown it.
        created_ns: the server's time at which it was started, in nanoseconds since 1970; an API's
            ``render`` makes its timestamps from this.

    >>> from pytest_asyncops import Lifecycle, mocked
    >>> with mocked() as mock:
    ...     operation = mock.chainloop.start(lifecycle=Lifecycle.manual())
    ...     operation.run()
    ...     operation.fail("disk full")
    >>> operation.state, operation.polls
    (State.FAILED, 0)
    """

    __slots__ = (
        "_after",
        "_number",
        "_plan",
        "_position",
        "_store",
        "created_ns",
        "fields",
        "id",
        "lifecycle",
        "polls",
    )

    _changing = ("lifecycle", "polls", "_plan", "_position")

    def __init__(self, store: Home, number: int, new: NewOperation, plan: Lifecycle) -> None:
        self.id: str
        self.fields: Mapping[str, object]
        self.lifecycle: Lifecycle
        self.id, self.fields, self.lifecycle = new
        self.created_ns: int = store.clock.now_ns
        self.polls: int = 0
        self._store = store
        self._after = store.record.calls.total  # the number of calls before it
        self._number = number
        self._plan = plan
        self._position = _BORN

    @property
    def state(self) -> AnyState:
        """The state that a poll would see now."""
        return self._store.looked_at(self).state

    @property
    def percent(self) -> int | None:
        """The percentage that a poll would see now, or ``None`` for none."""
        return self._store.looked_at(self).percent

    @property
    def calls(self) -> list[Call]:
        """The requests for this operation, whatever their answers.

        The latest are kept; the settings ``max_calls_kept`` and ``max_bytes_kept`` say how many.
        """
        self._store.check_known(self)
        return [call for call in self._store.calls if self.id in call._asked_for]

    def _polled(self) -> tuple[Tally, list[Call], int]:
        """The tally of its polls, the calls that are kept, and how many answers showed it."""
        with self._store.clock.lock:
            return self._store.tally(self.id).copy(), self.calls, self.polls

    @explained()
    def run(self, *, percent: float | None = None) -> None:
        """Let it run, at this percentage. If it already runs, this changes the percentage."""
        self._store.move(self, Step(State.RUNNING, percent=percent))

    @explained()
    def succeed(self, *, output: bytes | None = None) -> None:
        """Let it succeed with this output."""
        self._store.move(self, Step(State.SUCCEEDED, output=output))

    @explained()
    def fail(self, message: str) -> None:
        """Let it fail with this message, at the percentage that it shows."""
        with self._store.clock.lock:
            self._store.move(self, Step(State.FAILED, message=message, percent=self.percent))

    @explained()
    def cancel(self) -> None:
        """Let it be cancelled, at the percentage that it shows."""
        with self._store.clock.lock:
            self._store.move(self, Step(State.CANCELLED, percent=self.percent))

    @explained()
    def move_to(
        self,
        state: AnyState,
        *,
        output: bytes | None = None,
        message: str | None = None,
        percent: float | None = None,
    ) -> None:
        """Move it to this state, which may be one of the API's own.

        Args:
            state: the state.
            output: what it has produced, if it has succeeded.
            message: why it has failed, or the message of a state of the API's own.
            percent: the percentage; by default an operation that ends without success keeps the
                one that it shows.
        """
        with self._store.clock.lock:
            if percent is None and Step(state, message=message).state.meaning in _BROKEN_OFF:
                percent = self.percent
            self._store.move(self, Step(state, output=output, message=message, percent=percent))

    @explained()
    def purge(self) -> None:
        """Let the server forget it, after its end."""
        self._store.move(self, Step(State.PURGED))

    if not TYPE_CHECKING:  # a type checker refuses this by itself

        @state.setter
        def state(self, value: object) -> None:
            raise UnknownAttribute(
                f"the state of an operation cannot be set to {value!r}. Start it with "
                "lifecycle=Lifecycle.manual(), and move it with run(), succeed(), fail('why'), "
                "cancel(), purge() or move_to(state).",
                value=value,
            )

    def __repr__(self) -> str:
        with self._store.clock.lock:
            return f"<Operation {self.id}{self._store.told(self)}, {counted(self.polls, 'poll')}>"
