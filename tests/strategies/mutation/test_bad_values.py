"""Bad values break the keyword that they are for, and no other one if that is possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.foreign_validator import broken, foreign

from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies.mutation import bad_values as tested

CONTRACT = load_contract("chainloop.yaml")


def bad_values(schema):
    return {keyword: values for keyword, _, values in tested.bad_values(CONTRACT, schema) if values}


def judged(schema, value):
    """The keywords that a value breaks, as a validator finds them that is not ours."""
    return {keyword for _, keyword in broken(foreign(schema, {}), value)}


LIMITS = st.integers(-20, 20) | st.integers(-20, 20).map(lambda number: number / 4)
NUMBERS = {
    "minimum": LIMITS,
    "maximum": LIMITS,
    "exclusiveMinimum": st.booleans(),
    "exclusiveMaximum": st.booleans(),
    "enum": st.lists(st.integers(-20, 20), min_size=1, max_size=3),
}
TEXTS = {
    "minLength": st.integers(0, 5),
    "maxLength": st.integers(0, 5),
    "pattern": st.sampled_from(["^[a-z]+$", "^[0-9]*$", "b$", "^.{2}$"]),
    "enum": st.lists(st.sampled_from(["a", "b", "On", "ok"]), min_size=1, max_size=3),
}
NULLABLE = {"nullable": st.booleans()}


def typed(name, **optional):
    return st.fixed_dictionaries({"type": st.just(name)}, optional={**NULLABLE, **optional})


SCHEMAS = st.one_of(
    typed("integer", **NUMBERS, multipleOf=st.integers(1, 9), format=st.just("int32")),
    typed("number", **NUMBERS, multipleOf=st.sampled_from([0.25, 0.5, 2, 3])),
    typed("number", format=st.sampled_from(["float", "double"])),
    typed("string", **TEXTS),
    typed("string", format=st.sampled_from(["date-time", "date", "byte", "uuid"])),
    typed("boolean"),
    typed("array"),
    typed("object"),
    st.fixed_dictionaries({}, optional=TEXTS),
)


@given(SCHEMAS)
def test_bad_values_break_what_they_are_for(schema):
    for keyword, values in bad_values(schema).items():
        assert values
        fewest = {len(judged(schema, value)) for value in values}
        assert len(fewest) == 1, keyword
        for value in values:
            assert keyword in judged(schema, value), (keyword, value)


ALONE = [
    ({"type": "string"}, "type"),
    ({"type": "string", "nullable": True}, "type"),
    ({"type": "integer"}, "type"),
    ({"type": "number"}, "type"),
    ({"type": "boolean"}, "type"),
    ({"type": "array"}, "type"),
    ({"type": "object"}, "type"),
    ({"type": "string", "enum": ["a", "b"]}, "enum"),
    ({"type": "integer", "enum": [1, 2]}, "enum"),
    ({"type": "string", "nullable": True, "enum": ["a"]}, "enum"),
    ({"type": "string", "format": "date-time"}, "format"),
    ({"type": "string", "format": "date"}, "format"),
    ({"type": "string", "format": "byte"}, "format"),
    ({"type": "string", "format": "uuid"}, "format"),
    ({"type": "integer", "format": "int32"}, "format"),
    ({"type": "integer", "format": "int64"}, "format"),
    ({"type": "number", "format": "float"}, "format"),
    ({"type": "number", "format": "double"}, "format"),
    ({"type": "string", "pattern": "^[a-z]+$"}, "pattern"),
    ({"type": "string", "pattern": "^[^!]*$", "maxLength": 1}, "pattern"),
    ({"type": "integer", "minimum": 1}, "minimum"),
    ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "minimum"),
    ({"type": "number", "maximum": 1}, "maximum"),
    ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, "maximum"),
    ({"type": "integer", "multipleOf": 7, "minimum": 3, "maximum": 9}, "multipleOf"),
    ({"type": "number", "multipleOf": 0.5, "minimum": 1}, "multipleOf"),
    ({"type": "string", "minLength": 2}, "minLength"),
    ({"type": "string", "maxLength": 0}, "maxLength"),
]


@pytest.mark.parametrize(("schema", "keyword"), ALONE, ids=str)
def test_what_can_be_broken_alone_is_broken_alone(schema, keyword):
    for value in bad_values(schema)[keyword]:
        assert judged(schema, value) == {keyword}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"x-enum": ["a"]},
        {"minLength": 0},
        {"type": "string", "format": "password"},
        {"type": "integer", "multipleOf": 1},
    ],
    ids=str,
)
def test_of_what_no_single_value_breaks_there_are_none(schema):
    assert bad_values(schema).keys() <= {"type"}


@pytest.mark.parametrize(
    ("keyword", "told"),
    [
        ("pattern", {"^a": lambda text: text[:1] == "a", "b$": lambda text: text[-1:] == "b"}),
        ("multipleOf", {1e300: lambda number: number == 0, 3e-300: lambda number: number == 0}),
    ],
)
def test_each_of_two_that_cannot_be_merged_is_broken(keyword, told):
    one, other = told
    found = [*tested.bad_values(CONTRACT, {keyword: one, "allOf": [{keyword: other}]})]
    assert [(each.keyword, each.told) for each in found] == [(keyword, one), (keyword, other)]
    for each in found:
        assert each.values
        assert not any(map(told[each.told], each.values))


def test_null_breaks_a_type_exactly_where_it_is_not_allowed():
    assert None in bad_values({"type": "string"})["type"]
    assert None not in bad_values({"type": "string", "nullable": True})["type"]


def test_words_are_broken_by_those_that_look_like_them():
    found = bad_values({"type": "string", "enum": ["On", "off"]})["enum"]
    assert {"ON", "on", "OFF", "On_", " off", ""} <= {*found}
    assert not {"On", "off"} & {*found}
