"""What is given to a wait holds the clock from then on until its thread has taken it."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.virtual_time.in_motion import InMotion
from pytest_asyncops.virtual_time.waits import Gate, ProbedWait, Wait


def _begin(wait: Wait) -> None:
    wait.waiting = True
    wait._in_motion.discard(wait.thread)


def _interrupt(wait: Wait) -> None:
    wait.interrupted = True
    wait._in_motion.discard(wait)


def _resume(wait: Wait) -> None:
    wait.interrupted = False


GIVING = {
    "give": Wait.give,
    "give its turn": Wait.give_turn,
    "finish": Wait.finish_hand_over,
}
STEPS = {**GIVING, "interrupt": _interrupt, "resume": _resume}


def _waits(*, began: bool) -> tuple[InMotion, Wait]:
    in_motion = InMotion()
    in_motion.add(threading.get_ident())
    wait = Wait(in_motion)
    if began:
        _begin(wait)
    return in_motion, wait


@given(st.lists(st.sampled_from(sorted(STEPS))))
def test_what_is_given_is_in_motion_unless_the_thread_cannot_take_it(steps: list[str]) -> None:
    in_motion, wait = _waits(began=True)
    given_ = came = holds = interrupted = False
    for step in steps:
        STEPS[step](wait)
        came = came or step == "give"
        given_ = given_ or step in ("give", "give its turn")
        interrupted = {"interrupt": True, "resume": False}.get(step, interrupted)
        holds = not interrupted and (holds or (step in GIVING and given_))
        assert set(in_motion) == ({wait} if holds else set())
        assert wait.goes_on() == (not given_)
        assert wait.came == came
    if given_:
        wait.pass_through()  # which does not take long
    wait.end()
    assert [*in_motion] == [wait.thread]


@given(
    st.lists(st.sampled_from(sorted(GIVING))),
    st.lists(st.sampled_from(sorted(GIVING)), min_size=1),
)
def test_nothing_is_left_in_motion_by_what_comes_too_early_or_too_late(
    early: list[str], late: list[str]
) -> None:
    in_motion, wait = _waits(began=False)
    for step in early:
        GIVING[step](wait)
    assert [*in_motion] == [wait.thread]
    _begin(wait)
    wait.end()
    wait.end()
    for step in late:
        GIVING[step](wait)
    assert [*in_motion] == [wait.thread]


def test_a_notice_is_released_once_as_a_lock_is() -> None:
    _, wait = _waits(began=True)
    wait.release()
    with pytest.raises(RuntimeError):
        wait.release()
    assert wait.came


def test_a_gate_may_be_opened_before_and_again() -> None:
    gate = Gate()
    gate.open()
    gate.open()
    gate.pass_through()
    thread = threading.Thread(target=gate.pass_through)
    thread.start()
    gate.open()
    thread.join()


def test_a_wait_that_is_woken_waits_on() -> None:
    _, wait = _waits(began=True)
    wait.wake()
    wait.pass_through()
    assert wait.goes_on()


def test_a_wait_is_left_behind_once_its_code_has_been_left() -> None:
    _, wait = _waits(began=True)

    def waits() -> None:
        wait.frame = sys._getframe()
        assert not wait.is_left_behind()

    waits()
    assert wait.is_left_behind()
    wait.end()
    assert wait.frame is None


@pytest.mark.parametrize(
    ("waiting", "interrupted", "ended", "gives"),
    [
        (True, False, False, True),
        (False, False, False, False),
        (True, True, False, False),
        (True, False, True, False),
    ],
)
def test_a_probe_gives_the_notice_to_a_thread_that_can_take_it(
    waiting: bool, interrupted: bool, ended: bool, gives: bool
) -> None:
    arrived = [False]
    in_motion = InMotion()
    wait = ProbedWait(in_motion, lambda: arrived[0])
    wait.waiting, wait.interrupted, wait.ended = waiting, interrupted, ended
    assert not wait.probe()
    arrived[0] = True
    assert wait.probe() == wait.came == gives
    assert [*in_motion] == ([wait] if gives else [])
