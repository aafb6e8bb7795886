"""What waits in threading waits in virtual time, and refuses what it refuses in real time."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.threading_patches import ThreadingPatches
from pytest_asyncops.virtual_time.time_functions import ActiveTime, active_here

PLACES: list[tuple[Any, str]] = [
    (threading.Condition, "wait"),
    (threading.Thread, "join"),
]


def _functions() -> list[Any]:
    return [getattr(owner, name) for owner, name in PLACES]


def test_a_notice_comes_before_the_next_jump(mock: AsyncOpsMock) -> None:
    for _ in range(20):
        event = threading.Event()
        woken: list[float] = []
        began = seconds_elapsed(mock)

        def wait(event: threading.Event = event, woken: list[float] = woken) -> None:
            assert event.wait(100)
            woken.append(seconds_elapsed(mock))

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(1)
        event.set()
        time.sleep(5)
        thread.join()
        assert woken == [began + 1]


def test_a_set_event_ends_the_wait_at_once(mock: AsyncOpsMock) -> None:
    event = threading.Event()
    threading.Timer(3, event.set).start()
    assert event.wait(10)
    assert seconds_elapsed(mock) == 3
    assert event.wait(10)
    assert seconds_elapsed(mock) == 3


def test_a_queue_hands_on_what_a_thread_puts_in_it(mock: AsyncOpsMock) -> None:
    items: queue.Queue[int] = queue.Queue()

    def work() -> None:
        for number in range(3):
            time.sleep(2)
            items.put(number)

    threading.Thread(target=work).start()
    assert [(items.get(timeout=60), seconds_elapsed(mock)) for _ in range(3)] == [
        (0, 2),
        (1, 4),
        (2, 6),
    ]
    with pytest.raises(queue.Empty):
        items.get(timeout=60)
    assert seconds_elapsed(mock) == 66


def test_the_primitives_refuse_what_they_refuse_really(mock: AsyncOpsMock) -> None:
    for timeout in (None, 5):
        with pytest.raises(RuntimeError):
            threading.Condition().wait(timeout)
    with pytest.raises(RuntimeError):
        threading.current_thread().join()
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError):
        pool.submit(time.sleep, 5)
    assert seconds_elapsed(mock) == 0


def test_a_join_of_no_length_does_not_wait(mock: AsyncOpsMock) -> None:
    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    thread.join(0)
    assert thread.is_alive()
    event.set()
    thread.join(5)
    assert not thread.is_alive()
    thread.join()
    assert seconds_elapsed(mock) == 0


def test_who_joins_a_thread_of_before_waits_really_and_the_clock_with_it() -> None:
    asked = threading.Event()

    def answer() -> None:
        asked.wait()
        really_wait(0.03)

    before = threading.Thread(target=answer)
    before.start()
    with mocked() as mock:
        joins = threading.Thread(target=before.join)
        joins.start()
        asked.set()
        joins.join(30)
        assert not joins.is_alive()
        assert seconds_elapsed(mock) == 0


def test_patched_functions_are_the_real_ones_again_afterwards() -> None:
    real = _functions()
    for _ in range(2):
        with mocked():
            assert all(now is not was for now, was in zip(_functions(), real, strict=True))
        assert _functions() == real


def test_a_thread_in_real_time_waits_really() -> None:
    patches = ThreadingPatches(lambda: None)
    condition = threading.Condition()
    began = time.monotonic()
    patches.replace()
    try:
        with condition:
            assert not condition.wait(0.004)
        thread = threading.Thread(target=really_wait, args=(0.004,))
        thread.start()
        thread.join(0.001)
        thread.join()
    finally:
        patches.restore()
    assert time.monotonic() - began >= 0.007


@pytest.mark.parametrize(("caller", "real"), [("made_up", False), ("xdist.made_up", True)])
def test_the_threads_that_tools_start_keep_real_time(caller: str, real: bool) -> None:
    names: dict[str, Any] = {"__name__": caller}
    exec("def start(thread): thread.start()", names)
    found: list[ActiveTime | None] = []
    thread = threading.Thread(target=lambda: found.append(active_here()))
    with mocked():
        names["start"](thread)
        thread.join()
    [active] = found
    assert (active is None) == real


@pytest.mark.parametrize("timeout", [0, -1])
def test_a_wait_of_no_length_takes_no_time(mock: AsyncOpsMock, timeout: float) -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait(timeout)
    goes_on = threading.Event()
    assert not goes_on.wait(timeout)
    thread = threading.Thread(target=goes_on.wait)
    thread.start()
    thread.join(timeout)
    assert thread.is_alive()
    goes_on.set()
    thread.join()
    assert seconds_elapsed(mock) == 0


def test_who_waits_for_no_length_until_a_time_comes_gets_there(mock: AsyncOpsMock) -> None:
    event = threading.Event()
    until = time.monotonic() + 0.0005
    while time.monotonic() < until:
        assert not event.wait(0)
    assert time.monotonic() < until + 1  # and did not have to wait really
    assert seconds_elapsed(mock) == 0


def test_who_gave_up_waiting_takes_no_notice_away_from_others(mock: AsyncOpsMock) -> None:
    condition = threading.Condition()
    came: list[bool] = []

    def work() -> None:
        with condition:
            came.append(condition.wait(100))

    with condition:
        assert not condition.wait(5)
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(1)
    with condition:
        condition.notify()
    thread.join()
    assert came == [True]
    assert seconds_elapsed(mock) == 6


def test_a_notice_for_one_wakes_one(mock: AsyncOpsMock) -> None:
    condition = threading.Condition()
    came: list[tuple[float, bool]] = []

    def work() -> None:
        with condition:
            notified = condition.wait(7)
            came.append((seconds_elapsed(mock), notified))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    with condition:
        condition.notify()
    for thread in threads:
        thread.join()
    assert came == [(3, True), (7, False)]


def test_a_wait_gives_a_lock_up_altogether_and_takes_it_back(mock: AsyncOpsMock) -> None:
    condition = threading.Condition(threading.RLock())

    def work() -> None:
        with condition:
            condition.notify()

    thread = threading.Thread(target=work)
    with condition:
        with condition:
            thread.start()
            assert condition.wait(5)
        condition.notify()  # which it may, because the lock is still held
    thread.join()
    with pytest.raises(RuntimeError):
        condition.notify()
    assert seconds_elapsed(mock) == 0


@pytest.mark.parametrize(
    ("limit", "elapsed", "alive"), [(2, 2, True), (4, 3, False), (None, 3, False)]
)
def test_a_join_ends_with_the_thread_or_at_its_limit(
    mock: AsyncOpsMock, limit: float | None, elapsed: float, alive: bool
) -> None:
    thread = threading.Thread(target=time.sleep, args=(3,))
    thread.start()
    thread.join(limit)
    assert (seconds_elapsed(mock), thread.is_alive()) == (elapsed, alive)
    thread.join()
    thread.join(5)  # which has ended
    assert seconds_elapsed(mock) == 3
