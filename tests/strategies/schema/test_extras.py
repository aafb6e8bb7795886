"""Undocumented members have names of their own, and there are as many as are wanted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.strategies.schema.extras import (
    extra_names,
    filled_up,
    some_extras,
    with_extras,
)
from pytest_asyncops.strategies.schema.objects import objects
from pytest_asyncops.strategies.schema.options import Options, make_options
from pytest_asyncops.strategies.schema.recipes import NULL, constant
from pytest_asyncops.strategies.schema.shapes import Shape


@given(st.sets(st.sampled_from(["x_new", "newField", "labels", "", "_", "y"])), st.data())
def test_extra_names_are_none_of_those_that_are_taken(taken, data):
    names = extra_names(taken, make_options({"alphabet": "xy", "max_length": 2}))
    assert data.draw(names.strategy()) not in taken


def test_extra_members_are_none_one_or_two_and_mostly_none():
    extras = some_extras(extra_names((), Options()), constant(5))
    found = anew(extras.strategy(), 400)
    sizes = [len(value) for value in found]
    assert {*sizes} == {0, 1, 2}
    assert sizes.count(0) > 200
    assert {inner for value in found for inner in value.values()} == {5}
    shape = Shape({"a": NULL}, {}, extras)
    assert {len(value) for value in anew(objects([shape]).strategy(), 400)} == {1, 2, 3}


FEW_LETTERS = make_options({"alphabet": "ab", "max_length": 1})


def test_no_undocumented_member_has_a_name_that_is_documented_or_unwelcome():
    schema = {"properties": {"x_new": {}, "newField": {}}, "required": ["a"]}
    told = [Shape({"a": NULL}, {}), Shape({"a": NULL}, {}, unwelcome=("b", "labels"))]
    free, strict = with_extras(told, schema, constant(7), FEW_LETTERS)
    names = [
        {name for value in anew(shape.extras.strategy(), 400) for name in value}
        for shape in (free, strict)
    ]
    documented = {"x_new", "newField", "a"}
    assert not (names[0] | names[1]) & documented
    assert {"b", "labels", "", "@type", "a_"} <= names[0]
    assert not names[1] & {"b", "labels"}
    assert {"b_", "labels_"} <= names[1]


COUNTS = st.integers(0, 4)


@given(COUNTS, st.none() | COUNTS, COUNTS, st.data())
def test_there_are_undocumented_members_until_there_are_enough(least, more, max_items, data):
    most = None if more is None else max(least, 1) + more
    options = Options(max_items=max_items)
    shape = filled_up(Shape({"a": constant(0)}, {}), constant(7), least, most, options)
    value = data.draw(objects([shape]).strategy())
    assert least <= len(value)
    assert len(value) <= (1 + max(least - 1, max_items) if most is None else most)
    assert {**value, "a": 7} == dict.fromkeys(value, 7)
    assert value["a"] == 0
