"""The lifecycles that a test plans for operations that requests start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Union

from ..errors import InvalidArgument, counted, hides_usage_errors
from ..lifecycle.lifecycle import Lifecycle
from .operation import Operation

__tracebackhide__ = hides_usage_errors

Facts = Mapping[str, object]
"""What is known of an operation when a request starts it: its fields, and the API's further facts,
such as the name of a file."""

Planned = Union[Lifecycle, Callable[[Facts], Lifecycle]]
"""A lifecycle, or a function that makes one from what is known of the operation."""

DEFAULT: Lifecycle = Lifecycle.succeeds(running=10)
"""The lifecycle of operations for which nothing is planned."""


class Plan:
    """The lifecycle of the operations that requests start, if they match.

    Attributes:
        match: the values that an operation must have.
        was_used: whether it was ever used for an operation.
    """

    _changing = ("_operations",)  # one of Hypothesis' examples need not use a plan that others use

    def __init__(
        self, lifecycle: Planned, when: Callable[[Facts], object] | None, match: Facts
    ) -> None:
        self._operations: list[Operation] = []
        self._lifecycle = lifecycle
        self._when = when
        self.match: Facts = match
        self.was_used: bool = False

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations that it was used for, in the order in which they were started."""
        return tuple(self._operations)

    def matches(self, facts: Facts) -> bool:
        """Whether it matches an operation of which this is known."""
        if any(facts.get(name) != value for name, value in self.match.items()):
            return False
        return self._when is None or bool(self._when(facts))

    def lifecycle(self, facts: Facts) -> Lifecycle:
        """The lifecycle of an operation of which this is known.

        Raises:
            InvalidArgument: if the function that makes it returns something else.
        """
        made = self._lifecycle
        return made if isinstance(made, Lifecycle) else checked_lifecycle(made(facts))

    def note(self, operation: Operation) -> None:
        """Note that it was used for an operation."""
        self._operations.append(operation)
        self.was_used = True

    def __repr__(self) -> str:
        match = [f"{name}={value!r}" for name, value in self.match.items()]
        when = [] if self._when is None else [f"when={self._when!r}"]
        return (
            f"<Plan({', '.join([repr(self._lifecycle), *when, *match])}), "
            f"used for {counted(len(self._operations), 'operation')}>"
        )


class StartedByRequest(NamedTuple):
    """An operation that a request has started.

    Attributes:
        id: its id.
        facts: what was known of it.
        plans: the plans at that time, the newest last.
        used: the plan that was used for it, if there is one.
    """

    id: str
    facts: Facts
    plans: tuple[Plan, ...]
    used: Plan | None


def checked_lifecycle(value: object) -> Lifecycle:
    """The value, if it is a lifecycle.

    Raises:
        InvalidArgument: if it is not.
    """
    if not isinstance(value, Lifecycle):
        raise InvalidArgument(
            f"lifecycle must be a Lifecycle, not {value!r}. Make one with Lifecycle.succeeds(), "
            ".fails(), .hangs(), .manual() or .steps().",
            value=value,
        )
    return value


def is_unmade(value: object) -> bool:
    """Whether a value is a function such as ``Lifecycle.succeeds``, which was not called.

    It can be called, but not with an index or with what is known of an operation.
    """
    return value is Lifecycle or getattr(value, "__self__", None) is Lifecycle
