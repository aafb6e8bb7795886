"""One thread's wait for files.

A thread that waits for files is blocked in ``poll``, which does not read from them: ready data
stays visible to other threads until the waiting thread itself is in motion again.
"""

from __future__ import annotations

import _socket
import select
import selectors
import socket
import threading
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress

from .in_motion import InMotion
from .waits import Gate, ProbedWait

_real_select = select.select
_real_socketpair = socket.socketpair

# Those of `socket.socket` note what the test does.
_send, _receive, _close = _socket.socket.send, _socket.socket.recv, _socket.socket.close

File = tuple[int, int]
"""A descriptor, and the events of ``selectors`` that count."""


class _Bell:
    """Wakes one thread that waits for files; the thread keeps it for all of its waits."""

    def __init__(self) -> None:
        # A pair of sockets, because Windows can wait only for sockets.
        pair = self._own, self._other = _real_socketpair()
        # It refers to the sockets, so that they outlive the bell. Of what is left in a circle of
        # references, Python may end the sockets first, and warn that they have not been closed.
        weakref.finalize(self, _close_all, pair)
        self.file = self._own.fileno()
        for one in pair:
            one.setblocking(False)

    def ring(self) -> None:
        """Make the file ready to be read."""
        with suppress(OSError):  # it is full, and so ready; or its thread has ended
            _send(self._other, b"x")

    def silence(self) -> None:
        """Make the file unready."""
        with suppress(BlockingIOError):
            _receive(self._own, 4096)


def _close_all(sockets: Iterable[socket.socket]) -> None:
    for one in sockets:
        _close(one)


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
        in_motion: what stops the clock.
        files: the files to wait for.
        limit: the real seconds after which the wait ends in any case, if it has such a limit.

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
    """Whether one of the events has happened to the files."""
    return _ready(files, 0)


def _ready(files: Iterable[File], limit: float | None) -> bool:
    if not hasattr(select, "poll"):
        return _ready_on_windows(files, limit)
    poll = select.poll()
    for file, events in files:
        if file >= 0:  # else it has just been closed
            poll.register(file, _POLLED[events])
    return any(happened != select.POLLNVAL for _, happened in poll.poll(limit))


def _ready_on_windows(files: Iterable[File], limit: float | None) -> bool:
    reads, writes = (
        [file for file, events in files if file >= 0 and events & event]
        for event in (selectors.EVENT_READ, selectors.EVENT_WRITE)
    )
    try:
        found = _real_select(reads, writes, writes, None if limit is None else limit / 1_000)
    except (OSError, ValueError):  # one of them has just been closed
        return True
    return any(found)


_READ, _WRITE = getattr(select, "POLLIN", 0), getattr(select, "POLLOUT", 0)
_POLLED = (0, _READ, _WRITE, _READ | _WRITE)  # by the events of `selectors`
