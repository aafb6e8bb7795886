"""Runs code in a process that is forked from the test's."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

from .real_moments import LIMIT, real_seconds
from .real_pauses import really_wait

_FAILED = 99


def start_fork(work: Callable[[], object]) -> int:
    """Begin to do some work in a forked process. What it prints goes to the real stderr.

    Returns:
        The process' number, for `end_of`.
    """
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # pytest must not go on in the child
        os.write(sys.__stderr__.fileno(), traceback.format_exc().encode())
        os._exit(_FAILED)
    os._exit(0)


def end_of(child: int) -> bool:
    """Whether a forked process has done its work, in the real time of a test, without an error."""
    until = real_seconds() + LIMIT
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if real_seconds() > until:
            os.kill(child, signal.SIGKILL)
        really_wait(0.002)
    return ended == (child, 0)


def runs_in_a_fork(work: Callable[[], object]) -> bool:
    """Whether work in a forked process comes to its end, without an error."""
    return end_of(start_fork(work))
