"""Which schemas apply to which parts of a value, as ``unevaluatedProperties`` sees it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from support.own_contracts import checked

from pytest_asyncops.conformance.dialect import validator_of
from pytest_asyncops.conformance.fast_check import fast_check
from pytest_asyncops.conformance.thorough_check import find_violations
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.rules.rules import Never, Ordered, Rule

A, B = {"properties": {"a": {}}}, {"properties": {"b": {}}}
REF = {"$ref": "#/components/schemas/Named"}
STRING = {"type": "string"}
SAYS_A = {"type": "object", "required": ["a"], **A}
SAYS_B = {"type": "object", "required": ["b"], **B}


def contract_with(schema, named=None):
    schemas = {"A": schema, "Named": named or {}}
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": schemas}})
    return checked(Contract(read_document(text, "own.yaml")))


def found(schema, value, *, named=None, rules=(), **asked):
    """Path, rule and message of all violations of a value."""
    contract = contract_with(schema, named)
    about = {id(contract.schemas["Named"]): rules} if rules else {}
    asked = {"extra": False, "unknown": False, **asked}
    told = find_violations(contract, contract.schemas["A"], about, 200, value, **asked)
    return [(each.path, each.rule, each.message) for each in told]


def undocumented(schema, value, named=None):
    return [
        path
        for path, rule, message in found(schema, value, named=named, extra=True)
        if rule == "schema.properties"
    ]


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"type": "object", **A}, {"a": 1, "x": 2}, ["$.x"]),
        ({"allOf": [A, B]}, {"a": 1, "b": 2, "x": 3}, ["$.x"]),
        ({**A, "oneOf": [SAYS_B]}, {"a": 1, "b": 2, "x": 3}, ["$.x"]),
        ({"anyOf": [SAYS_A, SAYS_B]}, {"a": 1, "b": 2, "x": 3}, ["$.x"]),
        ({"anyOf": [SAYS_A, {"maxProperties": 0, **B}]}, {"a": 1, "b": 2}, ["$.b"]),
        ({**A, "not": SAYS_B}, {"a": 1}, []),
        ({**A, "not": {"required": ["c"], **B}}, {"b": 1}, ["$.b"]),
        ({**A, "allOf": [{"additionalProperties": True}]}, {"x": 1}, []),
        ({**A, "allOf": [{"additionalProperties": {}}]}, {"x": 1}, []),
        ({**A, "additionalProperties": False}, {"x": 1}, []),
        ({"allOf": [REF, B]}, {"a": 1, "b": 2, "x": 3}, ["$.x"]),
        ({"type": "object"}, {"x": 1}, []),
        ({"properties": {}}, {"x": 1}, ["$.x"]),
        (A, [1], []),
        ({"items": REF}, [{"a": 1}, {"x": 1}], ["$[1].x"]),
        ({"properties": {"m": REF, "n": {}}}, {"n": {"x": 1}, "m": {"x": 1}}, ["$.m.x"]),
        ({"additionalProperties": REF}, {"m": {"x": 1}}, ["$.m.x"]),
        (
            {"allOf": [{"properties": {"m": A}}, {"properties": {"m": B}}]},
            {"m": {"a": 1, "b": 2, "x": 3}},
            ["$.m.x"],
        ),
        ({"oneOf": [{"items": A, "type": "array"}, STRING]}, [{"x": 1}], ["$[0].x"]),
    ],
)
def test_members_that_no_schema_documents(schema, value, paths):
    assert undocumented(schema, value, named=A) == paths
    assert "schema.properties" not in [rule for _, rule, _ in found(schema, value, named=A)]


def test_what_is_said_of_them():
    schema = {"allOf": [A, B]}
    assert found(schema, {"x": 1}, extra=True) == [
        ("$.x", "schema.properties", "is not documented; the contract has a or b")
    ]
    [violation] = find_violations(
        (contract := contract_with(schema)), contract.schemas["A"], {}, 200, {"x": 1},
        extra=True, unknown=False,
    )  # fmt: skip
    assert violation.source == "own.yaml:1 #/components/schemas/A/allOf/0/properties"
    assert violation.value == 1


WORD = {**STRING, "x-enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (WORD, ["a", "b"], ["c"]),
        ({**WORD, "nullable": True}, [None, "a"], ["c"]),
        ({"type": "integer", "x-enum": [1]}, [1], [2]),
        ({"type": "array", "x-enum": [[0]]}, [[0], [0.0]], [[False]]),
        ({"allOf": [WORD]}, ["a"], ["c"]),
        (REF, ["a"], ["c"]),
        ({"items": REF}, [["a"], 1], [["a", "c"]]),
        ({"anyOf": [WORD, {**STRING, "x-enum": ["c"]}]}, ["a", "c"], ["d"]),
        ({"anyOf": [WORD, {"maxLength": 1}]}, ["a", "c"], []),
        ({"oneOf": [WORD, {"type": "integer"}]}, ["a", 1], ["c"]),
        ({"not": {"type": "integer", "x-enum": [1]}}, ["c"], []),
    ],
)
def test_values_that_no_open_enum_documents(schema, good, bad):
    for values, rules in ((good, []), (bad, ["schema.x-enum"])):
        for value in values:
            assert found(schema, value, named=WORD) == []
            told = found(schema, value, named=WORD, unknown=True)
            assert [rule for _, rule, _ in told] == rules


def test_what_is_said_of_a_value():
    [(_, _, message)] = found(WORD, "c", unknown=True)
    assert message == "is not documented; the contract has 'a' or 'b'"


@pytest.mark.parametrize("forbidden", [{"extra": True}, {"unknown": True}])
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"not": {**SAYS_A}}, {"a": 1, "x": 2}),
        ({"not": WORD}, "c"),
        ({"oneOf": [SAYS_A, {"required": ["a"]}]}, {"a": 1, "x": 2}),
        ({"oneOf": [WORD, STRING]}, "c"),
    ],
)
def test_forbidding_never_makes_a_value_valid(forbidden, schema, value):
    assert found(schema, value)
    assert found(schema, value, **forbidden)[: len(found(schema, value))] == found(schema, value)


NEVER_X = [Rule("own.never", "Named", "/", "it is not x", Never("n", ("x",)))]
ORDER = [Rule("own.order", "Named", "/", "a is first", Ordered(("a", "b")))]
GOOD, BAD = {"n": "y"}, {"n": "x"}


@pytest.mark.parametrize(
    ("schema", "wrap", "applies"),
    [
        (REF, lambda value: value, True),
        ({"allOf": [REF, REF]}, lambda value: value, True),
        ({"anyOf": [STRING, REF]}, lambda value: value, True),
        ({"oneOf": [STRING, REF]}, lambda value: value, True),
        ({"oneOf": [{"items": REF, "type": "array"}, STRING]}, lambda value: [value], True),
        ({"properties": {"m": {"anyOf": [REF]}}}, lambda value: {"m": value}, True),
        ({"additionalProperties": {"oneOf": [REF]}}, lambda value: {"m": value}, True),
        ({"anyOf": [{"maxProperties": 0, "allOf": [REF]}, {}]}, lambda value: value, False),
        ({"not": {"items": REF, "type": "array"}}, lambda value: value, False),
    ],
)
def test_rules_hold_in_the_alternatives_that_a_value_fits(schema, wrap, applies):
    named = {"type": "object"}
    bad = found(schema, wrap(BAD), named=named, rules=NEVER_X)
    assert [rule for _, rule, _ in bad] == ["own.never"] * applies
    assert found(schema, wrap(GOOD), named=named, rules=NEVER_X) == []
    contract = contract_with(schema, named)
    for rules in (NEVER_X, ORDER):
        about = {id(contract.schemas["Named"]): rules}
        is_good = fast_check(contract, contract.schemas["A"], about, 200)
        for value in (GOOD, BAD, {"a": "2026-01-01T00:00:01Z", "b": "2026-01-01T00:00:00Z"}):
            if is_good(wrap(value)):
                assert found(schema, wrap(value), named=named, rules=rules) == []


def test_a_schema_that_contains_itself():
    named = {"type": "object", "properties": {"n": {}, "in": REF}}
    value = {"n": "x", "in": {"n": "x", "in": {"n": "x", "y": 1}}}
    told = found(REF, value, named=named, rules=NEVER_X, extra=True)
    assert [path for path, rule, _ in told if rule == "own.never"] == [
        "$.n", "$.in.n", "$.in.in.n"
    ]  # fmt: skip
    assert [path for path, rule, _ in told if rule != "own.never"] == ["$.in.in.y"]


NAMES = "abc"
leaves = st.sampled_from([{}, STRING, {"type": "integer"}])
members = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(st.sampled_from(NAMES), leaves, max_size=2),
        "required": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
        "maxProperties": st.integers(0, 2),
        "additionalProperties": leaves | st.booleans(),
    },
)


def composed(inner):
    several = st.lists(inner, min_size=1, max_size=2)
    return st.builds(
        lambda one, more: {**one, **more},
        members,
        st.fixed_dictionaries(
            {}, optional={"allOf": several, "anyOf": several, "oneOf": several, "not": inner}
        ),
    )


objects = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["x", 1]), max_size=3)


@given(st.recursive(members, composed, max_leaves=5), st.lists(objects, min_size=1, max_size=5))
def test_it_is_what_unevaluated_properties_means(schema, values):
    """Judged by another library, which knows this keyword."""
    theirs = Draft202012Validator({"allOf": [schema], "unevaluatedProperties": False})
    contract = contract_with({"properties": {}, **schema})
    # A schema that documents nothing forbids nothing here, so this one documents no members.
    ours = contract.schemas["A"]
    for value in values:
        told = find_violations(contract, ours, {}, 200, value, extra=True, unknown=False)
        assert (not told) == theirs.is_valid(value)
        assert bool(validator_of(contract, ours).is_valid(value)) >= (not told)
