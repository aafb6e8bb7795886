"""Shapes say which members objects have; what is asked of them changes that and nothing else."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.object_shapes import GROUPED, NAMES, shapes

from pytest_asyncops.strategies.schema.recipes import NULL, constant
from pytest_asyncops.strategies.schema.shapes import Shape, counted, documented, others_of


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


@given(shapes(), st.integers(0, 6), st.none() | st.integers(0, 6))
def test_counted_shapes_have_just_the_numbers_of_members_that_are_asked_for(shape, least, more):
    needed, there = len(shape.required), len(shape.members)
    most = None if more is None else max(least, needed) + more
    if least > there:
        return
    found = counted(shape, least, most, ValueError)
    sets = {
        frozenset({*one.required, *names})
        for one in found
        for size in range(len(one.optional) + 1)
        for names in itertools.combinations(one.optional, size)
    }
    assert sets == {
        frozenset({*shape.required, *names})
        for size in range(there - needed + 1)
        for names in itertools.combinations(shape.optional, size)
        if least <= needed + size <= (there if most is None else most)
    }


def test_where_members_can_be_chosen_in_many_ways_each_is_in_some_and_not_in_others():
    shape = Shape({}, {f"p{number}": NULL for number in range(9)})
    for least, most in ((4, None), (0, 4), (4, 4)):
        found = counted(shape, least, most, ValueError)
        assert len(found) == 9
        for one in found:
            assert len(one.required) == least
            assert most is None or len(one.members) == most
        for name in shape.optional:
            assert any(name in one.members for one in found)
            assert any(name not in one.required for one in found)


def test_too_few_members_are_refused():
    shape = Shape({}, {f"p{number}": NULL for number in range(9)})
    assert len(counted(shape, 2, None, ValueError)) == 36
    with pytest.raises(ValueError, match="minProperties 10 beyond the documented members"):
        counted(shape, 10, None, ValueError)


def test_where_members_are_counted_none_is_undocumented():
    shape = Shape({"a": NULL}, {"b": NULL}, extras=constant([("c", 1)]))
    assert [one.extras for one in counted(shape, 2, 2, ValueError)] == [None]


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
    assert shape.order == (*{**schema.get("properties", {}), **required},)
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
