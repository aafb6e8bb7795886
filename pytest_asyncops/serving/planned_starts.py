"""Starts the operations that requests ask for, each with the lifecycle that is planned for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from ..errors import InvalidArgument, hides_usage_errors, unknown_choice
from ..lifecycle.lifecycle import Lifecycle
from .api import Api
from .operation import Operation
from .plans import (
    DEFAULT,
    Facts,
    Plan,
    Planned,
    StartedByRequest,
    checked_lifecycle,
    is_unmade,
)
from .starting import check_states

__tracebackhide__ = hides_usage_errors

_MOST_STARTED = 100
"""How many operations are kept to say why a plan was not for them."""

Start = Callable[
    [int, Callable[[int, Mapping[str, object]], Lifecycle], Mapping[str, object]], list[Operation]
]
"""Starts so many operations, as `Server.start` does."""


class PlannedStarts:
    """The plans of a test for what requests to a stub start.

    Args:
        start: starts operations.

    Attributes:
        plans: how operations that requests start go, the newest plan last.
        started: the latest operations that requests have started since the first plan.
    """

    _changing = ("plans", "started")

    def __init__(self, start: Start) -> None:
        self._start = start
        self.plans: list[Plan] = []
        self.started: deque[StartedByRequest] = deque(maxlen=_MOST_STARTED)

    def add(self, plan: Plan) -> None:
        """Let operations that requests start from now on go by this plan, if it matches them."""
        self.plans = [*self.plans, plan]

    def start(
        self, facts: Facts, fields: Mapping[str, object], settled: Lifecycle | None
    ) -> Operation:
        """Start an operation that a request asks for.

        Args:
            facts: what is known of it beside its fields.
            fields: its fields.
            settled: its lifecycle, whatever the test has planned.
        """
        taken: list[Plan] = []
        known: dict[str, object] = {}

        def lifecycle(index: int, own: Mapping[str, object]) -> Lifecycle:
            if settled is not None:
                return settled
            known.update({**facts, **own})
            for plan in reversed(self.plans):
                if plan.matches(known):
                    taken.append(plan)
                    return plan.lifecycle(known)
            return DEFAULT

        [started] = self._start(1, lifecycle, fields)
        for plan in taken:
            plan.note(started)
        started._after += 1  # its request comes first
        if self.plans and settled is None:
            one = StartedByRequest(started.id, known, tuple(self.plans), next(iter(taken), None))
            self.started.append(one)
        return started


def checked_plan(
    api: Api,
    lifecycle: Planned,
    when: Callable[[Facts], object] | None,
    match: Mapping[str, object],
) -> Plan:
    """The plan that a test makes.

    Raises:
        InvalidArgument: for a name that nothing is known by, and for what is not a lifecycle or one
            that the API cannot show.
    """
    names = [*api.fields, *api.serving.facts]
    for name in match:
        if name not in names:
            raise unknown_choice(f"field or fact of a {api.name} operation", name, names)
    if when is not None and not callable(when):
        raise InvalidArgument(
            f"when must be a function of what is known of an operation, not {when!r}. "
            f"To match values, give them by name, such as {names[0]}=...",
            value=when,
        )
    if is_unmade(lifecycle) or not callable(lifecycle):
        check_states(api, checked_lifecycle(lifecycle))
    return Plan(lifecycle, when, match)
