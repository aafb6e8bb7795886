"""Catches the requests of httpx and of httpx2, sync and async.

They are caught at ``HTTPTransport`` and ``AsyncHTTPTransport``, and not at the clients: these keep
redirects, cookies, hooks and streaming, and direct calls of a transport are answered too. The
user's own transports, such as ``MockTransport``, keep their requests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls, Taken
from ..serving.messages import Response
from .covers import Covers
from .lateness import Wait, waiting
from .takers import Takers
from .transport import CoveringTransport, Transport

__tracebackhide__ = hides_usage_errors


class Seams:
    """The places through which the requests of one of the two libraries pass.

    Args:
        library: the module ``httpx`` or ``httpx2``.
    """

    def __init__(self, library: Any) -> None:
        self._library = library
        self.takers: Takers = Takers()
        self.covers: Sequence[Covers] = (
            Covers(library.HTTPTransport, "handle_request", self.covering),
            Covers(library.AsyncHTTPTransport, "handle_async_request", self.covering_async),
        )

    def covering(self, beneath: Callable[..., Any]) -> Callable[..., Any]:
        """Cover a function of a transport and a request that returns a response."""

        def handle_request(transport: Any, request: Any) -> Any:
            taken = self.takers.find(str(request.url))
            if taken is None:
                return beneath(transport, request)
            answer = _answer(taken, request, b"".join(request.stream))
            if answer.late:
                wait = _waiting(request, answer)
                time.sleep(wait.seconds)
                if wait.is_in_vain:
                    raise self._timeout(request)
            return self._response(answer)

        return handle_request

    def covering_async(self, beneath: Callable[..., Any]) -> Callable[..., Any]:
        """Cover an async function of a transport and a request that returns a response."""

        async def handle_async_request(transport: Any, request: Any) -> Any:
            taken = self.takers.find(str(request.url))
            if taken is None:
                return await beneath(transport, request)
            body = b"".join([piece async for piece in request.stream])
            answer = _answer(taken, request, body)
            # Even if it is not late: a task that waits for the network lets others run.
            wait = _waiting(request, answer)
            await _sleep(wait.seconds)
            if wait.is_in_vain:
                raise self._timeout(request)
            return self._response(answer)

        return handle_async_request

    def _timeout(self, request: Any) -> Exception:
        error: Exception = self._library.ReadTimeout("timed out", request=request)
        return error

    def _response(self, answer: Response) -> Any:
        library = self._library
        return library.Response(
            answer.status_code,
            headers=[(name.encode(), value.encode()) for name, value in answer.headers.pairs],
            stream=library.ByteStream(answer.content),
            extensions={"http_version": b"HTTP/1.1"},
        )


def _answer(taken: Taken, request: Any, body: bytes) -> Response:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    return taken.answer(request.method, headers, body)


async def _sleep(seconds: float) -> None:
    """Wait in whichever loop runs here; the two libraries know asyncio's and trio's."""
    asyncio = sys.modules.get("asyncio")
    loop = None if asyncio is None else asyncio._get_running_loop()
    if asyncio is None or loop is None:
        from anyio import sleep

        await sleep(seconds)
    elif seconds or getattr(loop, "_ready", True):  # else no task waits for a turn
        await asyncio.sleep(seconds)


def _waiting(request: Any, answer: Response) -> Wait:
    return waiting(answer.late, request.extensions.get("timeout", {}).get("read"))


_seams: WeakKeyDictionary[ModuleType, Seams] = WeakKeyDictionary()


def seams_of(library: ModuleType) -> Seams:
    """The places through which the requests of ``httpx`` or ``httpx2`` pass."""
    seams = _seams.get(library)
    return seams or _seams.setdefault(library, Seams(library))


def transport(library: ModuleType, base_urls: BaseUrls) -> Transport:
    """The transport of one of the two libraries, for a mock.

    Args:
        library: the module ``httpx`` or ``httpx2``.
        base_urls: which stub a URL belongs to.
    """
    seams = seams_of(library)
    return CoveringTransport(seams.takers, seams.covers, base_urls)
