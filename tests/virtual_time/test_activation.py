"""Python's clocks and the server's agree, waits cost nothing, and everything is given back."""

from __future__ import annotations

import datetime
import itertools
import queue
import threading
import time

import pytest
import requests
import time_machine
from support.loopback import BEARER

from pytest_asyncops import PollerHangs, mocked
from pytest_asyncops.virtual_time import bound_functions
from pytest_asyncops.virtual_time.activation import VirtualTime
from pytest_asyncops.virtual_time.server_clock import ServerClock

REAL = tuple(map(id, (time.sleep, time.monotonic, time.monotonic_ns)))
"""Not the functions, which would be replaced here, too."""

PACE = 5.0
"""Seconds by which the client's clocks may be ahead, because they tick; a slow machine's share."""


def clocks() -> tuple[int, ...]:
    return id(time.sleep), id(time.monotonic), id(time.monotonic_ns)


@pytest.fixture(autouse=True)
def given_back():
    assert clocks() == REAL
    yield
    assert clocks() == REAL
    assert abs(time.time() - datetime.datetime.now().timestamp()) < PACE
    assert not time_machine.escape_hatch.is_travelling()


def poll_in_a_thread() -> None:
    with mocked() as mock:
        operation = mock.chainloop.start()
        waits = threading.Thread(target=time.sleep, args=(5,))
        waits.start()
        requests.get(f"{mock.chainloop.base_url}/v1/operations/{operation.id}", headers=BEARER)
        waits.join()
        time.sleep(5)


def test_nobody_is_searched_for_who_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's own threads look on for a while after a test. What they wait in counts as held.
    searches = []
    search = bound_functions._places_of
    monkeypatch.setattr(
        bound_functions, "_places_of", lambda wanted: searches.append(wanted) or search(wanted)
    )
    poll_in_a_thread()
    searches.clear()
    for _ in range(5):
        poll_in_a_thread()
    assert searches == []


def walls() -> list[float]:
    """The wall clock, in every way to ask for it, as seconds since 1970."""
    utc = datetime.timezone.utc
    return [
        time.time(),
        time.time_ns() / 1e9,
        datetime.datetime.now(utc).timestamp(),
        datetime.datetime.now().timestamp(),
        datetime.datetime.fromtimestamp(time.mktime(time.localtime())).timestamp() + 1,
        datetime.datetime(*time.gmtime()[:6], tzinfo=utc).timestamp() + 1,
    ]


def test_all_clocks_agree_with_the_server():
    with mocked() as mock:
        for wait in (0, 90, 30 * 24 * 3600, 0.25):
            time.sleep(wait)
            server = mock.clock.now().timestamp()
            for wall in walls():
                # A float has not the digits for nanoseconds since 1970.
                assert server - 1e-6 <= wall <= server + PACE + 1
        assert mock.clock.now() == datetime.datetime(
            2026, 1, 31, 0, 1, 30, 250_000, tzinfo=datetime.timezone.utc
        )


def test_the_clocks_of_code_that_spins_move_on():
    with mocked() as mock:
        wall, steady = time.time_ns(), time.monotonic_ns()
        while time.time_ns() == wall or time.monotonic_ns() == steady:
            pass
        assert time.time_ns() > wall
        assert time.monotonic_ns() > steady
        assert mock.clock._server.elapsed_ns == 0


def test_advance_moves_the_client_too():
    with mocked() as mock:
        wall, steady = time.time(), time.monotonic()
        mock.clock.advance(3600)
        assert 3600 <= time.time() - wall <= 3600 + PACE
        assert 3600 <= time.monotonic() - steady <= 3600 + PACE


def test_a_reset_sets_the_wall_clock_back_but_never_the_monotonic_one():
    with mocked() as mock:
        time.sleep(100)
        steady = time.monotonic()
        mock.reset()
        assert time.monotonic() >= steady
        assert time.time() - mock.clock.now().timestamp() <= PACE
        assert mock.clock._server.elapsed_ns == 0


# --- threads


def in_thread(function):
    """What the function gives in a thread of its own."""
    answers: queue.Queue = queue.Queue()
    thread = threading.Thread(target=lambda: answers.put(function()))
    thread.start()
    thread.join()
    return answers.get_nowait()


