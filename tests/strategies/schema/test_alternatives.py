"""Alternatives have all values of the schema that they come from, and no others if they say so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.own_contracts import checked
from support.samples import anew
from support.schema_kinds import INTEGER, STRING, obj

from pytest_asyncops import ContractError
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.alternatives import Alternatives, alternatives

NUMBER, BOOLEAN = {"type": "number"}, {"type": "boolean"}
MADE = [
    {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
    {"oneOf": [{**STRING, "nullable": True}, {**INTEGER, "nullable": True}]},
    {"oneOf": [obj({"a": STRING}, required=["a"]), obj({"b": STRING}, required=["b"])]},
    {"oneOf": [NUMBER, INTEGER]},
    {"minimum": 3, "maximum": 2},
    {"minLength": 3, "maxLength": 2, "minItems": 1},
    {"oneOf": [{**STRING, "enum": [1]}, STRING]},
    {"anyOf": [{**STRING, "enum": [1]}, STRING]},
    {"anyOf": [STRING, INTEGER, BOOLEAN], "not": INTEGER},
    {**STRING, "anyOf": [INTEGER, {"minLength": 1}]},
    {**STRING, "nullable": True, "not": STRING},
    {**NUMBER, "not": INTEGER},
    {**STRING, "not": {"minLength": 2}},
    {**STRING, "not": {"enum": ["", "a", "0"]}},
    {**STRING, "not": {"pattern": "a"}, "pattern": "b"},
    {**STRING, "pattern": "a", "allOf": [{"pattern": "b$"}, {"pattern": "^c"}]},
    {**STRING, "pattern": "^[a-c]", "allOf": [{"pattern": "^[b-d]"}]},
    {**BOOLEAN, "not": {"enum": [True]}},
    {**INTEGER, "not": {"multipleOf": 2}},
    {**INTEGER, "minimum": 0, "not": {"anyOf": [{"maximum": 5}, {"minimum": 9}]}},
    {"type": "array", "items": INTEGER, "not": {"items": {"minimum": 3}}},
    {"type": "array", "items": BOOLEAN, "not": {"uniqueItems": True}},
    {"not": {"anyOf": [STRING, NUMBER, BOOLEAN, {"type": "array"}, {"type": "object"}]}},
    {"not": {"not": INTEGER}},
    obj({"a": INTEGER}, **{"not": {"required": ["a"]}}),
    obj({"a": INTEGER}, **{"not": obj({"a": {"minimum": 3}})}),
    obj({"a": INTEGER}, **{"not": obj({"a": {}}, additionalProperties=False)}),
    obj({"a": {**STRING, "enum": []}, "b": INTEGER}),
]


@pytest.mark.parametrize("schema", MADE, ids=str)
def test_what_is_drawn_fits(schema):
    fits = OAS30Validator(schema).is_valid
    seen = set()

    @settings(max_examples=40, database=None)
    @given(from_schema(schema))
    def check(value):
        assert fits(value), value
        seen.add(repr(value))

    check()
    assert seen


REFUSED = [
    ({**STRING, "not": STRING}, "no value fits not and the keywords beside it"),
    ({**INTEGER, "not": NUMBER}, "no value fits not and the keywords beside it"),
    ({"anyOf": [STRING], "not": {"anyOf": [INTEGER, STRING]}}, "no value fits not"),
    ({**INTEGER, "anyOf": [STRING]}, "no value fits anyOf and the keywords beside it"),
    ({"oneOf": [STRING, STRING]}, "no value fits not and the keywords beside it"),
    ({"not": {}}, "no value fits not and the keywords beside it"),
    ({**STRING, "pattern": "^a$", "not": {"enum": ["a"]}}, "no value was found that fits"),
    ({"anyOf": [{**STRING, "enum": [1]}]}, "none of the enum's values fits"),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=str)
def test_what_has_no_value_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


NAMED = {"named": {**INTEGER, "minimum": 2}}
CONTRACT = checked(
    Contract(Document("own", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, {"": 1}))
)
VALUES = [None, True, -3, 0, 1, 2, 3, 0.5, 2.25, "", "a", "bb", [], [1], [1, 1], {}]
VALUES += [{"kind": kind} for kind in ("cat", "dog", 7)] + [{"kind": "cat", "size": 1}]


def fits(schema, value):
    return OAS30Validator({"components": {"schemas": NAMED}, **schema}).is_valid(value)


def kind(*words):
    return obj({"kind": {"enum": [*words]}}, required=["kind"])


PARTS = st.sampled_from(
    [
        INTEGER,
        STRING,
        {**STRING, "nullable": True},
        {**STRING, "maxLength": 1},
        NUMBER,
        BOOLEAN,
        {"type": "array", "nullable": True},
        {"enum": ["a", 1]},
        {"enum": ["bb", 2]},
        {"minimum": 1},
        kind("cat"),
        kind("dog", 7),
        obj({"kind": STRING, "size": INTEGER}, required=["size"]),
        {"$ref": "#/components/schemas/named"},
        {"allOf": [NUMBER, {"maximum": 0}]},
        {"allOf": [NUMBER, STRING]},
    ]
)
BESIDE = st.sampled_from([{}, {"maximum": 2}, {"minLength": 1}, {"title": "t"}])


@given(st.sampled_from(["anyOf", "oneOf", "not"]), st.lists(PARTS, min_size=1, max_size=3), BESIDE)
def test_alternatives_have_the_values_of_the_schema(word, parts, beside):
    schema = {word: {"anyOf": parts} if word == "not" else parts, **beside}
    try:
        several = alternatives(CONTRACT, schema, ValueError)
    except ValueError:
        several = Alternatives([])
    for value in VALUES:
        found = any(fits(one, value) for one in several.schemas)
        assert found or not fits(schema, value), value
        assert fits(schema, value) or not found or not several.exact, value


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (INTEGER, STRING, True),
        (INTEGER, NUMBER, False),
        (INTEGER, {}, False),
        ({**INTEGER, "nullable": True}, {**STRING, "nullable": True}, False),
        ({**INTEGER, "nullable": True}, STRING, True),
        ({"enum": [1, "a"]}, {"enum": ["b", 2]}, True),
        ({"enum": [1, "a"]}, {"enum": ["a"]}, False),
        ({"enum": [1]}, STRING, False),
        (kind("cat"), kind("dog"), True),
        (kind("cat"), kind("dog", "cat"), False),
        (kind("cat"), obj({"kind": {"enum": ["dog"]}}), False),
        (kind("cat"), obj({}, required=["kind"]), False),
        (obj({"a": kind("cat")}, required=["a"]), obj({"a": kind("dog")}, required=["a"]), True),
        ({"$ref": "#/components/schemas/named"}, STRING, True),
    ],
    ids=str,
)
def test_of_one_of_only_what_may_be_the_other_too_is_taken_out(one, other, apart):
    several = alternatives(CONTRACT, {"oneOf": [one, other]}, ValueError)
    assert all("not" in found for found in several.schemas) is not apart
    assert any("not" in found for found in several.schemas) is not apart


@pytest.mark.parametrize("schema", [{}, INTEGER, {"enum": [1]}], ids=str)
def test_a_schema_without_alternatives_has_none(schema):
    assert alternatives(CONTRACT, schema, ValueError) is None


def test_a_not_of_very_many_parts_is_drawn_and_checked():
    parts = [{**STRING, "minLength": number, "maxLength": number} for number in range(1, 8)]
    several = alternatives(CONTRACT, {"not": {"anyOf": parts}}, ValueError)
    assert not several.exact
    assert len(several.schemas) <= 32


def test_of_many_alternatives_each_lacks_what_others_need():
    parts = [obj({f"url_{number}": STRING}, required=[f"url_{number}"]) for number in range(30)]
    schema = {"oneOf": parts}
    several = alternatives(CONTRACT, schema, ValueError)
    assert len(several.schemas) == 30
    for value in anew(from_schema(schema), 40, 10):
        assert OAS30Validator(schema).is_valid(value)
    each = [alternatives(CONTRACT, one, ValueError) for one in several.schemas]
    assert all(one.exact and len(one.schemas) == 1 for one in each)


def test_where_no_member_tells_alternatives_apart_all_their_keywords_do():
    names = [obj({"a": {"enum": [number]}}, required=["a"]) for number in range(5)]
    for schema in ({"type": "object", "not": {"anyOf": names}}, {"not": {"anyOf": names}}):
        for value in anew(from_schema(schema), 40, 10):
            assert OAS30Validator(schema).is_valid(value)
