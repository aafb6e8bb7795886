"""The waits of threads in this or another process, as Linux shows them in ``/proc``.

Sources: proc(5), futex(2), poll(2), select(2), epoll_wait(2), and Linux's own tables of the numbers
of system calls.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Hashable
from typing import NamedTuple

RUNNING = "running"
"""It runs, or is about to."""

GONE = "gone"
"""It has ended."""

LOCK = "lock"
"""It waits for another thread of its process, without a limit."""

TIMED = "timed"
"""It waits for another thread of its process, with a limit."""

PROCESS = "process"
"""It waits for another process on this machine, or for any client, without a limit."""

OUTSIDE = "outside"
"""It waits for a time, or for a peer that may be on another machine."""


class Look(NamedTuple):
    """What a thread was doing at one moment.

    Attributes:
        state: what it does: one of the names above.
        mark: equal in two looks if the thread has done nothing in between.
    """

    state: str
    mark: Hashable = None


class _Numbers(NamedTuple):
    """System calls by number.

    Attributes:
        futex: the call by which threads wait for each other.
        files: the calls that wait for several files, with the position of the argument that is
            their limit, and whether it is a pointer; else it is in milliseconds.
    """

    futex: str
    files: dict[str, tuple[int, bool]]


_GENERIC = _Numbers("98", {"22": (3, False), "72": (4, True), "73": (2, True), "441": (3, True)})
_NUMBERS = {
    "x86_64": _Numbers(
        "202",
        {"7": (2, False), "23": (4, True), "232": (3, False), "270": (4, True), "271": (2, True),
         "281": (3, False), "441": (3, True)},
    ),
    "aarch64": _GENERIC,
    "riscv64": _GENERIC,
}.get(platform.machine(), _Numbers("", {}))  # fmt: skip

_PRIVATE = 0x80  # FUTEX_PRIVATE_FLAG: no other process can end this wait

# Parts of the names of the kernel's functions in which a thread waits for another process.
_FOR_PROCESSES = ("pipe", "unix_", "do_wait", "accept", "tty", "sys_pause", "sigsuspend",
                  "sigtimedwait")  # fmt: skip


def look_at(task: str) -> Look:
    """The look at a thread.

    Args:
        task: its folder, such as ``/proc/self/task/7``.
    """
    status = read(f"{task}/status")
    if not status:
        return Look(GONE)
    fields = dict(line.partition(":")[::2] for line in status.splitlines())
    state = fields["State"].strip()[0]
    if state != "S":  # a thread in uninterruptible sleep waits for its own disk
        return Look(GONE if state in "ZX" else RUNNING)
    mark = fields["voluntary_ctxt_switches"], fields["nonvoluntary_ctxt_switches"]
    return Look(_waits_in(task), mark)


def _waits_in(task: str) -> str:
    call, *arguments = (read(f"{task}/syscall") or "hidden").split()
    if call == "running":
        return RUNNING
    if call == _NUMBERS.futex:
        if not int(arguments[1], 16) & _PRIVATE:
            return PROCESS
        return TIMED if int(arguments[3], 16) else LOCK
    if call in _NUMBERS.files:
        position, is_pointer = _NUMBERS.files[call]
        limit = int(arguments[position], 16)
        is_endless = limit == 0 if is_pointer else bool(limit & 0x8000_0000)  # negative
        return PROCESS if is_endless else OUTSIDE
    # If system calls are hidden or have other numbers, the name of the kernel's function tells.
    where = read(f"{task}/wchan") or ""
    if "futex" in where or not where.strip("0\n"):
        return TIMED
    return PROCESS if any(part in where for part in _FOR_PROCESSES) else OUTSIDE


def read(path: str) -> str:
    """The content of a file of ``/proc``; empty if there is no such file, or it is hidden."""
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            return os.read(file, 65_536).decode("ascii", "replace")
        finally:
            os.close(file)
    except OSError:
        return ""
