"""Responses made by hand, each as the client library of its name makes them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests
import urllib3

RUNNING = {"id": "1", "status": "ASYNC_OPERATION_STATUS_RUNNING"}
URL = "https://api.app.chainloop.dev/v1/operations/1"
JSON = "application/json"


def body(payload: Any) -> bytes:
    return json.dumps(payload).encode()


GOOD = body({"operation": RUNNING})
BAD = body({"operation": {**RUNNING, "id": 1}})


def of_requests(content: bytes, url: str = URL, status: int = 200, kind: str | None = JSON):
    response = requests.Response()
    response.status_code = status
    response.url = url
    response.raw = io.BytesIO(content)
    if kind is not None:
        response.headers["Content-Type"] = kind
    return response


def of_urllib3(content: bytes, url: str = URL, status: int = 200, kind: str | None = JSON):
    return urllib3.HTTPResponse(
        body=content,
        status=status,
        headers={} if kind is None else {"Content-Type": kind},
        request_url=url,
    )


class Asked:
    def __init__(self, method: str, url: str) -> None:
        self.method, self.url = method, url


class LikeHttpx:
    """The public shape of an httpx.Response; ``None`` for what it has not been given."""

    def __init__(
        self,
        content: bytes | None,
        url: str | None = URL,
        status: int = 200,
        kind: str | None = JSON,
        method: str = "GET",
    ) -> None:
        self.status_code = status
        self.headers = {} if kind is None else {"Content-Type": kind}
        self._asked = None if url is None else Asked(method, url)
        self._content = content

    @property
    def request(self) -> Asked:
        if self._asked is None:
            raise RuntimeError("The request instance has not been set on this response.")
        return self._asked

    @property
    def url(self) -> str:
        return self.request.url

    @property
    def content(self) -> bytes:
        if self._content is None:
            raise RuntimeError("Attempted to access streaming response content")
        return self._content


class Waiting:
    """Awaited, it waits for ever."""

    def __await__(self):
        yield


class LikeAiohttp:
    """The public shape of an aiohttp.ClientResponse; no content yet is ``None``."""

    method = "GET"
    content = object()

    def __init__(
        self, content: bytes | None, url: str = URL, status: int = 200, kind: str | None = JSON
    ) -> None:
        self.status = status
        self.url = url
        self.headers = {} if kind is None else {"Content-Type": kind}
        self.ready = content

    async def read(self) -> bytes:
        if self.ready is None:
            await Waiting()
        return self.ready


class KeptByAiohttp(LikeAiohttp):
    """After its ``async with`` block: read or not, it cannot be read any more."""

    def __init__(self, content: bytes | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None, *args, **kwargs)
        self._body = content

    async def read(self) -> bytes:
        raise ConnectionError("Connection closed")


MAKERS = {
    "requests": of_requests,
    "urllib3": of_urllib3,
    "like httpx": LikeHttpx,
    "like aiohttp": LikeAiohttp,
    "like aiohttp, closed": KeptByAiohttp,
}

every_library = pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))
