"""Many values of a strategy."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st


def anew(values, count, at_once=25):
    """So many values, each drawn by itself.

    From its eleventh example on, Hypothesis repeats parts of earlier ones, so it is stopped there.
    Each example has several values, because what Hypothesis does for one is most of its cost.
    """
    found = []

    @settings(
        max_examples=10,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],  # so it may be on a machine that is busy
    )
    @given(st.lists(values, min_size=at_once, max_size=at_once))
    def check(several):
        found.extend(several)

    for number in range(-(-count // (10 * at_once))):
        seed(number)(check)()
    return found
