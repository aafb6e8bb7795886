"""Each keyword of OpenAPI 3.0's schemas takes what it should, and says what it does not take."""

from __future__ import annotations

import json
import math
import sys

import pytest
from support.own_contracts import checked

from pytest_asyncops.conformance.dialect import make_validator
from pytest_asyncops.conformance.fast_check import fast_check
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document

NAN = float("nan")
I32, I64 = 2**31, 2**63
LARGEST = sys.float_info.max
FLOAT32 = 3.4028234663852886e38


def contract_with(schema):
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": {"A": schema} | OTHERS}})
    return checked(Contract(read_document(text, "own.yaml")))


def breaks(schema, value):
    """Path, keyword and message of all that is broken."""
    contract = contract_with(schema)
    validator = make_validator(contract)(contract.at("/components/schemas/A"))
    return [
        (list(error.absolute_path), error.validator, error.message)
        for error in validator.iter_errors(value)
    ]


OTHERS = {"Word": {"type": "string", "x-enum": ["b", "c"]}}


def typed(name, **more):
    return {"type": name, **more}


BOUND = {
    "int32": "must be an int32: -2.14748e+09 to 2.14748e+09",
    "int64": "must be an int64: -9.22337e+18 to 9.22337e+18",
    "float": "must be a float: -3.40282e+38 to 3.40282e+38",
    "double": "must be a double: -1.79769e+308 to 1.79769e+308",
}


