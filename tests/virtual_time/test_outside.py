"""What is waited for outside holds the clock, until it is there or the patience for it ends."""

from __future__ import annotations

import math
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Callable

import pytest
from support.real_pauses import really_wait

from pytest_asyncops import PatienceWarning, mocked
from pytest_asyncops.durations import SECOND
from pytest_asyncops.virtual_time import outside as module
from pytest_asyncops.virtual_time.outside import PATIENCE, Outside, warn_of_lost_patience
from pytest_asyncops.virtual_time.thread_states import is_told


class _World:
    """The real world, as far as it is asked.

    Attributes:
        now: the real time.
        ended: the children that have ended.
        idle: whether all children wait.
        peers: what has been asked about threads that are blocked.
        peer_until: until when such a thread holds the clock.
    """

    def __init__(self) -> None:
        self.now = 1_000.0
        self.ended: set[int] = set()
        self.idle = False
        self.peers: list[tuple[int, float, float]] = []
        self.peer_until = math.inf

    def are_idle(self) -> bool:
        return self.idle

    def receiver_until(self, thread: int, since: float, patience: float) -> float:
        self.peers.append((thread, since, patience))
        return self.peer_until


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    world = _World()
    monkeypatch.setattr(module, "_real_monotonic", lambda: world.now)
    monkeypatch.setattr(module, "has_ended", lambda child: child in world.ended)
    monkeypatch.setattr(module, "Children", lambda: world)
    return world


@pytest.fixture
def outside(world: _World) -> Outside:
    return Outside(world.receiver_until, patience=10)


def _holds_for(outside: Outside, world: _World) -> float:
    """For how many seconds it holds the clock, in tenths; endlessly if for more than a minute."""
    for tenths in range(600):
        if not outside.holds():
            return tenths / 10
        world.now = round(world.now + 0.1, 1)
    return math.inf


def test_nothing_is_waited_for_at_first(outside: Outside) -> None:
    assert not outside.holds()
    assert not outside.is_known
    assert outside.ran_out == set()
    assert PATIENCE == Outside(lambda *_: 0).patience == 10


def test_what_is_waited_for_holds_the_clock_until_its_time(outside: Outside, world: _World) -> None:
    outside.await_until("a", "an answer", lambda: 1_003)
    outside.await_until("b", "another", lambda: 1_005)
    assert outside.is_known
    assert _holds_for(outside, world) == 5
    assert outside.ran_out == set()  # both have had their time, and less than all patience


def test_what_is_forgotten_holds_nothing(outside: Outside) -> None:
    outside.await_until("a", "an answer", lambda: math.inf)
    assert outside.holds()
    outside.forget("b")
    assert outside.holds()
    outside.forget("a")
    outside.forget("a")
    assert not outside.holds()
    assert not outside.is_known


@pytest.mark.parametrize("until", [1_010.0, 1_010.5])
def test_what_has_held_until_all_patience_was_lost_has_run_out(
    until: float, outside: Outside, world: _World
) -> None:
    outside.await_until("a", "an answer", lambda: until)
    outside.await_until("b", "a quick answer", lambda: 0 if world.now > 1_001 else math.inf)
    assert _holds_for(outside, world) == until - 1_000
    assert outside.ran_out == {"an answer"}
    outside.forget("a")
    assert outside.ran_out == {"an answer"}


@pytest.mark.parametrize(("late", "is_lost"), [(0.04, True), (0.06, False)])
def test_patience_may_count_from_a_little_earlier_than_the_wait(
    late: float, is_lost: bool, outside: Outside, world: _World
) -> None:
    outside.await_until("a", "an answer", lambda: 1_010 - late)
    world.now = 1_010 - late
    assert not outside.holds()
    assert outside.ran_out == ({"an answer"} if is_lost else set())


def test_all_are_asked_though_one_holds(outside: Outside, world: _World) -> None:
    outside.await_until("a", "the first", lambda: math.inf)
    outside.await_until("b", "the second", lambda: 1_010)
    outside.await_until("c", "the third", lambda: 1_011)
    world.now = 1_012
    assert outside.holds()
    assert outside.ran_out == {"the second", "the third"}


@pytest.mark.parametrize(("seconds", "holds"), [(None, 10), (3, 3), (10, 10), (12, 10)])
def test_code_that_waits_outside_holds_the_clock_for_as_long_as_it_may(
    seconds: float | None, holds: float, outside: Outside, world: _World
) -> None:
    with outside.awaited("an answer", seconds):
        assert outside.is_known
        assert _holds_for(outside, world) == holds
    assert not outside.is_known
    assert outside.ran_out == ({"an answer"} if holds == 10 else set())


@pytest.mark.parametrize("block", [lambda outside: outside.awaited("a"), Outside.held])
def test_a_block_is_over_at_its_end_and_at_an_error(
    block: Callable[[Outside], object], outside: Outside
) -> None:
    with block(outside), block(outside):  # type: ignore[attr-defined]
        assert outside.holds()
    assert not outside.is_known
    with pytest.raises(KeyError), block(outside):  # type: ignore[attr-defined]
        raise KeyError
    assert not outside.is_known


def test_a_block_of_real_time_holds_the_clock_without_an_end(
    outside: Outside, world: _World
) -> None:
    with outside.held():
        assert _holds_for(outside, world) == math.inf
    assert not outside.holds()
    assert outside.ran_out == set()


