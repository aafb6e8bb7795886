"""Values of any schema keep to what is asked for, wherever its references lead."""

from __future__ import annotations

import re
from itertools import chain
from random import Random

import pytest
from hypothesis import Phase, given, settings
from support.other_dialect import judge
from support.random_schemas import random_contract, random_fit
from support.samples import anew
from support.schema_kinds import GOOD, STRING

from pytest_asyncops import ContractError, InvalidArgument
from pytest_asyncops.conformance.dialect import validator_of
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.strategies import from_schema


def test_references_lead_into_the_contract():
    contract = load_contract("pinecone_assistant.yaml")

    @settings(max_examples=20)
    @given(from_schema({"$ref": "#/components/schemas/PaginationResponse"}, contract=contract))
    def check(value):
        assert isinstance(value["next"], str)

    check()


OPENAPI = """\
openapi: 3.0.3
paths:
  /jobs:
    get:
      responses:
        "200": {content: {application/json: {schema: {type: integer, minimum: 7, maximum: 8}}}}
components:
  schemas:
    Both: {allOf: [{$ref: "sub/other.yaml#/Id"}, {maximum: 3}]}
    Bad: {type: strin}
"""
OTHER = """\
Id: {type: integer, minimum: 2}
Again: {type: object, properties: {id: {$ref: "#/Id"}}, required: [id]}
"""


@pytest.fixture
def several(tmp_path):
    """A contract in two files."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "own.yaml").write_text(OPENAPI)
    (tmp_path / "sub" / "other.yaml").write_text(OTHER)
    return load_contract(str(tmp_path / "own.yaml"))


@pytest.mark.parametrize(
    ("reference", "values"),
    [
        ("#/components/schemas/Both", {2, 3}),
        ("#/paths/~1jobs/get/responses/200/content/application~1json/schema", {7, 8}),
        ("own.yaml#/components/schemas/Both", {2, 3}),
    ],
)
def test_references_lead_to_every_place_of_a_contract(several, reference, values):
    nested = {"type": "array", "items": {"$ref": reference}, "minItems": 1}
    assert {*anew(from_schema({"$ref": reference}, contract=several), 100)} == values
    assert {*chain(*anew(from_schema(nested, contract=several), 50))} == values


def test_references_lead_to_other_files(several):
    @given(from_schema({"$ref": "sub/other.yaml#/Again"}, contract=several))
    def check(value):
        assert value["id"] >= 2

    check()


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"$ref": "#/components/schemas/Bad"}, r".*own.yaml:10: the type 'strin' is not one of"),
        ({"type": "strin"}, "schema:1: the type 'strin' is not one of"),
        ({"items": {"$ref": "#/no"}}, "schema:1: there is nothing at #/no"),
        ({"$ref": "sub/no.yaml"}, "schema:1: 'sub/no.yaml' cannot be read"),
    ],
)
def test_what_is_not_understood_is_told_with_its_place(several, schema, message):
    with pytest.raises(ContractError, match=f"^{message}"):
        from_schema(schema, contract=several)


def test_the_contract_stays_as_it_is(several):
    for _ in range(2):
        with pytest.raises(ContractError):
            from_schema({"type": "strin"}, contract=several)
    from_schema({"type": "string"}, contract=several)
    assert several.pointers == {}


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


def test_what_there_is_not():
    with pytest.raises(InvalidArgument, match="a schema must be a mapping"):
        from_schema([])


BOOLEAN = {"type": "boolean"}
FEW = [
    (BOOLEAN, 2),
    ({**BOOLEAN, "nullable": True}, 3),
    ({"type": "integer", "minimum": 0, "maximum": 9}, 10),
    ({"enum": [1, "a", None, {"a": []}]}, 4),
    ({"type": "array", "items": BOOLEAN, "maxItems": 2}, 7),
    ({"type": "object", "properties": {"a": BOOLEAN}, "required": ["a"]}, 2),
    ({"type": "object", "properties": {"a": BOOLEAN, "b": {"enum": [1, 2]}}}, 9),
]


@pytest.mark.parametrize(("schema", "count"), FEW, ids=str)
def test_where_values_are_few_each_is_tried_once(schema, count):
    seen = []

    @settings(database=None)
    @given(from_schema(schema, extra="never"))
    def check(value):
        seen.append(repr(value))

    check()
    assert len(seen) == len({*seen}) == count


def test_known_values_are_fresh_each_time():
    @given(from_schema({"enum": [[], {"a": []}]}))
    def check(value):
        assert value in ([], {"a": []})
        value.append(1) if isinstance(value, list) else value["a"].append(1)

    check()


def random_named_schemas(count):
    """The same random contracts in every run."""
    random = Random(13)
    while count:
        contract = random_contract(random)
        if contract is not None:
            count -= 1
            yield contract


def some_value(contract, schema):
    """A value that fits, if one is found by guessing."""
    random = Random(1)
    fits = validator_of(contract, schema).is_valid
    guesses = (random_fit(random, contract, schema) for _ in range(200))
    return next((guess for guess in guesses if fits(guess)), None)


A = refer("A")
BEYOND = 2**63
"""From here on jsonschema-rs reads integers as floating point."""


def is_beyond(value):
    if isinstance(value, (dict, list)):
        return any(map(is_beyond, value.values() if isinstance(value, dict) else value))
    return isinstance(value, (int, float)) and abs(value) >= BEYOND


def made_or_refused(contract):
    """The values of a contract's schema A, or why there are none."""
    try:
        return from_schema(A, contract=contract), None
    except ContractError as trouble:
        return None, str(trouble)


REASON = re.compile(r"own.yaml:1: (?:no |none |[0-9]+ values |'.*' is required but not allowed)")


def test_nearly_every_random_schema_that_has_values_is_generated():
    count = 250
    refused = [
        (contract, reason)
        for contract in random_named_schemas(count)
        if (reason := made_or_refused(contract)[1]) is not None
    ]
    assert all(REASON.match(reason) for _, reason in refused)
    wrong = [reason for contract, reason in refused if some_value(contract, A) is not None]
    assert len(wrong) <= count // 100, wrong


def a_few(values):
    seen = []

    @settings(max_examples=5, database=None, derandomize=True, phases=[Phase.generate])
    @given(values)
    def see(value):
        seen.append(value)

    see()
    return seen


def test_what_is_drawn_of_random_schemas_fits_to_a_validator_that_is_not_ours():
    for contract in random_named_schemas(60):
        values, _ = made_or_refused(contract)
        if values is None:
            continue
        seen = a_few(values)
        is_valid = judge(A, contract.schemas).is_valid
        assert all(is_beyond(value) or is_valid(value) for value in seen), seen
