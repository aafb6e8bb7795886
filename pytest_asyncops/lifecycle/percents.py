"""The percentage in each step of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from .progress import Line, Progress
from .states import State, Step

_HALF = 50
"""The percentage of an operation that ended without success, unless the test gives another."""


def percents(plan: Sequence[Step]) -> tuple[int | Progress | Line | None, ...]:
    """For each step the percentage, or the curve that it follows; ``None`` for none."""
    return tuple(_percent(plan, here) for here in range(len(plan)))


def _percent(plan: Sequence[Step], here: int) -> int | Progress | Line | None:
    step = plan[here]
    if step.percent is not None:
        return int(step.percent)
    if step.progress is not None:
        # Once the operation is done, the percentage no longer grows.
        return step.progress.at(1) if step.state.done else step.progress
    if step.state.meaning is State.PENDING:
        return 0
    if step.state.meaning is not State.RUNNING:
        return _final(plan, here)
    if step.lasts is None:
        return 0
    # Several running steps in a row share one straight line.
    running = [i for i, other in enumerate(plan) if other.state.meaning is State.RUNNING]
    target = _final(plan, min(running[-1] + 1, len(plan) - 1))
    return None if target is None else Line(target, running.index(here), len(running))


def _final(plan: Sequence[Step], index: int) -> int | None:
    """The percentage at the end of a step; for a purge, at the end of the step before it."""
    step = plan[index]
    if step.state.meaning is State.PURGED and step.progress is None:
        return _final(plan, index - 1)
    if step.progress is not None:
        return step.progress.at(1)
    if step.percent is not None:
        return int(step.percent)
    if step.state.meaning is State.RUNNING:
        return 0
    return 100 if step.state.meaning is State.SUCCEEDED else _HALF
