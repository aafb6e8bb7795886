"""Children are idle once all of them, and all of theirs, have done nothing between two looks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from support.real_moments import comes, real_seconds
from support.real_pauses import really_wait

from pytest_asyncops.virtual_time import children
from pytest_asyncops.virtual_time.children import Children, has_children, has_ended
from pytest_asyncops.virtual_time.system_calls import (
    GONE,
    LOCK,
    OUTSIDE,
    PROCESS,
    RUNNING,
    TIMED,
    Look,
)
from pytest_asyncops.virtual_time.thread_states import is_told

told = pytest.mark.skipif(not is_told(), reason="the system does not tell what threads wait in")
waits = pytest.mark.skipif(not hasattr(os, "waitid"), reason="there is no waitid here")


# -- whether there are any ---------------------------------------------------------------------


@pytest.fixture
def cat() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        yield child
        child.kill()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def _start(stack: ExitStack, *arguments: str, **kwargs: Any) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    child = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, **kwargs)
    stack.callback(child.communicate)
    stack.callback(child.kill)
    return child


@waits
def test_a_child_is_there_until_somebody_has_waited_for_it(cat: subprocess.Popen[bytes]) -> None:
    assert has_children()
    assert not has_ended(cat.pid)
    cat.kill()
    assert comes(lambda: has_ended(cat.pid), True)
    assert has_children()
    assert has_ended(cat.pid)  # and it can still be waited for
    assert cat.wait() < 0
    assert has_ended(cat.pid)


@waits
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # on 3.12+, of threads of the test tool
def test_a_process_without_children_has_none() -> None:
    child = os.fork()
    if not child:
        os._exit(7 if not has_children() and Children().are_idle() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@waits
def test_who_has_no_children_need_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def waitid(*_: object) -> None:
        raise ChildProcessError

    monkeypatch.setattr(os, "waitid", waitid)
    monkeypatch.delattr(children, "read")
    assert not has_children()
    assert Children().are_idle()


def test_where_nobody_can_tell_there_may_be_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid", raising=False)
    assert has_children()
    assert not has_ended(os.getpid())


@waits
def test_of_several_children_one_that_has_ended_is_enough(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _start(stack, "cat", start_new_session=True)
    two = _start(stack, "cat", start_new_session=True)
    monkeypatch.setattr(os, "getpgrp", lambda: one.pid)
    assert not any(map(has_ended, (0, -one.pid, -two.pid)))
    one.kill()
    assert comes(lambda: all(map(has_ended, (-1, 0, one.pid, -one.pid))), True)
    assert not has_ended(-two.pid)


# -- whether they do anything: a /proc made by hand --------------------------------------------


class _Proc:
    """A system that tells what it is told.

    Attributes:
        tasks: the threads of each process.
        born: the children of each thread.
        looks: how each thread is seen.
        now: the real time.
    """

    def __init__(self) -> None:
        self.tasks = {"self": ["1"]}
        self.born: dict[str, list[str]] = {}
        self.looks: dict[str, Look] = {}
        self.now = 100.0

    def start(self, parent: str, number: str, state: str = PROCESS, mark: int = 0) -> None:
        """Start a child with one thread, as a child of this thread."""
        self.born.setdefault(parent, []).append(number)
        self.tasks[number] = [number]
        self.see(number, state, mark)

    def see(self, task: str, state: str, mark: int = 0) -> None:
        self.looks[task] = Look(state, mark)

    def listdir(self, folder: str) -> list[str]:
        _, proc, process, task = folder.split("/")
        assert (proc, task) == ("proc", "task")
        if process not in self.tasks:
            raise FileNotFoundError
        return self.tasks[process]

    def read(self, path: str) -> str:
        task, name = path.split("/")[-2:]
        assert name == "children"
        return " ".join(self.born.get(task, ()))

    def look_at(self, path: str) -> Look:
        return self.looks[path.rpartition("/")[2]]


@pytest.fixture
def proc(monkeypatch: pytest.MonkeyPatch) -> _Proc:
    proc = _Proc()
    monkeypatch.setattr(children, "has_children", lambda: True)
    monkeypatch.setattr(children, "read", proc.read)
    monkeypatch.setattr(children, "look_at", proc.look_at)
    monkeypatch.setattr(children.os, "listdir", proc.listdir)
    monkeypatch.setattr(children, "_real_monotonic", lambda: proc.now)
    return proc


def _are_idle(seen: Children, proc: _Proc, *, after: float = 1.0) -> bool:
    """Whether they are idle in the second of two looks."""
    seen.are_idle()
    proc.now += after
    return seen.are_idle()


@pytest.mark.parametrize(
    ("state", "is_idle"),
    [
        (GONE, True),
        (LOCK, True),
        (PROCESS, True),
        (TIMED, False),
        (OUTSIDE, False),
        (RUNNING, False),
    ],
)
def test_a_child_is_idle_that_waits_for_somebody_near(
    state: str, is_idle: bool, proc: _Proc
) -> None:
    proc.start("1", "20", state)
    assert _are_idle(Children(), proc) is is_idle


def test_it_takes_two_looks_that_are_equal(proc: _Proc) -> None:
    proc.start("1", "20")
    seen = Children()
    assert not seen.are_idle()
    proc.now += 0.0009
    assert not seen.are_idle()
    proc.now += 0.0002
    assert seen.are_idle()
    proc.see("20", PROCESS, mark=1)  # it was given something, and waits again
    assert not seen.are_idle()
    assert _are_idle(seen, proc)


@pytest.mark.parametrize("state", [RUNNING, OUTSIDE])
def test_who_has_done_something_in_between_is_looked_at_anew(state: str, proc: _Proc) -> None:
    proc.start("1", "20")
    seen = Children()
    seen.are_idle()
    proc.see("20", state)
    proc.now += 1
    assert not seen.are_idle()
    proc.see("20", PROCESS)
    assert not seen.are_idle()
    assert _are_idle(seen, proc)


def test_all_of_all_generations_count(proc: _Proc) -> None:
    seen = Children()
    proc.tasks["self"].append("2")
    proc.start("2", "20")  # a child of another thread
    proc.tasks["20"].append("21")
    proc.see("21", LOCK)
    proc.start("21", "30")
    proc.start("30", "40")
    assert _are_idle(seen, proc)
    for task in ("20", "21", "30", "40"):
        before = proc.looks[task]
        proc.see(task, OUTSIDE)
        assert not _are_idle(seen, proc)
        proc.looks[task] = before
        assert _are_idle(seen, proc)


def test_a_new_child_has_to_be_looked_at_twice(proc: _Proc) -> None:
    proc.start("1", "20")
    seen = Children()
    assert _are_idle(seen, proc)
    proc.start("1", "30")
    assert not seen.are_idle()
    assert _are_idle(seen, proc)


def test_a_system_that_tells_nothing_says_of_no_child_that_it_is_idle(proc: _Proc) -> None:
    assert not _are_idle(Children(), proc)
    proc.tasks.clear()
    assert not _are_idle(Children(), proc)


def test_a_child_may_end_while_it_is_looked_at(proc: _Proc) -> None:
    proc.start("1", "20")
    proc.start("1", "30")
    del proc.tasks["30"]
    assert _are_idle(Children(), proc)


# -- real children -----------------------------------------------------------------------------


@told
@waits
def test_children_that_wait_for_input_are_idle_until_they_get_some(
    cat: subprocess.Popen[bytes], stack: ExitStack
) -> None:
    _start(stack, "sh", "-c", "cat; true")  # with a child of its own
    seen = Children()
    assert comes(seen.are_idle, True)
    assert cat.stdin is not None
    assert cat.stdout is not None
    cat.stdin.write(b"x\n")
    cat.stdin.flush()
    assert cat.stdout.readline() == b"x\n"
    assert not seen.are_idle()
    assert comes(seen.are_idle, True)


@told
@waits
@pytest.mark.parametrize(
    "arguments",
    [["sleep", "30"], ["sh", "-c", "while true; do true; done"]],
    ids=["sleeps", "computes"],
)
def test_one_child_that_does_something_is_enough(
    arguments: list[str], cat: subprocess.Popen[bytes], stack: ExitStack
) -> None:
    busy = _start(stack, *arguments)
    seen = Children()
    until = real_seconds() + 0.03
    while real_seconds() < until:
        assert not seen.are_idle()
        really_wait(0.002)
    busy.kill()
    assert comes(seen.are_idle, True)  # an ended one does nothing
