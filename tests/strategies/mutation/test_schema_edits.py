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


def at_objects(violations):
    """The violations; where a new member is not allowed, at its object, as others find it."""
    new = ".x_new"
    return {
        (path.removesuffix(new * rule.endswith(".additionalProperties")), rule)
        for path, rule in violations
    }


def test_edits_of_every_keyword(tmp_path):
    schemas = {name.replace(" ", "-"): schema for name, schema in BAD.items()}
    api = own_api(tmp_path, schemas)
    contract = load_contract(api.checking.contract)
    met = set()
    for name, schema in contract.schemas.items():
        judge = foreign(schema, contract.document.root)
        for invalid in anew(strategies.invalid_payloads(api, name), 50, 5):
            said = broken(judge, invalid.payload)
            assert said
            assert {
                (json_path(place), f"schema.{keyword}") for place, keyword in said
            } == at_objects(invalid.violations)
            met.update(keyword for _, keyword in said)
    assert met == {
        "additionalProperties",
        "anyOf",
        "enum",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "oneOf",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    }


def test_alternatives_are_broken_alone_if_that_is_possible(tmp_path):
    named = {"either": {**STRING, "anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}}
    contract = load_contract(own_api(tmp_path, named).checking.contract)
    _, edit = schema_edits(contract, contract.schemas["either"])
    values = [edited("a", edit, number) for number in range(50)]
    judge = foreign(contract.schemas["either"], contract.document.root)
    assert {keyword for value in values for _, keyword in broken(judge, value)} == {"anyOf"}


def test_edits_that_cannot_be_made(tmp_path):
    api = own_api(tmp_path, {"any": {"anyOf": [STRING, {}]}, "free": {}})
    with pytest.raises(ContractError, match="no value is found that breaks anyOf"):
        strategies.invalid_payloads(api, "any")
    with pytest.raises(InvalidArgument, match="nothing can be wrong with a free of own"):
        strategies.invalid_payloads(api, "free")
