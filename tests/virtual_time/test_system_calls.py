"""Linux tells in what a thread waits; wherever it hides that, nothing is said to be idle."""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from support.real_moments import comes

from pytest_asyncops.virtual_time import system_calls
from pytest_asyncops.virtual_time.system_calls import (
    GONE,
    LOCK,
    OUTSIDE,
    PROCESS,
    RUNNING,
    TIMED,
    Look,
    look_at,
    read,
)

_TOLD = read("/proc/self/status") != ""
on_linux = pytest.mark.skipif(not _TOLD, reason="the system has no /proc")


def _status(state: str, waited: int = 7, interrupted: int = 3) -> str:
    return (
        f"Name:\ta thread\nState:\t{state}\nPid:\t1\n"
        f"voluntary_ctxt_switches:\t{waited}\nnonvoluntary_ctxt_switches:\t{interrupted}\n"
    )


def _module_of(machine: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as it is on a computer of this kind."""
    spec = importlib.util.spec_from_file_location(
        "pytest_asyncops.elsewhere", system_calls.__file__
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as here:
        here.setattr(platform, "machine", lambda: machine)
        here.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


def _look(
    monkeypatch: pytest.MonkeyPatch, *, module: ModuleType = system_calls, **files: str
) -> Look:
    texts = {f"/thread/{name}": text for name, text in files.items()}
    monkeypatch.setattr(module, "read", lambda path: texts.get(path, ""))
    look: Look = module.look_at("/thread")
    return look


# -- what the files say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("", GONE),
        (_status("Z (zombie)"), GONE),
        (_status("X (dead)"), GONE),
        (_status("R (running)"), RUNNING),
        (_status("D (disk sleep)"), RUNNING),
        (_status("T (stopped)"), RUNNING),
        (_status("t (tracing stop)"), RUNNING),
        (_status("I (idle)"), RUNNING),
    ],
)
def test_who_does_not_sleep_waits_for_nothing(
    status: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = "202 0x1 0x80 0x0 0x0 0x0 0x0 0x1 0x1"
    assert _look(monkeypatch, status=status, syscall=idle, wchan="do_wait") == Look(state)


def test_two_looks_differ_if_the_thread_was_switched_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(waited: int, interrupted: int) -> Look:
        return _look(monkeypatch, status=_status("S (sleeping)", waited, interrupted))

    assert look(7, 3) == look(7, 3)
    assert len({look(7, 3), look(8, 3), look(7, 4)}) == 3


_ENDLESS = "0xffffffff"
_NEGATIVE = "0xffffffffffffffff"
_POINTER = "0x7ffc12345678"

# A call, the position of the argument that counts, that argument, and what it says.
_POLL = [(_ENDLESS, PROCESS), (_NEGATIVE, PROCESS), ("0x0", OUTSIDE), ("0x7fffffff", OUTSIDE)]
_PPOLL = [("0x0", PROCESS), (_POINTER, OUTSIDE)]
_FUTEX = [("0x0", LOCK), (_POINTER, TIMED)]
_CALLS = {
    "x86_64": [(202, 3, _FUTEX), (7, 2, _POLL), (23, 4, _PPOLL), (232, 3, _POLL), (270, 4, _PPOLL),
               (271, 2, _PPOLL), (281, 3, _POLL), (441, 3, _PPOLL)],
    "aarch64": [(98, 3, _FUTEX), (22, 3, _POLL), (72, 4, _PPOLL), (73, 2, _PPOLL),
                (441, 3, _PPOLL)],
}  # fmt: skip
_CALLS["riscv64"] = _CALLS["aarch64"]


@pytest.mark.parametrize(
    ("machine", "call", "position", "argument", "state"),
    [
        (machine, call, position, argument, state)
        for machine, calls in _CALLS.items()
        for call, position, row in calls
        for argument, state in row
    ],
)
def test_a_wait_is_told_by_its_call_and_its_limit(
    machine: str,
    call: int,
    position: int,
    argument: str,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = ["0x189"] * 6  # FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME
    arguments[position] = argument
    text = f"{call} {' '.join(arguments)} {_POINTER} {_POINTER}\n"
    module = _module_of(machine, monkeypatch)
    look = _look(monkeypatch, module=module, status=_status("S (sleeping)"), syscall=text)
    assert look == Look(state, ("\t7", "\t3"))


@pytest.mark.parametrize("limit", ["0x0", _POINTER])
def test_a_lock_between_processes_is_a_wait_for_one(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _module_of("x86_64", monkeypatch)
    text = f"202 {_POINTER} 0x109 0x0 {limit} 0x0 0xffffffff {_POINTER} {_POINTER}"
    status = _status("S (sleeping)")
    assert _look(monkeypatch, module=module, status=status, syscall=text).state == PROCESS


def test_who_is_just_about_to_run_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    status = _status("S (sleeping)")
    assert _look(monkeypatch, status=status, syscall="running\n").state == RUNNING


@pytest.mark.parametrize("syscall", ["", "-1 0x1 0x1", "0 0x3 0x1 0x1 0x1 0x1 0x1 0x1 0x1"])
@pytest.mark.parametrize(
    ("where", "state"),
    [
        ("", TIMED),
        ("0", TIMED),
        ("0\n", TIMED),
        ("futex_wait_queue", TIMED),
        ("anon_pipe_read", PROCESS),
        ("pipe_read", PROCESS),
        ("unix_stream_data_wait", PROCESS),
        ("do_wait", PROCESS),
        ("inet_csk_accept", PROCESS),
        ("n_tty_read", PROCESS),
        ("sigsuspend", PROCESS),
        ("do_sigtimedwait", PROCESS),
        ("hrtimer_nanosleep", OUTSIDE),
        ("sk_wait_data", OUTSIDE),
        ("something_new", OUTSIDE),
    ],
)
def test_other_calls_are_told_by_the_kernels_function(
    syscall: str, where: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = _status("S (sleeping)")
    assert _look(monkeypatch, status=status, syscall=syscall, wchan=where).state == state


def test_on_an_unknown_processor_no_call_is_told_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = _module_of("made-up", monkeypatch)
    for text in ("202 0x1 0x80 0x0 0x0 0x0 0x0", "7 0x1 0x1 0xffffffff 0x0 0x0 0x0", ""):
        look = _look(
            monkeypatch,
            module=module,
            status=_status("S (sleeping)"),
            syscall=text,
            wchan="hrtimer_nanosleep",
        )
        assert look.state == OUTSIDE


def test_a_file_that_is_not_there_or_hidden_says_nothing(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"a\xffb\n")
    assert read(str(there)) == "a�b\n"
    assert read(str(tmp_path / "missing")) == ""
    assert read(str(tmp_path)) == ""  # it can be opened, and not be read
    if _TOLD:
        assert "State:" in read("/proc/self/status")


# -- real children -----------------------------------------------------------------------------


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for child in started:
        child.kill()
        child.communicate()


def _see(child: subprocess.Popen[bytes]) -> str:
    return look_at(f"/proc/{child.pid}/task/{child.pid}").state


@on_linux
@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        (["sleep", "30"], OUTSIDE),
        (["cat"], PROCESS),
        (["sh", "-c", "sleep 30; true"], PROCESS),
        (["sh", "-c", "while true; do true; done"], RUNNING),
        (["true"], GONE),
    ],
)
def test_a_child_is_seen_as_it_is(
    arguments: list[str], state: str, children: list[subprocess.Popen[bytes]]
) -> None:
    child = subprocess.Popen(arguments, stdin=subprocess.PIPE, start_new_session=True)
    children.append(child)
    try:
        assert comes(lambda: _see(child), state)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    assert _see(child) == GONE


@on_linux
def test_a_child_that_is_stopped_may_go_on(children: list[subprocess.Popen[bytes]]) -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    children.append(child)
    assert comes(lambda: _see(child), PROCESS)
    child.send_signal(signal.SIGSTOP)
    assert comes(lambda: _see(child), RUNNING)
    child.send_signal(signal.SIGCONT)
    assert comes(lambda: _see(child), PROCESS)


@on_linux
def test_a_child_that_was_given_something_has_been_switched_to(
    children: list[subprocess.Popen[bytes]],
) -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    children.append(child)
    assert child.stdin is not None
    assert child.stdout is not None
    task = f"/proc/{child.pid}/task/{child.pid}"
    assert comes(lambda: _see(child), PROCESS)
    before = look_at(task)
    assert look_at(task) == before
    child.stdin.write(b"x\n")
    child.stdin.flush()
    assert child.stdout.readline() == b"x\n"
    assert comes(lambda: _see(child), PROCESS)
    assert look_at(task) != before
