"""Sets of characters, and how they are written in a pattern."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.contract.characters import (
    CLASSES,
    DOT,
    LAST,
    categories,
    joined,
    literal,
    one_of,
    others,
)

CODES = st.one_of(st.integers(0, 0x7F), st.integers(0, LAST))
ROWS = st.lists(st.tuples(CODES, CODES).map(sorted).map(tuple), max_size=5)


def has(ranges, code):
    return any(low <= code <= high for low, high in ranges)


@given(ROWS, CODES)
def test_joined_rows_have_the_same_characters_once_and_in_order(rows, code):
    found = joined(rows)
    assert has(found, code) == has(rows, code)
    flat = [end for row in found for end in row]
    assert flat == sorted(flat)
    assert all(high + 1 < low for (_, high), (low, _) in pairwise(found))


@given(ROWS, CODES)
def test_the_others_are_those_that_are_not_there(rows, code):
    found = joined(rows)
    assert has(others(found), code) != has(found, code)
    assert others(others(found)) == found


@given(ROWS, CODES)
def test_a_set_is_written_as_a_pattern_of_its_characters(rows, code):
    ranges = joined(rows)
    assert (re.fullmatch(one_of(ranges), chr(code)) is not None) == has(ranges, code)


@pytest.mark.parametrize("ranges", [(), ((0, LAST),)])
def test_of_no_characters_and_of_all(ranges):
    for code in (0, 10, 0xD800, LAST):
        assert (re.fullmatch(one_of(ranges), chr(code)) is not None) == bool(ranges)


@given(CODES)
def test_a_character_is_written_so_that_it_stands_for_itself(code):
    assert re.fullmatch(literal(code), chr(code))


@pytest.mark.parametrize("name", "dws")
def test_a_class_and_its_complement_have_all_characters_between_them(name):
    both = (*CLASSES[name], *CLASSES[name.upper()])
    assert joined(both) == ((0, LAST),)
    assert not has(DOT, 0x2028)


@given(CODES)
def test_a_character_is_in_its_category_of_one_letter_and_of_two(code):
    name = unicodedata.category(chr(code))
    assert {found for found in categories() if has(categories()[found], code)} == {name, name[0]}
