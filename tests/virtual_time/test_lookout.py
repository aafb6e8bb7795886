"""Threads that wait unseen hold no clock, those that do anything do, and what wakes one is seen."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable

import pytest
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.errors import PatienceWarning
from pytest_asyncops.virtual_time import lookout, thread_states
from pytest_asyncops.virtual_time.in_motion import InMotion
from pytest_asyncops.virtual_time.lookout import AFTERMATH, BUSY, SLICE, STILL, Lookout
from pytest_asyncops.virtual_time.outside import Outside
from pytest_asyncops.virtual_time.system_calls import (
    GONE,
    LOCK,
    OUTSIDE,
    PROCESS,
    RUNNING,
    TIMED,
    Look,
)
from pytest_asyncops.virtual_time.time_functions import active_here

PATIENCE = 10.0
THREAD = 7


class _World:
    """One thread, as it is seen from look to look, and the others of its process by number."""

    def __init__(self, patch: pytest.MonkeyPatch, told: bool) -> None:
        self.now = 1_000.0
        self.seen = Look(LOCK, "one place")
        self.others: dict[int, Look] = {}
        patch.setattr(thread_states, "is_told", lambda: told)
        for name in ("look_at_system", "look_at_frame"):
            patch.setattr(
                thread_states, name, lambda identity, number: self.others.get(number, self.seen)
            )
        patch.setattr(thread_states, "numbers", lambda: [THREAD, *self.others])
        patch.setattr(lookout, "_real_monotonic", lambda: self.now)
        self.in_motion = InMotion()
        self.in_motion.add(THREAD)
        self.outside = Outside(lambda thread, since, patience: since + patience, PATIENCE)
        self.lookout = Lookout(self.in_motion, self.outside)
        self.lookout._numbers[THREAD] = THREAD

    def look(self, after: float = 0.0) -> bool:
        """Whether the thread is parked then."""
        self.now += after
        self.lookout.park_the_motionless()
        return THREAD in self.lookout.parked


@pytest.fixture(params=[True, False], ids=["told", "not told"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> _World:
    return _World(monkeypatch, request.param)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> _World:
    return _World(monkeypatch, True)


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> _World:
    return _World(monkeypatch, False)


def _long_enough(state: str) -> float:
    return SLICE / 2 if state in (LOCK, PROCESS) else 2 * sys.getswitchinterval()


@pytest.mark.parametrize("state", [LOCK, PROCESS, TIMED, OUTSIDE])
def test_who_has_done_nothing_between_two_looks_holds_the_clock_no_longer(
    told: _World, state: str
) -> None:
    told.seen = Look(state, 1)
    assert not told.look()
    assert not told.look(_long_enough(state) * 0.9)
    assert told.look(_long_enough(state) * 0.2)
    assert not told.in_motion
    assert told.outside.is_known == (state in (OUTSIDE, PROCESS))


def test_without_being_told_more_it_takes_longer(untold: _World) -> None:
    assert not untold.look()
    assert not untold.look(STILL * 0.9)
    assert untold.look(STILL * 0.2)


def test_who_moves_holds_it(world: _World) -> None:
    for place in range(9):
        world.seen = Look(LOCK, place)
        assert not world.look(STILL)


def test_who_runs_holds_it_until_patience_is_lost(told: _World) -> None:
    told.seen = Look(RUNNING)
    assert not told.look()
    assert not told.look(PATIENCE * 0.9)
    assert told.look(PATIENCE * 0.2)
    assert told.outside.ran_out == {"a thread that computes"}
    told.seen = Look(LOCK, "later")
    assert told.lookout.parked_still_wait()  # whatever it does


def test_who_comes_into_motion_anew_is_looked_at_anew(world: _World) -> None:
    world.look()
    world.in_motion.add(THREAD)
    assert not world.look(STILL * 2)
    assert world.look(STILL * 2)


def test_who_has_ended_holds_nothing(told: _World) -> None:
    told.seen = Look(GONE)
    assert not told.look()
    assert not told.in_motion


def test_what_was_given_and_not_taken_holds_it_for_all(world: _World) -> None:
    world.look()
    world.in_motion.add("what was given")
    assert not world.look(STILL * 2)
    world.in_motion.discard("what was given")
    assert world.look()


def test_one_that_moves_holds_it_for_all(world: _World) -> None:
    other = THREAD + 1
    world.lookout._numbers[other] = other
    world.in_motion.add(other)
    looks = {THREAD: Look(LOCK, 1), other: Look(LOCK, 2)}
    world.lookout._look = lambda identity, number: looks[identity]
    world.look()
    looks[other] = Look(LOCK, 3)
    assert not world.look(STILL * 2)
    assert world.look(STILL * 2)
    assert not world.in_motion


_OTHER = 99


@pytest.mark.parametrize("state", [LOCK, PROCESS, TIMED, OUTSIDE])
def test_another_thread_may_be_about_to_wake_it_until_that_one_rests(
    told: _World, state: str
) -> None:
    told.others[_OTHER] = Look(RUNNING)
    assert not told.look()
    assert not told.look(STILL)
    rests = 2 * sys.getswitchinterval() if state == TIMED else SLICE / 2
    told.others[_OTHER] = Look(state, 1)
    assert not told.look(rests)
    assert not told.look(rests * 0.9)
    told.others[_OTHER] = Look(state, 2)
    assert not told.look(rests * 0.2)
    assert not told.look(rests * 0.9)
    assert told.look(rests * 0.2)


def test_how_long_another_one_rests_is_remembered(told: _World) -> None:
    told.others[_OTHER] = Look(TIMED, 1)
    told.look()
    told.look(STILL)
    assert told.look(STILL)
    told.lookout.parked.clear()
    told.in_motion.add(THREAD)
    assert not told.look()
    assert told.look(SLICE)


def test_another_one_that_never_rests_is_not_waited_for_for_ever(told: _World) -> None:
    told.look()
    for turn in range(5):
        told.others[_OTHER] = Look(TIMED, turn)
        assert not told.look(BUSY / 5)
    assert told.look(BUSY / 5)


def test_how_long_it_never_rested_does_not_count_while_the_test_moves(told: _World) -> None:
    told.others[_OTHER] = Look(RUNNING)
    told.look()
    told.look(STILL)
    told.seen = Look(LOCK, "another place")
    assert not told.look(2 * BUSY)
    assert not told.look(BUSY * 0.9)
    assert not told.look(BUSY * 0.9)
    assert told.look(BUSY * 0.2)


@pytest.mark.parametrize("now", [Look(RUNNING), Look(LOCK, "another"), Look(GONE)])
def test_who_was_parked_and_does_something_is_in_motion_again(told: _World, now: Look) -> None:
    told.look()
    told.look(STILL)
    assert told.lookout.parked_still_wait()
    told.seen = now
    assert told.lookout.parked_still_wait() == (now.state == GONE)
    assert [*told.in_motion] == ([] if now.state == GONE else [THREAD])
    assert not told.lookout.parked


def test_what_happened_last_may_yet_wake_one_where_the_system_does_not_tell(
    untold: _World,
) -> None:
    untold.look()
    untold.look(STILL)
    assert not untold.lookout.parked_still_wait()
    untold.now += AFTERMATH * 0.9
    assert not untold.lookout.parked_still_wait()
    untold.now += AFTERMATH * 0.2
    assert untold.lookout.parked_still_wait()
    untold.in_motion.add("something")
    untold.in_motion.discard("something")
    assert not untold.lookout.parked_still_wait()


@pytest.mark.parametrize("state", [OUTSIDE, PROCESS, LOCK])
def test_who_is_forgotten_is_waited_for_no_longer(told: _World, state: str) -> None:
    told.seen = Look(state)
    told.look()
    told.look(STILL)
    told.lookout.forget(THREAD)
    assert not told.lookout.parked
    assert not told.outside.is_known


def _works(told: _World, looks: list[bool]) -> list[bool]:
    """Makes these looks, and ends; returns what is left of them."""

    def look() -> bool:
        found = looks.pop(0)
        if len(looks) == 1:
            told.lookout.end()
        return found

    told.lookout._work(look)
    return looks


@pytest.mark.parametrize(
    "looks",
    [
        [True, True, False],  # somebody waits, and then nobody
        [False, True, False],  # somebody has begun to wait before it sleeps
        [False, False, True, False],  # it sleeps until somebody waits again
    ],
)
def test_the_lookout_works_while_somebody_waits_and_sleeps_in_between(
    told: _World, looks: list[bool]
) -> None:
    told.lookout._works = True
    told.lookout._sleeps = True
    told.lookout.look_out(lambda: False)  # who begins to wait wakes it
    told.lookout._sleeps = False
    assert _works(told, looks) == []
    assert not told.lookout._sleeps


# --- with real threads


def test_a_bare_lock_that_a_sleeping_thread_holds(mock: AsyncOpsMock) -> None:
    lock, held = threading.Lock(), threading.Event()
    got: list[float] = []

    def hold() -> None:
        with lock:
            held.set()
            time.sleep(5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with lock:
        got.append(seconds_elapsed(mock))
    time.sleep(2)
    thread.join()
    assert got == [5]
    assert seconds_elapsed(mock) == 7


def test_who_goes_on_from_outside_to_a_lock_holds_the_clock_no_longer() -> None:
    began = os.times().elapsed
    with mocked(patience=20) as mock:
        lock = threading.Lock()

        def work() -> None:
            really_wait(0.03)
            with lock:
                pass

        thread = threading.Thread(target=work)
        with lock:
            thread.start()
            time.sleep(5)
        thread.join()
        assert seconds_elapsed(mock) == 5
    assert os.times().elapsed - began < 15


def test_who_goes_on_while_the_world_outside_is_asked_holds_the_clock(
    mock: AsyncOpsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = active_here()
    assert active is not None
    outside = active.scheduler.outside
    holds = outside.holds
    lock = threading.Lock()
    seen: list[float] = []

    def work() -> None:
        with lock:
            really_wait(0.03)
            seen.append(seconds_elapsed(mock))

    def asked() -> bool:
        found = holds()
        if thread.ident in active.scheduler._lookout.parked and lock.locked() and not released:
            released.append(True)
            lock.release()
            really_wait(0.01)
        return found

    released: list[bool] = []
    thread = threading.Thread(target=work)
    lock.acquire()
    thread.start()
    monkeypatch.setattr(outside, "holds", asked)
    time.sleep(5)
    thread.join()
    assert released
    assert seen == [0]


def _in_python() -> None:
    for _ in range(1_000):
        pass


def _in_c() -> None:
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 200)


_thread_time = time.thread_time


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
@pytest.mark.parametrize("compute", [_in_python, _in_c])
def test_a_thread_that_computes_holds_the_clock(
    mock: AsyncOpsMock, compute: Callable[[], None]
) -> None:
    done = threading.Event()

    def work() -> None:
        began = _thread_time()
        while _thread_time() - began < 0.03:
            compute()
        done.set()

    threading.Thread(target=work).start()
    assert done.wait(5)
    assert seconds_elapsed(mock) == 0


def test_who_spins_until_another_one_has_waited_gets_there() -> None:
    waited: list[float] = []

    def spin() -> None:
        while not waited:
            pass

    def run() -> None:
        with mocked(patience=0.05) as mock:
            thread = threading.Thread(target=spin)
            thread.start()
            time.sleep(5)
            waited.append(seconds_elapsed(mock))
            thread.join()

    with pytest.warns(PatienceWarning, match="a thread that computes"):
        run()
    assert waited == [5]


def test_the_same_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_states, "is_told", lambda: False)
    monkeypatch.setattr(lookout, "STILL", 0.01)
    monkeypatch.setattr(lookout, "AFTERMATH", 0.001)
    with mocked() as mock:
        test_a_bare_lock_that_a_sleeping_thread_holds(mock)
