"""Waits with a limit count that code of the test makes while virtual time stands still."""

from __future__ import annotations

import gc
import sys
import sysconfig
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_asyncops.virtual_time import real_waits, thread_states
from pytest_asyncops.virtual_time.client_clock import ClientClock
from pytest_asyncops.virtual_time.real_waits import RealWait, RealWaits, Watch
from pytest_asyncops.virtual_time.server_clock import SharedTime
from pytest_asyncops.virtual_time.system_calls import LOCK, OUTSIDE, PROCESS, RUNNING, TIMED, Look


@pytest.fixture
def kept_watch(monkeypatch: pytest.MonkeyPatch) -> list[RealWaits]:
    """Those that are watched, by nobody."""
    kept: list[RealWaits] = []
    watch = SimpleNamespace(add=kept.append, discard=kept.remove)
    monkeypatch.setattr(real_waits, "watch", watch)
    return kept


class _Looked:
    """Real waits of the current thread, which is always seen in the same state."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
        for look in ("look_at_system", "look_at_frame"):
            monkeypatch.setattr(thread_states, look, lambda thread, number: Look(state))
        self.time = SharedTime()
        self.client = ClientClock(self.time)
        self.real_waits = RealWaits(self.time, self.client)


@pytest.mark.parametrize("state", [TIMED, OUTSIDE, LOCK, PROCESS, RUNNING])
def test_waits_with_a_limit_count(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits], state: str
) -> None:
    looked = _Looked(monkeypatch, state)
    assert looked.real_waits.polled() is None
    assert looked.real_waits.polled() is None
    looked.real_waits.look(0.5)
    looked.real_waits.look(0.25)
    place = f"{__file__}:{_line() - 1}, in test_waits_with_a_limit_count"
    counts = state in (TIMED, OUTSIDE)
    assert looked.real_waits.polled() == (RealWait(place, 0.75) if counts else None)


def _line() -> int:
    return sys._getframe(1).f_lineno


def test_once_time_has_moved_all_begins_anew(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits]
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    looked.real_waits.polled()
    looked.real_waits.look(0.5)
    looked.time.advance(1)
    looked.real_waits.look(0.5)
    assert looked.real_waits.polled() is None
    looked.real_waits.look(0.25)
    waited = looked.real_waits.polled()
    assert waited is not None
    assert waited.seconds == 0.25


def test_each_mock_is_watched_from_its_first_poll_to_its_end(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits]
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    assert kept_watch == []
    looked.real_waits.polled()
    looked.real_waits.polled()
    assert kept_watch == [looked.real_waits]
    looked.real_waits.look(0.5)
    looked.real_waits.close()
    assert kept_watch == []
    assert looked.real_waits.polled() is None
    assert kept_watch == [looked.real_waits]


def test_a_thread_is_told_from_others(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits]
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    ended = threading.Thread(target=looked.real_waits.polled)
    ended.start()
    ended.join()
    looked.real_waits.look(0.5)
    assert looked.real_waits.polled() is None


def test_a_block_of_real_time_does_not_count(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits]
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    looked.real_waits.polled()
    with looked.client.run_really():
        looked.real_waits.look(0.5)
    assert looked.real_waits.polled() is None


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collection_of_garbage_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits], enabled: bool
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    looked.real_waits.polled()
    (gc.enable if enabled else gc.disable)()
    try:
        looked.real_waits.look(0.5)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def _blocked_in(module: str, lock: threading.Lock) -> threading.Thread:
    """A thread that waits for the lock in code of a module."""
    here = threading.Lock()
    here.acquire()
    code: dict[str, Any] = {"__name__": module, "here": here, "lock": lock}
    exec("def wait():\n    here.release(); lock.acquire()", code)
    thread = threading.Thread(target=code["wait"])
    thread.start()
    here.acquire()
    return thread


@pytest.mark.parametrize(
    ("module", "place"),
    [
        ("made_up", "<string>:2, in wait"),
        ("ssl", None),
        ("urllib3.made_up", None),
        ("pytest_asyncops.virtual_time.sockets", None),
        ("_pytest.made_up", None),
    ],
)
def test_what_waits_for_peers_or_is_a_tool_is_no_place(module: str, place: str | None) -> None:
    lock = threading.Lock()
    with lock:
        thread = _blocked_in(module, lock)
        ident = thread.ident
        assert ident is not None
        assert real_waits._place(ident) == place
    thread.join()
    assert real_waits._place(ident) is None


def test_a_thread_that_runs_nothing_but_python_has_no_place() -> None:
    lock = threading.Lock()
    with lock:
        thread = threading.Thread(target=lock.acquire)
        thread.start()
        assert thread.ident is not None
        assert real_waits._place(thread.ident) is None
    thread.join()


# --- the thread that looks


class _Stopped(BaseException):
    pass


class _Fake:
    """Real waits that write down how much time has passed at each look."""

    def __init__(self) -> None:
        self.looks: list[float] = []

    def look(self, passed: float) -> None:
        self.looks.append(passed)


def test_one_thread_looks_at_all_mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(real_waits, "_start", lambda work, args: started.append(work))
    watch = Watch()
    first, other = _Fake(), _Fake()
    watch.add(first)  # type: ignore[arg-type]
    watch.add(other)  # type: ignore[arg-type]
    assert started == [watch._work]
    assert watch.look(0.5)
    watch.discard(first)  # type: ignore[arg-type]
    assert watch.look(0.25)
    watch.discard(other)  # type: ignore[arg-type]
    assert not watch.look(0.125)
    assert (first.looks, other.looks) == ([0.5], [0.5, 0.25])


def test_a_forked_process_has_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(real_waits, "_start", lambda work, args: started.append(work))
    watch = Watch()
    watch.add(_Fake())  # type: ignore[arg-type]
    watch.renew()
    watch.add(_Fake())  # type: ignore[arg-type]
    assert len(started) == 2


def test_the_thread_rests_while_there_is_nobody_to_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    happens: list[Callable[[], object]] = []

    def sleep(seconds: float) -> None:
        assert seconds == real_waits.EVERY
        now[0] += 1
        happens.pop(0)()

    def stop() -> None:
        raise _Stopped

    monkeypatch.setattr(real_waits, "_start", lambda work, args: None)
    monkeypatch.setattr(real_waits, "pause", sleep)
    monkeypatch.setattr(real_waits, "_real_monotonic", lambda: now[0])
    watch = Watch()
    first: Any = _Fake()
    other: Any = _Fake()

    def rest() -> None:
        now[0] += 60  # which nobody has waited
        watch.add(other)

    bell: Any = SimpleNamespace(pass_through=rest, open=lambda: None)
    watch._bell = bell
    watch.add(first)
    happens += [lambda: None, lambda: None, lambda: watch.discard(first), lambda: None, stop]
    with pytest.raises(_Stopped):
        watch._work()
    assert (first.looks, other.looks) == ([1, 1], [1])


def test_the_bell_wakes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_waits, "_start", lambda work, args: None)
    watch = Watch()
    watch.add(_Fake())  # type: ignore[arg-type]
    watch.add(_Fake())  # type: ignore[arg-type]
    watch._bell.pass_through()  # which would hang


def test_the_line_is_the_users_own_though_a_library_waits(
    monkeypatch: pytest.MonkeyPatch, kept_watch: list[RealWaits]
) -> None:
    looked = _Looked(monkeypatch, TIMED)
    looked.real_waits.polled()
    library: dict[str, Any] = {"__name__": "a_library"}
    code = compile(
        "def wait(look): look(0.5)", sysconfig.get_path("purelib") + "/made_up.py", "exec"
    )
    exec(code, library)
    library["wait"](looked.real_waits.look)
    waited = looked.real_waits.polled()
    assert waited is not None
    assert waited.place == f"{__file__}:{_line() - 3}, in {_function()}"


def _function() -> str:
    return sys._getframe(1).f_code.co_name
