"""What is let pass by the translation of a schema fits the schema, whatever the schema."""

from __future__ import annotations

import json

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from support.own_contracts import checked
from support.random_schemas import random_contract, random_fit, random_kind

from pytest_asyncops.conformance.applied import applied
from pytest_asyncops.conformance.dialect import make_validator
from pytest_asyncops.conformance.fast_check import fast_check
from pytest_asyncops.conformance.json_schema import JsonSchema
from pytest_asyncops.contract.ecma_patterns import portable
from pytest_asyncops.contract.format_patterns import UUID
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.rules.rules import Never, Ordered, Rule

A = "#/components/schemas/A"


@given(st.randoms(use_true_random=False))
def test_what_is_let_pass_fits(random):
    contract = random_contract(random)
    if contract is None:
        return
    schema, rules = contract.schemas["A"], {}
    for _ in range(random.randrange(4)):
        rule = Rule("own.rule", random.choice("ABC"), "/", "it is so", random_kind(random))
        rules.setdefault(id(contract.schemas[rule.on]), []).append(rule)
    is_good = fast_check(contract, schema, rules, 200)
    validator = make_validator(contract)(schema)

    def fits(one, inner):
        return make_validator(contract)(one).is_valid(inner)

    for _ in range(10):
        value = random_fit(random, contract, schema)
        good = is_good(value)
        event(f"good: {good}")
        if good:
            assert validator.is_valid(value)
            for part in applied(contract, schema, value, fits):
                for held in part.schemas if isinstance(part.value, dict) else ():
                    for rule in rules.get(id(held), ()):
                        assert not list(rule.kind.breaks(part.value, 200))


def contract_with(schema):
    schemas = {"A": schema, "B": {"type": "string", "format": "date-time"}}
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": schemas}})
    return checked(Contract(read_document(text, "own.yaml")))


def translated(schema, *kinds):
    contract = contract_with(schema)
    root = contract.schemas["A"]
    return JsonSchema(contract, root, {id(root): kinds}, 200)


INT32 = {"minimum": -(2**31), "exclusiveMinimum": False,
         "maximum": 2**31 - 1, "exclusiveMaximum": False}  # fmt: skip
NEVER_X = {"not": {"enum": ["x"]}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"type": "string", "nullable": True, "x-enum": ["a"], "title": "T", "example": 1},
            {"type": ["string", "null"]},
        ),
        ({"type": "string", "nullable": False, "maxLength": 2}, {"type": "string", "maxLength": 2}),
        ({"type": "object", "required": []}, {"type": "object"}),
        ({"required": ["a"], "additionalProperties": False},
         {"required": ["a"], "additionalProperties": False}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", **INT32}),
        ({"type": "integer", "format": "int32", "minimum": 1},
         {"type": "integer", "minimum": 1, "allOf": [INT32]}),
        ({"type": "integer", "format": "int32", "exclusiveMaximum": True, "allOf": [{}]},
         {"type": "integer", "exclusiveMaximum": True, "allOf": [{}, INT32]}),
        ({"type": "string", "format": "password"}, {"type": "string"}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "pattern": UUID}),
        ({"type": "string", "format": "uuid", "pattern": UUID},
         {"type": "string", "pattern": portable(UUID)}),
        ({"type": "string", "format": "uuid", "pattern": "^0"},
         {"type": "string", "pattern": "^0", "allOf": [{"pattern": UUID}]}),
    ],
)  # fmt: skip
def test_what_becomes_of_keywords(schema, expected):
    assert translated(schema).document == {"allOf": [expected], "definitions": {}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, {"properties": {"a": NEVER_X}}),
        ({"properties": {"b": {}}}, {"properties": {"b": {}, "a": NEVER_X}}),
        ({"properties": {"a": {}}}, {"properties": {"a": NEVER_X}}),
        ({"properties": {"a": {"enum": ["x"]}}},
         {"properties": {"a": {"allOf": [{"enum": ["x"]}, NEVER_X]}}}),
        # Were it named, "a" would not have to be null any more.
        ({"additionalProperties": {"enum": [None]}},
         {"additionalProperties": {"enum": [None]}, "allOf": [{"properties": {"a": NEVER_X}}]}),
    ],
)  # fmt: skip
def test_a_rule_goes_into_the_schema_that_it_is_about(schema, expected):
    assert translated(schema, Never("a", ("x",))).document["allOf"] == [expected]


def test_rules_hold_for_what_has_to_fit():
    inner = {"properties": {"b": {"$ref": A}, "c": {"not": {"items": {"$ref": A}}}}}
    definitions = translated({"type": "object", **inner}, Never("a", ("x",))).document[
        "definitions"
    ]
    # Both are the schema A: the one as it is referred to from "b", the other from below "not".
    assert definitions["0"]["properties"]["a"] == NEVER_X
    assert "a" not in definitions["1"]["properties"]


@pytest.mark.parametrize(
    ("schema", "deep"),
    [
        ({"properties": {"a": {"$ref": A}}}, True),
        ({"not": {"additionalProperties": {"$ref": A}}}, True),
        ({"type": "array", "uniqueItems": True}, True),
        ({"type": "array", "uniqueItems": False}, False),
        ({"properties": {"a": {"$ref": "#/components/schemas/B"},
                         "b": {"$ref": "#/components/schemas/B"}}}, False),
    ],
)  # fmt: skip
def test_how_deep_it_looks(schema, deep):
    assert translated(schema).looks_deep is deep


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": r"(a)\1"},
        {"pattern": r"\bx"},
        {"pattern": r"x\B"},
        {"properties": {"a": {"items": {"pattern": r"\B"}}}},
        {"enum": ["a", 2**53 + 1]},
        {"minimum": -1e30},
        {"maximum": 2**64},
        {"multipleOf": 10**17},
        {"not": {"multipleOf": 3}},
        {"oneOf": [{"type": "number", "format": "float"}]},
        {"anyOf": [{"type": "integer", "format": "int64"}]},
    ],
)
def test_what_libraries_may_understand_differently(schema):
    with pytest.raises(ValueError, match="differ about"):
        translated(schema)


def test_rules_that_no_schema_can_say_are_left_out():
    schema = {"type": "object"}
    assert translated(schema, Ordered(("a", "b"))).document["allOf"] == [schema]
