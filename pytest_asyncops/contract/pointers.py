"""The parts of JSON pointers (RFC 6901)."""

from __future__ import annotations


def escape(name: str) -> str:
    """A member's name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """A member's name, from a part of a JSON pointer."""
    return part.replace("~1", "/").replace("~0", "~")
