"""A body is read as http.client reads it, in every form that it takes."""

from __future__ import annotations

import array
import io

import pytest

from pytest_asyncops.transports.bodies import body_bytes, has_length


class Encoder:
    """Read like a file, a few bytes at a time, and no iterable."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, 7))


@pytest.mark.parametrize(
    ("body", "content", "sized"),
    [
        (lambda: None, b"", True),
        (lambda: "größe", "größe".encode(), True),
        (lambda: b"\x00", b"\x00", True),
        (lambda: bytearray(b"ab"), b"ab", True),
        (lambda: memoryview(b"ab"), b"ab", True),
        (lambda: array.array("h", [1, 2]), array.array("h", [1, 2]).tobytes(), True),
        (lambda: iter([b"one", "zwö"]), "onezwö".encode(), False),
        (lambda: [b"one", bytearray(b"two")], b"onetwo", False),
        (lambda: io.BytesIO(b"x" * 20_000), b"x" * 20_000, False),
        (lambda: io.StringIO("ü" * 20_000), "ü".encode() * 20_000, False),
        (lambda: Encoder(b"x" * 20), b"x" * 20, False),
    ],
)
def test_a_body(body, content, sized):
    assert body_bytes(body()) == content
    assert has_length(body()) is sized


def test_what_is_no_body():
    with pytest.raises(TypeError):
        body_bytes(5)
