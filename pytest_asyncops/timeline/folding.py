"""Folds what is alike in a long list of lines, and cuts what is still too long."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Union

_LONGEST_PERIOD = 12
"""So many lines may be repeated together."""

_FEWEST = 4
"""So often something has to be repeated: the first and the last time are shown."""


class Folded(NamedTuple):
    """Lines that are not shown.

    Attributes:
        start: the index of the first.
        end: the index after the last.
        is_repeat: whether they repeat what stands before them.
    """

    start: int
    end: int
    is_repeat: bool


Piece = Union[int, Folded]
"""The index of a line that is shown, or what is not shown."""


def folded(kinds: Sequence[Hashable], most: int | None, around: int | None = None) -> list[Piece]:
    """The lines that are shown, and what stands for the others.

    The longest repetitions are folded first, and no more of them than have to be.

    Args:
        kinds: what each line is; lines of one kind are alike.
        most: how many lines there may be in all; ``None`` for as many as there are.
        around: the index of the line that matters, if one does; it is shown, or folded with others
            like it, unless there is less room than for five lines.

    >>> folded("abcbcbcbcd", 7)
    [0, 1, 2, Folded(start=3, end=7, is_repeat=True), 7, 8, 9]
    """
    count = len(kinds)
    if most is None or count <= most:
        return list(range(count))
    numbers: dict[Hashable, int] = {}
    known = [numbers.setdefault(kind, len(numbers)) for kind in kinds]
    left = count
    folds: list[Folded] = []
    for start, period, times in sorted(_repeats(known), key=lambda run: -run[1] * run[2]):
        if left <= most:
            break
        fold = Folded(start + period, start + period * (times - 1), True)
        folds.append(fold)
        left -= fold.end - fold.start - 1
    pieces: list[Piece] = []
    at = 0
    for fold in sorted(folds):
        pieces += [*range(at, fold.start), fold]
        at = fold.end
    pieces += range(at, count)
    if len(pieces) <= most:
        return pieces
    at = (
        len(pieces)
        if around is None
        else next(at for at, piece in enumerate(pieces) if around < _end(piece))
    )
    head = (most - 1) // 2
    if around is None or at < head:
        tail = most - 1 - head
        if isinstance(pieces[-tail], Folded):  # what it repeats is not shown
            tail -= 1
        return [*pieces[:head], *_cut(pieces[head:-tail]), *pieces[-tail:]]
    first = min(at - most // 4, len(pieces) - most + 1)
    after = first + most - 2
    return [*_cut(pieces[:first]), *pieces[first:after], *_cut(pieces[after:])]


def _cut(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """What stands for these: nothing is shorter than one of them."""
    return [Folded(_start(pieces[0]), _end(pieces[-1]), False)] if len(pieces) > 1 else pieces


def _start(piece: Piece) -> int:
    return piece if isinstance(piece, int) else piece.start


def _end(piece: Piece) -> int:
    return piece + 1 if isinstance(piece, int) else piece.end


def _repeats(kinds: Sequence[int]) -> list[tuple[int, int, int]]:
    """Where something is repeated: its start, its length, and how often it is there."""
    found: list[tuple[int, int, int]] = []
    at, count = 0, len(kinds)
    while at < count:
        best = (0, 0, 0)
        for period in range(1, min(_LONGEST_PERIOD, (count - at) // _FEWEST) + 1):
            end = at + period
            while end < count and kinds[end] == kinds[end - period]:
                end += 1
            times = (end - at) // period
            if times >= _FEWEST and times * period > best[1] * best[2]:
                best = (at, period, times)
        if best[2]:
            found.append(best)
        at += best[1] * best[2] or 1
    return found
