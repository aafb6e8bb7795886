"""What is foretold of a payload is what a thorough validator finds, place by place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.spoilt_payloads import CASES, answers

from pytest_asyncops import violations
from pytest_asyncops.conformance.dialect import make_validator
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import Invalid
from pytest_asyncops.strategies.api_schemas import compiled
from pytest_asyncops.strategies.mutation.predicted_violations import (
    COMBINED,
    Predictor,
    breaks_combined,
    combined_in,
    predicted_breaks,
)
from pytest_asyncops.strategies.schema.compiler import Compiler
from pytest_asyncops.strategies.schema.options import Options


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


NAMED = {
    "Word": {"type": "string", "enum": ["a", "bb"]},
    "Tree": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": refers("Word"), "b": refers("Tree")},
        "additionalProperties": False,
    },
}
CONTRACT = Contract(
    Document("own", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, {"": 1})
)
COMPILER = Compiler(CONTRACT, Options())
JUDGE = make_validator(CONTRACT, extra=False, unknown=False)

SIZES = st.integers(0, 3)
LEAVES = st.one_of(
    st.sampled_from([*map(refers, NAMED), {}, {"type": "string"}, {"type": "boolean"}]),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "nullable": st.booleans(),
            "minimum": st.integers(-1, 3),
            "maximum": st.integers(-1, 3),
            "exclusiveMinimum": st.booleans(),
            "multipleOf": st.sampled_from([2, 3]),
        },
    ),
    st.fixed_dictionaries({}, optional={"minLength": SIZES, "maxLength": SIZES}),
)


def containers(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array"]),
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "additionalProperties": st.booleans() | inner,
            "minProperties": SIZES,
            "maxProperties": SIZES,
            "items": inner,
            "minItems": SIZES,
            "maxItems": SIZES,
            "uniqueItems": st.booleans(),
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
        },
    )


SCHEMAS = st.recursive(LEAVES, containers, max_leaves=5)
VALUES = st.recursive(
    st.sampled_from([None, True, False, -2, 0, 1, 2, 3, 0.5, "", "a", "bb", "cccc"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)


def judged(schema, value):
    """Where which keyword is broken, as jsonschema finds it."""
    errors = JUDGE(schema).iter_errors(value)
    return sorted(((tuple(error.absolute_path), error.validator) for error in errors), key=repr)


INTEGER, WORD = {"type": "integer"}, refers("Word")
KEYWORDS = [
    *({"additionalProperties": more} for more in (True, False, {}, INTEGER, WORD)),
    *({"properties": {"a": named}} for named in ({}, INTEGER, WORD)),
    {"properties": {"a": INTEGER}, "additionalProperties": False},
    {"properties": {"a": {}}, "additionalProperties": INTEGER},
    *({"required": names} for names in ([], ["a"], ["c", "a"])),
    *({keyword: 1} for keyword in ("minProperties", "maxProperties", "minItems", "maxItems")),
    *({"uniqueItems": unique} for unique in (True, False)),
    *({"items": items} for items in ({}, INTEGER, WORD, {"items": INTEGER})),
    *({word: [INTEGER, {"minimum": 1}]} for word in ("allOf", "anyOf", "oneOf")),
    {"not": INTEGER},
    {"not": {"anyOf": [INTEGER, WORD]}},
    refers("Word"),
    refers("Tree"),
]
ALL = [None, True, 0, 1, 0.5, "a", "c", [], [0], [0, "a"], ["a", "c", "a"], [1, True], [1, 1.0]]
ALL += [["1", 1], [[1], [True]], [{"a": 1, "b": 2}, {"b": 2, "a": 1}], {}, {"a": 1}, {"a": "a"}]
ALL += [{"b": {"a": "c"}}, {"a": "a", "b": {"a": "a", "c": 0}}, {"c": None, "b": 1}]


@pytest.mark.parametrize("schema", KEYWORDS, ids=str)
def test_the_breaks_of_each_keyword_are_foretold(schema):
    for value in ALL:
        foretold = sorted(predicted_breaks(COMPILER, schema, value), key=repr)
        assert foretold == judged(schema, value), value


@given(SCHEMAS, VALUES)
def test_every_break_of_a_schema_is_foretold_with_its_place(schema, value):
    foretold = sorted(predicted_breaks(COMPILER, schema, value), key=repr)
    assert foretold == judged(schema, value)


@given(st.sampled_from(["anyOf", "oneOf"]), st.lists(LEAVES, min_size=1, max_size=3), VALUES)
def test_how_many_alternatives_fit_is_counted(keyword, parts, value):
    schema = {keyword: parts}
    assert combined_in(schema, keyword) == parts
    fitting = sum(JUDGE(part).is_valid(value) for part in parts)
    wanted = fitting > 0 if keyword == "anyOf" else fitting == 1
    assert breaks_combined(COMPILER, schema, keyword, value) is not wanted


@given(LEAVES, VALUES)
def test_what_is_ruled_out_breaks_not(schema, value):
    assert combined_in({"not": schema}, "not") == [schema]
    ruled_out = breaks_combined(COMPILER, {"not": schema}, "not", value)
    assert ruled_out is JUDGE(schema).is_valid(value)


@pytest.mark.parametrize(
    ("keyword", "breaking"),
    [
        ("anyOf", {(False, False)}),
        ("oneOf", {(False, False), (True, True)}),
        ("not", {(True, False), (False, True), (True, True)}),
    ],
)
def test_what_is_broken_by_which_alternatives_fit(keyword, breaking):
    ways = [(one, other) for one in (False, True) for other in (False, True)]
    assert {way for way in ways if COMBINED[keyword]([*way])} == breaking


def is_json(value):
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("group", ["errors", *(str(c) for c in CASES if c.status_code == 200)])
def test_the_rules_of_prose_are_foretold_as_well(group):
    @given(answers(group))
    def check(answer):
        case, payload = answer
        if not is_json(payload):
            return
        compiler = compiled(case.api, Options(), case.status_code)
        found = Predictor(compiler, refers(case.schema))(payload)
        said = violations(
            payload, api=case.api, route=case.route.name, status_code=case.status_code
        )
        assert found.payload is payload
        assert [*found.violations] == sorted((one.path, one.rule) for one in said)

    check()


def test_a_good_payload_has_none():
    compiler = compiled(CASES[0].api, Options(), 401)
    good = {"code": 16, "message": "who are you?"}
    predict = Predictor(compiler, refers("v1UnauthorizedResponse"))
    assert predict(good) == Invalid(good, ())
    bad = {"code": 7, "message": 7}
    assert predict(bad) == Invalid(
        bad, (("$.code", "chainloop.code-401"), ("$.message", "schema.type"))
    )
