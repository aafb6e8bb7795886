"""Catches the requests of urllib3's pools, where a pool hands them to a connection.

Retries, redirects and the pools themselves stay real. Libraries that are built on urllib3 are
answered here too, unless they have a transport of their own that comes first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import __version__ as _version  # type: ignore[attr-defined] # it is public all the same
from urllib3.connection import port_by_scheme
from urllib3.util import SKIP_HEADER

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls, Taken
from ..serving.messages import Response
from .answer import Answer, Body
from .bodies import body_bytes, has_length
from .covers import Covers
from .lateness import waiting
from .takers import Takers
from .transport import CoveringTransport, Transport
from .urllib3_timeouts import read_limit, timed_out

__tracebackhide__ = hides_usage_errors

takers: Takers = Takers()
"""The mocks that answer pools."""

tunnels: WeakKeyDictionary[Any, Callable[[], None]] = WeakKeyDictionary()
"""For connections to a proxy that are not open yet, the functions that open them."""

_MAKES_RESPONSES = int(_version.partition(".")[0]) >= 2
"""Whether a pool wants a response of urllib3, and not one of http.client, as urllib3 1.26 does."""


_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT"})
"""The methods whose requests do not say that their body is empty."""


_OF_RESPONSE = ("retries", "preload_content", "decode_content", "enforce_content_length")
"""The arguments of a pool to a connection that are about the response."""


def covering(beneath: Callable[..., Any]) -> Callable[..., Any]:
    """A pool's way of making a request, above another one for requests that no stub answers."""

    def _make_request(
        pool: HTTPConnectionPool, conn: Any, method: str, url: str, *args: Any, **kwargs: Any
    ) -> Any:
        taken = taken_of(pool, url)
        tunnel = tunnels.pop(conn, None)
        if taken is None:
            if tunnel is not None:
                tunnel()
            return beneath(pool, conn, method, url, *args, **kwargs)
        conn._has_connected_to_proxy = True  # or its errors would be those of the proxy
        answer = asked(pool, taken, method, **kwargs)
        if answer.late:
            wait = waiting(answer.late, read_limit(kwargs["timeout"]))
            time.sleep(wait.seconds)
            if wait.is_in_vain:
                raise timed_out(pool, url, wait.seconds)
        return _response(answer, pool, method, url, **kwargs)

    return _make_request


def taken_of(pool: Any, url: str) -> Taken | None:
    """The stub that answers at a URL that a pool gets, which is absolute for proxies."""
    return takers.find(f"{pool.scheme}://{_host(pool)}{url}" if url.startswith("/") else url)


def asked(
    pool: Any,
    taken: Taken,
    method: str,
    *,
    body: Any = None,
    headers: Any = None,
    chunked: bool = False,
    **others: Any,
) -> Response:
    """A stub's answer to a request as a pool gets it."""
    content = body_bytes(body)
    framing = None
    if chunked or not has_length(body):
        framing = ("Transfer-Encoding", "chunked")
    elif body is not None or method.upper() not in _WITHOUT_BODY:
        framing = ("Content-Length", str(len(content)))
    return taken.answer(method, [*_pairs(pool, headers or {}, framing)], content)


def _response(
    answer: Response,
    pool: HTTPConnectionPool,
    method: str,
    url: str,
    *,
    response_conn: Any = None,
    **options: Any,
) -> Any:
    if not _MAKES_RESPONSES:
        return Body(answer)
    of_response = {name: options[name] for name in _OF_RESPONSE if name in options}
    return Answer(
        answer, pool=pool, connection=response_conn, request_method=method, request_url=url,
        **of_response,
    )  # fmt: skip


def _pairs(pool: Any, headers: Any, framing: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
    """The headers as a connection sends them.

    Args:
        pool: the pool of the connection.
        headers: the headers that the pool got.
        framing: the headers for the length of the body, unless it has them.
    """
    given = [(_text(name), _text(value)) for name, value in headers.items()]
    names = {name.lower() for name, _ in given}
    if "host" not in names:
        yield "Host", _host(pool)
    if "accept-encoding" not in names:
        yield "Accept-Encoding", "identity"
    if framing is not None and not names & {"content-length", "transfer-encoding"}:
        yield framing
    if "user-agent" not in names:
        yield "User-Agent", f"python-urllib3/{_version}"
    for name, value in given:
        if value != SKIP_HEADER:
            yield name, value


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _host(pool: Any) -> str:
    """The host and port to which a pool connects, without the default port of its scheme."""
    host = f"[{pool.host}]" if ":" in pool.host else pool.host
    is_usual = pool.port in (None, port_by_scheme.get(pool.scheme))
    return host if is_usual else f"{host}:{pool.port}"


def _putting_off(beneath: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a connection from its proxy until it is known that no stub answers its request."""

    def _prepare_proxy(pool: HTTPSConnectionPool, conn: Any) -> None:
        tunnels[conn] = lambda: beneath(pool, conn)

    return _prepare_proxy


covers: Sequence[Covers] = (
    Covers(HTTPConnectionPool, "_make_request", covering),
    Covers(HTTPSConnectionPool, "_prepare_proxy", _putting_off),
)
"""The covered functions of pools."""


def transport(library: ModuleType, base_urls: BaseUrls) -> Transport:
    """The transport of urllib3, for a mock.

    Args:
        library: the module ``urllib3``.
        base_urls: which stub a URL belongs to.
    """
    return CoveringTransport(takers, covers, base_urls)
