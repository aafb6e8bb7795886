"""Objects have the members that their shapes say, in the order that these say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.object_shapes import GROUPED, shapes
from support.samples import anew

from pytest_asyncops.strategies.schema.objects import objects
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
