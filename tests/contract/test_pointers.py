"""Any name is a part of a JSON pointer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.contract.pointers import escape, unescape


@given(st.text(alphabet="~/01a"))
def test_a_name_is_escaped_and_back(name):
    assert "/" not in escape(name)
    assert unescape(escape(name)) == name


def test_what_escapes_is_escaped_first():
    assert escape("~1/~") == "~01~1~0"
    assert unescape("~01") == "~1"
