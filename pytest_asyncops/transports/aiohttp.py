"""Catches the requests of aiohttp's client.

They are caught where a connector gets a connection. It gets one to a server in this process, which
speaks HTTP; everything above it stays aiohttp's own: limits and traces of the connector, writing
and parsing, timeouts, retries, redirects, cookies, middlewares.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls, Taken
from .covers import Covers, covers_of
from .takers import Takers
from .transport import CoveringTransport, Transport
from .wire import CONTINUE, RequestReader, written

__tracebackhide__ = hides_usage_errors

Connect = Callable[..., Awaitable[Any]]
"""``BaseConnector.connect``, and a connector's ``_create_connection``."""


class _Seams:
    """The places through which aiohttp's requests pass.

    Args:
        library: the module ``aiohttp``.

    Raises:
        MissingPart: if this version has them elsewhere.
    """

    def __init__(self, library: ModuleType) -> None:
        self.takers: Takers = Takers()
        connectors = ("TCPConnector", "UnixConnector", "NamedPipeConnector")
        self.covers: Sequence[Covers] = (
            covers_of(library, "BaseConnector.connect", self._covering),
            *(covers_of(library, f"{each}._create_connection", _creating) for each in connectors),
        )

    def _covering(self, beneath: Connect) -> Connect:
        async def connect(connector: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            taken = self.takers.find(str(request.url))
            if taken is not None:
                request = _TakenRequest(request, taken)
            return await beneath(connector, request, *args, **kwargs)

        return connect


def _creating(beneath: Connect) -> Connect:
    async def create_connection(connector: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if type(request) is not _TakenRequest:
            return await beneath(connector, request, *args, **kwargs)
        protocol = connector._factory()
        _Connection(protocol, request.taken)
        return protocol

    return create_connection


class _TakenKey(NamedTuple):
    """The key by which a connector counts and keeps connections; stubs have their own."""

    key: object
    is_ssl: bool


class _TakenRequest:
    """A request that a stub answers, as its connector sees it.

    Args:
        request: the request.
        taken: the stub that answers it.

    Attributes:
        taken: the same.
        connection_key: distinguishes it from requests over the network to the same host.
    """

    def __init__(self, request: Any, taken: Taken) -> None:
        self.taken = taken
        key = request.connection_key
        self.connection_key = _TakenKey(key, key.is_ssl)
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


class _Connection(asyncio.Transport):
    """A connection to a stub, for one request.

    Args:
        protocol: aiohttp's end of it.
        taken: the stub's end of it.
    """

    def __init__(self, protocol: Any, taken: Taken) -> None:
        super().__init__()
        self._protocol = protocol
        self._taken = taken
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader("utf-8")
        self._next: asyncio.Handle | None = None
        self._is_closing = False
        protocol.connection_made(self)
        protocol.force_close()  # it is not kept: it would outlive the mock

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Give the stub a piece of the request, and the client its answer when it is due."""
        request = self._reader.feed(data)
        if request is not None:
            try:
                answer = self._taken.answer(*request)
            except BaseException as error:  # the requesting task raises it, not the present one
                self._protocol.set_exception(error)
            else:
                self._send(written(answer), answer.late)
        elif self._reader.holds_back and self._next is None:
            self._send(CONTINUE)

    def _send(self, data: bytes, late: float = 0) -> None:
        if late:
            self._next = self._loop.call_later(late, self._send, data)
            return
        # Not at once: a task that waits for the network lets others run. And after what is due at
        # the same time: a client's limit comes first, as with other clients.
        self._next = self._loop.call_soon(self._protocol.data_received, data)

    def close(self) -> None:
        """Cancel what is on its way to the client."""
        if self._is_closing:
            return
        self._is_closing = True
        if self._next is not None:
            self._next.cancel()
        self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        """Whether the client has closed it."""
        return self._is_closing

    def pause_reading(self) -> None:
        """Do nothing: everything comes at once."""

    def resume_reading(self) -> None:
        """Do nothing."""


_seams: WeakKeyDictionary[ModuleType, _Seams] = WeakKeyDictionary()


def transport(library: ModuleType, base_urls: BaseUrls) -> Transport:
    """The transport of aiohttp, for a mock.

    Args:
        library: the module ``aiohttp``.
        base_urls: which stub a URL belongs to.
    """
    seams = _seams.get(library)
    if seams is None:
        seams = _seams.setdefault(library, _Seams(library))
    return CoveringTransport(seams.takers, seams.covers, base_urls)
