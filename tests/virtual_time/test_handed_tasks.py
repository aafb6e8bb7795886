"""A task keeps the time of the code that handed it over, whichever thread does it."""

from __future__ import annotations

import threading

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time.handed_tasks import HandedTask
from pytest_asyncops.virtual_time.time_functions import active_here


@pytest.mark.parametrize("does_real", [True, False])
@pytest.mark.parametrize("hands_real", [True, False])
def test_the_thread_keeps_the_tasks_time_and_then_its_own_again(
    hands_real: bool, does_real: bool
) -> None:
    with mocked():
        active = active_here()
        assert active is not None
        threads, scheduler = active.real_time_threads, active.scheduler
        own = threading.get_ident()

        def become(real: bool) -> None:
            (threads.add_current if real else threads.discard_current)()
            (scheduler.leave if real else scheduler.enter)()

        def state() -> tuple[bool, bool]:
            return threads.is_here(), own in scheduler.in_motion

        try:
            become(hands_real)
            task = HandedTask(scheduler, threads)
            assert task.is_own != hands_real
            become(does_real)
            task.begin()
            assert state() == (hands_real, not hands_real)
            task.end()
            assert threads.is_here() == does_real
            # A worker that is the test's own has been counted out, until its queue gives it more.
            assert (own in scheduler.in_motion) == (hands_real and not does_real)
        finally:
            become(False)
