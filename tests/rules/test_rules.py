"""What the kinds of rules say of values: which are fixed, where they stand, what is in order."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rule_kinds import KINDS, NAMES, mappings, members, statuses

from pytest_asyncops.rules.rules import Fixed, Ordered


@pytest.mark.parametrize(
    ("allowed", "good", "bad"),
    [
        ((1, "x"), [1, 1.0, "x"], [True, "1", 2, None]),
        ((True, None), [True, None], [1, 1.0, False, 0]),
        (([0], {"b": False}), [[0], [0.0], {"b": False}], [[False], [], {"b": 0}, {}]),
    ],
)
def test_fixed_values_are_equal_as_in_json(allowed, good, bad):
    fixed = Fixed(("a",), {200: allowed})
    assert [value for value in (*good, *bad) if not list(fixed.breaks({"a": value}, 200))] == good


@given(data=st.data(), status=statuses)
def test_a_kind_names_the_value_that_stands_at_the_path(data, status):
    made = data.draw(st.one_of(*KINDS.values()))
    value = data.draw(mappings)
    for path, found, message in made.breaks(value, status):
        there = value
        for name in path:
            there = there.get(name)
        assert there is found
        assert message


# Some of these texts are of the usual form, some are not; the instant beside each is in seconds.
def stamp(second: int, form: str) -> str:
    snapshot = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=second)
    if form == "zone":
        return (snapshot + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    return snapshot.strftime("%Y-%m-%dT%H:%M:%S") + form


stamps = st.tuples(st.integers(0, 3), st.sampled_from(["Z", "Z", "z", ".000Z", "zone"]))
stamped = st.dictionaries(members, st.none() | stamps)


@given(st.lists(stamped, max_size=3), statuses)
def test_order_is_that_of_instants(given, status):
    made = Ordered(NAMES)
    values = [{name: found and stamp(*found) for name, found in life.items()} for life in given]
    expected = []
    for life in given:
        there = [(name, life[name][0]) for name in NAMES if life.get(name) is not None]
        expected.append(
            [after for (_, earlier), (after, later) in pairwise(there) if later < earlier]
        )
    found = [[path[0] for path, *_ in made.breaks(value, status)] for value in values]
    assert found == expected


def test_what_is_no_text_has_no_order():
    assert list(Ordered(("a", "b")).breaks({"a": 2, "b": "2026-01-01T00:00:00Z"}, 200)) == []
