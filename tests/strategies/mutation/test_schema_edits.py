"""Every keyword has its edits, and what each breaks is what a validator finds that is not ours."""

from __future__ import annotations

import pytest
from support.foreign_validator import broken, foreign
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING, TREE, obj, own_api

from pytest_asyncops import ContractError, InvalidArgument, strategies
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.violation import json_path
from pytest_asyncops.strategies.mutation.edits import edited
from pytest_asyncops.strategies.mutation.schema_edits import schema_edits

BAD = {
    name: GOOD[name]
    for name in (
        "string",
        "class",
        "date",
        "date-time",
        "byte",
        "uuid",
        "enum",
        "int32",
        "open",
        "closed",
        "step",
        "quarters",
        "boolean",
        "array",
        "unique",
        "unique texts",
        "unique values",
        "object",
        "map",
        "small map",
        "closed object",
        "some",
        "allOf",
        "nullable",
        "anyOf",
        "oneOf",
        "oneOf told",
        "not types",
        "not words",
        "deep anyOf",
        "a few",
    )
}
BAD["tree"] = {
    **TREE,
    "properties": {
        "value": INTEGER,
        "left": {"$ref": "#/components/schemas/tree"},
        "either": {"anyOf": [{"$ref": "#/components/schemas/tree"}, STRING]},
    },
}
BAD["nullable words"] = {**STRING, "nullable": True, "enum": ["a", "b"]}
BAD["no string is so short"] = {**STRING, "minLength": 0, "maxLength": 3}
BAD["a list of what may be nothing"] = obj(
    {"a": {"type": "array", "items": obj({"b": INTEGER}), "maxItems": 0}}
)
BAD["nothing at once"] = {"allOf": [{**STRING, "nullable": True, "enum": ["a"]}, STRING]}
BAD["wanted twice"] = {"allOf": [obj({"a": INTEGER}, required=["a"]), {"required": ["a"]}]}
BAD["unlike numbers"] = {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True}
BAD["long lists"] = {"type": "array", "items": {"enum": [0, 1]}, "minItems": 7}
BAD["whole numbers of any size"] = {**INTEGER, "multipleOf": 1}

