"""An HTTP server with answers of a test, and what comes back for bytes that are sent."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_asyncops.loopback.http_server import HttpServer, Listening
from pytest_asyncops.loopback.incoming import Incoming
from pytest_asyncops.serving.messages import Response

SECONDS = 60
"""Real seconds after which a test fails that hangs."""

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


class Served:
    """An HTTP server.

    Attributes:
        seen: the requests that it has answered.
        failures: what it was doing when an error was raised, and the error.
    """

    def __init__(self, answer: Callable[[Incoming], Response], context: Any = None) -> None:
        self.seen: list[Incoming] = []
        self.failures: list[tuple[str, BaseException]] = []
        self._answer = answer
        self.listening = Listening(
            self._answered, self._failed, lambda: 1_767_225_600 * 10**9, context=context
        )
        self.server = HttpServer([self.listening], self._failed)
        self.listening.later = lambda client, seconds, send: self.server.later(seconds, send)

    def _answered(self, incoming: Incoming) -> Response:
        self.seen.append(incoming)
        return self._answer(incoming)

    def _failed(self, doing: str, error: BaseException) -> None:
        self.failures.append((doing, error))

    def connect(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.listening.port), timeout=SECONDS)

    def ask(self, *pieces: bytes, ends: bool = False) -> bytes:
        """All that comes back for these bytes, until the server closes the connection.

        Args:
            pieces: what is sent, each in a step of its own.
            ends: whether to say that nothing more is sent.
        """
        with self.connect() as client:
            for piece in pieces:
                client.sendall(piece)
            if ends:
                client.shutdown(socket.SHUT_WR)
            return read_all(client)

    def now(self, function: Callable[[], Any]) -> Any:
        """What a function returns that is called in the server's thread."""
        from concurrent.futures import Future

        result: Future[Any] = Future()
        self.server.call(lambda: result.set_result(function()))
        return result.result(SECONDS)


def read_all(client: socket.socket) -> bytes:
    """All that comes until the other end closes the connection."""
    parts = []
    try:
        while part := client.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@contextmanager
def serving(
    answer: Callable[[Incoming], Response] | None = None, **options: Any
) -> Iterator[Served]:
    """An HTTP server that answers, with an empty 200 unless a test says otherwise."""
    served = Served(answer or (lambda incoming: Response(200)), **options)
    try:
        served.server.start()
        yield served
    finally:
        served.server.stop()
