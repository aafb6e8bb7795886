"""Reads the values that `assert_conforms` takes: responses of client libraries, or payloads."""

from __future__ import annotations

import inspect
import json
import math
import re
from functools import lru_cache
from typing import Any, NamedTuple

from ..configure import BUILT_IN, find_api
from ..contract.json_document import read_integer
from ..errors import InvalidArgument, hides_usage_errors, shortened
from ..rules.violation import json_path
from ..serving.api import FIRST_ERROR, Api, find_route
from ..serving.calls import Call
from ..serving.messages import Request, Response
from ..serving.routing import Route
from ..serving.secret_texts import shown

__tracebackhide__ = hides_usage_errors


class ClientResponse(NamedTuple):
    """A response in the one form that conformance is checked in.

    Attributes:
        api: the API that answered.
        route: the route that answered, ``None`` if none did.
        status_code: the HTTP status.
        body: the bytes of the body, ``None`` for a payload.
        payload: the payload, if it was given as such.
        content_type: the header Content-Type, if it is known.
        profile: the profile that the body is written in, if it is known.
        is_head: whether it answers a HEAD request, so that it has no body.
    """

    api: Api
    route: Route | None
    status_code: int
    body: bytes | None = None
    payload: Any = None
    content_type: str | None = None
    profile: str | None = None
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


_decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=read_integer)


_LEFT = object()
"""Stands for the end of what is in a list or object."""


def check_json(payload: Any) -> None:
    """Check that a payload is made of what JSON is read to, at any depth.

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


def read_response(
    value: Any, *, api: object = None, route: str | None = None, status_code: int | None = None
) -> ClientResponse:
    """The response of any library, or the payload, with what the caller knows of it.

    Raises:
        InvalidArgument: for a value that is neither, or if API or route cannot be told.
    """
    known = None if api is None else find_api(api)
    _check_status(status_code)
    asked = None
    if isinstance(value, Call):
        asked, value = value.request, value.response
    if isinstance(value, Response):
        answered = known or value.api
        if answered is None:
            raise _cannot_tell("API", repr(value), value)
        name = route or value.route
        return ClientResponse(
            answered,
            None if name is None else find_route(answered, name),
            status_code or value.status_code,
            value.content,
            content_type=value.headers.get("Content-Type"),
            profile=value.profile,
            is_head=value.is_head if asked is None else asked.method == "HEAD",
        )
    if value is None or isinstance(value, (dict, list, str, int, float)):
        if known is None or route is None:
            raise InvalidArgument(
                "a payload does not say what it is an answer to. Name it: api='chainloop', "
                "route='get'.",
                value=value,
            )
        return ClientResponse(known, find_route(known, route), status_code or 200, payload=value)
    return _from_client(value, known, route, status_code)


def _check_status(status_code: object) -> None:
    if status_code is None or (isinstance(status_code, int) and status_code in _STATUSES):
        return
    raise InvalidArgument(
        f"status_code must be an HTTP status, {_STATUSES[0]} to {_STATUSES[-1]}, "
        f"not {status_code!r}",
        value=status_code,
    )


_STATUSES = range(100, 600)


def _from_client(
    value: Any, api: Api | None, route: str | None, status_code: int | None
) -> ClientResponse:
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
    if api is None:
        api = _owner(asked.url)
    if api is None or route is None:
        apis = BUILT_IN.values() if api is None else (api,)
        found = _find(tuple((each, each.serving.method(asked)) for each in apis), asked.url)
        if found is None and (api is None or status < FIRST_ERROR):
            what = f"{asked.method} {shown(asked.url)}"
            what = f"a response to {what}" if asked.url else "a response without a URL"
            raise _cannot_tell("API and route" if api is None else "route", what, value)
        if found is not None:
            api, name = found
            route = route or name
    assert api is not None  # otherwise an error was raised above
    return ClientResponse(
        api,
        None if route is None else find_route(api, route),
        status,
        b"" if asked.method == "HEAD" else _body(value),
        content_type=value.headers.get("Content-Type"),
        is_head=asked.method == "HEAD",
    )


def _asked(value: Any) -> Request:
    """The request, as far as the response knows it."""
    try:
        request = getattr(value, "request", value)
        url = str(getattr(value, "url", None) or "")
    except RuntimeError:  # httpx, if the response was made without a request
        request, url = value, ""
    sent = request if request is not value else getattr(value, "request_info", None)  # aiohttp
    body = getattr(sent, "body", None)  # only requests keeps it where it can always be read
    return Request(
        getattr(request, "method", None) or "GET",
        url,
        url[_ORIGIN.match(url).end() :],  # type: ignore[union-attr]  # it matches every text
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
        "the body of this response has not been read, or not been kept. Before, add: "
        "response.read(), or await response.aread() with an httpx.AsyncClient, or "
        "await response.read() with aiohttp",
        value=value,
    )


@lru_cache(maxsize=1024)
def _owner(url: str) -> Api | None:
    """The built-in API below whose real base URL this URL is."""
    for api in BUILT_IN.values():
        if url.startswith(f"{api.base_url}/"):
            return api
    return None


_ORIGIN = re.compile("(?:[^:/?#]+:)?(?://[^/?#]*)?")
"""What stands before the path of a URL, as by RFC 3986, appendix B."""

_PATH = re.compile(f"{_ORIGIN.pattern}([^?#]*)")


@lru_cache(maxsize=1024)
def _find(methods: tuple[tuple[Api, str], ...], url: str) -> tuple[Api, str] | None:
    """The API and route that a URL leads to, with the method that each API takes it for.

    The service may have another base URL than its real one, so only the end of the path has to
    match.
    """
    path = _PATH.match(url)[1]  # type: ignore[index]  # it matches every text
    for pattern, api, route in _ways(methods):
        if pattern.fullmatch(path):
            return api, route
    return None


@lru_cache(maxsize=64)
def _ways(methods: tuple[tuple[Api, str], ...]) -> list[tuple[re.Pattern[str], Api, str]]:
    """The paths that lead to a route, the most specific first.

    These have the most literal segments, and of those the most segments.
    """

    def specificity(template: str) -> tuple[int, int]:
        parts = template.split("/")
        return sum(not part.startswith("{") for part in parts), len(parts)

    found = [
        (template, api, route.name)
        for api, method in methods
        for route in api.routes
        for template in (route.paths if route.method == method else ())
    ]
    found.sort(key=lambda way: specificity(way[0]), reverse=True)
    return [
        (re.compile(f"(?:/.*)?{api.serving.paths.pattern(template).pattern}"), api, name)
        for template, api, name in found
    ]


def _cannot_tell(what: str, asked: str, value: object) -> InvalidArgument:
    return InvalidArgument(
        f"the {what} of {asked} cannot be told. Name it: api='chainloop', route='get'.",
        value=value,
    )
