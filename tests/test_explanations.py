"""What Hypothesis adds to an error explains the user's code, and none of this package's."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_asyncops
from pytest_asyncops.explanations import keep_to_users_lines, users_lines

NOTES = [
    "Failing test case: test_one(",
    "    n=16,",
    ")",
    "Explanation:",
    "    These lines were always and only run by failing test cases:",
    "        /home/me/test_jobs.py:11",
    "        /lib/x/mocking.py:178",
    "        (and 5 more with settings.verbosity >= verbose)",
    "You can reproduce this:",
]


@pytest.mark.parametrize(
    ("gone", "kept"),
    [
        ([], [0, 1, 2, 3, 4, 5, 7, 8]),
        ([5], [0, 1, 2, 8]),
        ([5, 7], [0, 1, 2, 8]),
        ([7, 8], [0, 1, 2, 3, 4, 5]),
        ([6], [0, 1, 2, 3, 4, 5, 7, 8]),
        ([5, 6, 7], [0, 1, 2, 3, 4, 8]),
    ],
)
def test_what_is_left(gone: list[int], kept: list[int]) -> None:
    notes = [note for at, note in enumerate(NOTES) if at not in gone]
    assert users_lines(notes, "/lib/x/") == [NOTES[at] for at in kept]


@given(st.lists(st.text("a/ :()", max_size=6)))
def test_notes_without_such_lines_stay(notes: list[str]) -> None:
    assert users_lines(notes, "/lib/x/") == notes


def test_the_notes_of_a_group_too() -> None:
    here = os.path.dirname(pytest_asyncops.__file__)
    inner, outer = ValueError("inner"), ValueError("outer")
    inner.__notes__ = ["Because:", f"    {here}/mocking.py:1"]  # type: ignore[attr-defined]
    outer.__notes__ = ["n=1"]  # type: ignore[attr-defined]
    outer.exceptions = (inner,)  # type: ignore[attr-defined]
    keep_to_users_lines(outer)
    assert inner.__notes__ == []  # type: ignore[attr-defined]
    assert outer.__notes__ == ["n=1"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("notes", [None, "text", [1]])
def test_what_is_no_list_of_texts_stays(notes: object) -> None:
    error = ValueError()
    error.__notes__ = notes  # type: ignore[attr-defined]
    keep_to_users_lines(error)
    assert error.__notes__ == notes  # type: ignore[attr-defined]
    keep_to_users_lines(ValueError())
