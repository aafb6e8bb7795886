"""Reads multipart bodies (RFC 7578), for a server that keeps no content."""

from __future__ import annotations

from email.message import Message
from email.parser import HeaderParser
from typing import NamedTuple


class Part(NamedTuple):
    """A part of a body.

    Attributes:
        name: the name of its field.
        file_name: its file name; ``None`` if it is not a file.
        content: the bytes.
    """

    name: str
    file_name: str | None
    content: bytes


def read_multipart(content_type: str, body: bytes) -> list[Part]:
    r"""The parts of a body.

    Args:
        content_type: the header of the request.
        body: the body.

    Raises:
        ValueError: if it is not multipart, or broken off, or has a part without a name.

    >>> body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    >>> read_multipart("multipart/form-data; boundary=x", body)
    [Part(name='a', file_name=None, content=b'1')]
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary("")
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise ValueError("the body must be multipart/form-data with a boundary")
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    # Anything before the first mark and after the last one is ignored (RFC 2046, 5.1.1).
    _, *pieces = (b"\r\n" + body).split(mark)
    if not pieces or not pieces.pop().startswith(b"--"):
        raise ValueError("the body has no end: it broke off, or the boundary is not the header's")
    return [_part(piece) for piece in pieces]


def _part(piece: bytes) -> Part:
    # After the mark there may be white space up to the end of the line.
    _, _, rest = piece.partition(b"\r\n")
    head, blank, content = rest.partition(b"\r\n\r\n")
    headers = HeaderParser().parsestr(head.decode("utf-8", "replace"))
    name = headers.get_param("name", header="Content-Disposition")
    if not blank or not isinstance(name, str):
        raise ValueError("a part has no name")
    return Part(name, headers.get_filename(), content)
