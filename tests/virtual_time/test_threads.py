"""A thread is in motion from before its start until its end, however it is started."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.in_motion import InMotion
from pytest_asyncops.virtual_time.threads import STARTS, ThreadStarts
from pytest_asyncops.virtual_time.time_functions import active_here


def _in_motion() -> InMotion:
    active = active_here()
    assert active is not None
    return active.scheduler.in_motion


@pytest.mark.parametrize(
    "name", [name for owner, name in STARTS if owner is _thread and "joinable" not in name]
)
def test_a_raw_thread_keeps_virtual_time(mock: AsyncOpsMock, name: str) -> None:
    woken: list[tuple[str, float]] = []
    ended = threading.Event()

    def work(name: str, *, seconds: float) -> None:
        time.sleep(seconds)
        woken.append((name, seconds_elapsed(mock)))
        ended.set()

    getattr(_thread, name)(work, ("raw",), {"seconds": 3})
    time.sleep(2)
    woken.append(("own", seconds_elapsed(mock)))
    assert ended.wait(60)
    assert woken == [("own", 2), ("raw", 3)]


def test_a_thread_begins_before_the_next_jump_and_its_end_lets_the_clock_jump(
    mock: AsyncOpsMock,
) -> None:
    for _ in range(20):
        began = seconds_elapsed(mock)
        seen: list[float] = []
        _thread.start_new_thread(lambda seen: seen.append(seconds_elapsed(mock)), (seen,))
        time.sleep(5)
        assert seen == [began]
    assert [*_in_motion()] == [threading.get_ident()]


class _Fails(Exception):
    pass


@pytest.mark.parametrize("raw", [True, False])
def test_a_thread_that_cannot_be_started_is_not_waited_for(
    mock: AsyncOpsMock, monkeypatch: pytest.MonkeyPatch, raw: bool
) -> None:
    failed: list[bool] = []

    def fail(begun: object, *_: Any) -> None:
        failed.append(begun in _in_motion())
        raise _Fails

    starts = ThreadStarts(lambda: active_here().scheduler, _Kept)  # type: ignore[union-attr]
    thread = threading.Thread(target=time.sleep, args=(1,))
    function: Callable[..., Any] = time.sleep if raw else thread.run

    def start() -> None:
        starts.begin(fail, function, (1,))

    with pytest.raises(_Fails):
        start()
    assert failed == [True]
    assert [*_in_motion()] == [threading.get_ident()]
    active = active_here()
    assert active is not None
    assert not active.scheduler.ends.are_expected_of(thread)
    time.sleep(5)
    assert seconds_elapsed(mock) == 5


def test_what_cannot_be_called_is_refused_in_pythons_own_words(mock: AsyncOpsMock) -> None:
    with pytest.raises(TypeError):
        _thread.start_new_thread(7, ())  # type: ignore[arg-type, call-overload]
    assert [*_in_motion()] == [threading.get_ident()]


def test_a_thread_that_fails_has_ended(mock: AsyncOpsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", said.append)

    def fail() -> None:
        time.sleep(1)
        raise _Fails

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [args.exc_type for args in said] == [_Fails]
    assert seconds_elapsed(mock) == 1
    assert [*_in_motion()] == [threading.get_ident()]


class _Kept:
    def __init__(self) -> None:
        self.kept: bool | None = None

    def add_current(self) -> None:
        self.kept = True

    def discard_current(self) -> None:
        self.kept = False


def _started(starts: ThreadStarts, caller: str) -> bool | None:
    """Starts in a module of this name something that is run at once."""
    names: dict[str, Any] = {"__name__": caller, "begin": starts.begin}
    ran: list[int] = []
    exec("def inner(*args): begin(*args)\ndef start(*args): inner(*args)", names)
    names["start"](lambda function, *args: function(*args), ran.append, 7)
    assert ran == [7]
    kept = starts._real_time_threads()
    return kept.kept if isinstance(kept, _Kept) else None


def test_who_starts_a_thread_says_whose_time_it_keeps(mock: AsyncOpsMock) -> None:
    active = active_here()
    assert active is not None
    own = threading.get_ident()
    scheduler = active.scheduler
    for find, kept, seen in (
        (lambda: scheduler, _Kept(), False),
        (lambda: None, _Kept(), True),
        (lambda: scheduler, None, None),
    ):
        starts = ThreadStarts(find, lambda kept=kept: kept)
        assert _started(starts, "made_up") == seen
        scheduler.in_motion.add(own)  # this thread has not ended, unlike those that it plays


@pytest.mark.parametrize(("caller", "real"), [("made_up", False), ("xdist.made_up", True)])
def test_the_raw_threads_of_tools_keep_real_time(caller: str, real: bool) -> None:
    names: dict[str, Any] = {"__name__": caller, "_thread": _thread}
    exec("def start(function): _thread.start_new_thread(function, ())", names)
    found: list[bool] = []
    ended = threading.Lock()
    ended.acquire()

    def work() -> None:
        found.append(active_here() is None)
        ended.release()

    with mocked():
        names["start"](work)
        ended.acquire()
    assert found == [real]


def test_the_real_functions_are_there_before_and_afterwards() -> None:
    def are_real() -> set[bool]:
        return {isinstance(getattr(owner, name), BuiltinFunctionType) for owner, name in STARTS}

    assert are_real() == {True}
    with mocked():
        assert are_real() == {False}
    assert are_real() == {True}
