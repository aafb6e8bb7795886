"""What passes beside the calls is kept with its line, a bounded number of it."""

from __future__ import annotations

import threading
import time

from pytest_asyncops import AsyncOpsMock, Moved, Waited, mocked
from pytest_asyncops.serving.calls import Calls, Kept
from pytest_asyncops.serving.record import Record
from pytest_asyncops.virtual_time.server_clock import ServerClock

SECOND = 10**9


def stretches(mock: AsyncOpsMock) -> list[tuple[str, float, int]]:
    return [
        (type(event).__name__, event.length.total_seconds(), event.times)
        for event in mock.timeline
        if isinstance(event, (Waited, Moved))
    ]


def test_waits_and_moves_are_told_apart() -> None:
    with mocked() as mock:
        time.sleep(5)
        mock.clock.advance(7)
        time.sleep(5)
        mock.clock.advance(0)
        threading.Event().wait(2.5)
        assert stretches(mock) == [
            ("Waited", 5, 1), ("Moved", 7, 1), ("Waited", 5, 1), ("Waited", 2.5, 1)
        ]  # fmt: skip
        mock.reset()
        assert stretches(mock) == []


def test_the_same_wait_again_and_again_is_one_line() -> None:
    with mocked() as mock:
        for _ in range(1_000):
            time.sleep(5)
        time.sleep(5)
        time.sleep(0)
        assert stretches(mock) == [("Waited", 5, 1_000), ("Waited", 5, 1)]
        timeline = mock.timeline
        assert [event.at_ns - timeline.epoch_ns for event in timeline] == [0, 5_000 * SECOND]


def test_what_is_kept_is_bounded() -> None:
    clock = ServerClock()
    record = Record(clock, Calls(clock, Kept(3)), 3)
    for length in range(1, 6):
        clock.advance_ns(length)
        record.moved(length)
    assert [(one.length, one.by_test) for one in record.now()] == [(3, True), (4, True), (5, True)]


def test_a_clock_that_shares_its_time_is_told_of_its_moves() -> None:
    with mocked() as outer, mocked() as inner:
        inner.clock.advance(3)
        outer.clock.advance(4)
        assert stretches(outer) == stretches(inner) == [("Moved", 3, 1), ("Moved", 4, 1)]


def test_a_wait_without_a_known_line_is_a_wait() -> None:
    clock = ServerClock()
    record = Record(clock, Calls(clock, Kept(3)), 3)
    worker = threading.Thread(target=record.waited, args=(5,))
    worker.start()
    worker.join()
    assert [one.place for one in record.now()] == [None]
