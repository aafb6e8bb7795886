"""HTTP/1.1 as it is on the wire: a request that is read piece by piece, and an answer in bytes.

RFC 9112, as far as http.client uses it.
"""

from __future__ import annotations

import http.client
import io

from ..serving.messages import Response

_END = b"\r\n\r\n"
_WITHOUT_BODY = frozenset({204, 304})
"""The answers that have no body, and so need not say how long it is (RFC 9112, 6.3)."""


class Incoming:
    """A request that comes in pieces.

    Attributes:
        headers: the headers, once they are whole.
        body: the body, as far as it has come.
        is_whole: whether all of it has come.
    """

    def __init__(self) -> None:
        self.headers: list[tuple[str, str]] = []
        self.body: bytearray = bytearray()
        self.is_whole: bool = False
        self._rest = bytearray()  # what has not been read yet
        self._length: int | None = 0
        self._in_body = False

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take a piece of it."""
        self._rest += data
        if not self._in_body:
            head, end, rest = self._rest.partition(_END)
            if not end:
                return
            self._read_head(bytes(head + end))
            self._rest = rest
            self._in_body = True
        if self._length is None:
            self._read_chunks()
        else:
            self.body += self._rest
            self._rest.clear()
            self.is_whole = len(self.body) >= self._length

    def _read_head(self, head: bytes) -> None:
        lines = io.BytesIO(head)
        lines.readline()
        headers = http.client.parse_headers(lines)
        self.headers = headers.items()
        if headers.get("Transfer-Encoding", "").lower() == "chunked":
            self._length = None
        else:
            self._length = int(headers.get("Content-Length", 0))

    def _read_chunks(self) -> None:
        while not self.is_whole:
            line, end, rest = self._rest.partition(b"\r\n")
            size = int(line, 16) if end else 0
            if not end or len(rest) < size + 2:
                return
            self.body += rest[:size]
            self._rest = rest[size + 2 :]
            self.is_whole = not size


def written(answer: Response) -> bytes:
    """An answer in bytes, with the length of its body."""
    reason = http.client.responses.get(answer.status_code, "")
    names = {name.lower() for name, _ in answer.headers.pairs}
    lines = [f"HTTP/1.1 {answer.status_code} {reason}"]
    lines += [
        f"{name}: {value}"
        for name, value in answer.headers.pairs
        if name.lower() != "transfer-encoding"  # the body is here as a whole
    ]
    if "content-length" not in names and answer.status_code not in _WITHOUT_BODY:
        lines.append(f"Content-Length: {len(answer.content)}")
    return "\r\n".join([*lines, "", ""]).encode() + answer.content
