"""Turns come in the order of their deadlines, and at one time in the order of their numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.virtual_time.in_motion import InMotion
from pytest_asyncops.virtual_time.planned_turns import PlannedTurns
from pytest_asyncops.virtual_time.waits import Wait


def _planned(deadlines: list[int]) -> tuple[PlannedTurns, list[Wait]]:
    planned, waits = PlannedTurns(), []
    for deadline in deadlines:
        wait = Wait(InMotion())
        planned.number(wait)
        planned.plan(wait, deadline)
        waits.append(wait)
    return planned, waits


@given(st.lists(st.integers(0, 5)), st.data())
def test_turns_come_in_order_without_those_that_are_over(
    deadlines: list[int], data: st.DataObject
) -> None:
    planned, waits = _planned(deadlines)
    for wait in data.draw(st.lists(st.sampled_from(waits)) if waits else st.just([])):
        wait.ended = True
    come = []
    while (first := planned.first()) is not None:
        assert planned.first() is first
        first.due = True
        come.append(first)
    assert come == sorted(
        (wait for wait in waits if not wait.ended), key=lambda wait: (wait.deadline, wait.number)
    )
    assert not planned


def test_a_turn_is_planned_by_its_deadline_and_later() -> None:
    planned, _ = _planned([7, 5])
    assert [planned.any_by(instant) for instant in (4, 5, 6)] == [False, True, True]
    assert not PlannedTurns().any_by(9)
    assert planned
    assert not PlannedTurns()


def test_the_waits_of_other_threads_are_forgotten() -> None:
    planned, (first, second, third) = _planned([1, 2, 3])
    second.thread = third.thread = -1
    planned.keep_only(-1)
    assert planned.first() is second
    assert first.deadline == 1
    planned.keep_only(-2)
    assert planned.first() is None
