"""Reads the values that `assert_conforms` accepts: responses of client libraries, or payloads."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..contract.json_document import read_integer, read_number
from ..errors import InvalidArgument, hides_usage_errors, shortened
from ..rules.violation import json_path
from ..serving.calls import Call
from ..serving.messages import Request, Response

__tracebackhide__ = hides_usage_errors


class ClientResponse(NamedTuple):
    """A response in the one form in which conformance is checked.

    Attributes:
        value: the given response or payload.
        status_code: the HTTP status.
        body: the bytes of the body, ``None`` for a payload.
        headers: the headers, ``None`` for a payload.
        request: the request, if it is known.
        recorded: the response as a stub recorded it, if it is one.
        is_head: whether it answers a HEAD request, so that it has no body.
    """

    value: Any
    status_code: int
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    request: Request | None = None
    recorded: Response | None = None
    is_head: bool = False


def parse(body: bytes) -> Any:
    """The body, read as strict JSON.

    Raises:
        ValueError: for what is not valid JSON, NaN and Infinity included.
    """
    try:
        return _decoder.decode(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deep to be read") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


_decoder = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_int=read_integer, parse_float=read_number
)


_LEFT = object()
"""Stands for the end of a list or object."""


def check_json(payload: Any) -> None:
    """Check that a payload consists of values that are read from JSON, at any depth.

    Raises:
        InvalidArgument: if it has a value or a member's name of another type, or contains itself.
        ValueError: if it has a number that JSON does not have.
    """
    ahead: list[tuple[Any, Any]] = [(payload, ())]
    around: set[int] = set()
    while ahead:
        value, path = ahead.pop()
        if path is _LEFT:
            around.remove(value)
            continue
        if isinstance(value, (dict, list)):
            if id(value) in around:
                raise _no_json(value, path, "a value that contains itself")
            around.add(id(value))
            ahead.append((id(value), _LEFT))
        if isinstance(value, dict):
            for name, inner in value.items():
                if not isinstance(name, str):
                    raise _no_json(name, path, "a member's name")
                ahead.append((inner, (path, name)))
        elif isinstance(value, list):
            ahead += [(inner, (path, index)) for index, inner in enumerate(value)]
        elif isinstance(value, float):
            if not math.isfinite(value):
                raise ValueError(f"{value} is not a JSON value")
        elif not isinstance(value, (str, int, type(None))):
            raise _no_json(value, path, "a value")


def _no_json(value: object, path: Any, what: str) -> InvalidArgument:
    steps: list[str | int] = []
    while path:
        path, step = path
        steps.insert(0, step)
    return InvalidArgument(
        f"the payload has {what} at {json_path(steps)} that JSON does not have: "
        f"{shortened(value)}, of the type {type(value).__name__}. Give what a client reads from "
        "JSON.",
        value=value,
    )


def read_response(value: Any, status_code: int | None = None) -> ClientResponse:
    """The response of any library, or the payload.

    Args:
        value: the response or payload.
        status_code: the HTTP status, if the caller gives one; by default 200 for payloads.

    Raises:
        InvalidArgument: for a value that is neither.
    """
    _check_status(status_code)
    given, asked = value, None
    if isinstance(value, Call):
        asked, value = value.request, value.response
    if isinstance(value, Response):
        return ClientResponse(
            given,
            status_code or value.status_code,
            value.content,
            value.headers,
            asked,
            value,
            value.is_head if asked is None else asked.method == "HEAD",
        )
    if value is None or isinstance(value, (dict, list, str, int, float)):
        return ClientResponse(value, status_code or 200)
    return _from_client(value, status_code)


def _check_status(status_code: object) -> None:
    if status_code is None or (isinstance(status_code, int) and status_code in _STATUSES):
        return
    raise InvalidArgument(
        f"status_code must be an HTTP status, {_STATUSES[0]} to {_STATUSES[-1]}, "
        f"not {status_code!r}",
        value=status_code,
    )


_STATUSES = range(100, 600)


def _from_client(value: Any, status_code: int | None) -> ClientResponse:
    """The response of a client library: requests, httpx, aiohttp, urllib3, or a similar one."""
    status = status_code or getattr(value, "status_code", getattr(value, "status", None))
    if not isinstance(status, int) or not hasattr(value, "headers"):
        raise InvalidArgument(
            f"{value!r} is neither a response nor a payload. Pass a response of requests, httpx, "
            "aiohttp or urllib3, an entry of asyncops_mock.calls, or a payload with api= and "
            "route=.",
            value=value,
        )
    asked = _asked(value)
    is_head = asked.method == "HEAD"
    return ClientResponse(
        value,
        status,
        b"" if is_head else _body(value),
        value.headers,
        asked,
        is_head=is_head,
    )


ORIGIN: re.Pattern[str] = re.compile("(?:[^:/?#]+:)?(?://[^/?#]*)?")
"""The part of a URL before the path, by RFC 3986, appendix B."""


def _asked(value: Any) -> Request:
    """The request, if the response knows it."""
    try:
        request = getattr(value, "request", value)
        url = str(getattr(value, "url", None) or "")
    except RuntimeError:  # httpx, if the response was made without a request
        request, url = value, ""
    sent = request if request is not value else getattr(value, "request_info", None)  # aiohttp
    body = getattr(sent, "body", None)  # only requests keeps it where it can always be read
    if url.startswith("/") and (pool := getattr(value, "_pool", None)) is not None:
        url = f"{pool.scheme}://{pool.host}:{pool.port}{url}"  # urllib3 has only the path
    received = getattr(value, "_original_response", None)  # urllib3 has the method only here
    return Request(
        getattr(request, "method", None) or getattr(received, "_method", None) or "GET",
        url,
        url[ORIGIN.match(url).end() :],  # type: ignore[union-attr]  # it matches every text
        getattr(sent, "headers", None) or {},
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
    )


def _body(value: Any) -> bytes:
    try:
        content = getattr(value, "content", None)
    except RuntimeError:  # httpx before it is read; requests if a stream was not kept
        raise _not_read(value) from None
    if isinstance(content, bytes):  # requests, httpx
        return content
    data = getattr(value, "data", None)
    if hasattr(value, "data") and isinstance(data, (bytes, type(None))):
        return data or b""  # urllib3; None for an empty body of a response made by hand
    if inspect.iscoroutinefunction(getattr(value, "read", None)):  # aiohttp
        return _aiohttp_body(value)
    raise InvalidArgument(f"{value!r} has no body that can be read", value=value)


def _aiohttp_body(value: Any) -> bytes:
    if hasattr(value, "_body"):
        # After the async with block, read() refuses even if it was read before; only this works.
        if isinstance(value._body, bytes):
            return value._body
        raise _not_read(value)
    reading = value.read()  # of a class like aiohttp's; a body that is there comes without waiting
    try:
        reading.send(None)
    except StopIteration as done:
        return bytes(done.value)
    reading.close()
    raise _not_read(value)


def _not_read(value: object) -> InvalidArgument:
    return InvalidArgument(
        "the body of this response has not been read, or not been kept. First call "
        "response.read(), or await response.aread() with an httpx.AsyncClient, or await "
        "response.read() with aiohttp",
        value=value,
    )
