"""What is folded is alike, nothing gets lost, and it fits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.timeline.folding import Folded, folded

KINDS = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=3), st.integers(1, 9)), max_size=12
).map(lambda parts: "".join(text * times for text, times in parts))


@given(KINDS, st.none() | st.integers(5, 30))
def test_each_line_is_there_once_and_they_fit(kinds: str, most: int | None) -> None:
    pieces = folded(kinds, most)
    at = 0
    for piece in pieces:
        if isinstance(piece, Folded):
            assert piece.start == at < piece.end
            at = piece.end
        else:
            assert piece == at
            at += 1
    assert at == len(kinds)
    assert most is None or len(pieces) <= most
    if most is None or len(kinds) <= most:
        assert pieces == [*range(len(kinds))]


@given(KINDS, st.integers(5, 30))
def test_what_is_folded_as_alike_repeats_what_stands_before_it(kinds: str, most: int) -> None:
    for piece in folded(kinds, most):
        if isinstance(piece, Folded) and piece.is_repeat:
            middle = kinds[piece.start : piece.end]
            assert any(
                middle == kinds[piece.start - period : piece.start] * (len(middle) // period)
                for period in range(1, 13)
            )


@pytest.mark.parametrize(
    ("kinds", "most", "expected"),
    [
        ("", 5, []),
        ("aaaa", 3, [0, Folded(1, 3, True), 3]),
        ("abababab", 5, [0, 1, Folded(2, 6, True), 6, 7]),
        ("aaaaabbbbb", 9, [0, Folded(1, 4, True), *range(4, 10)]),
        ("abcdefghij", 5, [0, 1, Folded(2, 8, False), 8, 9]),
        ("aaabbbcccddd", 5, [0, 1, Folded(2, 10, False), 10, 11]),
        ("xaaaaaaaaay", 5, [0, 1, Folded(2, 9, True), 9, 10]),
        ("abcd" * 5 + "efgh", 5, [0, 1, Folded(2, 22, False), 22, 23]),
        ("efg" + "aaaaa" + "hij", 5, [0, 1, Folded(2, 9, False), 9, 10]),
        ("ef" + "a" * 50 + "h" * 50, 5, [0, 1, Folded(2, 101, False), 101]),
    ],
)
def test_examples(kinds: str, most: int, expected: list[Any]) -> None:
    assert folded(kinds, most) == expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (0, [0, 1, 2, Folded(3, 17, False), 17, 18, 19]),
        (2, [0, 1, 2, Folded(3, 17, False), 17, 18, 19]),
        (3, [Folded(0, 2, False), 2, 3, 4, 5, 6, Folded(7, 20, False)]),
        (9, [Folded(0, 8, False), 8, 9, 10, 11, 12, Folded(13, 20, False)]),
        (19, [Folded(0, 14, False), 14, 15, 16, 17, 18, 19]),
    ],
)
def test_what_matters_is_shown(around: int, expected: list[Any]) -> None:
    assert folded(range(20), 7, around) == expected


@given(KINDS, st.integers(5, 30), st.data())
def test_what_matters_is_shown_or_folded_with_its_like(
    kinds: str, most: int, data: st.DataObject
) -> None:
    around = data.draw(st.integers(0, max(len(kinds) - 1, 0)))
    pieces = folded(kinds, most, around if kinds else None)
    assert len(pieces) <= most
    cut = [piece for piece in pieces if isinstance(piece, Folded) and not piece.is_repeat]
    assert not any(piece.start <= around < piece.end for piece in cut)
    ends = [piece + 1 if isinstance(piece, int) else piece.end for piece in pieces]
    starts = [piece if isinstance(piece, int) else piece.start for piece in pieces]
    assert starts == [0, *ends][: len(starts)]
    assert [*ends][-1:] == ([len(kinds)] if kinds else [])


def test_a_long_list_takes_no_long_time() -> None:
    kinds = [number % 20_011 for number in range(40_000)] + [1, 2] * 10_000
    assert len(folded(kinds, 40)) == 40
