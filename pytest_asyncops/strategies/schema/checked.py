"""Values that are drawn and checked, where a schema has no construction of its own.

Nothing is thrown away for that: if a few values in a row do not fit, one is taken that is known to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, currently_in_test_context, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.strategies import DrawFn

from ...errors import hides_usage_errors
from .recipes import Recipe, choice, fresh, one_of

__tracebackhide__ = hides_usage_errors

_TRIES = 4
_SAMPLES = 100
_ENOUGH = 12


class _EnoughError(Exception):
    """So many values that fit are found that no more are looked for."""


def checked(ways: Sequence[Recipe], fits: Callable[[Any], bool], trouble: Exception) -> Recipe:
    """The values of recipes that fit.

    Args:
        ways: the recipes. Those of which no value fits are left out, and if the values of some
            always fit, so are those of which they do not.
        fits: whether a value fits.
        trouble: the error to raise if no value that fits is found.
    """
    samples = [(way, *_samples(way, fits, _SAMPLES // len(ways))) for way in ways]
    good = [value for _, values, _ in samples for value in values]
    if not good:
        raise trouble
    sure = [way for way, values, missed in samples if values and not missed]
    found = one_of(sure or [way for way, values, _ in samples if values])
    if found.values is not None:
        return choice([value for value in found.values if fits(value)])
    others = st.sampled_from(sorted(good, key=lambda value: len(repr(value))))

    def make(draw: DrawFn, choices: bytes, at: int) -> Any:
        value = found.make(draw, choices, at)
        for _ in range(_TRIES):
            if fits(value):
                return value
            value = found.drawn_by(draw)
        return value if fits(value) else fresh(draw(others))

    return Recipe(found.size, make)


def _samples(found: Recipe, fits: Callable[[Any], bool], count: int) -> tuple[list[Any], bool]:
    """Some values that fit, or all if they are known; and whether there were others.

    They are the same in every run.
    """
    if found.values is not None:
        known = [value for value in found.values if fits(value)]
        return known, len(known) < len(found.values)
    good: list[Any] = []
    bad: list[Any] = []

    def look_at(value: Any) -> None:
        if len(good) == _ENOUGH:
            raise _EnoughError
        (good if fits(value) else bad).append(fresh(value))

    def run() -> None:
        sample = settings(
            max_examples=max(count, _ENOUGH),
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )(given(found.strategy())(look_at))
        # If no value can be drawn, because all are too large, Hypothesis says so.
        with suppress(HypothesisException, _EnoughError):
            sample()

    if currently_in_test_context():  # where Hypothesis runs nothing else, but in other threads
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    else:
        run()
    return good, bool(bad)
