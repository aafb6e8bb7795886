"""One thread's wait for files.

A thread that waits for files is blocked in ``poll``, which takes nothing out of them: whatever is
ready stays visible to other threads until the waiting thread itself is in motion again.
"""

from __future__ import annotations

import os
import select
import selectors
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress

from .in_motion import InMotion
from .waits import Gate, ProbedWait

File = tuple[int, int]
"""A descriptor, and the events of ``selectors`` that count."""


class _Bell:
    """Wakes one thread that waits for files; the thread keeps it for all of its waits."""

    def __init__(self) -> None:
        self.file, self._other = os.pipe()
        os.set_blocking(self.file, False)
        os.set_blocking(self._other, False)

    def ring(self) -> None:
        """Make the file ready to be read."""
        with suppress(OSError):  # it is full, and so ready; or its thread has ended
            os.write(self._other, b"x")

    def silence(self) -> None:
        """Make the file unready."""
        with suppress(BlockingIOError):
            os.read(self.file, 4096)

    def __del__(self) -> None:
        for file in (self.file, self._other):
            os.close(file)


class _Bells(threading.local):
    own: _Bell | None = None


_bells = _Bells()


def _own_bell() -> _Bell:
    if _bells.own is None:
        _bells.own = _Bell()
    return _bells.own


def renew_bells() -> None:
    """Make new ones, in a forked process: it shares the old ones with its parent."""
    _bells.own = None


class _FileGate(Gate):
    """Keeps one thread waiting until it is opened, or one of its files is ready."""

    __slots__ = ("_bell", "_files", "_limit")

    def __init__(self, files: Sequence[File], limit: float | None) -> None:
        self._files = files
        self._limit = None if limit is None else limit * 1_000
        self._bell = _own_bell()

    def open(self) -> None:
        self._bell.ring()

    def pass_through(self) -> None:
        _ready([*self._files, (self._bell.file, selectors.EVENT_READ)], self._limit)
        self._bell.silence()


class FileWait(ProbedWait):
    """A wait of the current thread for files.

    Args:
        in_motion: what holds the clock.
        files: what is waited for.
        limit: after how many real seconds the wait is over in any case, if it has such a limit.

    """

    __slots__ = ("_files", "_limit")

    def __init__(
        self, in_motion: InMotion, files: Sequence[File], limit: float | None = None
    ) -> None:
        super().__init__(in_motion, lambda: are_ready(files), _FileGate(files, limit))
        self._files = files
        self._limit = limit

    def pass_through(self) -> None:
        """Wait until a file is ready or the time has come, or for less."""
        super().pass_through()
        if self._limit is not None or are_ready(self._files):
            self.came = True


def are_ready(files: Iterable[File]) -> bool:
    """Whether something has happened to files that counts for them."""
    return _ready(files, 0)


def _ready(files: Iterable[File], limit: float | None) -> bool:
    poll = select.poll()
    for file, events in files:
        if file >= 0:  # else it has just been closed
            poll.register(file, _POLLED[events])
    return any(happened != select.POLLNVAL for _, happened in poll.poll(limit))


_POLLED = {
    0: 0,
    selectors.EVENT_READ: select.POLLIN,
    selectors.EVENT_WRITE: select.POLLOUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: select.POLLIN | select.POLLOUT,
}
