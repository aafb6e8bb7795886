"""Objects have the members that their shapes say, in the order that these say."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.strategies.schema.objects import (
    Shape,
    counted,
    extra_names,
    objects,
    some_extras,
)
from pytest_asyncops.strategies.schema.options import Options, make_options
from pytest_asyncops.strategies.schema.recipes import NULL, choice, constant

NAMES = "abcde"


@st.composite
def shapes(draw):
    """Shapes whose members are numbers, or null."""
    names = draw(st.permutations(NAMES))
    needed, all_of_them = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 5))))
    made = [
        draw(st.sampled_from([NULL, constant(number), choice([number, -1])])) for number in range(5)
    ]
    members = dict(zip(names, made, strict=True))
    order = tuple(draw(st.permutations(names[:all_of_them])))
    return Shape(
        {name: members[name] for name in names[:needed]},
        {name: members[name] for name in names[needed:all_of_them]},
        order=order,
    )


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


GROUPED = Shape(
    {"a": constant(0)}, {name: constant(name) for name in "bcde"}, order=tuple("edcba")
).grouped([("b", "c"), ("a", "d")])


def test_what_belongs_together_comes_together():
    met = {"".join(value) for value in anew(objects([GROUPED]).strategy(), 200)}
    assert met == {"da", "eda", "dcba", "edcba"}
    assert GROUPED.required.keys() == {"a", "d"}
    assert GROUPED.requiring("c").required.keys() == {"a", "b", "c", "d"}
    assert [GROUPED.presence_of(name) for name in "bce"] == ["b", "b", "e"]
    assert GROUPED.without("b").presence_of("c") == "c"


ADDED = (lambda value: {**value, "b": 1}, lambda value: {**value, "c": value["b"] + 1})


@given(objects([Shape({"a": constant(0)}, {}, finish=ADDED)]).strategy())
def test_what_is_seen_to_in_the_end_is_done_in_turn(value):
    assert value == {"a": 0, "b": 1, "c": 2}


@given(shapes(), st.integers(0, 6), st.none() | st.integers(0, 6))
def test_counted_shapes_have_just_the_numbers_of_members_that_are_asked_for(shape, least, more):
    needed, there = len(shape.required), len(shape.members)
    most = None if more is None else max(least, needed) + more
    if least > there:
        return
    found = counted(shape, least, most)
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


def test_too_many_counted_shapes_are_none():
    shape = Shape({}, {f"p{number}": NULL for number in range(9)})
    assert counted(shape, 4, None) is None
    assert counted(shape, 0, 4) is None
    assert len(counted(shape, 2, None)) == 36


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
