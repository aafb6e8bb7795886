"""Catches the requests of niquests, at the pools of urllib3-future, which replaces urllib3.

The synchronous pools are those of urllib3, and are caught in the same way; the async ones are
caught here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import urllib3
from urllib3._collections import HTTPHeaderDict

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls
from ..serving.messages import Response
from .answer import Body
from .covers import Covers
from .lateness import waiting
from .transport import CoveringTransport, Transport
from .urllib3 import asked, covers, taken_of, takers, tunnels
from .urllib3_timeouts import read_limit, timed_out

__tracebackhide__ = hides_usage_errors

_pools: Any = urllib3  # for a type checker it is that of others


def _covering(beneath: Callable[..., Any]) -> Callable[..., Any]:
    async def _make_request(
        pool: Any, conn: Any, method: str, url: str, *args: Any, **kwargs: Any
    ) -> Any:
        taken = taken_of(pool, url)
        tunnel: Any = tunnels.pop(conn, None)
        if taken is None:
            if tunnel is not None:
                await tunnel()
            return await beneath(pool, conn, method, url, *args, **kwargs)
        conn._has_connected_to_proxy = True  # or its errors would be those of the proxy
        kwargs["body"] = await _whole(kwargs.get("body"))
        answer = asked(pool, taken, method, **kwargs)
        wait = waiting(answer.late, read_limit(kwargs["timeout"]))
        await asyncio.sleep(wait.seconds)  # even if it is not late, so that other tasks run
        if wait.is_in_vain:
            raise timed_out(pool, url, wait.seconds)
        return await _response(answer, pool, method, url, **kwargs)

    return _make_request


async def _whole(body: Any) -> Any:
    if hasattr(body, "__aiter__"):
        return b"".join([piece async for piece in body])
    return body


async def _response(
    answer: Response,
    pool: Any,
    method: str,
    url: str,
    *,
    retries: Any = None,
    response_conn: Any = None,
    preload_content: bool = True,
    decode_content: bool = True,
    **others: Any,
) -> Any:
    headers = HTTPHeaderDict()
    for name, value in answer.headers.pairs:
        headers.add(name, value)
    body = Body(answer)
    response = _pools.AsyncHTTPResponse(
        body,
        headers,
        body.status,
        body.version,
        body.reason,
        preload_content=preload_content,
        decode_content=decode_content,
        original_response=body,
        pool=pool,
        connection=response_conn,
        retries=retries,
        request_method=method,
        request_url=url,
    )
    if preload_content:
        response._body = await response.read(decode_content=decode_content)
    return response


def _putting_off(beneath: Callable[..., Any]) -> Callable[..., Any]:
    async def _prepare_proxy(pool: Any, conn: Any) -> None:
        tunnels[conn] = lambda: beneath(pool, conn)

    return _prepare_proxy


@cache
def _covers() -> Sequence[Covers]:
    return (
        *covers,
        Covers(_pools.AsyncHTTPConnectionPool, "_make_request", _covering),
        Covers(_pools.AsyncHTTPSConnectionPool, "_prepare_proxy", _putting_off),
    )


def transport(library: ModuleType, base_urls: BaseUrls) -> Transport:
    """The transport of niquests, for a mock.

    Args:
        library: the module ``niquests``.
        base_urls: which stub a URL belongs to.
    """
    return CoveringTransport(takers, _covers(), base_urls)
