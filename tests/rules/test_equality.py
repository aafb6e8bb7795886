"""Values are equal as they are in JSON, judged by one way to write each of them."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.rules.equality import json_equal

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2),
    st.sampled_from([0.0, -0.0, 1.0, 1.5, 2.0**60, 2**60, 2**60 + 1]),
    st.sampled_from(["", "1", "true", "null"]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)


def alike(value):
    """A value that is often equal to this one: other numbers and booleans, in another order."""
    if isinstance(value, dict):
        return st.fixed_dictionaries({name: alike(value[name]) for name in reversed(value)})
    if isinstance(value, list):
        return st.tuples(*map(alike, value)).map(list)
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return st.sampled_from([value, bool(value), int(value), float(value)])
    return st.just(value)


def written(value):
    """The one way to write a value: members sorted, numbers as fractions."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{written(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(Fraction(value))
    return json.dumps(value)


@given(st.data())
def test_what_is_written_alike_is_equal_and_nothing_else_is(data):
    one = data.draw(values)
    other = data.draw(alike(one) | values)
    assert json_equal(one, other) == json_equal(other, one) == (written(one) == written(other))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (True, 1, False),
        (False, 0, False),
        (True, 1.0, False),
        (True, True, True),
        (1, 1.0, True),
        (0, -0.0, True),
        (None, False, False),
        (None, None, True),
        ("1", 1, False),
        ([1, "a"], [1.0, "a"], True),
        ([False], [0], False),
        ([1], [True], False),
        ([[0]], [[False]], False),
        ([[0]], [[0.0]], True),
        ([1], [1, 1], False),
        ([], {}, False),
        ({"a": None}, {}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": [{"b": True}]}, {"a": [{"b": 1}]}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1.0}]}, True),
        (float("nan"), float("nan"), False),
    ],
)
def test_equal_and_unequal(one, other, equal):
    assert json_equal(one, other) is json_equal(other, one) is equal
