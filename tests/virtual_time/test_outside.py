"""Who waits for the real world holds the clock until that wait, or all patience, is over."""

from __future__ import annotations

import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.errors import PatienceWarning
from pytest_asyncops.virtual_time import outside as module
from pytest_asyncops.virtual_time.outside import Outside, warn_of_lost_patience

PATIENCE = 10.0
moments = st.floats(0, 30)


class _World:
    """The present, as the module sees it, and what is waited for."""

    def __init__(self, patch: pytest.MonkeyPatch, idle: bool = False) -> None:
        self.now = 1_000.0
        self.asked: list[tuple[int, float, float]] = []
        self.ended: set[int] = set()
        patch.setattr(module, "_real_monotonic", lambda: self.now)
        patch.setattr(module, "has_ended", self.ended.__contains__)
        self.outside = Outside(self._receiver_until, PATIENCE)
        self.idle = idle
        patch.setattr(self.outside.children, "are_idle", lambda: self.idle)

    def _receiver_until(self, thread: int, since: float, patience: float) -> float:
        self.asked.append((thread, since, patience))
        return since + 3

    def holds_after(self, seconds: float) -> bool:
        self.now += seconds
        holds = self.outside.holds()
        self.now -= seconds
        return holds


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    return _World(monkeypatch)


def test_nothing_holds_the_clock_at_first(world: _World) -> None:
    assert not world.outside.is_known
    assert not world.outside.holds()


@given(st.none() | st.floats(0.1, 30), moments)
def test_a_block_holds_the_clock_for_as_long_as_it_may_take(
    seconds: float | None, after: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        world = _World(patch)
        with world.outside.awaited("a thread", seconds):
            longest = PATIENCE if seconds is None else min(seconds, PATIENCE)
            assert world.holds_after(after) == (world.now + after < world.now + longest)
            assert world.outside.is_known
            assert world.outside.ran_out == ({"a thread"} if after >= PATIENCE else set())
        assert not world.outside.is_known
        assert not world.outside.holds()


def test_a_block_of_real_time_holds_it_however_long(world: _World) -> None:
    with world.outside.held():
        assert world.holds_after(10**6)
    assert not world.outside.holds()


def test_a_block_that_fails_holds_it_no_longer(world: _World) -> None:
    for block in (world.outside.awaited("a thread"), world.outside.held()):
        with pytest.raises(KeyError), block:
            raise KeyError
    assert not world.outside.is_known


def test_a_blocked_thread_holds_it_as_long_as_its_socket_says(world: _World) -> None:
    world.outside.await_peer(7, world.now - 1)
    assert world.holds_after(1.5)
    assert not world.holds_after(2)
    assert set(world.asked) == {(7, world.now - 1, PATIENCE)}
    world.outside.forget(7)
    world.outside.forget(7)
    assert not world.outside.is_known


def test_a_process_holds_it_while_any_child_does_anything(world: _World) -> None:
    world.outside.await_process("pipe", world.now - 1)
    assert world.holds_after(PATIENCE - 1.5)
    assert not world.holds_after(PATIENCE - 1)
    world.idle = True
    assert not world.holds_after(0)


@pytest.mark.parametrize(("duration", "longest"), [(None, PATIENCE), (2 * 10**9, 2)])
def test_who_has_asked_for_a_child_waits_for_it_next(
    world: _World, duration: int | None, longest: float
) -> None:
    own = threading.get_ident()
    world.outside.begin_wait("before", own, duration)
    assert not world.outside.is_known
    world.outside.ask_for(5, own, world.now)
    assert world.outside.is_known
    assert not world.outside.holds()
    world.outside.begin_wait("of another", own + 1, duration)
    assert not world.outside.holds()
    world.outside.begin_wait("wait", own, duration)
    assert world.holds_after(longest - 0.5)
    assert not world.holds_after(longest)
    world.outside.begin_wait("next", own, duration)
    world.ended.add(5)
    assert not world.holds_after(0)
    world.outside.forget("wait")
    assert not world.outside.is_known


def test_a_wait_for_a_child_and_a_file_holds_it_for_both(world: _World) -> None:
    world.outside.await_until("wait", "a file", lambda: world.now + 5)
    until = world.now + 5
    world.outside.await_until("wait", "a file", lambda: until)
    world.outside.ask_for(5, 1, world.now)
    world.outside.begin_wait("wait", 1, 10**9)
    world.ended.add(5)
    assert world.holds_after(4)
    assert not world.holds_after(5)


def test_lost_patience_is_told(world: _World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_lost_patience(world.outside)
    with world.outside.awaited("a thread"), world.outside.awaited("a file"):
        world.holds_after(PATIENCE)
    with pytest.warns(PatienceWarning, match="10 s of real time for a file and for a thread"):
        warn_of_lost_patience(world.outside)