@pytest.mark.parametrize(
    ("schema", "good", "bad", "message"),
    [
        ({}, [None, 1, "a", [], {}], [], ""),
        (typed("string"), ["", "a"], [None, 1, True, [], {}], "must be a string"),
        (typed("object"), [{}, {"a": 1}], [None, [], "a"], "must be an object"),
        (typed("array"), [[], [1]], [None, {}, "a"], "must be an array"),
        (typed("boolean"), [True, False], [None, 0, 1, "true"], "must be a boolean"),
        (typed("integer"), [0, -1, 10**30], [1.0, True, None, "1", NAN], "must be an integer"),
        (
            typed("number"),
            [0, 1.5, -1e300, 10**400],
            [True, None, "1", NAN, math.inf, -math.inf],
            "must be a number",
        ),
        (typed("string", nullable=True), [None, "a"], [1], "must be a string or null"),
        (typed("integer", nullable=True), [None, 1], [1.0], "must be an integer or null"),
        (typed("string", nullable=False), ["a"], [None], "must be a string"),
        ({"enum": ["a", 1, None]}, ["a", 1, None, 1.0], ["b", True, 0], "must be 'a', 1 or None"),
        ({"enum": [True]}, [True], [1, False], "must be True"),
        ({"enum": [[0], {"a": [True]}]}, [[0], [0.0], {"a": [True]}],
         [[False], {"a": [1]}, {"a": [True, 1]}, [[0]]], "must be [0] or {'a': [True]}"),
        ({"enum": [[False]]}, [[False]], [[0], [0.0], [None]], "must be [False]"),
        (typed("string", enum=["a"], nullable=True), ["a"], [None, "b"], "must be 'a'"),
        (typed("integer", format="int32"), [I32 - 1, -I32], [I32, -I32 - 1], BOUND["int32"]),
        (typed("integer", format="int64"), [I64 - 1, -I64], [I64, -I64 - 1], BOUND["int64"]),
        (typed("number", format="float"),
         [1, FLOAT32, 3.4028235e38, -3.4028235e38, int(FLOAT32) + 10**20],
         [3.5e38, -1e39, 2**128 - 2**103, -(2**128) + 2**103], BOUND["float"]),
        (typed("number", format="double"), [LARGEST, 1], [10**309, -(10**400)], BOUND["double"]),
        (
            typed("string", format="byte"),
            ["", "aGk=", "aA==", "+/+/"],
            ["aGk", "aGk=\n", "-_-_", "a===", "aGk= ", "=", "aG=k"],
            "must be base64 with padding",
        ),
        (
            typed("string", format="date"),
            ["2024-02-29"],
            ["2023-02-29", "2024-02-29\n", "24-02-29", "2024-02-29T00:00:00Z"],
            "must be an RFC 3339 date",
        ),
        (
            typed("string", format="date-time"),
            ["2024-02-29T00:00:00Z", "2024-02-29t23:58:60.123456789012+23:59",
             "2017-01-01T05:29:60+05:30"],
            ["2024-02-29", "2024-02-29T00:00:00", "2024-02-29T00:00:00Z\n", "",
             "2026-12-31T22:59:60Z", "2026-01-01t02:59:60+02:00"],
            "must be an RFC 3339 timestamp",
        ),
        (
            typed("string", format="uuid"),
            ["01234567-89ab-cdef-ABCD-EF0123456789"],
            ["01234567-89ab-cdef-abcd-ef012345678", "0123456789abcdef0123456789abcdef",
             "01234567-89ab-cdef-abcd-ef0123456789\n", "g1234567-89ab-cdef-abcd-ef0123456789"],
            "must be a UUID",
        ),
        (typed("string", format="password"), ["", "\n"], [], ""),
        (typed("string", format="binary"), ["", "\0"], [], ""),
        (typed("string", format="uuid", nullable=True), [None], [""], "must be a UUID"),
        (typed("string", enum=["a", 1]), ["a"], ["b", ""], "must be 'a' or 1"),
        (typed("string", pattern="^a"), ["a", "ab"], ["b"], "must match ^a"),
        (typed("string", enum=["a", "b"], pattern="a"), ["a"], ["b"], "must match a"),
        (typed("string", format="date", pattern="^2", enum=["2024-02-29", "1999-01-01", "2"]),
         ["2024-02-29"], ["1999-01-01"], "must match ^2"),
        ({"pattern": "^a+$"}, ["a", "aa", 1, None], ["", "a\n", "ab"], "must match ^a+$"),
        ({"pattern": r"\d"}, ["x7"], ["", "\u0661"], r"must match \d"),
        ({"required": ["a"]}, [{"a": None}, [], "b"], [{}, {"b": 1}], "must have the member 'a'"),
        ({"required": []}, [{}], [], ""),
        ({"minLength": 1}, ["\U0001f600", 0], [""], "must have at least 1 character, not 0"),
        ({"maxLength": 1}, ["\U0001f600", []], ["ab"], "must have at most 1 character, not 2"),
        ({"minimum": 1}, [1, 1.5, "0", True], [0.5], "must be at least 1"),
        ({"maximum": 1}, [1, NAN, 10**2 - 99], [2], "must be at most 1"),
        (
            {"minimum": 1, "exclusiveMinimum": True},
            [1.5],
            [1],
            "must be more than 1",
        ),
        (
            {"maximum": 1, "exclusiveMaximum": True},
            [0.5],
            [1],
            "must be less than 1",
        ),
        ({"multipleOf": 0.5}, [1, 1.5, NAN, math.inf, 10**400, "a"], [0.7],
         "must be a multiple of 0.5"),
        ({"multipleOf": 0.01}, [19.99, 1e300, 0], [19.999, 1e-3], "must be a multiple of 0.01"),
        ({"multipleOf": 3}, [9, -3, 0, 9.0, 3 * 10**5000], [10, 10**400, 1.5],
         "must be a multiple of 3"),
        ({"minItems": 1}, [[1], {}], [[]], "must have at least 1 item, not 0"),
        ({"maxItems": 1}, [[], [1]], [[1, 2]], "must have at most 1 item, not 2"),
        ({"uniqueItems": True}, [[1, True], ["1", 1]], [[1, 1]],
         "must have distinct items; those at 0 and 1 are equal"),
        ({"uniqueItems": True}, [[[0], [False]], [{"a": 1}, {"a": True}]], [], ""),
        ({"uniqueItems": False}, [[1, 1]], [], ""),
        ({"minProperties": 1}, [{"a": 1}, []], [{}], "must have at least 1 member, not 0"),
        ({"maxProperties": 0}, [{}], [{"a": 1}], "must have at most 0 members, not 1"),
        ({"not": {"type": "string"}}, [1], ["a"],
         "must not fit the schema in not"),
        ({"anyOf": [typed("string"), typed("integer")]}, ["a", 1], [1.5],
         "must fit one of 2 schemas, but fits none"),
        ({"oneOf": [typed("number"), {"maximum": 1}]}, [2, "a"], [1],
         "must fit exactly one of 2 schemas, but fits 0 and 1"),
        ({"oneOf": [typed("number"), typed("string")]}, [2, "a"], [None],
         "must fit exactly one of 2 schemas, but fits none"),
        ({"allOf": [typed("string"), {"pattern": "a"}]}, ["a"], ["b"], "must match a"),
        ({"title": "a", "description": "b", "default": 1, "example": 2, "readOnly": True,
          "writeOnly": True, "deprecated": True, "externalDocs": {}}, [3], [], ""),
    ],
)  # fmt: skip
def test_a_keyword(schema, good, bad, message):
    contract = contract_with(schema)
    quick = fast_check(contract, contract.at("/components/schemas/A"), {}, 200)
    for value in good:
        assert breaks(schema, value) == []
    for value in bad:
        assert message in [text for _, _, text in breaks(schema, value)]
        assert not quick(value)
    # Where it says no to what is good, a closer look follows; but that should be rare.
    assert not good or any(map(quick, good))


