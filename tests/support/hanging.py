"""Fails what hangs for real, and says where each thread waits."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 20.0
"""Real seconds."""

_AGAIN = 5.0
"""Real seconds after which cleaning up hangs too."""


class Hangs(BaseException):
    """What ran has not come to its end.

    It is no ``Exception``, so that Hypothesis does not try the same again and again.
    """


@contextmanager
def not_hanging(what: Callable[[], str]) -> Iterator[None]:
    """Fail if the block takes `LIMIT`, in words that say what hangs.

    The alarm comes from the operating system, because a thread would be one more for the scheduler
    to look at. Where there are no alarms, or in another thread than the main one, nothing fails.
    """
    here = threading.current_thread() is threading.main_thread()
    if not here or not hasattr(signal, "setitimer"):
        yield
        return

    def rings(*_: Any) -> None:
        raise Hangs(f"{what()}\nhangs. {_stacks()}")

    before = signal.signal(signal.SIGALRM, rings)
    signal.setitimer(signal.ITIMER_REAL, LIMIT, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    stacks = [
        f"{names.get(ident, 'a thread without a name')} waits here:\n"
        + "".join(traceback.format_stack(frame)[-8:])
        for ident, frame in sys._current_frames().items()
    ]
    return "\n".join(stacks)