def test_a_thread_started_in_the_test_lives_in_virtual_time():
    with mocked() as mock:

        def nap() -> float:
            before = time.monotonic()
            time.sleep(3600)
            return time.monotonic() - before

        assert 3600 <= in_thread(nap) <= 3600 + PACE
        assert mock.clock.elapsed.total_seconds() == 3600
        assert in_thread(time.time) >= mock.clock.now().timestamp()


def test_a_thread_that_was_alive_before_keeps_real_time():
    asked: queue.Queue = queue.Queue()
    told: queue.Queue = queue.Queue()

    def work() -> None:
        while (job := asked.get()) is not None:
            told.put(job())

    def ask(job):
        asked.put(job)
        return told.get()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        real_wall, real_steady = time.time(), time.monotonic()
        with mocked() as mock:
            time.sleep(10**6)
            assert ask(lambda: time.sleep(0.001)) is None
            assert mock.clock.elapsed.total_seconds() == 10**6
            assert real_steady <= ask(time.monotonic) <= real_steady + PACE
            child = ask(lambda: in_thread(time.monotonic))
            assert real_steady <= child <= real_steady + PACE
            assert real_wall - 1 <= ask(time.time) <= real_wall + PACE
            now = ask(lambda: datetime.datetime.now().timestamp())
            assert real_wall - 1 <= now <= real_wall + PACE
    finally:
        asked.put(None)
        thread.join()


# --- the other clocks


@pytest.mark.parametrize("clock", ["manual", "real"])
def test_in_the_other_modes_python_keeps_its_clocks(clock):
    with mocked(clock=clock):
        assert clocks() == REAL
        assert not time_machine.escape_hatch.is_travelling()


def test_a_manual_clock_is_moved_by_the_test_alone():
    with mocked(clock="manual") as mock:
        before = time.monotonic_ns()
        time.sleep(0.000_001)
        assert time.monotonic_ns() > before
        assert mock.clock._server.elapsed_ns == 0
        mock.clock.advance(60)
        assert mock.clock.now().isoformat() == "2026-01-01T00:01:00+00:00"


def test_a_real_clock_follows_the_wall():
    with mocked(clock="real") as mock:
        before, server = time.time(), mock.clock.now().timestamp()
        assert abs(server - before) < PACE
        first = mock.clock._server.elapsed_ns
        while mock.clock._server.elapsed_ns == first:
            pass
        assert mock.clock._server.elapsed_ns > first


def test_an_epoch_of_now_starts_at_the_present():
    before = time.time()
    with mocked(epoch="now") as mock:
        assert before <= mock.clock._server.now_ns / 1e9 <= before + PACE
        time.sleep(5)
        assert 5 <= time.time() - before <= 5 + PACE


# --- put back


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_clocks_are_given_back_after_an_error(error):
    def body() -> None:
        assert clocks() != REAL
        raise error

    with pytest.raises(error), mocked():
        body()
    assert clocks() == REAL


def test_nothing_is_left_if_the_start_fails_halfway(monkeypatch):
    def start(self):
        raise RuntimeError("no travel today")

    monkeypatch.setattr(time_machine.travel, "start", start)
    import requests

    before = requests.adapters.HTTPAdapter.send
    with pytest.raises(RuntimeError, match="no travel today"), mocked():
        pass
    assert clocks() == REAL
    assert requests.adapters.HTTPAdapter.send is before


