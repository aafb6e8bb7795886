"""Lifecycles that `Stub.start` accepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..durations import SECOND, to_ns
from ..errors import InvalidArgument, checked_flag, hides_usage_errors, unknown_choice
from ..known_apis import find_api
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.progress import Progress
from ..lifecycle.states import AnyState, OwnState, State, Step, may_follow
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
    states: Iterable[AnyState] | None = None,
    max_duration: float = _HOUR,
    polls: bool = True,
    progress: bool = True,
) -> SearchStrategy[Lifecycle]:
    """Lifecycles that `Stub.start` accepts.

    Args:
        api: the API that can show them; by default they have all states.
        states: the states that they go through; by default all states of the API. An API's own
            states with the same meaning come in the order of `Api.statuses`.
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
    possible = None if known is None else [*known.statuses, State.PURGED]
    checked_flag(polls, "polls")
    checked_flag(progress, "progress")
    if states is not None and (isinstance(states, str) or not isinstance(states, Iterable)):
        raise InvalidArgument(
            f"states must be a list of states, such as [State.RUNNING], not {states!r}",
            value=states,
        )
    given = (possible or _ORDER) if states is None else list(states)
    for state in given:
        if not isinstance(state, (State, OwnState)) or (possible and state not in possible):
            raise unknown_choice("state", state, map(repr, _ordered(possible or _ORDER)))
    wanted = _ordered([state for state in possible or given if state in given])
    plans = [
        _plans(sequence, to_ns(max_duration, "max_duration"), polls, progress, _has_output(known))
        for sequence in _sequences(wanted)
    ]
    if not plans:
        raise InvalidArgument(f"no lifecycle can be made of {states!r}", value=states)
    return as_call(lifecycles, asked, one_of(plans))


def _ordered(states: Iterable[AnyState]) -> list[AnyState]:
    """These states, each once, in the order in which shrinking prefers them."""
    return sorted(dict.fromkeys(states), key=lambda state: _ORDER.index(state.meaning))


def _sequences(states: Sequence[AnyState]) -> list[tuple[AnyState, ...]]:
    """The sequences of these states that lifecycles can have, the plainest first."""
    found: list[tuple[AnyState, ...]] = []
    ways: list[tuple[AnyState, ...]] = [
        (state,) for state in states if state.meaning is not State.PURGED
    ]
    while ways:
        found += ways
        ways = [
            (*way, state)
            for way in ways
            for state in states
            if may_follow(way[-1], state) and _goes_on(states, way, state)
        ]
    return sorted(found, key=lambda way: (len(way), len(set(way)) < len(way), _ends_purged(way)))


def _goes_on(states: Sequence[AnyState], way: tuple[AnyState, ...], state: AnyState) -> bool:
    """Whether a state comes after those before it: with any order there would be too many ways."""
    if state is State.RUNNING and way[-1] is state:
        return way.count(state) < 2
    return states.index(state) > states.index(way[-1]) or state.meaning is not way[-1].meaning


def _ends_purged(way: tuple[AnyState, ...]) -> bool:
    return way[-1].meaning is State.PURGED


def _plans(
    sequence: tuple[AnyState, ...], most: int, polls: bool, progress: bool, has_output: bool
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


def _steps(state: AnyState, durations: Recipe | None, progress: bool, has_output: bool) -> Recipe:
    facts: dict[str, Recipe] = {}
    if durations is not None:
        facts["duration"] = durations
    if state is State.FAILED:
        facts["message"] = Options().texts(1)
    if state.meaning is State.SUCCEEDED and has_output:
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
