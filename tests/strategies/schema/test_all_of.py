"""A value is one of schemas put together exactly if it is one of each of them."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.own_contracts import checked
from support.samples import anew
from support.schema_kinds import INTEGER, STRING, obj

from pytest_asyncops import ContractError
from pytest_asyncops.contract.formats import STRING_FORMATS, matches_format
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.all_of import Contradiction, both, canonical, flat
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.text_formats import FORMAT_RECIPES

FEW = settings(max_examples=30)

AT_ONCE = [
    [{"type": "string", "x-enum": ["a", "b"]}, {"x-enum": ["b", "c"]}],
    [{"multipleOf": 0.5}, {"type": "number", "multipleOf": 2.0, "maximum": 9}],
    [{"multipleOf": 4}, {"type": "integer", "multipleOf": 6}],
    [{"type": "number", "multipleOf": 0.5}, {"multipleOf": 0.25}],
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"additionalProperties": True},
    ],
    [
        {"additionalProperties": True},
        {"type": "object", "additionalProperties": {"type": "integer"}},
    ],
    [{"type": "object", "additionalProperties": False}, {"additionalProperties": {"minimum": 1}}],
    [
        {"type": "object", "additionalProperties": {"minimum": 1}},
        {"additionalProperties": {"type": "integer"}},
    ],
    [{"type": "integer", "minimum": 2, "exclusiveMinimum": True}, {"minimum": 2, "maximum": 4}],
    [
        {"type": "array", "uniqueItems": True, "minItems": 1},
        {"items": {"type": "boolean"}, "maxItems": 2},
    ],
    [{"not": {"enum": [1]}}, {"not": {"enum": [2]}}, {"enum": [1, 2, 3]}],
    [{"type": "string", "description": "a"}, {"description": "b", "minLength": 2, "maxLength": 3}],
    [{"type": "string", "nullable": True}, {"type": "string", "nullable": True}],
    [{"type": "string", "pattern": "a"}, {"pattern": "b"}, {"pattern": "c"}],
    [{"type": "number", "multipleOf": 0.5}, {"multipleOf": 0.75}],
    [{"type": "string", "nullable": True}, {"type": "integer", "nullable": True}],
    [{"anyOf": [INTEGER, STRING]}, {"anyOf": [STRING, {"type": "array"}]}],
    [{"oneOf": [INTEGER, STRING]}, {"oneOf": [STRING, {"type": "array"}]}],
    [obj({"a": STRING}, additionalProperties=False), obj({"a": {"minLength": 2}, "b": STRING})],
    [
        obj({"a": {"minimum": 1}}, additionalProperties=INTEGER, required=["a", "b"]),
        obj({"b": {"minimum": 2}}, additionalProperties={"maximum": 9}),
    ],
]


@pytest.mark.parametrize("parts", AT_ONCE, ids=str)
def test_schemas_at_once(parts):
    validator = OAS30Validator({"allOf": parts})

    @FEW
    @given(from_schema({"allOf": parts}))
    def check(value):
        assert list(validator.iter_errors(value)) == []

    check()


REFUSED = [
    ({"allOf": [INTEGER, STRING]}, "allOf of type integer and type string"),
    (
        {"allOf": [{**STRING, "format": "date"}, {**STRING, "format": "uuid"}]},
        "allOf of format date and format uuid",
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


def fits(schema, value):
    return OAS30Validator(schema).is_valid(value)


def at_once(*schemas):
    """The schemas as one, ``None`` where they contradict each other."""
    merged = {}
    try:
        for schema in schemas:
            merged = both(merged, schema)
    except Contradiction:
        return None
    return merged


def bounds(limit, shut):
    return [{limit: bound, shut: is_shut} for bound in (0, 1, 2) for is_shut in (False, True)]


def sizes(*keywords):
    return [{keyword: size} for keyword in keywords for size in (0, 1, 2)]


KEYWORDS = {
    "type": [
        {"type": name, "nullable": null} for name in ("integer", "number") for null in (True, False)
    ],
    "lower bounds": bounds("minimum", "exclusiveMinimum"),
    "upper bounds": bounds("maximum", "exclusiveMaximum"),
    "steps": [{"multipleOf": step} for step in (0.25, 0.5, 0.75, 1, 2, 3, 4, 6)],
    "patterns": [{"pattern": text} for text in ("a", "b$", "^b")],
    "any of": [{"anyOf": parts} for parts in ([INTEGER, STRING], [STRING, {"enum": [0]}])],
    "one of": [{"oneOf": parts} for parts in ([INTEGER, STRING], [STRING, {"enum": [0]}])],
    "members of others": [
        {"properties": {"b": INTEGER}, "additionalProperties": schema}
        for schema in (True, False, STRING, INTEGER)
    ]
    + [{"properties": {"a": {"minimum": 1}}}],
    "lengths": sizes("minLength", "maxLength"),
    "items": sizes("minItems", "maxItems"),
    "members": sizes("minProperties", "maxProperties"),
    "words": [{"enum": words} for words in ([0, "a", None], ["a", "bb"], [1, 2, {}], [[]])],
    "ruled out": [{"not": {"enum": words}} for words in ([0, "a"], ["a", "bb"], [1])],
    "unlike items": [{"uniqueItems": unlike} for unlike in (True, False)],
    "each item": [{"items": schema} for schema in ({}, INTEGER, STRING, {"minimum": 1})],
    "required": [{"required": names} for names in (["a"], ["b"], ["b", "a"])],
    "named": [{"properties": {"a": schema}} for schema in ({}, INTEGER, STRING, {"minimum": 1})],
    "others": [
        {"additionalProperties": schema}
        for schema in (True, False, {}, INTEGER, STRING, {"minimum": 1})
    ],
}
"""For each keyword, schemas of which any two can be said at once."""

VALUES = [None, True, -3, 0, 1, 2, 3, 4, 6, 0.25, 0.5, 1.5, "", "a", "bb", "ccc"]
VALUES += [[], [0], [0, 0], [1, "a"], [2, 3, 4], {}, {"a": 0}, {"a": 1}, {"b": 1, "a": "bb"}]
VALUES += [{"c": 2, "a": 1}, {"a": 1, "b": 2, "c": 3}]


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_two_of_one_keyword_are_what_fits_each(keyword):
    for one, other in itertools.product(KEYWORDS[keyword], repeat=2):
        merged = at_once(one, other)
        for value in VALUES:
            both_fit = fits(one, value) and fits(other, value)
            assert fits(merged, value) is both_fit, (one, other, value)


KINDS = [{"type": "string"}, {"type": "array", "nullable": True}, {"type": "object"}]
ROWS = [row for rows in KEYWORDS.values() for row in rows]
NOTES = [{"title": "one"}, {"title": "other"}]
SCHEMAS = st.lists(st.sampled_from([*KINDS, *ROWS, *NOTES]), max_size=4).map(
    lambda rows: {keyword: value for row in rows for keyword, value in row.items()}
)


@given(SCHEMAS, SCHEMAS)
def test_what_fits_both_is_what_fits_each(one, other):
    merged = at_once(one, other)
    if merged is not None:
        assert {*itertools.chain(*merged.get("allOf", ()))} <= {"pattern", "oneOf"}
        for value in VALUES:
            assert fits(merged, value) is (fits(one, value) and fits(other, value)), value


@given(SCHEMAS)
def test_nothing_is_lost_beside_what_says_nothing_and_beside_itself(schema):
    for value in VALUES:
        assert fits(at_once(schema, {}), value) is fits(schema, value)
        assert fits(at_once(schema, schema), value) is fits(schema, value)


CONTRADICTIONS = [
    ({**STRING, "format": "date"}, {**STRING, "format": "uuid"}, "format date and format uuid"),
    (INTEGER, STRING, "type integer and type string"),
    (STRING, {"type": "array", "nullable": True}, "type string and type array"),
]


@pytest.mark.parametrize(("one", "other", "text"), CONTRADICTIONS)
def test_what_cannot_be_said_at_once_is_named(one, other, text):
    with pytest.raises(Contradiction) as caught:
        both(one, other)
    assert str(caught.value).replace(" and ", " or ") == text.replace(" and ", " or ")
    with pytest.raises(Contradiction):
        both(other, one)


FORM = {**STRING, "format": "date"}


def sized(form):
    return {**INTEGER, "format": form}


def real(form):
    return {"type": "number", "format": form}


def text(form):
    return {**STRING, "format": form}


def test_texts_are_of_two_formats_where_they_can_be():
    samples = {
        form: {*anew(known.texts(Options()).strategy(), 60)}
        for form, known in FORMAT_RECIPES.items()
    }
    for one, other in itertools.permutations(STRING_FORMATS, 2):
        matching = [matches_format(sample, other) for sample in samples[one]]
        merged = at_once(text(one), text(other))
        if merged is None:
            assert not any(matching)
        elif "allOf" not in merged and merged["format"] == one:
            assert all(matching)


@pytest.mark.parametrize("pair", [("hostname", "uri-reference"), ("byte", "duration")])
def test_a_text_of_two_formats_is_found(pair):
    schema = {"allOf": [*map(text, pair)]}
    found = anew(from_schema(schema), 20, 10)
    assert all(matches_format(sample, form) for sample in found for form in pair)


def test_too_many_pairs_of_alternatives_are_left_as_they_are():
    some = {"anyOf": [{"minimum": number} for number in range(9)]}
    others = {"anyOf": [{"maximum": number} for number in range(9)]}
    assert both(some, others) == {**some, "allOf": [others]}


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (INTEGER, {"type": "number"}, {"type": "integer", "nullable": False}),
        ({"multipleOf": 4}, {"multipleOf": 6}, {"multipleOf": 12}),
        ({"x-enum": ["a", "b"]}, {"x-enum": ["b", "c"]}, {"x-enum": ["b"]}),
        ({"title": "one"}, {"title": "other"}, {"title": "one"}),
        ({"required": ["b", "a"]}, {"required": ["a", "c"]}, {"required": ["b", "a", "c"]}),
        ({"minimum": 1}, {"minimum": 2}, {"minimum": 2, "exclusiveMinimum": False}),
        (
            {"maximum": 1, "exclusiveMaximum": True},
            {"maximum": 1},
            {"maximum": 1, "exclusiveMaximum": True},
        ),
        ({"multipleOf": 0.75}, {"multipleOf": 0.5}, {"multipleOf": 1.5}),
        ({"multipleOf": 0.1}, {"multipleOf": 0.25}, {"multipleOf": 0.5}),
        ({"multipleOf": 1e-300}, {"multipleOf": 3}, {"multipleOf": 3}),
        ({"pattern": "a"}, {"pattern": "b"}, {"pattern": "a", "allOf": [{"pattern": "b"}]}),
        ({"enum": [1, False]}, {"enum": [0, True, 1]}, {"enum": [1]}),
        ({**STRING, "format": "password"}, FORM, {**FORM, "nullable": False}),
        (FORM, {**STRING, "format": "binary"}, {**FORM, "nullable": False}),
        (sized("int64"), sized("int32"), {**sized("int32"), "nullable": False}),
        (real("float"), real("double"), {**real("float"), "nullable": False}),
        (sized("int32"), real("double"), {**sized("int32"), "nullable": False}),
        (real("double"), sized("int64"), {**sized("int64"), "nullable": False}),
        (text("uri"), text("iri-reference"), {**text("uri"), "nullable": False}),
        (text("hostname"), text("ipv4"), {**text("ipv4"), "nullable": False}),
        (
            {**STRING, "nullable": True, "enum": [None, "a"]},
            {**INTEGER, "nullable": True},
            {"type": "string", "nullable": True, "enum": [None]},
        ),
        (
            {**STRING, "nullable": True, "enum": ["a"]},
            {**INTEGER, "nullable": True},
            {"type": "string", "nullable": True, "enum": []},
        ),
        (
            {"properties": {"a": INTEGER, "b": INTEGER}},
            {"properties": {"a": {}}, "additionalProperties": False},
            {"properties": {"a": INTEGER}, "additionalProperties": False},
        ),
        (
            {"properties": {"a": INTEGER}},
            {"properties": {"a": {"minimum": 1}}},
            {"properties": {"a": {"allOf": [INTEGER, {"minimum": 1}]}}},
        ),
    ],
)
def test_what_becomes_of_two(one, other, merged):
    assert both(one, other) == merged


def contract_of(**schemas):
    root = {"openapi": "3.0.3", "components": {"schemas": schemas}}
    return checked(Contract(Document("own", root, {"": 1})))


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


@given(SCHEMAS, SCHEMAS, SCHEMAS)
def test_references_and_what_is_nested_are_followed(own, inner, named):
    contract = contract_of(named=named, middle={"allOf": [inner, refers("named")]})
    try:
        merged = flat(contract, {**own, "allOf": [refers("middle")]})
    except ContractError:
        return
    assert "$ref" not in merged
    assert {*itertools.chain(*merged.get("allOf", ()))} <= {"pattern", "oneOf"}
    for value in VALUES:
        assert fits(merged, value) is all(fits(part, value) for part in (own, inner, named))


def test_a_contradiction_is_refused_with_the_place_of_what_contradicts_itself():
    wrong = {"allOf": [INTEGER, STRING]}
    root = {"openapi": "3.0.3", "components": {"schemas": {"outer": {"allOf": [wrong]}}}}
    place = "/components/schemas/outer/allOf/0"
    contract = checked(Contract(Document("own.yaml", root, {"": 1, place: 9})))
    with pytest.raises(ContractError) as caught:
        flat(contract, refers("outer"))
    assert str(caught.value) == ("own.yaml:9: no value fits allOf of type integer and type string")
    assert caught.value.pointer == place


def test_values_of_enums_are_compared_as_json_has_them():
    assert both({"enum": [1, [True], "a"]}, {"enum": [True, [1], 1.0, "a"]})["enum"] == [1, "a"]
    one, other = {"properties": {"a": {"enum": [1]}}}, {"properties": {"a": {"enum": [True]}}}
    assert len(both(one, other)["properties"]["a"]["allOf"]) == 2
    with pytest.raises(ContractError, match="none of the enum's values"):
        from_schema({"allOf": [{"enum": [1]}, {"enum": [True]}]})


@given(st.lists(st.sampled_from("ABC"), max_size=6))
def test_however_often_schemas_are_merged_each_is_there_once(names):
    merged = {}
    for name in names:
        merged = both(merged, {"items": {"$ref": name}})
        merged = both(merged, merged)
    items = merged.get("items", {})
    assert items.get("allOf", [items]) == [{"$ref": name} for name in dict.fromkeys(names)] or [{}]


@given(SCHEMAS, SCHEMAS)
def test_a_canonical_text_is_that_of_equal_schemas_alone(one, other):
    assert canonical(one) == canonical({name: one[name] for name in sorted(one)})
    assert (canonical({"enum": [one]}) == canonical({"enum": [other]})) is (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )
    assert canonical({"enum": [1]}) != canonical({"enum": [True]})
