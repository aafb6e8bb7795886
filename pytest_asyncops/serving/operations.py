"""The store in which a stub keeps its operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..durations import Seconds
from ..errors import InvalidArgument, MockClosed, hides_usage_errors
from ..lifecycle.course import Position, Snapshot
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, State, Step
from ..virtual_time.server_clock import ServerClock
from .calls import KEPT, Call, Calls, Kept
from .checkpoint import Changing
from .operation import NewOperation, Operation
from .operations_by_id import OperationsById
from .record import Record
from .state_index import StateIndex
from .tally import Tallies, Tally

__tracebackhide__ = hides_usage_errors


class OperationStore(OperationsById):
    """The operations of one stub, by id, including hidden ones.

    Args:
        clock: the server's clock.
        states: the states that an operation can have.
        hidden: the states in which it is neither listed nor found.
        retention: how long after its end an operation is purged, ``None`` for never.
        admit: raises `InvalidArgument` for fields and a lifecycle that the API cannot show.
        check_open: raises `MockClosed` once the mock is closed.
        kept: how many calls are kept.
        record: what happens besides the calls of all stubs.
        api: the name of the stub's API.

    Attributes:
        api: the same.
        calls: the requests to the stub and their answers.
        record: the same.
        has_late: whether an operation was ever started whose answers may be late.
    """

    _changing = ("_operations", "_by_id", "_index", "_tallies")

    def __init__(
        self,
        clock: ServerClock,
        *,
        states: Iterable[AnyState] = State,
        hidden: frozenset[AnyState] = frozenset(),
        retention: Seconds | None = None,
        admit: Callable[[Mapping[str, object], Lifecycle], None] = lambda fields, lifecycle: None,
        check_open: Callable[[], None] = lambda: None,
        kept: Kept = KEPT,
        record: Record | None = None,
        api: str = "",
    ) -> None:
        super().__init__(clock)
        self.api: str = api
        self._hidden = hidden
        every = frozenset(states)
        self._visible = every - hidden
        self._retention = retention
        self._admit = admit
        self._check_open = check_open
        self._operations: list[Operation] = []
        self.has_late: bool = False
        self._index = StateIndex(self._forecast, len(every))
        self._tallies = Tallies(self)
        self.calls: Calls = Calls(clock, kept)
        self.record: Record = record or Record(clock, self.calls, kept.calls)

    def changing(self) -> Iterator[Changing]:
        """The parts that change with time, requests and the test, for a checkpoint."""
        yield self
        yield self.calls
        yield from self._operations

    def add(self, new_operations: Sequence[NewOperation]) -> list[Operation]:
        """Start operations now: all of them, or none if one cannot be.

        Raises:
            InvalidArgument: for an id that is already used, or an operation that the API cannot
                show.
        """
        with self.clock.lock:
            taken: set[str] = set()
            plans: dict[Lifecycle, Lifecycle] = {}
            for new in new_operations:
                self._admit(new.fields, new.lifecycle)
                if new.id in self._by_id or new.id in taken:
                    raise InvalidArgument(
                        f"the id {new.id!r} is used by another operation of this test. "
                        "Choose another, or leave id= out.",
                        value=new.id,
                    )
                taken.add(new.id)
                self.has_late = self.has_late or new.lifecycle.late is not None
                if new.lifecycle not in plans:
                    plans[new.lifecycle] = self._planned(new.lifecycle)
            started = []
            for new in new_operations:
                operation = Operation(self, len(self._operations), new, plans[new.lifecycle])
                self._operations.append(operation)
                self._by_id[new.id] = operation
                self._index.add(new.fields)
                started.append(operation)
            return started

    def find(self, name: str, **scope: object) -> Operation | None:
        """The visible operation with this id and these field values, or ``None``.

        A ``frozenset`` means any of its values.
        """
        operation = self._by_id.get(name)
        if operation is None or self._is_hidden(operation):
            return None
        for field, value in scope.items():
            own = operation.fields.get(field)
            if own not in value if isinstance(value, frozenset) else own != value:
                return None
        return operation

    def related(self, where: Mapping[str, object]) -> Mapping[int, Operation]:
        """The operations with these field values by their numbers, hidden ones too."""
        numbers = self._index.members(where, self._visible | self._hidden, self.clock.now_ns)
        return {number: self._operations[number] for number in numbers}

    def members(
        self, where: Mapping[str, object], states: frozenset[AnyState] | None = None
    ) -> Sequence[int]:
        """The numbers of the visible operations with these field values in one of these states.

        Unless states are given, any state counts. The numbers are in the order in which the
        operations were started. The sequence belongs to the store: read it before the next call. A
        ``frozenset`` means any of its values.
        """
        wanted = self._visible if states is None else states & self._visible
        return self._index.members(where, wanted, self.clock.now_ns)

    def numbered(self, number: int) -> Operation:
        """The operation with this number."""
        return self._operations[number]

    def snapshot(self, operation: Operation) -> Snapshot:
        """The operation as it stands now."""
        return operation._plan.snapshot(self._age(operation), operation._position)

    def looked_at(self, operation: Operation) -> Snapshot:
        """The operation as it stands now, for a test that may rely on it.

        Raises:
            InvalidArgument: if it is gone.
            MockClosed: if it is not done, after the test or the ``with`` block.
        """
        with self.clock.lock:  # requests are being answered meanwhile
            self.check_known(operation)
            snapshot = self.snapshot(operation)
        if not snapshot.state.done:
            self._check_open()
        return snapshot

    def check_known(self, operation: Operation) -> None:
        """Raise `InvalidArgument` for an operation that is gone."""
        if self._by_id.get(operation.id) is not operation:
            raise InvalidArgument(
                f"operation {operation.id} is gone: the mock was reset, or went back to what "
                "the fixtures left. Start it again.",
                value=operation,
            )

    def told(self, operation: Operation) -> str:
        """The state of the operation, as a word for people."""
        try:
            return f" {self.looked_at(operation).state.name}"
        except InvalidArgument:
            return ", gone"
        except MockClosed:
            return f" {self.snapshot(operation).state.name} when its mock closed"

    def entries(self, operation: Operation) -> tuple[int, ...]:
        """The elapsed nanoseconds at which the operation entered each step of its plan."""
        return self._position(operation).entries

    def will_change(self) -> bool:
        """Whether an operation has not reached the last step of its plan."""
        return any(len(self._position(op).entries) < len(op._plan.plan) for op in self._operations)

    def next_change(self, names: Iterable[str]) -> int | None:
        """When the first of some operations changes by itself, in nanoseconds since 1970.

        Args:
            names: their ids.

        Returns:
            The moment, ``None`` if none of them does.
        """
        coming = (self._forecast(self._by_id[name]._number)[1] for name in names)
        return min((when for changes in coming for when, _ in changes), default=None)

    def count_poll(self, operation: Operation) -> None:
        """Note that an answer has shown the operation."""
        operation.polls += 1
        plan = operation._plan
        if not plan.timed:
            elapsed = self._age(operation)
            before = plan.advanced(elapsed, operation._position)
            operation._position = plan.polled(before, elapsed)
            if len(operation._position.entries) > len(before.entries):
                self._index.invalidate(operation._number)

    def count(self, call: Call) -> None:
        """Count a call for each operation that it was for."""
        self._tallies.add(call)

    def tally(self, name: str) -> Tally:
        """The tally of the requests for the operation with this id."""
        return self._tallies.of(name)

    def move(self, operation: Operation, step: Step) -> None:
        """Move an operation by hand.

        Raises:
            InvalidArgument: if its lifecycle is not manual, or the step cannot follow.
            MockClosed: after the test or the ``with`` block.
        """
        self._check_open()
        with self.clock.lock:
            lifecycle = operation.lifecycle
            if not lifecycle.by_hand:
                raise InvalidArgument(
                    f"operation {operation.id} follows its own lifecycle and cannot be moved by "
                    "hand. Start it with lifecycle=Lifecycle.manual().",
                    value=lifecycle,
                )
            self.check_known(operation)
            position = self._position(operation)
            if operation._plan.state(position).meaning is State.PURGED:
                raise InvalidArgument(
                    f"operation {operation.id} has been purged and cannot become {step.state!r}",
                    value=step.state,
                )
            moved = lifecycle.moved(position, self._age(operation), step)
            self._admit(operation.fields, moved)
            operation._plan = self._planned(moved)
            operation.lifecycle = moved
            self._index.invalidate(operation._number)

    def _is_hidden(self, operation: Operation) -> bool:
        hidden = self._hidden
        return bool(hidden) and operation._plan.state(self._position(operation)) in hidden

    def _planned(self, lifecycle: Lifecycle) -> Lifecycle:
        """The lifecycle, with the purge that this server adds to its end."""
        last = lifecycle.plan[-1].state
        if self._retention is None or not last.done or last.meaning is State.PURGED:
            return lifecycle
        return lifecycle.then_purged(self._retention)

    def _position(self, operation: Operation) -> Position:
        return operation._plan.advanced(self._age(operation), operation._position)

    def _age(self, operation: Operation) -> int:
        # A test may look at an operation that is gone, and the clock may have been set back since.
        age, reached = self.clock.now_ns - operation.created_ns, operation._position.entries[-1]
        return age if age > reached else reached

    def _forecast(self, number: int) -> tuple[AnyState, list[tuple[int, AnyState]]]:
        operation = self._operations[number]
        plan, position = operation._plan, self._position(operation)
        born = operation.created_ns
        coming = [(born + when, state) for when, state in plan.changes(position)]
        return plan.state(position), coming
