"""What a child process does takes the real time that it takes, and no virtual time."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from support.real_moments import comes, real_seconds
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, PatienceWarning, mocked
from pytest_asyncops.virtual_time import child_processes
from pytest_asyncops.virtual_time.child_processes import ChildProcesses
from pytest_asyncops.virtual_time.children import has_ended
from pytest_asyncops.virtual_time.thread_states import is_told

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of forks, on 3.12+
]
told = pytest.mark.skipif(not is_told(), reason="the system does not tell what children wait in")

_SHORT = 0.1
_TICK = 0.02  # by which real time may seem shorter
_MUCH = 5.0  # less than any of the long waits, and enough for a busy machine
_SLEEP = ["sleep", str(_SHORT)]
_forked: Any = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def _poll(child: subprocess.Popen[bytes]) -> bool:
    return child.poll() is not None


def _asks(which: int | None) -> Callable[[subprocess.Popen[bytes]], bool]:
    def ask(child: subprocess.Popen[bytes]) -> bool:
        found = -1
        while found not in (0, child.pid):  # another test may have left some
            found, _ = os.waitpid(child.pid if which is None else which, os.WNOHANG)
        return found == child.pid

    return ask


@pytest.mark.parametrize("has_ended", [_poll, _asks(None), _asks(-1), _asks(0)])
def test_whoever_asks_and_sleeps_waits_for_the_child(
    has_ended: Callable[[subprocess.Popen[bytes]], bool], mock: AsyncOpsMock
) -> None:
    began = real_seconds()
    with subprocess.Popen(["sh", "-c", f"read x; sleep {_SHORT}"], stdin=subprocess.PIPE) as child:
        assert not has_ended(child)
        assert child.stdin is not None
        child.stdin.close()
        time.sleep(1)
        while not has_ended(child):
            time.sleep(1)
    assert seconds_elapsed(mock) == 1
    assert _SHORT - _TICK <= real_seconds() - began < _MUCH


# -- limits ------------------------------------------------------------------------------------


def test_a_wait_takes_no_more_real_time_than_virtual_time(mock: AsyncOpsMock) -> None:
    began = real_seconds()
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(["sleep", "30"], timeout=0.2, check=False)
    assert seconds_elapsed(mock) == 0.2
    assert 0.2 - _TICK <= real_seconds() - began < _MUCH


def test_a_join_takes_no_more_real_time_than_virtual_time(mock: AsyncOpsMock) -> None:
    child = _forked.Process(target=really_wait, args=(30,))
    child.start()
    began = real_seconds()
    child.join(0.2)
    assert child.is_alive()
    assert seconds_elapsed(mock) == 0.2
    assert 0.2 - _TICK <= real_seconds() - began < _MUCH
    child.kill()
    child.join()


def test_a_child_that_hangs_meets_its_timeout_once_all_patience_is_lost() -> None:
    def hangs() -> int:
        with mocked(patience=0.1) as mock, subprocess.Popen(["sleep", "30"]) as child:
            with pytest.raises(subprocess.TimeoutExpired) as expired:
                child.wait(timeout=20)
            child.kill()
            assert seconds_elapsed(mock) == 20
            assert (expired.value.cmd, expired.value.timeout) == (child.args, 20)
        return child.pid

    began = real_seconds()
    with pytest.warns(PatienceWarning) as warned:
        number = hangs()
    assert 0.1 - _TICK <= real_seconds() - began < _MUCH
    assert f"waited 0.1 s of real time for the child process {number}," in str(warned[0].message)


@told
def test_a_child_that_waits_for_input_does_not_hold_the_clock(mock: AsyncOpsMock) -> None:
    began = real_seconds()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=30)
        assert child.poll() is None
        time.sleep(30)
        assert seconds_elapsed(mock) == 60
    assert real_seconds() - began < _MUCH


# -- how the methods are replaced --------------------------------------------------------------


@pytest.fixture
def ended() -> Iterator[subprocess.Popen[bytes]]:
    """A child that has ended, which nobody has been told."""
    with subprocess.Popen(["sh", "-c", "exit 3"]) as child:
        assert comes(lambda: has_ended(child.pid), True)
        yield child


@pytest.mark.parametrize("timeout", [None, -1, 0, 30])
def test_an_ended_child_is_not_waited_for(
    timeout: float | None, ended: subprocess.Popen[bytes], mock: AsyncOpsMock
) -> None:
    assert ended.wait(timeout) == 3
    assert seconds_elapsed(mock) == 0


@pytest.mark.parametrize("timeout", [-1, 0])
def test_no_time_is_no_wait(timeout: float, mock: AsyncOpsMock) -> None:
    with subprocess.Popen(["sleep", "30"]) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout)
        child.kill()
    assert seconds_elapsed(mock) == 0


@pytest.mark.parametrize("came", [True, False])
def test_what_ends_at_the_last_moment_has_ended(came: bool) -> None:
    def wait(*_: object) -> bool:
        child.kill()
        assert comes(lambda: has_ended(child.pid), True)
        return came

    asked: list[tuple[int, int]] = []
    outside = SimpleNamespace(ask_for=lambda child, thread, since: asked.append((child, thread)))
    fake: Any = SimpleNamespace(in_motion=None, wait=wait, outside=outside)
    with subprocess.Popen(["sleep", "30"]) as child:
        assert ChildProcesses(lambda: fake)._waiting()(child, 5) < 0
    # Also where `subprocess` does not ask by waitpid, so that nobody has noted it.
    assert asked == [(child.pid, threading.get_ident())]


def test_all_is_real_outside_of_virtual_time() -> None:
    real = subprocess.Popen.wait
    with mocked() as mock:
        assert subprocess.Popen.wait is not real
        with mock.clock.real():
            began = time.monotonic()
            with subprocess.Popen(_SLEEP) as child:
                while os.waitpid(child.pid, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)
            assert time.monotonic() - began >= _SHORT - _TICK
            with subprocess.Popen(["sleep", "30"]) as child:
                with pytest.raises(subprocess.TimeoutExpired):
                    child.wait(0.01)
                child.kill()
        assert seconds_elapsed(mock) == 0
    assert subprocess.Popen.wait is real


def test_any_of_several_is_another_child_in_another_test() -> None:
    def hangs() -> None:
        with mocked(patience=0.05), subprocess.Popen(["sleep", "30"]) as child:
            began = real_seconds()
            assert os.waitpid(-1, os.WNOHANG) == (0, 0)
            time.sleep(60)
            assert real_seconds() - began >= 0.05 - _TICK
            child.kill()

    for _ in range(2):
        with pytest.warns(PatienceWarning):
            hangs()


def test_a_wait_ends_with_the_child_where_nobody_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid", raising=False)
    with mocked() as mock, subprocess.Popen(_SLEEP) as child:
        assert child.wait(timeout=30) == 0
        assert seconds_elapsed(mock) == 0


def test_where_there_is_no_waitpid_none_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [function.name for function in ChildProcesses(lambda: None).functions] == ["waitpid"]
    monkeypatch.setattr(child_processes, "_real_waitpid", None)
    assert ChildProcesses(lambda: None).functions == []
