"""Every keyword has its edits, and what each of them breaks is foretold exactly."""

from __future__ import annotations

import pytest
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING, TREE, obj, own_api

from pytest_asyncops import ContractError, InvalidArgument, strategies
from pytest_asyncops.conformance.dialect import make_validator
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.violation import json_path

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


def test_edits_of_every_keyword(tmp_path):
    schemas = {name.replace(" ", "-"): schema for name, schema in BAD.items()}
    api = own_api(tmp_path, schemas)
    contract = load_contract(api.checking.contract)
    validator = make_validator(contract, extra=False, unknown=False)
    met = set()
    for name, judge in [(name, validator(contract.schemas[name])) for name in schemas]:
        for invalid in anew(strategies.invalid_payloads(api, name), 50, 5):
            said = [
                (json_path(error.absolute_path), f"schema.{error.validator}")
                for error in judge.iter_errors(invalid.payload)
            ]
            assert said
            assert sorted(said) == [*invalid.violations]
            met.update(rule.removeprefix("schema.") for _, rule in said)
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


def test_edits_that_cannot_be_foretold(tmp_path):
    api = own_api(tmp_path, {"any": {"anyOf": [STRING, {}]}, "free": {}})
    with pytest.raises(ContractError, match="no value is found that breaks anyOf"):
        strategies.invalid_payloads(api, "any")
    with pytest.raises(InvalidArgument, match="nothing can be wrong with a free of own"):
        strategies.invalid_payloads(api, "free")
