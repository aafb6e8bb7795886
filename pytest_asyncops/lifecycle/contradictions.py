"""Refuses a plan whose steps contradict each other."""

from __future__ import annotations

from itertools import pairwise

from ..errors import InvalidArgument, hides_usage_errors, listed
from .states import OwnState, State, Step, may_follow

__tracebackhide__ = hides_usage_errors


def check_plan(plan: tuple[Step, ...]) -> None:
    """Check that an operation can go through these steps.

    Raises:
        InvalidArgument: if it cannot.
    """
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
