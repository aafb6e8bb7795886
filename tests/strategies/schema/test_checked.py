"""Values that are drawn and checked fit, however few do, and nothing is thrown away for it."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.strategies.schema.checked import checked
from pytest_asyncops.strategies.schema.recipes import choice, from_strategy

NUMBERS = from_strategy(st.integers(0, 999))
TROUBLE = ValueError("none is found")


@pytest.mark.parametrize("share", [1, 2, 10])
def test_what_is_drawn_fits_however_few_do(share):
    found = checked([NUMBERS], lambda number: number % share == 0, TROUBLE)
    seen = []

    @settings(max_examples=100, database=None)
    @given(found.strategy())
    def check(number):
        assert number % share == 0
        seen.append(number)

    check()
    assert len(seen) == 100 or len({*seen}) == len(seen)
    assert len({*seen}) > 5


def test_where_none_fits_that_is_said_at_once():
    for ways in ([NUMBERS], [choice([1, 2])], [NUMBERS, choice([1, 2])]):
        with pytest.raises(ValueError, match="none is found"):
            checked(ways, lambda number: number < 0, TROUBLE)


def test_what_is_too_large_to_be_drawn_is_not_found():
    large = from_strategy(st.lists(st.integers(), min_size=20_000))
    with pytest.raises(ValueError, match="none is found"):
        checked([large], bool, TROUBLE)


def test_of_known_values_those_that_fit_are_known():
    assert checked([choice([1, 2, 3])], lambda number: number > 1, TROUBLE).values == (2, 3)


def test_ways_of_which_nothing_fits_are_left_out():
    never = from_strategy(st.nothing())
    found = checked([never, NUMBERS, choice([-1])], lambda number: number >= 0, TROUBLE)
    assert len({*anew(found.strategy(), 50)}) > 5


def test_ways_that_always_fit_are_enough():
    found = checked([NUMBERS, choice([2, 4])], lambda number: number % 2 == 0, TROUBLE)
    assert found.values == (2, 4)


def test_it_is_shrunk_to_something_short():
    found = checked([NUMBERS], lambda number: number % 10 == 7, TROUBLE)
    assert find(found.strategy(), lambda number: True) < 100


def test_what_is_known_to_fit_is_fresh_each_time():
    lists = from_strategy(st.lists(st.integers(0, 99), max_size=3))
    found = checked([lists], lambda items: sum(items) % 3 == 1, TROUBLE)

    @settings(max_examples=50, database=None)
    @given(found.strategy())
    def check(items):
        assert sum(items) % 3 == 1
        items.append(1)

    check()


def test_it_can_be_made_within_a_test_of_hypothesis():
    @settings(max_examples=3, database=None, deadline=None)
    @given(st.data())
    def check(data):
        found = checked([NUMBERS], lambda number: number % 7 == 0, TROUBLE)
        assert data.draw(found.strategy()) % 7 == 0

    check()
