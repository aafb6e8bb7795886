"""Which threads count as waiting that say nothing about it, and which hold the clock."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time import thread_activity
from pytest_asyncops.virtual_time.thread_activity import (
    AFTERMATH,
    LOOKS,
    STILL,
    ThreadActivity,
    processor_used,
)


class Frame:
    """As much of a frame as is looked at."""

    f_lasti = 0
    f_code = SimpleNamespace(co_name="made_up")

    def __init__(self, module: str, back: Frame | None = None) -> None:
        self.f_globals = {"__name__": module}
        self.f_back = back


class World:
    """One thread, as it is seen from look to look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.frames: dict[int, Any] = {7: Frame("made_up")}
        self.used: int | None = 0
        self.idle = False
        thread = threading.Thread()
        thread._ident = 7  # type: ignore[attr-defined]
        self.threads = [thread]
        self.activity = ThreadActivity(lambda frame: self.idle, lambda frame: self.idle)
        seen_sys = ModuleType("sys")
        seen_sys._current_frames = lambda: self.frames  # type: ignore[attr-defined]
        monkeypatch.setattr(thread_activity, "sys", seen_sys)
        monkeypatch.setattr(thread_activity, "_real_monotonic", lambda: self.now)
        monkeypatch.setattr(thread_activity, "processor_used", lambda thread: self.used)

    def look(self, after: float = 0.01) -> bool:
        self.now += after
        return self.activity.all_wait(self.threads)

    def looks(self, count: int = LOOKS + 1, after: float = 0.01) -> bool:
        return [self.look(after) for _ in range(count)][-1]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_who_stays_in_one_place_stands_still(world: World) -> None:
    assert not world.looks(LOOKS)
    assert world.look()


def test_time_alone_is_not_enough_nor_are_looks(world: World) -> None:
    assert not world.looks(LOOKS, STILL)  # each look took long: the machine is busy
    assert world.look()
    world.frames = {7: Frame("made_up")}
    assert not world.looks(LOOKS + 1, STILL / LOOKS / 2)


def test_several_that_look_at_once_look_once(world: World) -> None:
    world.look(STILL)
    assert not world.looks(LOOKS + 9, 0)


@pytest.mark.parametrize("move", ["place", "frame", "processor", "runs"])
def test_who_moves_does_not(world: World, move: str) -> None:
    world.looks()
    if move == "place":
        world.frames[7].f_lasti = 2
    elif move == "frame":
        world.frames = {7: Frame("made_up")}
    else:
        world.used = 1 if move == "processor" else None
    assert not world.look()
    world.used = world.used or 0
    assert not world.looks(2)
    assert world.looks()


def test_what_another_one_did_may_yet_move_it(world: World) -> None:
    assert world.looks()
    world.activity.note_activity()
    assert not world.look(AFTERMATH)
    assert not world.look()
    assert world.look()


def test_who_is_about_to_start_does_not_and_who_has_ended_does(world: World) -> None:
    del world.frames[7]
    assert world.look()
    world.threads = [threading.Thread()]
    assert not world.looks()


def test_an_idle_worker_does_at_once(world: World) -> None:
    world.idle = True
    assert world.look()


@pytest.mark.parametrize("module", ["socket", "ssl", "httpcore._backends.sync"])
def test_who_awaits_an_answer_does_not_unless_it_serves(world: World, module: str) -> None:
    world.frames = {7: Frame(module, Frame("made_up"))}
    assert not world.looks(5_000)
    world.frames = {7: Frame(module, Frame("socketserver"))}
    assert world.looks()


def test_who_computes_without_end_holds_nothing_for_ever(world: World) -> None:
    world.used = None
    assert not world.looks(1_000)
    assert world.looks(2)
    world.used = 5
    world.looks()
    world.used = None
    assert not world.looks(1_000)  # that was another time
    assert not world.look(STILL * 2)  # nobody has looked in between
    assert not world.looks(999)
    assert world.looks(3)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not say what threads do")
def test_what_a_thread_has_used_of_the_processor() -> None:
    waits = threading.Lock()
    waits.acquire()
    thread = threading.Thread(target=waits.acquire)
    thread.start()
    assert processor_used(threading.get_native_id()) is None  # it is just running
    while processor_used(thread.native_id) is None:
        time.sleep(0)
    assert processor_used(thread.native_id) == 0
    waits.release()
    thread.join()
    assert processor_used(-1) == 0


def _in_python(ends: Callable[[], bool]) -> None:
    while not ends():
        for _ in range(100_000):
            pass


def _in_c(ends: Callable[[], bool]) -> None:
    while not ends():
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 20_000)


@pytest.mark.parametrize("compute", [_in_python, _in_c])
@pytest.mark.skipif(sys.platform != "linux", reason="the system does not say what threads do")
def test_the_clock_does_not_jump_while_a_thread_computes(
    compute: Callable[[Callable[[], bool]], None],
) -> None:
    done = threading.Event()
    began = time.thread_time

    def work() -> None:
        start = began()
        compute(lambda: began() - start > 2 * STILL)
        done.set()

    with mocked() as mock:
        threading.Thread(target=work).start()
        assert done.wait(5)
        assert mock.clock.elapsed_ns == 0


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(thread_activity, "ENDLESS", 0.01)
    return


@pytest.mark.usefixtures("soon")
def test_who_spins_until_another_one_has_waited_gets_there() -> None:
    waited: list[float] = []
    with mocked() as mock:

        def spin() -> None:
            while not waited:
                pass

        thread = threading.Thread(target=spin)
        thread.start()
        time.sleep(5)
        waited.append(mock.clock.elapsed.total_seconds())
        thread.join()
    assert waited == [5]
