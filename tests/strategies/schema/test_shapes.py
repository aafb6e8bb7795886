"""Shapes say which members objects have; what is asked of them changes that and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.object_shapes import GROUPED, NAMES, shapes

from pytest_asyncops.strategies.schema.recipes import NULL, constant
from pytest_asyncops.strategies.schema.shapes import Shape, documented, free_name, others_of


@given(shapes(), st.sampled_from(NAMES))
def test_what_is_required_of_a_shape_is_kept_to_and_what_is_taken_away_is_gone(shape, name):
    required = shape.requiring(name, constant(7))
    assert required.members.keys() == {*shape.members, name}
    assert required.required.keys() == {*shape.required, name}
    assert required.members[name].values == (7,)
    gone = shape.without(name)
    assert gone.members.keys() == shape.members.keys() - {name}
    assert not gone.has(name)
    assert not gone.can_be_set(name)
    if shape.has(name):
        assert shape.requiring(name).members[name] is shape.members[name]
        swapped = shape.replacing(name, constant(8))
        assert swapped.members[name].values == (8,)
        assert swapped.required.keys() == shape.required.keys()
        assert shape.can_be_set(name) is (shape.members[name] is not NULL)


def test_what_belongs_together_is_required_and_left_out_together():
    assert GROUPED.required.keys() == {"a", "d"}
    assert GROUPED.requiring("c").required.keys() == {"a", "b", "c", "d"}
    assert [GROUPED.presence_of(name) for name in "bce"] == ["b", "b", "e"]
    left = GROUPED.without("c")
    assert left.members.keys() == {"a", "d", "e"}
    assert left.groups == ()
    alone = GROUPED.requiring("c").without("c")
    assert alone.members.keys() == {"a", "b", "d", "e"}


@given(shapes(), st.integers(0, 6), st.none() | st.integers(0, 6), st.booleans())
def test_a_shape_is_possible_if_as_many_members_can_be_there(shape, least, most, is_filled):
    counted = replace(shape, least=least, most=most, fill=constant if is_filled else None)
    there = len(shape.members) if not is_filled else 99
    wanted = range(least, 99 if most is None else most + 1)
    assert counted.is_possible is any(
        count in wanted for count in range(len(shape.required), there + 1)
    )


@given(st.sampled_from(["a", "a_", "b"]), st.sets(st.sampled_from(["a", "a_", "a__"])))
def test_a_free_name_is_one_that_nothing_has(name, taken):
    found = free_name(name, taken, {"b": 1})
    assert found.rstrip("_") == name.rstrip("_")
    assert found not in {*taken, "b"}


INTEGER, STRING = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "required", "optional", "others"),
    [
        ({}, {}, {}, {}),
        ({"properties": {"a": INTEGER, "b": STRING}}, {}, {"a": INTEGER, "b": STRING}, {}),
        ({"properties": {"a": INTEGER}, "required": ["b", "a"]}, {"a": INTEGER, "b": {}}, {}, {}),
        ({"required": ["b"], "additionalProperties": STRING}, {"b": STRING}, {}, STRING),
        ({"properties": {"a": INTEGER}, "additionalProperties": True}, {}, {"a": INTEGER}, {}),
        ({"additionalProperties": False}, {}, {}, None),
        ({"additionalProperties": {}}, {}, {}, {}),
    ],
    ids=str,
)
def test_what_a_schema_documents(schema, required, optional, others):
    shape = documented(schema)
    assert (shape.required, shape.optional) == (required, optional)
    assert shape.order == shape.unwelcome == (*{**schema.get("properties", {}), **required},)
    assert others_of(schema) == others


def test_parts_are_exchanged_for_their_recipes():
    one, other = {"type": "integer"}, {"type": "integer"}
    told = Shape({"a": one}, {"b": other, "c": NULL}, unwelcome=("x",)).grouped([("b", "c")])
    first, second = constant(1), constant(2)
    made = told.with_recipes({id(one): first, id(other): second, id(NULL): NULL})
    assert made == Shape(
        {"a": first}, {"b": second, "c": NULL}, None, (), (), (("b", "c"),), ("x",)
    )


def test_what_has_no_recipe_is_left_out_with_what_comes_with_it():
    one, other = {"type": "integer"}, {"type": "integer"}
    told = Shape({"a": one}, {"b": other, "c": NULL}).grouped([("b", "c")])
    first = constant(1)
    made = told.with_recipes({id(one): first, id(NULL): NULL})
    assert made == Shape({"a": first}, {})
    assert told.with_recipes({id(other): first, id(NULL): NULL}) is None
