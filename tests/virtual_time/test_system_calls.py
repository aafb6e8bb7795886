"""What Linux says of a thread tells whether it runs, and who can end its wait."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

STATUS = """Name:\tpython
State:\t{state} (made up)
Threads:\t3
voluntary_ctxt_switches:\t{voluntary}
nonvoluntary_ctxt_switches:\t{other}
"""

on_x86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="its numbers are made for it")


class _Task:
    """A thread's folder, made by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def look(
        self,
        *,
        state: str = "S",
        switches: tuple[int, int] = (4, 2),
        syscall: str | None = None,
        wchan: str | None = None,
    ) -> Look:
        voluntary, other = switches
        status = STATUS.format(state=state, voluntary=voluntary, other=other)
        for name, text in (("status", status), ("syscall", syscall), ("wchan", wchan)):
            file = self.folder / name
            if text is None:
                file.unlink(missing_ok=True)
            else:
                file.write_text(text)
        return look_at(str(self.folder))


@pytest.fixture
def task(tmp_path: Path) -> _Task:
    return _Task(tmp_path)


def test_a_thread_of_which_nothing_is_told_is_gone(tmp_path: Path) -> None:
    assert look_at(str(tmp_path / "nobody")) == Look(GONE)
    assert read(str(tmp_path / "nobody")) == ""


@pytest.mark.parametrize(
    ("state", "seen"), [("R", RUNNING), ("D", RUNNING), ("T", RUNNING), ("Z", GONE), ("X", GONE)]
)
def test_only_one_that_sleeps_may_wait(task: _Task, state: str, seen: str) -> None:
    assert task.look(state=state, syscall="202 0x1 0x80 0x0 0x0 0x0 0x0") == Look(seen)


@on_x86_64
@pytest.mark.parametrize(
    ("syscall", "seen"),
    [
        ("running\n", RUNNING),
        ("202 0x7f00 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x7f01", LOCK),
        ("202 0x7f00 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd 0x7f01", LOCK),
        ("202 0x7f00 0x189 0x0 0x7f44 0x0 0xffffffff 0x7ffd 0x7f01", TIMED),
        ("202 0x7f00 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x7f01", PROCESS),
        ("7 0x7f00 0x1 0xffffffff 0x0 0x0 0x0 0x7ffd 0x7f01", PROCESS),
        ("7 0x7f00 0x1 0x3e8 0x0 0x0 0x0 0x7ffd 0x7f01", OUTSIDE),
        ("7 0x7f00 0x1 0x0 0x0 0x0 0x0 0x7ffd 0x7f01", OUTSIDE),
        ("23 0x4 0x7f 0x0 0x0 0x0 0x0 0x7ffd 0x7f01", PROCESS),
        ("23 0x4 0x7f 0x0 0x0 0x7f10 0x0 0x7ffd 0x7f01", OUTSIDE),
        ("232 0x4 0x7f 0x2 0xffffffffffffffff 0x0 0x0 0x7ffd 0x7f01", PROCESS),
        ("232 0x4 0x7f 0x2 0x64 0x0 0x0 0x7ffd 0x7f01", OUTSIDE),
    ],
)
def test_a_system_call_tells_who_can_end_the_wait(task: _Task, syscall: str, seen: str) -> None:
    look = task.look(syscall=syscall, wchan="futex_wait_queue")
    assert look.state == seen


@pytest.mark.parametrize("syscall", [None, "", "999999 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0"])
@pytest.mark.parametrize(
    ("wchan", "seen"),
    [
        ("futex_wait_queue", TIMED),
        ("__futex_wait", TIMED),
        (None, TIMED),
        ("0", TIMED),
        ("0\n", TIMED),
        ("pipe_read", PROCESS),
        ("anon_pipe_read", PROCESS),
        ("unix_stream_read_generic", PROCESS),
        ("do_wait", PROCESS),
        ("inet_csk_accept", PROCESS),
        ("hrtimer_nanosleep", OUTSIDE),
        ("sk_wait_data", OUTSIDE),
        ("ep_poll", OUTSIDE),
    ],
)
def test_the_kernels_function_tells_it_where_calls_are_hidden(
    task: _Task, syscall: str | None, wchan: str | None, seen: str
) -> None:
    assert task.look(syscall=syscall, wchan=wchan).state == seen


@given(*(st.tuples(st.integers(0, 9), st.integers(0, 9)) for _ in range(2)))
def test_two_looks_are_equal_if_the_thread_has_not_been_switched_to_in_between(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        said: dict[str, str] = {"wchan": "futex_wait_queue"}
        patch.setattr(system_calls, "read", lambda path: said.get(path.rpartition("/")[2], ""))

        def look(switches: tuple[int, int]) -> Look:
            voluntary, others = switches
            said["status"] = STATUS.format(state="S", voluntary=voluntary, other=others)
            return look_at("/proc/self/task/7")

        assert (look(one) == look(other)) == (one == other)


def test_what_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "status").write_bytes(b"a\xff\n")
    assert read(str(tmp_path / "status")) == "a\ufffd\n"
