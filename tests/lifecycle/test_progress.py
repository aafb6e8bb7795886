"""Curves of progress: level outside their points, straight lines between them."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ticking_lifecycles import curves, percents, progresses

from pytest_asyncops import InvalidArgument, Progress

shares = st.floats(0, 1)


@given(progresses, shares)
def test_a_curve_stays_between_0_and_100(progress, share):
    percent = progress.at(share)
    if not progress.points:
        assert percent is None
    else:
        assert type(percent) is int
        assert 0 <= percent <= 100


@given(curves, shares)
def test_a_curve_stays_between_its_neighbouring_points(progress, share):
    points = [(0, progress.points[0][1]), *progress.points, (1, progress.points[-1][1])]
    around = {
        percent
        for (left, low), (right, high) in pairwise(points)
        if left <= share <= right
        for percent in (low, high)
    }
    # Cut to the whole, and a float's last bit.
    assert math.floor(min(around) - 1e-9) <= progress.at(share) <= max(around) + 1e-9


@given(curves)
def test_a_curve_goes_through_its_points(progress):
    last_of_share = dict(progress.points)  # at a step straight up, the upper end
    for share, percent in last_of_share.items():
        assert progress.at(share) == int(percent)


@given(curves, st.lists(shares, min_size=2))
def test_a_rising_curve_never_falls(progress, asked):
    rising = Progress.curve(
        zip(
            [share for share, _ in progress.points],
            sorted(int(percent) for _, percent in progress.points),
            strict=True,
        )
    )
    shown = [rising.at(share) for share in sorted(asked)]
    assert shown == sorted(shown)


@given(percents, shares, shares)
def test_stalled_climbs_and_then_stays(at, after, share):
    shown = Progress.stalled(at, after).at(share)
    assert shown <= at
    if share >= after:
        assert shown == int(at)


@pytest.mark.parametrize(
    ("progress", "shown"),
    [
        (Progress.curve([(0.5, 40)]), [40, 40, 40, 40, 40]),
        (Progress.curve([(0, 0), (1, 100)]), [0, 25, 50, 75, 100]),
        (Progress.curve([(0.5, 0), (1, 99)]), [0, 0, 0, 49, 99]),
        (Progress.curve([(0, 100), (1, 0)]), [100, 75, 50, 25, 0]),
        (Progress.curve([(0, 0), (0.5, 10), (0.5, 90), (1, 100)]), [0, 5, 90, 95, 100]),
        (Progress.stalled(90), [0, 45, 90, 90, 90]),
        (Progress.stalled(80, after=0), [80, 80, 80, 80, 80]),
        (Progress.stalled(80, after=1), [0, 20, 40, 60, 80]),
        (Progress.full(), [100] * 5),
        (Progress.absent(), [None] * 5),
    ],
    ids=repr,
)
def test_curves(progress, shown):
    assert [progress.at(share / 4) for share in range(5)] == shown


@given(progresses)
def test_a_printed_curve_can_be_pasted(progress):
    again = eval(repr(progress), {"Progress": Progress})
    assert again == progress
    assert hash(again) == hash(progress)


@pytest.mark.parametrize(
    ("make", "message", "value"),
    [
        (
            lambda: Progress.curve([]),
            "a curve needs at least one point; for no percentage use Progress.absent()",
            [],
        ),
        (
            lambda: Progress.curve([0.5, 1]),
            "a curve is made of pairs of share and percent, like (0.5, 90), not 0.5",
            0.5,
        ),
        (
            lambda: Progress.curve([(0, 1), (0.5, 2, 3)]),
            "a curve is made of pairs of share and percent, like (0.5, 90), not (0.5, 2, 3)",
            (0.5, 2, 3),
        ),
        (
            lambda: Progress.curve(0.5),
            "a curve is made of pairs of share and percent, not 0.5",
            0.5,
        ),
        (
            lambda: Progress.curve([(0.5, 1), (0.4, 2)]),
            "a curve's shares must rise from 0 to 1; 0.4 follows 0.5",
            0.4,
        ),
        (
            lambda: Progress.curve([(-0.1, 1)]),
            "a curve's shares must rise from 0 to 1; -0.1 follows 0",
            -0.1,
        ),
        (
            lambda: Progress.curve([(0, 1), (1.1, 2)]),
            "a curve's shares must rise from 0 to 1; 1.1 follows 0",
            1.1,
        ),
        (
            lambda: Progress.curve([(True, 1)]),
            "a curve's shares must rise from 0 to 1; True follows 0",
            True,
        ),
        (
            lambda: Progress.curve([("half", 1)]),
            "a curve's shares must rise from 0 to 1; 'half' follows 0",
            "half",
        ),
        (
            lambda: Progress.curve([(0, 101)]),
            "a curve's percent must be a number from 0 to 100, not 101",
            101,
        ),
        (
            lambda: Progress.stalled(-5),
            "a curve's percent must be a number from 0 to 100, not -5",
            -5,
        ),
        (
            lambda: Progress.stalled(5, after=2),
            "a curve's shares must rise from 0 to 1; 2 follows 0",
            2,
        ),
    ],
)
def test_bad_curves(make, message, value):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        make()
    assert caught.value.value == value


def test_a_share_is_a_number():
    with pytest.raises(InvalidArgument, match="nan follows 0"):
        Progress.curve([(math.nan, 5)])
