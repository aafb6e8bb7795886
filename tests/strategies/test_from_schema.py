"""Values of any schema keep to what is asked for, wherever its references lead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.samples import anew
from support.schema_kinds import GOOD, STRING

from pytest_asyncops import InvalidArgument
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies import from_schema


def test_references_lead_into_the_contract():
    contract = load_contract("pinecone_assistant.yaml")

    @settings(max_examples=20)
    @given(from_schema({"$ref": "#/components/schemas/PaginationResponse"}, contract=contract))
    def check(value):
        assert isinstance(value["next"], str)

    check()


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
