"""Starts the operations that requests ask for, each with the lifecycle that is planned for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from ..lifecycle.lifecycle import Lifecycle
from .operation import Operation
from .plans import DEFAULT, Facts, Plan, StartedByRequest

_MOST_STARTED = 100
"""For how many operations it is kept why a plan was not for them."""

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
        started: the latest operations that requests have started since there is a plan.
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
