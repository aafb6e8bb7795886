"""Lifecycles that `Stub.start` takes."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..configure import find_api
from ..durations import SECOND, to_ns
from ..errors import InvalidArgument, checked_flag, hides_usage_errors, unknown_choice
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.progress import Progress
from ..lifecycle.states import TRANSITIONS, State, Step
from ..lifecycle.states import polls as poll_count
from ..serving.api import Api
from ..serving.starting import admit
from .call_repr import as_call
from .schema.objects import objects
from .schema.options import Options
from .schema.recipes import Recipe, choice, combine, constant, from_strategy, one_of
from .schema.shapes import Shape

__tracebackhide__ = hides_usage_errors

_ORDER = (
    State.SUCCEEDED,
    State.FAILED,
    State.CANCELLED,
    State.RUNNING,
    State.PENDING,
    State.PURGED,
)
"""The states, in the order in which shrinking prefers them."""

_HOUR = 3600


@explained()
def lifecycles(
    api: Api | str | None = None,
    *,
    states: Iterable[State] | None = None,
    max_duration: float = _HOUR,
    polls: bool = True,
    progress: bool = True,
) -> SearchStrategy[Lifecycle]:
    """Lifecycles that `Stub.start` takes.

    Args:
        api: the API that can show them; unless given, they have all states.
        states: the states that they go through; unless given, all that the API has.
        max_duration: the most seconds until the last step begins, not counting polls.
        polls: whether durations can be counted in polls.
        progress: whether steps have percentages of their own.

    Raises:
        InvalidArgument: for states that the API cannot show, or that make no lifecycle.

    >>> from hypothesis import given
    >>> @given(lifecycles("pinecone", states=[State.RUNNING, State.FAILED]))
    ... def test_nothing_goes_well(lifecycle):
    ...     assert lifecycle.at(0).state is not State.SUCCEEDED
    >>> test_nothing_goes_well()
    """
    asked = {**locals()}
    known = None if api is None else find_api(api)
    possible = set(State) if known is None else {*known.statuses, State.PURGED}
    checked_flag(polls, "polls")
    checked_flag(progress, "progress")
    if states is not None and (isinstance(states, str) or not isinstance(states, Iterable)):
        raise InvalidArgument(
            f"states must be a list of states, such as [State.RUNNING], not {states!r}",
            value=states,
        )
    given = possible if states is None else list(states)
    for state in given:
        if not isinstance(state, State) or state not in possible:
            raise unknown_choice("state", state, [str(one) for one in _ORDER if one in possible])
    wanted = set(given)
    plans = [
        _plans(sequence, to_ns(max_duration, "max_duration"), polls, progress, _has_output(known))
        for sequence in _sequences(wanted)
    ]
    if not plans:
        raise InvalidArgument(f"no lifecycle can be made of {states!r}", value=states)
    return as_call(lifecycles, asked, one_of(plans))


def _sequences(states: set[State]) -> list[tuple[State, ...]]:
    """The sequences of these states that lifecycles can have, the plainest first."""
    found: list[tuple[State, ...]] = []
    ways: list[tuple[State, ...]] = [
        (state,) for state in _ORDER if state in states and state is not State.PURGED
    ]
    while ways:
        found += ways
        ways = [
            (*way, state)
            for way in ways
            for state in _ORDER
            if state in states
            and state in TRANSITIONS[way[-1]]
            and way.count(state) < (2 if state is State.RUNNING else 1)
        ]
    return sorted(found, key=lambda way: (len(way), len(set(way)) < len(way), State.PURGED in way))


def _plans(
    sequence: tuple[State, ...], most: int, polls: bool, progress: bool, has_output: bool
) -> Recipe:
    each = most // max(len(sequence) - 1, 1) // SECOND
    seconds = from_strategy(st.integers(0, each))
    counts = [constant(poll_count(count)) for count in range(1, 5)] if polls else []
    durations = one_of([constant(0), *counts, *[seconds] * 5])
    steps = [
        _steps(state, None if last else durations, progress, has_output)
        for state, last in zip(sequence, [False] * (len(sequence) - 1) + [True], strict=True)
    ]
    return combine(Lifecycle.steps, *steps)


_SHARES = st.lists(
    st.tuples(st.sampled_from((0, 0.25, 0.5, 0.75, 1)), st.integers(0, 100)), min_size=1, max_size=4
)

_PERCENT = choice(range(101))

_CURVES = one_of(
    [
        constant(Progress.absent()),
        constant(Progress.full()),
        _PERCENT.mapped(Progress.stalled),
        from_strategy(_SHARES).mapped(lambda points: Progress.curve(sorted(points))),
    ]
)


def _steps(state: State, durations: Recipe | None, progress: bool, has_output: bool) -> Recipe:
    facts: dict[str, Recipe] = {}
    if durations is not None:
        facts["duration"] = durations
    if state is State.FAILED:
        facts["message"] = Options().texts(1)
    if state is State.SUCCEEDED and has_output:
        facts["output"] = one_of([constant(None), from_strategy(st.binary())])
    shapes = [Shape(facts, {})]
    if progress:
        shapes += [Shape({**facts, "percent": _PERCENT}, {})]
        shapes += [Shape({**facts, "progress": _CURVES}, {})]
    return objects(shapes).mapped(lambda said: Step(state, **said))


def _has_output(api: Api | None) -> bool:
    """Whether the API shows the output of an operation."""
    if api is None:
        return True
    fields = {
        name: field.default(1) if callable(field.default) else field.default
        for name, field in api.fields.items()
    }
    try:
        admit(api, fields, Lifecycle.succeeds(output=b""))
    except InvalidArgument:
        return False
    return True
