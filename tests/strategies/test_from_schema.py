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
