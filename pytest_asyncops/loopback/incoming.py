"""A request as it came over a connection, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..serving.messages import Response


class Incoming(NamedTuple):
    """A request.

    Attributes:
        method: in upper case.
        origin: scheme, host and port at which it came: ``http://127.0.0.1:8080``.
        target: path and query, as they were sent.
        headers: pairs of name and value, in order.
        body: the body's bytes, without the marks of chunks.
        client: the address from which it came.
    """

    method: str
    origin: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    client: Any


Answer = Callable[[Incoming], Response]
"""Answers a request; it does not raise."""


def plain(status_code: int, text: str, **headers: str) -> Response:
    """An answer in words, from the server itself and not from a stub."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = {"Content-Type": "text/plain; charset=utf-8"}
    return Response(status_code, f"{text}\n".encode(), {**content_type, **named})