NULL_OBJECT = {"type": "object", "nullable": True}
BAD["null or a member"] = {**NULL_OBJECT, "required": ["id"]}
BAD["null or closed"] = {**NULL_OBJECT, "additionalProperties": False}
BAD["null or some"] = {**NULL_OBJECT, "minProperties": 1, "maxProperties": 2}
BAD["null or a few"] = {"type": "array", "nullable": True, "minItems": 1, "maxItems": 2}
BAD["null within"] = obj({"a": BAD["null or a member"], "b": BAD["null or a few"]})
BAD["no list at all"] = {"items": INTEGER, "minItems": 1, "enum": [2]}
BAD["no object at all"] = {**STRING, "required": ["a"], "properties": {"a": INTEGER}}
BAD["known lists"] = {"type": "array", "minItems": 1, "maxItems": 1, "enum": [[1], [2], [1, 2]]}
BAD["a type without a word"] = {"required": ["a"], "minProperties": 2, "maxItems": 1}
BAD["map of maps"] = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": obj({"a": STRING})},
}
BAD["map of itself"] = {
    "type": "object",
    "additionalProperties": {"$ref": "#/components/schemas/map-of-itself"},
}
BAD["at once itself"] = obj(
    {"a": {"allOf": [{"$ref": "#/components/schemas/at-once-itself"}]}, "b": INTEGER}
)
BAD["each other"] = obj(
    {"a": {"allOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("each-other", "tree")]}}
)
BAD["an empty list"] = {"type": "array", "items": INTEGER, "maxItems": 0}
BAD["many"] = {"type": "array", "items": INTEGER, "maxItems": 25}
BAD["too many to exceed"] = {**STRING, "maxLength": 10**9, "nullable": True}
BAD["closed and few"] = obj(
    {"a": INTEGER, "b": INTEGER}, maxProperties=1, additionalProperties=False
)
BAD["many members"] = {"type": "object", "maxProperties": 25, "additionalProperties": INTEGER}
BAD["not x"] = {**STRING, "pattern": "^[^x]*$"}
BAD["any text"] = {**STRING, "pattern": "(?:a|b)*"}
BAD["far below"] = {"type": "number", "maximum": -8, "multipleOf": 5}
BAD["far above"] = {"type": "number", "minimum": 1e300}
BAD["large steps"] = {**INTEGER, "multipleOf": 5, "minimum": 9007199254740991}


def at_objects(violations):
    """The violations; where a new member is not allowed, at its object, as others find it."""
    new = ".x_new"
    return {
        (path.removesuffix(new * rule.endswith(".additionalProperties")), rule)
        for path, rule in violations
    }


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    schemas = {name.replace(" ", "-"): schema for name, schema in BAD.items()}
    return own_api(tmp_path_factory.mktemp("own"), schemas)


@pytest.mark.parametrize("name", [name.replace(" ", "-") for name in BAD])
def test_violations_are_those_of_a_validator_that_is_not_ours(api, name):
    contract = load_contract(api.checking.contract)
    judge = foreign(contract.schemas[name], contract.document.root)
    for invalid in anew(strategies.invalid_payloads(api, name), 50, 10):
        said = broken(judge, invalid.payload)
        assert said
        assert {(json_path(place), f"schema.{keyword}") for place, keyword in said} == at_objects(
            invalid.violations
        )


EVERY_KEYWORD = {
    *("additionalProperties", "anyOf", "enum", "format", "maxItems", "maxLength", "maxProperties"),
    *("maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf"),
    *("pattern", "required", "type", "uniqueItems"),
}


def test_every_keyword_is_broken(api):
    names = ["deep-anyOf", "oneOf-told", "not-words", "class", "null-or-some", "closed-and-few"]
    names += [
        "string",
        "date",
        "unlike-numbers",
        "null-or-a-few",
        "many",
        "step",
        "quarters",
        "null-or-a-member",
    ]
    rules = {
        rule.removeprefix("schema.")
        for name in names
        for invalid in anew(strategies.invalid_payloads(api, name), 100, 10)
        for _, rule in invalid.violations
    }
    assert rules == EVERY_KEYWORD


def test_alternatives_are_broken_alone_if_that_is_possible(tmp_path):
    named = {"either": {**STRING, "anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}}
    contract = load_contract(own_api(tmp_path, named).checking.contract)
    _, edit = schema_edits(contract, contract.schemas["either"])
    values = [edited("a", edit, number) for number in range(50)]
    judge = foreign(contract.schemas["either"], contract.document.root)
    assert {keyword for value in values for _, keyword in broken(judge, value)} == {"anyOf"}


def test_edits_that_cannot_be_made(tmp_path):
    api = own_api(tmp_path, {"any": {"anyOf": [STRING, {}]}, "odd": {"pattern": "^"}, "free": {}})
    with pytest.raises(ContractError, match="no value was found that breaks anyOf"):
        strategies.invalid_payloads(api, "any")
    with pytest.raises(ContractError, match="no value was found that breaks pattern"):
        strategies.invalid_payloads(api, "odd")
    with pytest.raises(InvalidArgument, match="every value is a valid free of own"):
        strategies.invalid_payloads(api, "free")


ALONE = {
    "null or a member": {"required"},
    "map of maps": {"type"},
    "an empty list": {"maxItems"},
    "closed and few": {"maxProperties", "additionalProperties"},
    "many members": {"maxProperties"},
    "many": {"maxItems"},
    "null or some": {"minProperties", "maxProperties"},
    "unique values": {"maxItems"},
    "small map": {"minProperties", "maxProperties"},
    "not x": {"pattern"},
    "far below": {"multipleOf", "maximum"},
    "far above": {"minimum"},
    "large steps": {"multipleOf", "minimum"},
}


@pytest.mark.parametrize("name", ALONE)
def test_keywords_are_broken_alone(tmp_path, name):
    api = own_api(tmp_path, {"only": BAD[name]})
    alone = {
        invalid.violations[0][1].removeprefix("schema.")
        for invalid in anew(strategies.invalid_payloads(api, "only"), 200)
        if len(invalid.violations) == 1
    }
    assert ALONE[name] <= alone


def test_a_member_that_is_not_allowed_has_a_name_that_is_not_documented(tmp_path):
    closed = obj({"x_new": {}, "x_new_": {}}, additionalProperties=False)
    found = strategies.invalid_payloads(own_api(tmp_path, {"only": closed}), "only")
    violations = {one for invalid in anew(found, 100) for one in invalid.violations}
    assert violations == {("$", "schema.type"), ("$.x_new__", "schema.additionalProperties")}


def test_faults_are_inside_the_values_of_maps_too(tmp_path):
    api = own_api(tmp_path, {"only": BAD["map of maps"]})
    places = {
        place
        for invalid in anew(strategies.invalid_payloads(api, "only"), 200)
        for place, _ in invalid.violations
    }
    assert {"$", "$.x_new", "$.x_new.x_new", "$.x_new.x_new.a"} == places
