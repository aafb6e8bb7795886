"""Listeners are told what waits have skipped since they listen, and nothing of what tests skip."""

from __future__ import annotations

import pytest

from pytest_asyncops.virtual_time.server_clock import SharedTime
from pytest_asyncops.virtual_time.skip_listeners import SkipListeners


def test_each_is_told_what_was_skipped_since_it_listens_the_latest_first() -> None:
    time = SharedTime()
    listeners = SkipListeners(time)
    told: list[tuple[str, int, int]] = []
    with listeners.listening(lambda length, total: told.append(("outer", length, total))):
        time.try_to_reach(5)
        listeners.tell(5)
        time.advance(100)  # as the test does it
        with listeners.listening(lambda length, total: told.append(("inner", length, total))):
            time.try_to_reach(112)
            listeners.tell(7)
        listeners.tell(3)
    listeners.tell(1)
    assert told == [("outer", 5, 5), ("inner", 7, 7), ("outer", 7, 12), ("outer", 3, 12)]


def test_a_listener_may_raise() -> None:
    listeners = SkipListeners(SharedTime())

    def listener(length: int, total: int) -> None:
        raise ValueError

    with listeners.listening(listener), pytest.raises(ValueError):  # noqa: PT011 - it has no words
        listeners.tell(1)
    listeners.tell(1)
