"""Requests and answers are read and written as HTTP/1.1 has them."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.serving.messages import Response
from pytest_asyncops.transports.wire import RequestReader, WireRequest, written

HEAD = b"POST /x HTTP/1.1\r\nHost: a.example\r\nX-Tag: \xc3\xa9 \r\nx-tag:b\r\n"
TAGS = [("Host", "a.example"), ("X-Tag", "é"), ("x-tag", "b")]
CHUNKS = b"3\r\nabc\r\n1;why=not\r\n\xff\r\n0\r\nX-Trailer: 1\r\n\r\n"
REQUESTS = {
    "no body": (b"GET / HTTP/1.1\r\n\r\n", WireRequest("GET", [], b"")),
    "a body": (
        HEAD + b"content-length: 5\r\n\r\n\r\n\r\n!",
        WireRequest("POST", [*TAGS, ("content-length", "5")], b"\r\n\r\n!"),
    ),
    "chunks": (
        HEAD + b"Transfer-Encoding: gzip, Chunked\r\n\r\n" + CHUNKS,
        WireRequest("POST", [*TAGS, ("Transfer-Encoding", "gzip, Chunked")], b"abc\xff"),
    ),
    "no chunk": (
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        WireRequest("PUT", [("Transfer-Encoding", "chunked")], b""),
    ),
    "a byte that is no text": (
        b"GET / HTTP/1.1\r\nA: \xff\r\n\r\n",
        WireRequest("GET", [("A", "\udcff")], b""),
    ),
}


@pytest.mark.parametrize(("data", "expected"), REQUESTS.values(), ids=REQUESTS)
@given(cuts=st.lists(st.integers(0, 200)))
def test_a_request_is_read_in_pieces_of_any_size(data, expected, cuts):
    ends = sorted({min(cut, len(data)) for cut in cuts} - {len(data)})
    *pieces, last = (data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True))
    reader = RequestReader("utf-8")
    assert [reader.feed(piece) for piece in pieces] == [None] * len(pieces)
    assert reader.feed(last) == expected
    assert reader.feed(b"more") is None


def test_a_long_request_is_read_quickly():
    reader = RequestReader("latin-1")
    assert reader.feed(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: ") is None
    for _ in range(2000):
        assert reader.feed(b"y" * 50) is None
    assert reader.feed(b"\r\n\r\n") is None
    for _ in range(2000):
        assert reader.feed(b"1\r\nz\r\n") is None
    request = reader.feed(memoryview(b"0\r\n\r\n"))
    assert request is not None
    assert request.body == b"z" * 2000


def test_a_client_that_holds_its_body_back():
    reader = RequestReader("latin-1")
    assert reader.feed(b"PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n") is None
    assert not reader.holds_back
    assert reader.feed(b"\r\n") is None
    assert reader.holds_back
    assert reader.feed(b"a") is None
    assert reader.feed(b"b") is not None
    assert not reader.holds_back


class _Socket(io.BytesIO):
    def makefile(self, mode: str) -> _Socket:
        return self

    def close(self) -> None:
        pass  # so that one can see what the client has left in it


def read(data: bytes, method: str = "GET") -> tuple[int, str, list[tuple[str, str]], bytes, bytes]:
    """What Python's own client reads of it, and what it leaves."""
    connection = _Socket(data)
    answer = http.client.HTTPResponse(connection, method=method)
    answer.begin()
    return answer.status, answer.reason, answer.getheaders(), answer.read(), connection.read()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response(200, b"abc"), (200, "OK", [("Content-Length", "3")], b"abc")),
        (Response(499), (499, "", [("Content-Length", "0")], b"")),
        (
            Response(200, b"abc", [("A", "1"), ("a", "2"), ("content-length", "3")]),
            (200, "OK", [("A", "1"), ("a", "2"), ("content-length", "3")], b"abc"),
        ),
        (Response(204, b"abc"), (204, "No Content", [], b"")),
        (Response(304, b"abc"), (304, "Not Modified", [], b"")),
        (
            Response(200, b"abc", {"Transfer-Encoding": "chunked"}),
            (200, "OK", [("Transfer-Encoding", "chunked")], b"abc"),
        ),
        (
            Response(200, b"", {"Transfer-Encoding": "chunked"}),
            (200, "OK", [("Transfer-Encoding", "chunked")], b""),
        ),
    ],
)
def test_an_answer_is_written(answer, expected):
    assert read(written(answer)) == (*expected, b"")


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}, {"Content-Length": "3"}])
def test_an_answer_to_a_request_for_the_head_alone(headers):
    answer = Response(200, b"", headers, is_head=True)
    assert read(written(answer), "HEAD") == (200, "OK", [*headers.items()], b"", b"")
