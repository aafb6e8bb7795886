"""A request is read however it is cut into pieces, and an answer is read by http.client."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_asyncops.serving.messages import Response
from pytest_asyncops.transports.wire import Incoming, written

HEAD = b"POST /x HTTP/1.1\r\nHost: h\r\nX-Tag: a\r\nX-Tag: \xe9\r\n"
HEADERS = [("Host", "h"), ("X-Tag", "a"), ("X-Tag", "é")]


def in_chunks(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@given(
    st.lists(st.binary(min_size=1, max_size=20), max_size=4),
    st.sampled_from(["length", "chunked", "none"]),
    st.lists(st.integers(0, 200), max_size=6),
)
@example([b"one", b"two"], "chunked", list(range(200)))  # byte by byte
@example([b"one", b"two"], "length", list(range(200)))
def test_a_request_in_pieces(pieces, framing, cuts):
    body = b"" if framing == "none" else b"".join(pieces)
    if framing == "length":
        whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        more = [("Content-Length", str(len(body)))]
    elif framing == "chunked":
        whole = HEAD + b"Transfer-Encoding: Chunked\r\n\r\n" + in_chunks(pieces)
        more = [("Transfer-Encoding", "Chunked")]
    else:
        whole, more = HEAD + b"\r\n", []
    request = Incoming()
    ends = sorted({min(cut, len(whole)) for cut in cuts} | {len(whole)})
    for start, end in zip([0, *ends], ends, strict=False):
        assert not request.is_whole
        request.feed(memoryview(whole)[start:end])
    assert request.is_whole
    assert (request.headers, bytes(request.body)) == ([*HEADERS, *more], body)


class _Socket:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def read(answer: Response, method: str = "GET") -> http.client.HTTPResponse:
    made = http.client.HTTPResponse(_Socket(written(answer)), method=method)
    made.begin()
    return made


@pytest.mark.parametrize("body", [b"", b"abc", b"\r\n\r\n"])
def test_an_answer(body):
    answer = read(Response(200, body, [("X-Tag", "a"), ("X-Tag", "b")]))
    assert (answer.status, answer.reason, answer.version) == (200, "OK", 11)
    assert answer.headers.get_all("x-tag") == ["a", "b"]
    assert answer.length == len(body)
    assert not answer.will_close
    assert answer.read() == body


def test_an_answer_whose_length_is_said_or_unsaid():
    assert (
        read(Response(200, b"", {"content-length": "3"}), "HEAD").headers["Content-Length"] == "3"
    )
    assert "Content-Length" not in read(Response(204)).headers
    answer = read(Response(200, b"abc", {"Transfer-Encoding": "chunked"}))
    assert (answer.read(), answer.chunked) == (b"abc", False)


def test_a_status_without_a_name():
    assert (read(Response(499)).status, read(Response(499)).reason) == (499, "")
