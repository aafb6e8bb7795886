"""Whatever came over the wire is one line of text, and none of it is a command to a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.timeline.plain import plain


@given(st.text(), st.integers(10, 50))
def test_it_is_printable_and_not_long(text: str, most: int) -> None:
    shown = plain(text, most)
    assert shown.isprintable()
    if text.isprintable():
        assert len(shown) <= most


def test_what_is_short_and_harmless_stays() -> None:
    assert plain("GET /v1/operations/op-1 ü 操作") == "GET /v1/operations/op-1 ü 操作"


def test_what_would_command_a_terminal_is_written_out() -> None:
    assert plain("\x1b]0;title\x07\u202e\r\n\t") == r"\x1b]0;title\x07\u202e\r\n\t"


def test_the_middle_is_cut() -> None:
    assert plain("abcdefghij", 5) == "ab…ij"
    assert plain("abcdefghij", 10) == "abcdefghij"
