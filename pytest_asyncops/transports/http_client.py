"""Catches the requests of http.client, and so of urllib.request and of xmlrpc.client.

A connection to a stub gets a substitute for a socket, which answers what is sent to it. http.client
itself writes the request and reads the answer.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from http import client
from http.client import HTTPConnection
from types import ModuleType
from typing import Any
from weakref import WeakSet

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls, Taken
from .covers import Covers
from .lateness import waiting
from .takers import Takers
from .transport import CoveringTransport, Transport
from .wire import RequestReader, written

__tracebackhide__ = hides_usage_errors


def _own(name: str, base: type = object) -> Any:
    """A class of http.client, also while another stands in its place, such as a cassette's."""
    candidates = [getattr(client, name), *base.__subclasses__()]
    return next(
        each for each in candidates if (each.__module__, each.__name__) == (client.__name__, name)
    )


_Plain = _own("HTTPConnection")
_Secure = _own("HTTPSConnection", _Plain)

_takers = Takers()
_connected: WeakSet[HTTPConnection] = WeakSet()
"""The connections that have a substitute for a socket."""
_passing: WeakSet[HTTPConnection] = WeakSet()
"""Those whose next request is not for a stub, though one may be at their host."""


class _Coming(io.RawIOBase):
    """An answer that comes, perhaps late.

    Args:
        used: the socket that it comes to.
        content: its bytes.
        late: how many seconds late it is.
    """

    def __init__(self, used: StubSocket, content: bytes, late: float) -> None:
        self._socket = used
        self._content = io.BytesIO(content)
        self._late = late
        self._since = time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._late:
            left = max(0.0, self._late - (time.monotonic() - self._since))
            wait = waiting(left, self._socket.gettimeout())
            time.sleep(wait.seconds)
            if wait.is_in_vain:
                raise TimeoutError("timed out")
            self._late = 0
        return self._content.readinto(buffer)


class StubSocket:
    """Stands where http.client has a socket, and answers what is sent to it.

    Args:
        timeout: how many seconds its user waits at most, ``None`` for any number.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._coming: list[_Coming] = []

    def begin(self, taken: Taken, method: str) -> None:
        """Expect a request to this URL."""
        self._taken = taken
        self._method = method
        self._reader = RequestReader("latin-1")

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Take a piece of the request, and answer it if that was the last."""
        request = self._reader.feed(data)
        if request is not None:
            answer = self._taken.answer(self._method, request.headers, request.body)
            self._coming.append(_Coming(self, written(answer), answer.late))

    def makefile(self, mode: str = "r", buffering: int | None = None) -> io.BufferedReader:
        """What the next answer is read of; it is empty if the request is not whole."""
        coming = self._coming.pop(0) if self._coming else _Coming(self, b"", 0)
        return io.BufferedReader(coming)

    def gettimeout(self) -> float | None:
        """How many seconds its user waits at most."""
        return self._timeout

    def settimeout(self, timeout: float | None) -> None:
        """Have its user wait for so many seconds at most."""
        self._timeout = timeout

    def setsockopt(self, *option: object) -> None:
        """Nothing: there is no connection."""

    def shutdown(self, how: int) -> None:
        """Nothing, as well."""

    def close(self) -> None:
        """Nothing, as well; what was answered can be read."""


def _asking_first(beneath: Callable[..., None]) -> Callable[..., None]:
    def putrequest(
        connection: HTTPConnection, method: str, url: str, *args: Any, **kwargs: Any
    ) -> None:
        # First, because it refuses what must not be sent now; nothing is sent before the headers.
        beneath(connection, method, url, *args, **kwargs)
        taken = _takers.find(_whole(connection, url or "/")) if _is_plain(connection) else None
        held: Any = connection.sock
        if taken is not None:
            if not isinstance(held, StubSocket):
                if held is not None:
                    held.close()  # it has been kept alive since before the mock
                held = _connect(connection)
            held.begin(taken, method)
            _passing.discard(connection)
        else:
            _passing.add(connection)
            if isinstance(held, StubSocket):
                connection.sock = None

    return putrequest


def _connecting(beneath: Callable[[Any], None]) -> Callable[[Any], None]:
    def connect(connection: Any) -> None:
        at_stub = _is_plain(connection) and _takers.are_at(_whole(connection, "/"))
        if at_stub and connection not in _passing:
            _connect(connection)  # its purpose is not known yet
        else:
            beneath(connection)

    return connect


def _connect(connection: Any) -> StubSocket:
    timeout = connection.timeout
    if timeout is not None and not isinstance(timeout, (int, float)):
        timeout = socket.getdefaulttimeout()  # it is the mark for that
    connection.sock = made = StubSocket(timeout)
    _connected.add(connection)
    return made


def _is_plain(connection: Any) -> bool:
    """Whether a connection is made by http.client itself, and not by a class above it."""
    return type(connection).connect in (_Plain.connect, _Secure.connect)


def _whole(connection: Any, url: str) -> str:
    """The whole URL of a request, whichever proxy it is for."""
    if not url.startswith("/"):
        return url
    scheme = "https" if isinstance(connection, _Secure) else "http"
    through = connection._tunnel_host is not None
    host = connection._tunnel_host if through else connection.host
    port = connection._tunnel_port if through else connection.port
    shown = f"[{host}]" if ":" in host else host
    is_usual = port in (None, connection.default_port)
    return f"{scheme}://{shown}{url}" if is_usual else f"{scheme}://{shown}:{port}{url}"


class HttpClientTransport(CoveringTransport):
    """Takes the requests of http.client."""

    def stop(self) -> None:
        """Put everything back, in connections that are kept too."""
        super().stop()
        for connection in _connected:
            if isinstance(connection.sock, StubSocket):
                connection.sock = None  # it gets another one if another mock answers
        _connected.clear()
        _passing.clear()


_covers = [
    Covers(_Plain, "connect", _connecting),
    Covers(_Secure, "connect", _connecting),
    Covers(_Plain, "putrequest", _asking_first),
]


def transport(library: ModuleType, base_urls: BaseUrls) -> Transport:
    """The transport of http.client, for a mock.

    Args:
        library: the module ``http.client``.
        base_urls: which stub a URL belongs to.
    """
    return HttpClientTransport(_takers, _covers, base_urls)
