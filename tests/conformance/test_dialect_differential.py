"""Verdicts are those of jsonschema-rs on the same schema in its own dialect."""

from __future__ import annotations

import json
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.other_dialect import judge
from support.own_contracts import checked
from support.random_schemas import random_contract, random_fit, random_value

from pytest_asyncops.conformance.dialect import validator_of
from pytest_asyncops.conformance.fast_check import fast_check
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document


def scalars(value):
    """The scalars in a value, the names of members among them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    else:
        yield value


def is_for_the_judge(value, written):
    """Whether the judge can read a value: it is JSON, and UTF-8 has its texts."""
    for scalar in scalars(value):
        if isinstance(scalar, float) and not math.isfinite(scalar):
            return False
        if isinstance(scalar, str) and any("\ud800" <= char <= "\udfff" for char in scalar):
            return False
        # The judge takes the multiples of fractions, and of large numbers, as floats.
        if isinstance(scalar, float) and abs(scalar) > 2**53 and "multipleOf" in written:
            return False
    return True


def assert_same_verdicts(contract, values):
    schema = contract.schemas["A"]
    written = json.dumps(contract.schemas)
    theirs = judge(schema, contract.schemas)
    ours, quick = validator_of(contract, schema), fast_check(contract, schema, {}, 200)
    for value in values:
        if is_for_the_judge(value, written):
            verdict = ours.is_valid(value)
            assert verdict == theirs.is_valid(value)
            assert verdict >= quick(value)


@given(st.integers(0, 2**32))
def test_verdicts_of_any_schema(seed):
    random = Random(seed)
    contract = random_contract(random)
    if contract is not None:
        schema = contract.schemas["A"]
        fitting = [random_fit(random, contract, schema) for _ in range(4)]
        assert_same_verdicts(contract, [*fitting, *(random_value(random) for _ in range(2))])


REF = {"$ref": "#/components/schemas/A"}
SECRET = {"type": "string", "writeOnly": True}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        (
            {"enum": [[False], {"a": [1]}, 2**64]},
            [[0], [False], {"a": [True]}, {"a": [1.0]}],
        ),
        ({"pattern": r"^\s$"}, ["\u00a0", "\ufeff", "\u2028", "\u2003", "\u200b", "\x1c", " "]),
        ({"pattern": r"^\S$"}, ["\u00a0", "\ufeff", "\u2029", "\u3000", "\u200b", "a"]),
        ({"pattern": "^.$"}, ["\n", "\r", "\u2028", "\u2029", "\x85", "\U0001f600"]),
        ({"maximum": 2**64 - 1}, [2**64 - 1, 2**64, 2.0**64, 2**63]),
        ({"type": "number", "format": "float"}, [3.4028235e38, 3.4028236e38, -3.4028235e38, 1]),
        (
            {"type": "string", "format": "date-time"},
            [
                *("2026-12-31T23:59:60Z", "2026-12-31T22:59:60Z", "2017-01-01T05:29:60+05:30"),
                *("2026-01-01T02:59:60+02:00", "2017-01-01T01:59:60+02:00", "2026-01-01"),
            ],
        ),
        (
            {"required": ["a", "b"], "properties": {"a": SECRET, "b": {"readOnly": True}}},
            [{}, {"b": 1}, {"a": "x"}, {"a": "x", "b": 1}, {"a": 1, "b": 1}],
        ),
        (
            {"type": "object", "nullable": True, "additionalProperties": REF},
            [None, {}, {"a": None}, {"a": {"b": {}}}, {"a": {"b": 1}}, 1],
        ),
        (
            {"type": "array", "items": {"anyOf": [REF, {"type": "string"}]}, "maxItems": 2},
            [[], [[]], [["a"], "b"], [[1]], [[], [], []], "a"],
        ),
        (
            {
                "oneOf": [{"type": "number"}, {"type": "integer", "minimum": 3}],
                "not": {"enum": [0]},
            },
            [0, 1, 2.5, 3, 3.0, "a"],
        ),
    ],
)
def test_verdicts_of_what_was_wrong_elsewhere(schema, values):
    root = {"openapi": "3.0.3", "components": {"schemas": {"A": schema}}}
    assert_same_verdicts(checked(Contract(read_document(json.dumps(root), "own.yaml"))), values)
