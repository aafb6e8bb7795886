"""Any schema: values fit it, faults are as foretold, and what cannot be made is refused by name."""

from __future__ import annotations

import itertools
import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING, TREE, obj, own_api

from pytest_asyncops import ContractError, InvalidArgument, strategies
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies import from_schema


@pytest.mark.parametrize("schema", GOOD.values(), ids=list(GOOD))
def test_values_fit(schema):
    validator = OAS30Validator(schema)

    @settings(max_examples=25)
    @given(from_schema(schema))
    def check(value):
        json.dumps(value)
        assert list(validator.iter_errors(value)) == []

    check()


def depth(tree):
    return 1 + max(
        (
            depth(inner)
            for inner in [*tree.get("more", []), tree.get("left"), tree.get("right")]
            if inner
        ),
        default=0,
    )


def test_schemas_that_contain_themselves():
    depths = {depth(tree) for tree in anew(from_schema(TREE, extra="never"), 250, 5)}
    assert {1, 2} < depths <= {1, 2, 3, 4}


def test_floats_are_of_their_width():
    @given(from_schema(GOOD["float"]))
    def check(value):
        if isinstance(value, float):
            assert struct.unpack("f", struct.pack("f", value)) == (value,)

    check()


LEAF = {"type": "object", "additionalProperties": False}
ITSELF = {"$ref": "#/components/schemas/schema"}


@pytest.mark.parametrize(
    "schema",
    [
        obj({"next": {"oneOf": [obj({"on": ITSELF}, required=["on"]), STRING]}}, required=["next"]),
        {"anyOf": [{"type": "array", "items": ITSELF, "minItems": 1}, INTEGER]},
        {"anyOf": [INTEGER, {"allOf": [obj({"next": ITSELF}, required=["next"])]}]},
        {**obj({"next": ITSELF}, required=["next"]), "nullable": True},
        obj({"next": {"allOf": [ITSELF, {"minProperties": 0}]}, "other": LEAF}),
    ],
    ids=["object or text", "list or number", "number or object", "null", "at once"],
)
def test_what_contains_itself_ends_wherever_it_can(schema):
    validator = OAS30Validator({**ITSELF, "components": {"schemas": {"schema": schema}}})
    depths = set()
    for value in anew(from_schema(schema, extra="never"), 100, 5):
        assert list(validator.iter_errors(value)) == []
        depths.add(json.dumps(value).count("next") + json.dumps(value).count("["))
    assert len(depths) > 1


def test_what_contains_each_other_ends(tmp_path):
    def one_of(*names):
        schemas = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
        return [obj({name: schema}, required=[name]) for name, schema in schemas.items()]

    api = own_api(
        tmp_path,
        {
            "a": {"anyOf": [*one_of("a", "x"), INTEGER]},
            "b": {"anyOf": [*one_of("b", "x"), INTEGER]},
            "x": {"anyOf": one_of("a", "b")},
        },
    )
    validator = OAS30Validator(
        {"$ref": "#/components/schemas/x", **load_contract(api.checking.contract).document.root}
    )

    @settings(max_examples=30)
    @given(strategies.payloads(api, "x", extra="never"))
    def check(value):
        assert list(validator.iter_errors(value)) == []

    check()


def test_references_lead_into_the_contract():
    contract = load_contract("pinecone_assistant.yaml")

    @settings(max_examples=20)
    @given(from_schema({"$ref": "#/components/schemas/PaginationResponse"}, contract=contract))
    def check(value):
        assert isinstance(value["next"], str)

    check()


REFUSED = [
    ({"colour": 1}, "the keyword 'colour' is not understood"),
    ({**STRING, "minLength": 3, "maxLength": 2}, "at least 3 and at most 2"),
    ({**STRING, "format": "uuid", "maxLength": 2}, "minLength or maxLength together with"),
    ({**STRING, "format": "uuid", "pattern": "a"}, "pattern together with the format 'uuid'"),
    ({**STRING, "pattern": "^(ab)+$", "maxLength": 9}, "together with the pattern"),
    ({**STRING, "pattern": "^[a]{2}$", "maxLength": 1}, "together with the pattern"),
    ({**INTEGER, "multipleOf": 0.5}, "multipleOf 0.5 of whole numbers"),
    ({**INTEGER, "minimum": 3, "maximum": 2}, "no whole number is within"),
    ({"type": "number", "multipleOf": 0.01}, "multipleOf 0.01 is not generated"),
    ({"type": "number", "minimum": 3, "maximum": 2}, "no number is within"),
    ({**STRING, "enum": [1]}, "none of the enum's values"),
    ({"type": "array", "minItems": 3, "maxItems": 2}, "at least 3 and at most 2 items"),
    (
        {"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 2},
        "1 values cannot fill 2 places",
    ),
    (obj({}, required=["a"], additionalProperties=False), "'a' is required and not allowed"),
    (obj({"a": INTEGER}, required=["a"], maxProperties=0), "has at most 0 members"),
    (obj({"a": INTEGER}, minProperties=3), "minProperties 3 beyond"),
    (
        obj({f"p{n}": INTEGER for n in range(20)}, minProperties=10),
        "minProperties and maxProperties with so many",
    ),
    ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "allOf of two different pattern"),
    ({"allOf": [INTEGER, STRING]}, "allOf of type integer and type string"),
    (
        {"allOf": [obj({"a": STRING}, additionalProperties=False), obj({"b": STRING})]},
        "additionalProperties beside the members",
    ),
    ({"allOf": [{"multipleOf": 0.5}, {"multipleOf": 0.75}]}, "multipleOf 0.5 and 0.75"),
    ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, "oneOf with alternatives"),
    ({"oneOf": [{**STRING, "nullable": True}, {**INTEGER, "nullable": True}]}, "oneOf with"),
    ({"oneOf": [obj({"a": STRING}), obj({"b": STRING})]}, "oneOf with alternatives"),
    ({**STRING, "not": {"minLength": 2}}, "not of more than types"),
    ({**STRING, "not": STRING}, "not of the very type string"),
    ({"anyOf": [STRING], "not": INTEGER}, "not beside anyOf"),
    (
        {
            "not": {
                "anyOf": [
                    {"type": name}
                    for name in ("array", "boolean", "integer", "number", "object", "string")
                ]
            }
        },
        "not of every type",
    ),
    (obj({"a": {"$ref": "#/components/schemas/schema"}}, required=["a"]), "ever ends"),
    (
        obj(
            {
                "a": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"$ref": "#/components/schemas/schema"},
                }
            },
            required=["a"],
        ),
        "ever ends",
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


