"""What was added and not discarded holds the clock, and each addition has a number of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.virtual_time.in_motion import InMotion

changes = st.lists(st.tuples(st.sampled_from(["add", "discard"]), st.integers(0, 3)))


def _changed(steps: list[tuple[str, int]]) -> tuple[InMotion, set[int]]:
    in_motion, expected = InMotion(), set[int]()
    for name, token in steps:
        getattr(in_motion, name)(token)
        getattr(expected, name)(token)
    return in_motion, expected


@given(changes)
def test_in_motion_is_what_was_added_and_not_discarded_since(steps: list[tuple[str, int]]) -> None:
    in_motion, expected = _changed(steps)
    assert set(in_motion) == set(in_motion.numbered()) == expected
    assert len(in_motion) == len(expected)
    assert bool(in_motion) == bool(expected)
    for token in range(4):
        assert (token in in_motion) == (token in expected)
        assert in_motion.is_only(token) == (expected == {token})


@given(changes, st.integers(0, 3))
def test_every_addition_has_a_later_number(steps: list[tuple[str, int]], token: int) -> None:
    in_motion, _ = _changed(steps)
    before = in_motion.numbered()
    latest = in_motion.latest
    in_motion.add(token)
    after = in_motion.numbered()
    assert after.pop(token) == in_motion.latest > max([latest, *before.values()])
    before.pop(token, None)
    assert after == before


@given(changes)
def test_a_change_that_is_made_again_changes_nothing(steps: list[tuple[str, int]]) -> None:
    twice = [step for step in steps for _ in range(2)]
    assert set(_changed(steps)[0]) == set(_changed(twice)[0])


@given(changes, st.integers(0, 3))
def test_only_one_is_kept_on_demand(steps: list[tuple[str, int]], token: int) -> None:
    in_motion, _ = _changed(steps)
    in_motion.keep_only(token)
    assert in_motion.is_only(token)


def test_those_that_are_looped_over_may_change_meanwhile() -> None:
    in_motion, _ = _changed([("add", 1), ("add", 2)])
    for token in in_motion:
        in_motion.discard(token)
    assert not in_motion
