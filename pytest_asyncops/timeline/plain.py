"""Texts that came over the wire, as lines of a report show them."""

from __future__ import annotations


def plain(text: str, most: int = 100) -> str:
    r"""The text on one line, with escape sequences and other marks written out, and cut if long.

    >>> plain("a\x1b[31m\nb"), plain("path/" * 100, 20)
    ('a\\x1b[31m\\nb', 'path/path/…ath/path/')
    """
    if len(text) > most:
        text = f"{text[: most // 2]}…{text[-(most - most // 2 - 1) :]}"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
