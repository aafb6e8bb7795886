"""There are as many undocumented members as are wanted, and no two of a name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.strategies.schema.extras import (
    extra_names,
    filled_up,
    map_members,
    some_extras,
)
from pytest_asyncops.strategies.schema.objects import objects
from pytest_asyncops.strategies.schema.options import Options, make_options
from pytest_asyncops.strategies.schema.recipes import NULL, constant
from pytest_asyncops.strategies.schema.shapes import Shape

FEW_LETTERS = make_options({"alphabet": "ab", "max_length": 1})


def test_names_are_plausible_ones_and_free_texts():
    names = {*anew(extra_names(FEW_LETTERS).strategy(), 400)}
    assert names == {"x_new", "newField", "labels", "@type", "", "a", "b"}


def test_extra_members_are_none_one_or_two_and_mostly_none():
    extras = some_extras(constant(5), Options())
    found = anew(extras.strategy(), 400)
    sizes = [len(value) for value in found]
    assert {*sizes} == {0, 1, 2}
    assert sizes.count(0) > 200
    assert {inner for value in found for inner in value.values()} == {5}
    shape = Shape({"a": NULL}, {}, extras)
    assert {len(value) for value in anew(objects([shape]).strategy(), 400)} == {1, 2, 3}


def test_a_map_has_as_many_members_as_a_list_has_items():
    for most in (0, 1, 2, 7):
        options = make_options({"alphabet": "x", "max_length": 0})
        found = anew(map_members(constant(5), options, most).strategy(), 400)
        assert {len(value) for value in found} == {*range(most + 1)}


COUNTS = st.integers(0, 4)


@given(COUNTS, st.none() | COUNTS, COUNTS, st.data())
def test_there_are_members_until_there_are_enough(least, more, usual, data):
    most = None if more is None else max(least, 1) + more
    options = make_options({"alphabet": "x", "max_length": 0})
    values = data.draw(st.sampled_from([None, constant(7)]))
    optional = {"b": constant(0), "c": constant(0)}
    told = Shape({"a": constant(0)}, optional, unwelcome=("x_new", "labels"))
    shape = filled_up(told, values, least, most, options, usual)
    if not shape.is_possible:
        assert (values, least) == (None, 4)
        return
    value = data.draw(objects([shape]).strategy())
    assert least <= len(value)
    assert most is None or len(value) <= most
    others = {name: inner for name, inner in value.items() if name not in "abc"}
    assert others == dict.fromkeys(others, 7)
    assert not others.keys() & {"x_new", "labels"}
    assert "a" in value
    documented = len(value) - len(others)
    assert len(others) <= (0 if values is None else max(usual, least - documented))


def test_thousands_of_members_have_names_and_values_of_their_own():
    shape = filled_up(Shape({}, {}), constant([]), 3_000, None, Options(), 0)
    for value in anew(objects([shape]).strategy(), 10, 1):
        assert len(value) == 3_000
        assert len({*map(id, value.values())}) == 3_000
