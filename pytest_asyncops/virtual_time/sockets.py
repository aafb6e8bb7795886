"""Which sockets and pipes are about to receive something from outside.

A loop waits for its timers and for all its sockets at once. From outside, an idle connection looks
like one with a request on its way. The last use of the socket makes the difference: a client that
has sent something expects an answer, and one that has received something may receive more. The
test's own servers are an exception: once such a server has received the request, its threads are
known, and may wait for the clock before they answer.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from ..errors import hides_usage_errors
from .children import has_children
from .outside import Outside
from .patches import Patches

__tracebackhide__ = hides_usage_errors

_real_monotonic = time.monotonic
_Socket = socket.socket

_MOST_PIPES = 10_000

ANSWER = 2.0
"""Real seconds for which nothing moves the clock during a request, however short the waits
meanwhile are."""

MORE = 0.02
"""Real seconds in which the rest of an answer may come."""

# Those that the system has: Windows has neither sendmsg nor recvmsg.
_ASKING, _HEARING = (
    [name for name in names if hasattr(_Socket, name)]
    for names in (
        ("connect", "connect_ex", "send", "sendmsg", "sendall"),
        ("recv", "recv_into", "recvmsg"),
    )
)


class _Expected(NamedTuple):
    """What is expected of a descriptor.

    Attributes:
        since: the real time from which it counts.
        firm: the least real seconds that it lasts, whatever else happens.
        more: whether it may last longer, until the patience runs out.
        by_process: whether another process of this machine writes it.
    """

    since: float = 0.0
    firm: float = 0.0
    more: bool = False
    by_process: bool = False

    def until(self, longest: float, patience: float) -> float:
        """Until when this stops the clock during a wait that ends at ``longest``."""
        firm = self.since + self.firm
        return min(self.since + patience, max(firm, longest)) if self.more else firm


_NOTHING = _Expected()


class Sockets:
    """What is expected of each socket and pipe, by its descriptor.

    Args:
        is_own: whether the current thread belongs to the test.

    Attributes:
        whole: the listening sockets of servers that send each answer in one step.
    """

    def __init__(self, is_own: Callable[[], bool]) -> None:
        self._is_own = is_own
        self._expected: dict[int, _Expected] = {}
        self._pipes: dict[int, tuple[int, int]] = {}
        self._clients: dict[Any, int] = {}
        self._served: WeakKeyDictionary[socket.socket, Any] = WeakKeyDictionary()
        self._own: set[Any] = set()
        self.whole: WeakSet[socket.socket] = WeakSet()
        self._pairs: WeakSet[socket.socket] = WeakSet()
        self._receiving: dict[int, int] = {}
        self._met: dict[tuple[int, int], float] = {}
        self._patches = Patches()

    def replace(self) -> None:
        """Begin to note what is done with sockets."""
        for name in _ASKING:
            self._patches.put(_Socket, name, self._noting(getattr(_Socket, name), self._asks))
        for name in _HEARING:
            self._patches.put(_Socket, name, self._receives(getattr(_Socket, name)))
        self._patches.put(_Socket, "accept", self._accepting(_Socket.accept))
        for name in ("close", "detach"):
            self._patches.put(_Socket, name, self._noting(getattr(_Socket, name), self._forgets))
        self._patches.put(socket, "socketpair", self._pairing(socket.socketpair))

    def restore(self) -> None:
        """Stop noting it."""
        self._patches.take_back()
        for known in (self._expected, self._pipes, self._clients, self._served, self._own,
                      self._receiving):  # fmt: skip
            known.clear()
        if len(self._met) > _MOST_PIPES:
            self._met.clear()

    # --- what is expected

    def watch(
        self, files: Sequence[int], *, outside: Outside, seconds: float | None
    ) -> Callable[[], float]:
        """Begin to wait for files.

        Args:
            files: their descriptors.
            outside: what the real world decides.
            seconds: the virtual seconds of the wait, ``None`` for ever.

        Returns:
            A function that returns until which real time they stop the clock.
        """
        patience = outside.patience
        for file in files:
            if file in self._pipes or file not in self._expected:
                self._meet(file)
        longest = _real_monotonic() + (patience if seconds is None else seconds)

        def until() -> float:
            latest = 0.0
            for file in files:
                expected = self._expected.get(file, _NOTHING)
                if not (expected.by_process and outside.children.are_idle()):
                    latest = max(latest, expected.until(longest, patience))
            return latest

        return until

    def _meet(self, file: int) -> None:
        """Find out what an unknown descriptor stands for."""
        pipe = _pipe_from_outside(file)
        if pipe is None:
            self._pipes.pop(file, None)
            self._expected[file] = _NOTHING
        elif pipe != self._pipes.get(file):
            self._pipes[file] = pipe
            # A descriptor that has used up all patience in another test does not get it again.
            since = self._met.setdefault(pipe, _real_monotonic())
            self._expected[file] = _Expected(since, more=True, by_process=True)

    def receiver_until(self, thread: int, since: float, patience: float) -> float:
        """Until when a thread that is blocked since some real time stops the clock."""
        file = self._receiving.get(thread)
        if file is None:
            return since + patience
        return self._expected.get(file, _NOTHING).until(since + patience, patience)

    def note_ready(self, files: Iterable[int]) -> None:
        """Note that something has happened to one of these files."""
        for file in self._pipes.keys() & set(files) if self._pipes else ():
            self._met.pop(self._pipes.pop(file), None)
            self._meet(file)

    # --- what a server says whose thread does not belong to the test

    def note_whole(self, client: Any, whole: bool) -> None:
        """Note whether what a client receives is its whole answer.

        Args:
            client: its address.
            whole: whether it is.
        """
        if whole:
            self._own.add(client)
        else:
            self._own.discard(client)

    def is_client(self, address: Any) -> bool:
        """Whether a socket of this process has this address, and has asked for something."""
        return address in self._clients

    def expects_nothing(self, client: Any) -> None:
        """Note that the answer to a client, by its address, waits for the clock."""
        file = self._clients.get(client)
        if file is not None:
            self._expected[file] = _NOTHING

    # --- what is done with sockets

    def _asks(self, used: socket.socket) -> None:
        if used not in self._served:  # a server that has answered expects nothing
            now = _real_monotonic()
            expected = _Expected(now, ANSWER, more=True)
            if used in self._pairs:  # the other end is in this process, or in a child
                expected = (
                    _Expected(now, more=True, by_process=True) if has_children() else _NOTHING
                )
            self._expected[used.fileno()] = expected
            self._clients[_address(used)] = used.fileno()

    def _hears(self, used: socket.socket) -> None:
        file = used.fileno()
        if used in self._served:
            client = self._clients.get(self._served[used])
            if client is not None and self._is_own():
                self._expected[client] = self._expected[file] = _NOTHING
            else:
                self._expected[file] = _Expected(_real_monotonic(), MORE)
        # A socket without requests is the loop's own, by which threads wake it.
        elif self._expected.get(file, _NOTHING) is not _NOTHING:
            own = _address(used) in self._own
            self._expected[file] = _NOTHING if own else _Expected(_real_monotonic(), MORE)

    def _forgets(self, used: socket.socket) -> None:
        file = used.fileno()  # another socket may get the same one
        self._expected.pop(file, None)
        self._own.discard(self._served.pop(used, None))
        self._pairs.discard(used)

    @staticmethod
    def _noting(real: Any, note: Callable[[socket.socket], None]) -> Any:
        def noting(used: socket.socket, *args: Any, **kwargs: Any) -> Any:
            note(used)
            return real(used, *args, **kwargs)

        return noting

    def _receives(self, real: Any) -> Any:
        def receiving(used: socket.socket, *args: Any, **kwargs: Any) -> Any:
            thread = threading.get_ident()
            self._receiving[thread] = used.fileno()
            try:
                received = real(used, *args, **kwargs)
            finally:
                self._receiving.pop(thread, None)
            self._hears(used)
            return received

        return receiving

    def _accepting(self, real: Any) -> Any:
        def accept(used: socket.socket) -> Any:
            thread = threading.get_ident()
            self._receiving[thread] = -1  # that is how a server waits for clients
            try:
                accepted, address = real(used)
            finally:
                self._receiving.pop(thread, None)
            self._served[accepted] = address
            if self._is_own() or used in self.whole:
                self._own.add(address)
            self._expected[accepted.fileno()] = _Expected(_real_monotonic(), MORE)
            return accepted, address

        return accept

    def _pairing(self, real: Any) -> Any:
        def socketpair(*args: Any, **kwargs: Any) -> Any:
            pair = real(*args, **kwargs)
            for one in pair:
                self._pairs.add(one)
                self._expected[one.fileno()] = _NOTHING
            return pair

        return socketpair


def _pipe_from_outside(file: int) -> tuple[int, int] | None:
    """The identity of a pipe to which another process may write, ``None`` for anything else."""
    try:
        status = os.fstat(file)
    except OSError:  # it has just been closed
        return None
    is_pipe = not stat.S_ISREG(status.st_mode) and has_children()
    return (status.st_dev, status.st_ino) if is_pipe else None


def _address(used: socket.socket) -> Any:
    """The address by which a server knows this client, ``None`` if it has none."""
    try:
        return used.getsockname()
    except OSError:  # it has just been closed
        return None
