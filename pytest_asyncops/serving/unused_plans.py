"""The plans that were used for no operation, and their report at the end of a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import AsyncOpsError, counted, shortened
from .plans import Facts, Plan, StartedByRequest

_MOST_SHOWN = 5
"""How many operations are shown for a plan, the most similar first."""


class UnusedPlans(AsyncOpsError, AssertionError):
    """Plans that were used for no operation that a request started.

    Attributes:
        plans: the plans.
    """

    def __init__(self, message: str, *, plans: Iterable[Plan]) -> None:
        super().__init__(message)
        self.plans: tuple[Plan, ...] = tuple(plans)


def failure(
    stubs: Iterable[tuple[str, Iterable[Plan], Iterable[StartedByRequest]]],
) -> UnusedPlans | None:
    """The failure of a test with plans that were not used, if there are any.

    Args:
        stubs: for each stub its name, its plans, and the operations that requests have started.
    """
    lines: list[str] = []
    unused: list[Plan] = []
    for stub, plans, started in stubs:
        for plan in plans:
            if not plan.was_used:
                unused.append(plan)
                lines += ["", f"  {plan!r}, of {stub}", *_nearest(plan, list(started))]
    if not unused:
        return None
    lines = [
        f"{counted(len(unused), 'plan')} matched no operation that a request started:",
        *lines,
        "",
        "Plan what the code under test starts, or set unused_plans='allow', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]
    return UnusedPlans("\n".join(lines), plans=unused)


def _nearest(plan: Plan, started: list[StartedByRequest]) -> Iterator[str]:
    if not started:
        yield "    no request has started an operation"
        return
    reasons = [(one, _why_not(plan, one)) for one in started]
    reasons.sort(key=lambda reason: len(reason[1]))
    for one, why in reasons[:_MOST_SHOWN]:
        yield f"    not for {one.id}: {', '.join(why)}"
    if len(reasons) > _MOST_SHOWN:
        yield f"    nor for {counted(len(reasons) - _MOST_SHOWN, 'other')}"


def _why_not(plan: Plan, one: StartedByRequest) -> list[str]:
    if plan not in one.plans:
        return ["it was started before the plan was made"]
    different = [
        f"{name} is {_shown(one.facts, name)}, not {shortened(value)}"
        for name, value in plan.match.items()
        if one.facts.get(name) != value
    ]
    if different:
        return different
    if one.used is not None and one.plans.index(one.used) > one.plans.index(plan):
        return [f"a newer plan was used, {one.used!r}"]
    return ["when does not match it"]


def _shown(facts: Facts, name: str) -> str:
    return shortened(facts[name]) if name in facts else "not known"
