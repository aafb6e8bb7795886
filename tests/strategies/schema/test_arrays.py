"""Lists are as long as they are wanted, and where items have to differ they do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.rules.equality import json_equal
from pytest_asyncops.strategies.schema.arrays import arrays, identity, sets, unlike
from pytest_asyncops.strategies.schema.recipes import choice, constant, from_strategy

SIZES = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted)
BITS = from_strategy(st.integers(0, 1))


@given(SIZES, st.data())
def test_lists_have_at_least_and_at_most_so_many_items(sizes, data):
    least, most = sizes
    items = data.draw(arrays(constant({}), least, most).strategy())
    assert least <= len(items) <= most
    assert items == [{}] * len(items)


@settings(max_examples=50)
@given(SIZES, st.sampled_from([choice([1, 1.0, True, "1"]), from_strategy(st.text())]), st.data())
def test_no_two_items_of_a_set_are_equal(sizes, items, data):
    least, most = sizes
    found = data.draw(sets(items, least, most, ValueError).strategy())
    assert len({*map(identity, found)}) == len(found)
    assert least <= len(found) <= most


def test_a_set_with_more_places_than_values_is_refused():
    with pytest.raises(ValueError, match="2 values cannot fill 3 places"):
        sets(choice([1, 1.0, True]), 3, 5, ValueError)


def test_the_items_of_a_set_are_the_users_to_change():
    lists = sets(choice([{}, []]), 2, 2, ValueError).strategy()
    for one, other in anew(lists, 20, 5):
        assert sorted(map(str, (one, other))) == ["[]", "{}"]
        (one if isinstance(one, list) else other).append(1)


@given(unlike(BITS.strategy(), 2, 5, lambda bit: bit).strategy())
def test_where_doubles_leave_too_few_items_there_are_still_enough(bits):
    assert sorted(bits) == [0, 1]


JSON = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2, 0.0, 1.0, 0.5, "", "a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)


def same(one, other):
    """Whether two JSON values are equal, member by member."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return json_equal(one, other)


@given(JSON, JSON)
def test_equal_values_and_no_others_have_one_identity(one, other):
    assert (identity(one) == identity(other)) is same(one, other)
    assert identity(json.loads(json.dumps(one))) == identity(one)
    assert hash(identity(one)) is not None


def test_true_is_not_one_and_one_is_however_it_is_written():
    assert len({*map(identity, [True, 1, 1.0, False, 0, -0.0])}) == 4
    assert identity({"a": 1, "b": [True]}) == identity({"b": [True], "a": 1.0})
    assert identity([{"a": 1}]) != identity([{"a": True}])
    assert identity([]) != identity({})


def test_long_lists_repeat_the_items_of_a_short_one_and_each_is_fresh():
    @settings(max_examples=10, database=None)
    @given(arrays(choice([{}, [], 1]), 5000, 5001).strategy())
    def check(items):
        assert len(items) in (5000, 5001)
        changeable = [id(item) for item in items if item != 1]
        assert len({*changeable}) == len(changeable)

    check()


def test_too_many_items_that_all_differ_are_refused_when_they_are_asked_for():
    with pytest.raises(ValueError, match="5000 distinct items are too many to draw"):
        sets(from_strategy(st.integers()), 5000, 5000, ValueError)
