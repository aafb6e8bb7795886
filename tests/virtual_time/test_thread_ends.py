"""Who waits for the end of a thread is given notice of it, and nobody else is."""

from __future__ import annotations

import threading

from pytest_asyncops.virtual_time.in_motion import InMotion
from pytest_asyncops.virtual_time.thread_ends import ThreadEnds
from pytest_asyncops.virtual_time.waits import Wait


def test_everybody_who_waits_for_an_end_is_given_notice() -> None:
    ends, thread, other = ThreadEnds(), threading.Thread(), threading.Thread()
    waits = [Wait(InMotion()) for _ in range(4)]
    ends.expect(thread)
    ends.expect(other)
    assert all(ends.add(thread, wait) for wait in waits[:3])
    assert ends.add(other, waits[3])
    ends.withdraw(thread, waits[1])
    ends.note(thread)
    assert [wait.came for wait in waits] == [True, False, True, False]
    assert not ends.are_expected_of(thread)
    assert ends.are_expected_of(other)


def test_an_end_that_is_not_expected_is_not_waited_for() -> None:
    ends, thread, wait = ThreadEnds(), threading.Thread(), Wait(InMotion())
    assert not ends.add(thread, wait)
    ends.withdraw(thread, wait)
    ends.note(thread)
    ends.note(None)  # a thread that `threading` does not know
    ends.forget(None)
    assert not wait.came


def test_what_could_not_be_started_is_forgotten_and_so_is_all_in_a_forked_process() -> None:
    ends, thread, other = ThreadEnds(), threading.Thread(), threading.Thread()
    ends.expect(thread)
    ends.expect(other)
    ends.forget(thread)
    assert not ends.are_expected_of(thread)
    assert ends.are_expected_of(other)
    ends.forget_all()
    assert not ends.are_expected_of(other)
