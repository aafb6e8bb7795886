"""Objects have the members that their shapes say, in the order that these say."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from support.object_shapes import GROUPED, shapes
from support.samples import anew

from pytest_asyncops.strategies.schema.extras import some_extras
from pytest_asyncops.strategies.schema.objects import objects
from pytest_asyncops.strategies.schema.options import make_options
from pytest_asyncops.strategies.schema.recipes import choice, constant
from pytest_asyncops.strategies.schema.shapes import Shape


@given(shapes(), st.data())
def test_what_is_required_is_there_and_the_order_is_kept(shape, data):
    value = data.draw(objects([shape]).strategy())
    assert shape.required.keys() <= value.keys() <= shape.members.keys()
    assert [*value] == [name for name in shape.order if name in value]
    for name, inner in value.items():
        assert inner in shape.members[name].values


@given(shapes(), shapes(), st.data())
def test_the_objects_of_several_shapes_are_those_of_one_of_them(one, other, data):
    value = data.draw(objects([one, other]).strategy())
    assert any(
        shape.required.keys() <= value.keys() <= shape.members.keys()
        and all(inner in shape.members[name].values for name, inner in value.items())
        for shape in (one, other)
    )


def test_each_member_that_may_be_there_is_and_is_not():
    shape = Shape({"a": constant(0)}, {"b": constant(1), "c": constant(2)})
    met = {tuple(value.items()) for value in anew(objects([shape]).strategy(), 200)}
    optional = [(), (("b", 1),), (("c", 2),), (("b", 1), ("c", 2))]
    assert met == {(*there, ("a", 0)) for there in optional}


def test_each_member_chooses_by_itself():
    plain, other = Shape({"a": choice("xy"), "b": choice("xy")}, {}), Shape({"b": choice("zw")}, {})
    met = {"".join(value.values()) for value in anew(objects([plain, other]).strategy(), 200)}
    assert met == {"xx", "xy", "yx", "yy", "z", "w"}


def test_what_belongs_together_comes_together():
    met = {"".join(value) for value in anew(objects([GROUPED]).strategy(), 200)}
    assert met == {"da", "eda", "dcba", "edcba"}


ADDED = (lambda value: {**value, "b": 1}, lambda value: {**value, "c": value["b"] + 1})


@given(objects([Shape({"a": constant(0)}, {}, finish=ADDED)]).strategy())
def test_what_is_seen_to_in_the_end_is_done_in_turn(value):
    assert value == {"a": 0, "b": 1, "c": 2}


def test_undocumented_members_have_names_that_are_neither_documented_nor_unwelcome():
    options = make_options({"alphabet": "ab", "max_length": 1})
    extras = some_extras(constant(7), options)
    told = Shape({"a": constant(0)}, {}, extras, unwelcome=("a", "b", "labels", "x_new"))
    met = {name for value in anew(objects([told]).strategy(), 400) for name in value}
    assert {"a", "a_", "b_", "labels_", "x_new_", "", "@type", "newField"} <= met
    assert not met & {"b", "labels", "x_new"}


@given(st.integers(0, 4), st.integers(0, 4), st.data())
@example(4, 0, None)
def test_where_members_are_counted_what_belongs_together_stays_together(least, more, data):
    free = Shape({}, {name: constant(name) for name in "abcde"}).grouped([("b", "d")])
    shape = replace(free, least=least, most=max(least, 1) + more)
    if data is None:  # all that comes alone is wanted, and then there is no room for two
        value = objects([shape]).make(None, bytes([0, 1, 0, 1, 0, 1]), 0)
    else:
        value = data.draw(objects([shape]).strategy())
    assert least <= len(value) <= max(least, 1) + more
    assert ("b" in value) is ("d" in value)


def test_every_number_of_members_and_every_member_is_met():
    free = Shape({"a": constant(0)}, {name: constant(1) for name in "bcdefgh"})
    met = anew(objects([replace(free, least=3, most=5)]).strategy(), 600)
    assert {len(value) for value in met} == {3, 4, 5}
    assert {name for value in met for name in value} == {*"abcdefgh"}


def test_no_shape_is_lost_however_many_there_are():
    shapes = [Shape({"a": constant(number)}, {}) for number in range(300)]
    met = {value["a"] for value in anew(objects(shapes).strategy(), 6_000)}
    assert {*range(256, 300)} <= met
