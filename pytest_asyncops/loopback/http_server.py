"""An HTTP server on loopback: listening sockets, each with its site, and one thread for them all.

The thread keeps real time. A request is answered in one step of its loop, from the last byte that
comes to the last byte that goes, so nothing is ever on its way unseen.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from ..virtual_time.strangers import be_a_stranger
from .connection import Connection, Later
from .incoming import Answer

HOST = "127.0.0.1"
"""The only address at which it listens: other machines cannot reach it."""

MOST_CONNECTIONS = 2_000
"""How many connections may be open on one port; further ones are closed."""

_WAITING = 1_024
"""How many connections may wait to be accepted."""

_EVERY = 1.0
"""Real seconds between two looks at connections whose time may be up."""


class Listening:
    """A listening socket, and what its connections share.

    Args:
        answer: answers requests.
        failed: called with what the server was doing, in words, when an error was raised.
        now_ns: the servers' present, in nanoseconds since 1970.
        port: the port; 0 for any free one.
        context: how to speak TLS, ``None`` for plain HTTP.

    Attributes:
        origin: scheme, host and port.
        later: waits until an answer is as late as it is to be.
        note_sending: called with a client's address, and whether more of an answer is on its way.
        connections: the open ones.
        most: how many may be open.
        looked_at: when they were looked at last, by the loop's clock.
        buffer: where the next piece of what a client sends goes.

    Raises:
        OSError: if the port is taken.
    """

    def __init__(
        self,
        answer: Answer,
        failed: Callable[[str, BaseException], object],
        now_ns: Callable[[], int],
        *,
        port: int = 0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.answer: Answer = answer
        self.failed = failed
        self.now_ns = now_ns
        self.later: Later = lambda client, seconds, send: None
        self.note_sending: Callable[[Any, bool], None] = lambda client, more: None
        self.connections: set[Connection] = set()
        self.most: int = MOST_CONNECTIONS
        self.looked_at: float = 0.0
        self.buffer: bytearray = bytearray(64 * 1024)
        self.context = context
        self.socket: socket.socket = socket.create_server((HOST, port), backlog=_WAITING)
        self.port: int = self.socket.getsockname()[1]
        self.origin: str = f"{'http' if context is None else 'https'}://{HOST}:{self.port}"


class HttpServer:
    """Serves some listening sockets in a thread of its own.

    Args:
        listening: the sockets.
        failed: told of what the server was doing, in words, when an error was raised.
    """

    def __init__(
        self, listening: Sequence[Listening], failed: Callable[[str, BaseException], object]
    ) -> None:
        self.listening = listening
        self._failed = failed
        self._stopped = asyncio.Event()
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="asyncops_server", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        self._loop.result()

    def stop(self) -> None:
        """End all connections and the thread, or only stop listening if it has not begun."""
        if self._thread.ident is not None:
            self.call(self._stopped.set)
            self._thread.join()
        for each in self.listening:
            each.socket.close()

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        """Call a function after these real seconds; to be called in the server's thread."""
        asyncio.get_running_loop().call_later(seconds, function)

    def call(self, function: Callable[[], object]) -> None:
        """Call a function in the server's thread, as soon as possible."""
        self._loop.result().call_soon_threadsafe(function)

    def _run(self) -> None:
        be_a_stranger()
        loop = asyncio.SelectorEventLoop()
        loop.set_exception_handler(self._note)
        try:
            loop.run_until_complete(self._serve())
        except BaseException as error:  # before it has begun, or not at all
            self._loop.set_exception(error)
        finally:
            loop.close()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(
                partial(Connection, one), sock=one.socket, ssl=one.context, backlog=_WAITING
            )
            for one in self.listening
        ]
        self.look_at_times(loop.time())
        looking = asyncio.ensure_future(self._look_at_times())
        self._loop.set_result(loop)
        await self._stopped.wait()
        looking.cancel()
        for one in self.listening:
            loop.remove_reader(one.socket)
        await _steps()  # asyncio would leave a socket open that it has just accepted
        for server in servers:
            server.close()
        await self._end_connections()

    async def _end_connections(self) -> None:
        # Connections that are not known here will be, after the beginning of TLS.
        begun = asyncio.all_tasks() - {asyncio.current_task()}
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        for one in self.listening:
            for connection in tuple(one.connections):
                connection.close()
            while one.connections:
                await asyncio.sleep(0)
        await _steps()  # the sockets of connections that have ended are closed in it

    async def _look_at_times(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            self.look_at_times(asyncio.get_running_loop().time())

    def look_at_times(self, now: float) -> None:
        """End the connections whose time is up.

        Args:
            now: the present, by the loop's clock.
        """
        for one in self.listening:
            one.looked_at = now
            for connection in tuple(one.connections):
                connection.look_at_time(now)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # asyncio also reports what a client does to its connection, which does not matter here.
        error = context.get("exception")
        if error is not None and not isinstance(error, OSError):
            self._failed("served", error)


async def _steps() -> None:
    """Let the loop do the next steps, and those that follow from them."""
    for _ in range(5):
        await asyncio.sleep(0)