def test_a_sleep_of_the_users_own_comes_back(monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with mocked() as mock:
        time.sleep(5)
        assert mock.clock.elapsed.total_seconds() == 5
    time.sleep(7)
    assert slept == [7]
    monkeypatch.undo()


@pytest.mark.parametrize("name", ["sleep", "monotonic", "Lock"])
def test_a_patch_that_is_undone_too_late_leaves_nothing_for_ever(monkeypatch, name):
    module = threading if name == "Lock" else time
    original = getattr(module, name)
    with mocked():
        monkeypatch.setattr(module, name, lambda *args: None)
    monkeypatch.undo()
    with mocked():
        pass
    assert getattr(module, name) == original


def test_inside_another_travel():
    with time_machine.travel(datetime.datetime(2030, 5, 5, tzinfo=datetime.timezone.utc)):
        with mocked() as mock:
            assert time.time() - mock.clock.now().timestamp() < PACE
        assert datetime.datetime.now().year == 2030


def test_one_mock_in_another_lives_in_one_time_with_it():
    with mocked() as outer:
        time.sleep(5)
        steady = time.monotonic()
        with mocked(epoch=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)) as inner:
            time.sleep(7)
            assert inner.clock.elapsed.total_seconds() == 7
            assert outer.clock.elapsed.total_seconds() == 12
            assert time.monotonic() - steady == 7
            assert time.time() == inner.clock.now().timestamp()
            outer.clock.advance(10)
            assert inner.clock.elapsed.total_seconds() == 17
            inner.clock.advance(10)
            assert inner.clock.elapsed.total_seconds() == 27
        time.sleep(1)
        assert outer.clock.elapsed.total_seconds() == 33
        assert time.monotonic() - steady == 28
        assert time.time() == outer.clock.now().timestamp()


def test_a_thread_of_the_outer_one_lives_on_in_the_inner_one():
    with mocked() as outer:
        woken = []

        def work() -> None:
            time.sleep(3600)
            woken.append(outer.clock.elapsed.total_seconds())

        thread = threading.Thread(target=work)
        thread.start()
        with mocked() as inner:
            time.sleep(7200)
            thread.join()
            assert inner.clock.elapsed.total_seconds() == 7200
        assert woken == [3600]


def test_a_thread_of_before_may_open_one_itself():
    asked, told = queue.Queue(), queue.Queue()

    def work() -> None:
        asked.get()
        with mocked() as mock:
            time.sleep(3600)
            told.put(mock.clock.elapsed.total_seconds())
        before = time.monotonic()
        time.sleep(0.001)
        told.put(time.monotonic() - before)

    thread = threading.Thread(target=work)
    thread.start()
    with mocked() as mock:
        asked.put(None)
        assert told.get() == 3600
        assert mock.clock.elapsed.total_seconds() == 3600
        assert 0.001 <= told.get() < PACE
        thread.join()
        assert mock.clock.elapsed.total_seconds() == 3600


def test_an_inner_one_outlives_the_outer_one():
    outer, inner = VirtualTime(ServerClock(), print), VirtualTime(ServerClock(), print)
    outer.start()
    inner.start()
    time.sleep(3)
    outer.stop()
    time.sleep(4)
    inner.stop()
    assert [it._clock.elapsed_ns for it in (outer, inner)] == [3 * 10**9, 7 * 10**9]


def test_the_wall_clock_is_that_of_the_latest_that_is_open_in_any_order_of_closing():
    inside = time_machine._time_machine
    before = (inside.original_time_ns, time.time)
    for closing in itertools.permutations(range(3)):
        blocks = [mocked(epoch=f"203{number}-01-01T00:00:00Z") for number in range(3)]
        still_open = {number: block.__enter__() for number, block in enumerate(blocks)}
        for number in closing:
            time.sleep(1_000)
            latest = still_open[max(still_open)]
            assert time.time() == latest.clock.now().timestamp()
            blocks[number].__exit__(None, None, None)
            del still_open[number]
        assert (inside.original_time_ns, time.time) == before
        assert not time_machine.escape_hatch.is_travelling()


def test_the_outer_one_can_come_first():
    with mocked(epoch="2030-01-01T00:00:00Z") as outer, mocked() as inner:
        assert time.time() == inner.clock.now().timestamp()
        outer._live.come_first()
        assert time.time() == outer.clock.now().timestamp()


def test_each_one_counts_its_own_waits():
    with mocked(max_virtual_time=60) as outer:
        time.sleep(50)
        with mocked(max_virtual_time=60) as inner:
            time.sleep(10)
            with pytest.raises(PollerHangs, match="more than 1 min"):
                time.sleep(1)
            outer._live.guards.note_failure(outer._live.guards.tripped)
            assert inner._live.guards.tripped is None


def test_a_manual_clock_in_a_virtual_one_stands_still():
    with mocked() as outer, mocked(clock="manual") as inner:
        time.sleep(5)
        inner.clock.advance(60)
        assert outer.clock.elapsed.total_seconds() == 5
        assert inner.clock.elapsed.total_seconds() == 60
