"""Every violation is found with its place, as by a validator that is not ours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.foreign_validator import broken, foreign
from support.own_contracts import checked
from support.schema_kinds import GOOD

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.conformance.dialect import validator_of
from pytest_asyncops.conformance.thorough_check import find_rules, find_violations
from pytest_asyncops.contract.openapi import Contract, load_contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.rules.violation import json_path
from pytest_asyncops.strategies import from_schema


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


def found(schema, value):
    """Path and rule of each violation that is found."""
    named = {**NAMED, "schema": schema}
    root = {"openapi": "3.0.3", "components": {"schemas": named}}
    contract = checked(Contract(Document("own", root, {"": 1})))
    violations = find_violations(contract, schema, {}, 200, value, extra=False, unknown=False)
    return {(violation.path, violation.rule) for violation in violations}


def expected(schema, value):
    """The same, as the foreign validator finds them.

    It finds what is not allowed in an object once for all, not at each member.
    """
    judge = foreign(schema, {"components": {"schemas": NAMED}})
    return {(json_path(place), f"schema.{keyword}") for place, keyword in broken(judge, value)}


def at_the_object(violations):
    return {
        (path.rpartition(".")[0], rule) if rule == "schema.additionalProperties" else (path, rule)
        for path, rule in violations
    }


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
def test_the_violations_of_each_keyword(schema):
    for value in ALL:
        assert at_the_object(found(schema, value)) == expected(schema, value), value


@given(SCHEMAS, VALUES)
def test_every_violation_of_a_schema_is_found_with_its_place(schema, value):
    assert at_the_object(found(schema, value)) == expected(schema, value)


@pytest.mark.parametrize("schema", GOOD.values(), ids=list(GOOD))
def test_the_violations_of_every_kind_of_schema(schema):
    @settings(max_examples=25)
    @given(VALUES | from_schema(schema))
    def check(value):
        assert at_the_object(found(schema, value)) == expected(schema, value)

    check()


def test_a_validator_of_a_contract_takes_what_it_does_not_document():
    contract = checked(
        Contract(Document("own", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, {"": 1}))
    )
    schema = {"type": "object", "properties": {"a": {"type": "string", "x-enum": ["a"]}}}
    assert validator_of(contract, schema).is_valid({"a": "b", "c": 1})
    assert not validator_of(contract, schema).is_valid({"a": 1})
    assert validator_of(contract, refers("Word")).is_valid("bb")


# --- rules


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
def test_rules_are_found_by_the_schema_that_they_are_about(api):
    contract = load_contract(api.checking.contract)
    rules = find_rules(api, contract, ())
    ids = sorted(rule.id for about in rules.values() for rule in about)
    assert ids == sorted(rule.id for rule in api.checking.rules)
    for name, schema in contract.schemas.items():
        assert {rule.on for rule in rules.get(id(schema), ())} <= {name}
