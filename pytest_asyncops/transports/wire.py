"""Requests and answers as the bytes that go over a connection, by HTTP/1.1 (RFC 9112)."""

from __future__ import annotations

import http.client
from collections.abc import Generator
from typing import NamedTuple

from ..serving.messages import Response

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Asks a client for a body that it has not sent yet."""

_EMPTY = frozenset({204, 304})
"""The statuses of answers without a body and its length (RFC 9112, 6.3)."""


class WireRequest(NamedTuple):
    """A request that has arrived completely.

    Attributes:
        method: in upper case.
        headers: pairs of name and value, as they were written.
        body: the body's bytes, without the marks of chunks.
    """

    method: str
    headers: list[tuple[str, str]]
    body: bytes


Reading = Generator["WireRequest | None", None, bytes]
"""Waits for bytes, and gets some of them."""


class RequestReader:
    """Reads one request from what a client writes, in pieces of any size.

    Args:
        encoding: the encoding of the client's headers.

    Attributes:
        holds_back: whether the client has sent only the head, and waits for `CONTINUE`.
    """

    def __init__(self, encoding: str) -> None:
        self.holds_back: bool = False
        self._encoding = encoding
        self._came = bytearray()
        self._reading = self._read()

    def feed(self, data: bytes | bytearray | memoryview) -> WireRequest | None:
        """The request, once this piece has completed it; ``None`` before."""
        self._came += data
        return next(self._reading)

    def _read(self) -> Generator[WireRequest | None, None, None]:
        head = yield from self._until(b"\r\n\r\n")
        first, *lines = head.decode(self._encoding, "surrogateescape").split("\r\n")
        headers = []
        found = {}
        for line in lines:
            name, _, value = line.partition(":")
            value = value.strip(" \t")
            headers.append((name, value))
            found[name.lower()] = value
        self.holds_back = found.get("expect", "").lower() == "100-continue"
        if found.get("transfer-encoding", "").lower().endswith("chunked"):
            body = yield from self._chunks()
        else:
            body = yield from self._exactly(int(found.get("content-length", 0)))
        self.holds_back = False
        yield WireRequest(first.partition(" ")[0], headers, body)
        while True:
            yield None  # more than was announced

    def _until(self, mark: bytes) -> Reading:
        looked = 0
        while (end := self._came.find(mark, looked)) < 0:
            looked = max(0, len(self._came) - len(mark) + 1)
            yield None
        found = bytes(self._came[:end])
        del self._came[: end + len(mark)]
        return found

    def _exactly(self, size: int) -> Reading:
        while len(self._came) < size:
            yield None
        found = bytes(self._came[:size])
        del self._came[:size]
        return found

    def _chunks(self) -> Reading:
        pieces = []
        while size := int((yield from self._until(b"\r\n")).partition(b";")[0], 16):
            pieces.append((yield from self._exactly(size)))
            yield from self._exactly(2)
        while (yield from self._until(b"\r\n")):
            pass  # a trailer
        return b"".join(pieces)


def written(answer: Response) -> bytes:
    """An answer as a server writes it, with the header that says where it ends."""
    status, headers = answer.status_code, answer.headers
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in headers.pairs]
    body = b"" if answer.is_head or status in _EMPTY else answer.content
    if headers.get("Transfer-Encoding", "").lower().endswith("chunked"):
        if not answer.is_head:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    elif not (answer.is_head or status in _EMPTY or "Content-Length" in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "\r\n"]).encode() + body
