"""Lifecycles for Hypothesis, and a plain, slow simulation of them that ticks."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from hypothesis import strategies as st

from pytest_asyncops import Lifecycle, Progress, State, Step, polls
from pytest_asyncops.lifecycle.course import Position

ENDS = (State.SUCCEEDED, State.FAILED, State.CANCELLED)
RANK = {
    State.PENDING: 0,
    State.RUNNING: 1,
    State.SUCCEEDED: 2,
    State.FAILED: 2,
    State.CANCELLED: 2,
    State.PURGED: 3,
}

# Small whole numbers, so that the ends of states and the times of polls often coincide.
whole_seconds = st.integers(0, 6)
seconds = st.one_of(
    whole_seconds,
    st.sampled_from([0.5, 1e-9, 2.25]),
    st.integers(0, 5_000_000).map(lambda n: datetime.timedelta(microseconds=n)),
)
counted = st.integers(0, 3).map(polls)
percents = st.one_of(st.integers(0, 100), st.floats(0, 100))
curves = st.lists(st.tuples(st.floats(0, 1), percents), min_size=1, max_size=5).map(
    lambda points: Progress.curve(sorted(points, key=lambda point: point[0]))
)
progresses = st.one_of(
    st.just(Progress.absent()),
    st.just(Progress.full()),
    st.builds(Progress.stalled, percents, st.floats(0, 1)),
    curves,
)


def a_step(state, duration=None, **facts):
    if state is State.FAILED:
        facts.setdefault("message", "boom")
    return Step(state, duration, **facts)


@st.composite
def states(draw, ended=False):
    """The states that a life goes through, in order."""
    pending = draw(st.integers(0, 1))
    running = draw(st.integers(0, 3))
    goes_on = not ended and (pending or running)
    end = draw(st.sampled_from([None, *ENDS] if goes_on else ENDS))
    purged = end is not None and not ended and draw(st.booleans())
    return (
        [State.PENDING] * pending
        + [State.RUNNING] * running
        + ([end] if end is not None else [])
        + [State.PURGED] * purged
    )


@st.composite
def lifecycles(draw, durations=st.one_of(seconds, counted), told=False, ended=False):  # noqa: B008
    """Lifecycles with such durations.

    Where ``told`` with percentages and outputs; where ``ended`` with an end, and no purge after it.
    """
    sequence = draw(states(ended))
    steps = []
    for i, state in enumerate(sequence):
        facts = {}
        if told:
            facts = draw(
                st.one_of(
                    st.just({}),
                    st.fixed_dictionaries({"percent": percents}),
                    st.fixed_dictionaries({"progress": progresses}),
                )
            )
            if state is State.SUCCEEDED:
                facts["output"] = draw(st.none() | st.binary(max_size=3))
            if state is State.FAILED:
                facts["message"] = draw(st.text(min_size=1, max_size=3))
        duration = draw(durations) if i < len(sequence) - 1 else None
        steps.append(a_step(state, duration, **facts))
    return Lifecycle.steps(*steps)


waits = st.lists(st.tuples(st.integers(0, 4_000_000_000), st.booleans()), max_size=8)


def state(lifecycle: Lifecycle, position: Position) -> State:
    return lifecycle.state(position)


def lived(lifecycle: Lifecycle, life: list[tuple[int, bool]]) -> Iterator[tuple[int, Position]]:
    """Elapsed time and past, after each wait of this life and the poll after it."""
    now, position = 0, lifecycle.advanced(0)
    yield now, position
    for wait, polled in life:
        now += wait
        position = lifecycle.advanced(now, position)
        yield now, position
        if polled:
            position = lifecycle.advanced(now, lifecycle.polled(position, now))
            yield now, position


class Ticking:
    """One operation, simulated second by second and poll by poll.

    Its steps are pairs of a state and a length: whole seconds, `polls`, or ``None`` for ever.
    """

    def __init__(self, steps):
        self.steps = list(steps)
        self.here = self.now = self.waited = self.seen = 0
        self.entries = [0]
        self._settle()

    @classmethod
    def of(cls, lifecycle):
        return cls((step.state, step.duration) for step in lifecycle.plan)

    @property
    def state(self):
        return self.steps[self.here][0]

    def entered(self, *wanted):
        """When it first came into one of the states, in seconds, or None."""
        times = (
            when
            for when, (state, _) in zip(self.entries, self.steps, strict=False)
            if state in wanted
        )
        return next(times, None)

    def tick(self, count=1):
        for _ in range(count):
            self.now += 1
            self.waited += 1
            self._settle()

    def poll(self):
        shown = self.state
        self.seen += 1
        self._settle()
        return shown

    def jump(self, *steps):
        """Leave the present state now, for what comes instead."""
        self.steps[self.here + 1 :] = steps
        self._next()
        self._settle()

    def _settle(self):
        while self._over(self.steps[self.here][1]):
            self._next()

    def _over(self, length):
        if length is None:
            return False
        return self.waited >= length if isinstance(length, int) else self.seen >= length.count

    def _next(self):
        self.here += 1
        self.waited = self.seen = 0
        self.entries.append(self.now)
