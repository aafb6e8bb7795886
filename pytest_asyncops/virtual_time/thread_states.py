"""What a thread of this process does without telling the scheduler.

Linux knows. A thread that another one wakes counts as running from that very moment, even if it
has no processor yet; and a thread that was woken and waits again has been switched to in between.
So a thread that is blocked, and has been switched to as often as at the last look, has done nothing
since and has been given nothing.

There is one exception: a thread that waits for the interpreter's own lock looks blocked. That wait
has a limit, `sys.getswitchinterval`, after which the thread is switched to. So only a wait that is
longer than that, or that has no limit, is certain.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from types import FrameType

from .system_calls import GONE, TIMED, Look, look_at, read

Looks = Callable[[int, int], Look]
"""Looks at a thread, given its identity and its number in the operating system."""


def look_at_system(identity: int, number: int) -> Look:
    """What Linux shows of a thread."""
    return look_at(f"/proc/self/task/{number}")


def numbers() -> list[int]:
    """All threads of this process, by their numbers in the operating system."""
    return [int(name) for name in os.listdir("/proc/self/task")]


def look_at_frame(identity: int, number: int) -> Look:
    """What other systems show of a thread: its place in its code."""
    frame = frame_of(identity)
    return Look(GONE) if frame is None else Look(TIMED, (id(frame), frame.f_lasti))


def frame_of(identity: int) -> FrameType | None:
    """The frame in which a thread is, ``None`` if it has ended."""
    # The interpreter holds a lock while it makes these. A finalizer that ends a thread's own
    # objects may ask for the same lock, and must not run meanwhile.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames().get(identity)  # documented, in spite of its name
    finally:
        if was_enabled:
            gc.enable()


def best_looks() -> Looks:
    """The function that looks at threads on this system."""
    return look_at_system if is_told() else look_at_frame


def is_told() -> bool:
    """Whether the system tells how often a thread was switched to."""
    return "voluntary_ctxt_switches" in read("/proc/self/status")