def test_a_blocked_thread_holds_the_clock_as_its_socket_says(
    outside: Outside, world: _World
) -> None:
    world.peer_until = 1_008
    outside.await_peer(7, since=998)
    assert _holds_for(outside, world) == 8
    assert set(world.peers) == {(7, 998, 10)}
    assert outside.ran_out == {"something outside for which a thread waits in C"}
    outside.forget(7)
    assert not outside.is_known


# -- children ----------------------------------------------------------------------------------


def test_a_process_holds_the_clock_until_all_are_idle(outside: Outside, world: _World) -> None:
    outside.await_process(7, since=998)
    assert outside.holds()
    world.idle = True
    assert not outside.holds()
    world.idle = False
    assert _holds_for(outside, world) == 8
    assert outside.ran_out == {"a child process"}


@pytest.mark.parametrize(
    ("duration", "asked", "holds"),
    [(None, 0, 10), (3, 0, 3), (30, 0, 10), (30, 6, 4), (3, 6, 3), (5, 6, 4), (30, 11, 0)],
)
def test_the_wait_after_a_question_is_for_the_child(
    duration: float | None, asked: float, holds: float, outside: Outside, world: _World
) -> None:
    outside.ask_for(55, thread=7, since=world.now - asked)
    assert outside.is_known
    assert not outside.holds()  # not before the wait
    outside.begin_wait("a", 7, None if duration is None else int(duration * SECOND))
    assert _holds_for(outside, world) == holds
    outside.forget("a")
    assert not outside.is_known
    # One that used up all patience before has held nothing now.
    lost = holds and asked + holds == outside.patience
    assert outside.ran_out == ({"the child process 55"} if lost else set())


@pytest.mark.parametrize("how", ["ended", "idle"])
def test_a_child_holds_the_clock_until_it_has_ended_or_is_idle(
    how: str, outside: Outside, world: _World
) -> None:
    outside.ask_for(55, thread=7, since=world.now)
    outside.begin_wait("a", 7, 30 * SECOND)
    world.ended.add(54)
    assert outside.holds()
    if how == "ended":
        world.ended.add(55)
    else:
        world.idle = True
    assert not outside.holds()
    assert outside.ran_out == set()


def test_only_the_next_wait_of_the_same_thread_is_for_the_child(outside: Outside) -> None:
    outside.begin_wait("a", 7, SECOND)
    outside.ask_for(55, thread=7, since=1_000)
    outside.begin_wait("b", 8, SECOND)
    assert not outside.holds()
    outside.begin_wait("c", 7, SECOND)
    assert outside.holds()
    outside.forget("c")
    outside.begin_wait("d", 7, SECOND)
    assert not outside.is_known


def test_a_wait_for_a_child_and_for_files_holds_the_clock_for_both(
    outside: Outside, world: _World
) -> None:
    outside.await_until("a", "files", lambda: 1_004)
    outside.ask_for(55, thread=7, since=1_000)
    outside.begin_wait("a", 7, 2 * SECOND)
    world.ended.add(55)
    assert _holds_for(outside, world) == 4


# -- the whole of it, with a patience of 0.1 s -------------------------------------------------


def ask_for_a_child_again_and_again() -> None:
    with subprocess.Popen(["sleep", "30"]) as child:
        for _ in range(20):
            assert child.poll() is None
            time.sleep(0.02)
        child.kill()


def wait_for_a_thread_that_waits_in_c() -> None:
    ends = threading.Event()

    def waits() -> None:
        while not ends.is_set():
            really_wait(0.3)

    thread = threading.Thread(target=waits)
    thread.start()
    time.sleep(20)
    ends.set()
    thread.join()


def wait_for_a_thread_that_waits_for_a_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        thread = threading.Thread(target=client.recv, args=(1,))
        thread.start()
        time.sleep(20)
        client.shutdown(socket.SHUT_RDWR)
        thread.join()
        client.close()


@pytest.mark.skipif(not is_told(), reason="the system does not tell what threads wait in")
@pytest.mark.parametrize(
    ("waits", "what"),
    [
        (ask_for_a_child_again_and_again, "the child process "),
        (wait_for_a_thread_that_waits_in_c, "something outside for which a thread waits in C"),
        (wait_for_a_thread_that_waits_for_a_peer, "something outside for which a thread waits"),
    ],
)
def test_whatever_the_clock_has_waited_for_in_vain_is_reported(
    waits: Callable[[], None], what: str
) -> None:
    def test() -> None:
        with mocked(patience=0.1):
            waits()

    with pytest.warns(PatienceWarning) as warned:
        test()
    assert f"waited 0.1 s of real time for {what}" in str(warned[0].message)


# -- what is said of it ------------------------------------------------------------------------


def test_who_has_waited_in_vain_is_told(outside: Outside) -> None:
    outside.patience = 2.5
    outside.ran_out |= {"the result of a pool of processes", "a child process"}
    with pytest.warns(PatienceWarning) as warned:
        warn_of_lost_patience(outside)
    assert [str(warning.message) for warning in warned] == [
        "the virtual clock waited 2.5 s of real time for a child process and for the result of a "
        "pool of processes, and then moved on. If more time is needed, set a larger patience=; if "
        "nothing will come, a smaller one."
    ]
    assert warned[0].filename == __file__


def test_who_has_waited_for_nothing_is_told_nothing(outside: Outside) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_lost_patience(outside)
