"""Times of a timeline are written in one way, all of them."""

from __future__ import annotations

import pytest

from pytest_asyncops.timeline.rows import clock_format

SECOND = 10**9


@pytest.mark.parametrize(
    ("longest", "duration", "text"),
    [
        (999, 0, "0 s"),
        (999, 999.25, "999.25 s"),
        (1_000, 5, "0:00:05"),
        (10**6, 86_400, "1 d 0:00:00"),
        (10**6, 90_061.000_000_001, "1 d 1:01:01.000000001"),
    ],
)
def test_times_are_written_as_long_as_the_longest(longest: int, duration: float, text: str) -> None:
    assert clock_format(longest * SECOND)(round(duration * SECOND)) == text
