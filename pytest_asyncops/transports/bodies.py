"""The body of a request as bytes, in every form that http.client accepts."""

from __future__ import annotations

from typing import Any

_BLOCK = 8192
"""How much http.client reads at once."""


def body_bytes(body: Any) -> bytes:
    r"""The bytes that http.client sends for any body.

    >>> body_bytes(None), body_bytes("ü"), body_bytes(iter([b"a", b"b"]))
    (b'', b'\xc3\xbc', b'ab')
    """
    if body is None:
        return b""
    if not hasattr(body, "read"):
        try:
            return _piece(body)
        except TypeError:  # an iterable
            return b"".join(map(_piece, body))
    # A file, or something that is read like one: a read may give less than it was asked for.
    return b"".join(map(_piece, iter(lambda: body.read(_BLOCK) or None, None)))


def has_length(body: Any) -> bool:
    """Whether the length of a body is known before it is sent, so that it need not be chunked.

    >>> has_length("text"), has_length(iter([b"a"]))
    (True, False)
    """
    if body is None or isinstance(body, str):
        return True
    if hasattr(body, "read"):
        return False
    try:
        memoryview(body)
    except TypeError:
        return False
    return True


def _piece(piece: Any) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(memoryview(piece))
