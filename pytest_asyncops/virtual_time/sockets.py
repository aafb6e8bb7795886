"""Which sockets of an event loop are about to receive something.

A loop waits for its timers and for all of its sockets at once. From outside, an idle connection
looks like one with a request on its way. The difference is what was done with the socket last: a
client that has sent something expects an answer, and one that has received something may receive
more. A server of the test's own is an exception: once it has received the request, its threads are
known, and they may wait for the clock before they answer.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any
from weakref import WeakKeyDictionary

_real_monotonic = time.monotonic
_Socket = socket.socket

ANSWER = 2.0
"""Real seconds that an answer may take. A client that never gets one must not hold the clock."""

MORE = 0.02
"""Real seconds in which the rest of an answer may come."""

# As far as the system has them: Windows has neither sendmsg nor recvmsg.
_ASKING, _HEARING = (
    [name for name in names if hasattr(_Socket, name)]
    for names in (
        ("connect", "connect_ex", "send", "sendmsg", "sendall"),
        ("recv", "recv_into", "recvmsg"),
    )
)


class Sockets:
    """Until when each socket is expected to receive something, by its descriptor.

    Args:
        is_own: whether the current thread belongs to the test.
    """

    def __init__(self, is_own: Callable[[], bool]) -> None:
        self._is_own = is_own
        self._until: dict[int, float] = {}
        self._clients: dict[Any, int] = {}
        self._served: WeakKeyDictionary[socket.socket, Any] = WeakKeyDictionary()
        self._own: set[Any] = set()
        self._stack = ExitStack()

    def replace(self) -> None:
        """Begin to note what is done with sockets."""
        for name in _ASKING:
            self._put(name, self._noting(getattr(_Socket, name), self._asks))
        for name in _HEARING:
            self._put(name, self._noting(getattr(_Socket, name), self._hears))
        self._put("accept", self._accepting(_Socket.accept))
        self._put("close", self._noting(_Socket.close, self._forgets))

    def restore(self) -> None:
        """Stop noting it."""
        self._stack.close()
        for known in (self._until, self._clients, self._served, self._own):
            known.clear()

    def knows(self, file: int) -> bool:
        """Whether anything has been done with this descriptor."""
        return file in self._until

    def are_awaited(self, files: Iterable[int]) -> bool:
        """Whether one of these descriptors is expected to receive something."""
        now = _real_monotonic()
        return any(now < self._until.get(file, 0) for file in files)

    def _asks(self, used: socket.socket) -> None:
        if used not in self._served:  # a server that has answered expects nothing
            self._until[used.fileno()] = _real_monotonic() + ANSWER
            self._clients[_address(used)] = used.fileno()

    def _hears(self, used: socket.socket) -> None:
        file = used.fileno()
        if used in self._served:
            client = self._clients.get(self._served[used])
            if client is not None and self._is_own():
                self._until[client] = self._until[file] = 0
            else:
                self._until[file] = _real_monotonic() + MORE
        # A socket that neither asked nor was asked is the loop's own, by which threads wake it.
        elif self.knows(file):
            own = _address(used) in self._own
            self._until[file] = 0 if own else _real_monotonic() + MORE

    def _forgets(self, used: socket.socket) -> None:
        self._until.pop(used.fileno(), None)  # another socket may get the same one
        self._own.discard(self._served.pop(used, None))

    def _put(self, name: str, value: Any) -> None:
        if name in vars(_Socket):
            self._stack.callback(setattr, _Socket, name, vars(_Socket)[name])
        else:
            self._stack.callback(delattr, _Socket, name)
        setattr(_Socket, name, value)

    @staticmethod
    def _noting(real: Any, note: Callable[[socket.socket], None]) -> Any:
        def noting(used: socket.socket, *args: Any, **kwargs: Any) -> Any:
            note(used)
            return real(used, *args, **kwargs)

        return noting

    def _accepting(self, real: Any) -> Any:
        def accept(used: socket.socket) -> Any:
            accepted, address = real(used)
            self._served[accepted] = address
            if self._is_own():
                self._own.add(address)
            self._until[accepted.fileno()] = _real_monotonic() + MORE
            return accepted, address

        return accept


def _address(used: socket.socket) -> Any:
    """The address by which a server knows this client, ``None`` if it has none."""
    try:
        return used.getsockname()
    except OSError:  # it has just been closed
        return None
