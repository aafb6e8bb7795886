"""Keeps lines of this package out of what Hypothesis adds to an error as its explanation.

Hypothesis names the lines that failing examples alone have run. It leaves out its own and those of
pytest; a line of this package explains nothing to the author of a test either.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import takewhile

_HERE = os.path.join(os.path.dirname(__file__), "")


def keep_to_users_lines(error: BaseException) -> None:
    """Take the lines of this package out of the notes of an error, and of those in its group."""
    for inner in getattr(error, "exceptions", ()):
        keep_to_users_lines(inner)
    notes = getattr(error, "__notes__", None)
    if isinstance(notes, list) and all(isinstance(note, str) for note in notes):
        notes[:] = users_lines(notes)


def users_lines(notes: Sequence[str], folder: str = _HERE) -> list[str]:
    """The lines that are not of files in this folder, without headings that nothing follows.

    >>> users_lines(["Because:", "  of these:", "    /lib/a.py:1", "n=1"], "/lib/")
    ['n=1']
    """
    kept: list[str] = []
    has_lost = False
    for note in reversed(notes):
        if note.lstrip().startswith(folder):
            has_lost = True
            continue
        if has_lost and note.endswith(":"):
            below = _below(_depth(note), kept)
            if all(one.lstrip().startswith("(") for one in below):  # how many more there are
                del kept[len(kept) - len(below) :]
                continue
            has_lost = bool(_depth(note))
        kept.append(note)
    return kept[::-1]


def _below(depth: int, kept: Sequence[str]) -> list[str]:
    """The lines that stand below one of this depth; the last that was kept is the first."""
    return list(takewhile(lambda one: _depth(one) > depth, reversed(kept)))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