# --- options


def test_options_of_texts():
    @given(from_schema(STRING, alphabet="xy", max_length=3))
    def check(text):
        assert len(text) <= 3
        assert set(text) <= {"x", "y"}

    check()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"unknown": "never"}, {"One", "Two"}),
        ({"unknown": "case"}, {"One", "Two", "one", "ONE", "oNE", "two", "TWO", "tWO"}),
    ],
)
def test_open_enums(options, words):
    assert {*anew(from_schema(GOOD["x-enum"], **options), 250)} == words


def test_extra_members():
    values = anew(from_schema(GOOD["object"], extra="sometimes"), 100, 10)
    assert {bool(value.keys() - {"a", "b"}) for value in values} == {True, False}

    @given(from_schema(GOOD["object"], extra="never"))
    def check_none(value):
        assert value.keys() <= {"a", "b"}

    check_none()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: from_schema([]), "a schema must be a mapping"),
        (lambda: from_schema(STRING, extra="always"), "unknown extra 'always'"),
        (lambda: from_schema(STRING, unknown="yes"), "unknown unknown 'yes'"),
        (lambda: from_schema(STRING, times="all"), "unknown times 'all'"),
        (lambda: from_schema(STRING, alphabet=""), "alphabet must be characters"),
        (lambda: from_schema(STRING, alphabet=["ab"]), "alphabet must be characters"),
        (lambda: from_schema(STRING, alphabet=7), "alphabet must be characters"),
        (lambda: from_schema(STRING, max_length=-1), "max_length must be a whole number"),
        (lambda: from_schema(STRING, max_items=True), "max_items must be a whole number"),
        (lambda: strategies.payloads("pinecone", "Operation"), "Did you mean 'OperationList'"),
        (lambda: strategies.operations("pinecone", colour=st.none()), "unknown member"),
        (lambda: strategies.operations("pinecone", file_id="f"), r"write st.just\('f'\)"),
        (lambda: strategies.operations("pinecone", profile="gateway"), "unknown profile"),
        (lambda: strategies.operations("pinecone", deviations=True), "need encoded=True"),
        (lambda: strategies.errors("pinecone", 200), "unknown status of an error"),
    ],
)
def test_what_there_is_not(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


def test_pins_that_contradict_each_other():
    from pytest_asyncops import State

    with pytest.raises(InvalidArgument, match="no pinecone operation has"):
        strategies.operations("pinecone", state=State.RUNNING, error_message=st.just("x"))
    with pytest.raises(InvalidArgument, match="already says the status"):
        strategies.operations("pinecone", state=State.RUNNING, status=st.just("x"))


def test_apis_that_say_too_little(tmp_path):
    api = own_api(tmp_path, {"free": {}})
    with pytest.raises(InvalidArgument, match="does not say how its operations live"):
        strategies.operations(api)
    with pytest.raises(InvalidArgument, match="documents no errors"):
        strategies.errors(api)


PLACES = [*itertools.permutations(["2026-01-01T00:00:00Z", None], 2)]


@pytest.mark.parametrize(("created", "finished"), PLACES)
def test_pinned_times_stay_in_order(created, finished):
    overrides = {
        name: st.just(text)
        for name, text in (("created_at", created), ("finished_at", finished))
        if text
    }

    @given(strategies.operations("chainloop", **overrides))
    def check(operation):
        from pytest_asyncops import violations

        assert violations({"operation": operation}, api="chainloop", route="get") == []
        assert all(operation[name] == "2026-01-01T00:00:00Z" for name in overrides)

    check()