@pytest.mark.parametrize(
    ("schema", "value", "found"),
    [
        (
            {"properties": {"a": {"items": typed("string")}}},
            {"a": ["x", 1], "b": 2},
            [(["a", 1], "type", "must be a string")],
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": typed("string")},
            {"d": 1, "a": 1, "b": 1, "c": "x"},
            [(["d"], "type", "must be a string"), (["b"], "type", "must be a string")],
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"c": 1, "a": 1, "b": 1},
            [
                (["c"], "additionalProperties", "is not allowed here"),
                (["b"], "additionalProperties", "is not allowed here"),
            ],
        ),
        ({"additionalProperties": False}, {}, []),
        ({"additionalProperties": False}, [1], []),
        (
            {"properties": {"w": {"$ref": "#/components/schemas/Word"}}},
            {"w": 1},
            [(["w"], "type", "must be a string")],
        ),
        (
            typed("string", format="date", pattern="^x"),
            "y",
            [([], "format", "must be an RFC 3339 date"), ([], "pattern", "must match ^x")],
        ),
        (
            typed("object", required=["a", "b"]),
            {},
            [
                ([], "required", "must have the member 'a'"),
                ([], "required", "must have the member 'b'"),
            ],
        ),
    ],
)
def test_every_violation_with_its_place(schema, value, found):
    assert breaks(schema, value) == found


INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (INTEGER, [1, 1.0, -0.0], [1.5, True, "1", None]),
        ({"not": INTEGER}, [1.5, "1"], [1, 1.0]),
        ({"oneOf": [INTEGER, {"type": "number"}]}, [1.5], [1, 1.0, "1"]),
    ],
)
def test_a_float_may_be_an_integer_in_openapi_3_1(schema, good, bad):
    document = {"openapi": "3.1.0", "components": {"schemas": {"A": schema}}}
    contract = checked(Contract(read_document(json.dumps(document), "own.json")))
    root = contract.schemas["A"]
    validator, is_good = make_validator(contract)(root), fast_check(contract, root, {}, 200)
    assert [value for value in good if not validator.is_valid(value)] == []
    assert [value for value in bad if validator.is_valid(value) or is_good(value)] == []


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_nullable_without_a_type_makes_nothing_good(keyword):
    """OpenAPI 3.0.3, 4.7.24: it adds null to the type beside it."""
    schema = {"nullable": True, keyword: [typed("string")]}
    assert [found[1] for found in breaks(schema, None)] in ([keyword], ["type"])
    assert not fast_check(contract_with(schema), contract_with(schema).schemas["A"], {}, 200)(None)
    assert breaks({"nullable": True}, None) == breaks({"nullable": False}, None) == []
