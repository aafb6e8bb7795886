"""What the operating system tells of a thread: whether it runs, and what it waits in.

A thread that waits for a bare lock, or in code written in C, says nothing. But Linux knows. A
thread that another one wakes counts as running from that very moment, even if it gets no
processor yet; and a thread that was woken and waits again has been switched to in between. So a
thread that is blocked, and has been switched to as often as at the last look, has done nothing
since and has been given nothing.

One thread that is blocked does run: it waits for the interpreter's own lock. That wait has a limit,
`sys.getswitchinterval`, after which the thread is switched to. So only a wait that is longer than
that, or that has no limit, tells anything.
"""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections.abc import Callable, Hashable
from typing import NamedTuple

from .children import has_children

RUNNING = "running"
"""It runs, or is about to."""

GONE = "gone"
"""It has ended."""

LOCK = "lock"
"""It waits for another thread, without a limit."""

TIMED = "timed"
"""It waits for another thread, with a limit."""

OUTSIDE = "outside"
"""It waits for something that no other thread decides: a pipe, a socket, a child, real time."""


class Look(NamedTuple):
    """How a thread was seen.

    Attributes:
        state: what it does.
        mark: equal in two looks if the thread has done nothing in between.
    """

    state: str
    mark: Hashable = None


Looks = Callable[[int, int], Look]
"""Looks at a thread, given its identity and its number in the operating system."""

# The number of the system call futex(2), by which locks are made; from Linux's own tables.
_FUTEX = {"x86_64": "202", "aarch64": "98", "riscv64": "98", "ppc64le": "221", "s390x": "238"}.get(
    platform.machine(), ""
)
_PRIVATE = 0x80  # FUTEX_PRIVATE_FLAG of futex(2): no other process can end this wait


def look_at_system(identity: int, number: int) -> Look:
    """How Linux sees a thread."""
    status = _read(number, "status")
    if status is None:
        return Look(GONE)
    fields = dict(line.partition(":")[::2] for line in status.splitlines())
    state = fields["State"].strip()[0]
    if state != "S":  # see proc(5); a thread that sleeps uninterruptibly waits for its own disk
        return Look(GONE if state in "ZX" else RUNNING)
    mark = fields["voluntary_ctxt_switches"], fields["nonvoluntary_ctxt_switches"]
    return Look(_waits_in(_read(number, "syscall") or "", number), mark)


def _waits_in(call: str, number: int) -> str:
    if call.startswith("running"):
        return RUNNING
    name, *arguments = call.split()[:6] or [""]
    if name and name == _FUTEX:
        private = int(arguments[1], 16) & _PRIVATE
        without_limit = not int(arguments[3], 16)
        return OUTSIDE if not private else LOCK if without_limit else TIMED
    # Where system calls are hidden or have other numbers, the kernel's function has a telling name.
    where = _read(number, "wchan") or ""
    if "pipe" in where and not has_children():  # then a thread holds its other end
        return LOCK
    return TIMED if "futex" in where or not where.strip("0\n") else OUTSIDE


def _read(number: int, name: str) -> str | None:
    try:
        file = os.open(f"/proc/self/task/{number}/{name}", os.O_RDONLY)
        try:
            return os.read(file, 4096).decode("ascii", "replace")
        finally:
            os.close(file)
    except OSError:  # the thread has ended, or the file is hidden
        return None


def look_at_frame(identity: int, number: int) -> Look:
    """How a thread looks on systems that do not tell: at which place of its code it is."""
    # The interpreter holds a lock while it makes these. A finalizer that ends a thread's own
    # objects may ask for the same lock, and must not run meanwhile.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        frame = sys._current_frames().get(identity)  # documented, in spite of its name
        return Look(GONE) if frame is None else Look(TIMED, (id(frame), frame.f_lasti))
    finally:
        if was_enabled:
            gc.enable()


def is_told() -> bool:
    """Whether the system tells how often a thread was switched to."""
    return "voluntary_ctxt_switches" in (_read(os.getpid(), "status") or "")
