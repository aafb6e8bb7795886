"""Pins that decide what is there, bytes of any value, schemas at once, an API's own rules."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.toy_api import changed

from pytest_asyncops import InvalidArgument, State, strategies, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.generation_hints import GenerationHints
from pytest_asyncops.strategies import from_schema

FEW = settings(max_examples=30)


@FEW
@given(
    strategies.operations(
        "pinecone",
        operation_type=st.just("delete_file"),
        status=st.sampled_from(["Completed", "Failed", "Paused"]),
        file_id=st.just("f"),
    )
)
def test_pinned_words_decide_what_is_there(operation):
    assert violations(operation, api="pinecone", route="get") == []
    assert operation.get("ingestion_units") is None
    assert operation["status"] != "Failed" or operation["error_message"]
    assert operation["file_id"] == "f"


def test_pinned_words_differ_on_one_page():
    words = st.sampled_from(["Processing", "Failed", "Paused", "Parked"])
    pages = strategies.lists("pinecone", status=words)
    body = find(pages, lambda body: len({one["status"] for one in body["operations"]}) == 4)
    assert violations(body, api="pinecone", route="list") == []


@FEW
@given(strategies.operations("pinecone", status=st.sampled_from([None, 7, ["Failed"], {}])))
def test_pinned_values_need_be_no_words(operation):
    assert operation["status"] in [None, 7, ["Failed"], {}]
    assert operation.keys() >= {"id", "operation_type", "created_on"}


@FEW
@given(strategies.lists("pinecone", state=State.RUNNING, operation_type=st.just("upload_file")))
def test_pins_reach_into_lists(body):
    assert {(one["status"], one["operation_type"]) for one in body["operations"]} <= {
        ("Processing", "upload_file")
    }


@FEW
@given(strategies.lists("pinecone", max_items=0))
def test_pages_with_nothing_on_them(body):
    assert body == {"operations": []}


@FEW
@given(strategies.operations("chainloop", resource_id=st.just("r")))
def test_what_comes_together(operation):
    assert operation["resource_type"]


AT_ONCE = [
    [{"type": "string", "x-enum": ["a", "b"]}, {"x-enum": ["b", "c"]}],
    [{"multipleOf": 0.5}, {"type": "number", "multipleOf": 2.0, "maximum": 9}],
    [{"multipleOf": 4}, {"type": "integer", "multipleOf": 6}],
    [{"type": "number", "multipleOf": 0.5}, {"multipleOf": 0.25}],
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"additionalProperties": True},
    ],
    [
        {"additionalProperties": True},
        {"type": "object", "additionalProperties": {"type": "integer"}},
    ],
    [{"type": "object", "additionalProperties": False}, {"additionalProperties": {"minimum": 1}}],
    [
        {"type": "object", "additionalProperties": {"minimum": 1}},
        {"additionalProperties": {"type": "integer"}},
    ],
    [{"type": "integer", "minimum": 2, "exclusiveMinimum": True}, {"minimum": 2, "maximum": 4}],
    [
        {"type": "array", "uniqueItems": True, "minItems": 1},
        {"items": {"type": "boolean"}, "maxItems": 2},
    ],
    [{"not": {"enum": [1]}}, {"not": {"enum": [2]}}, {"enum": [1, 2, 3]}],
    [{"type": "string", "description": "a"}, {"description": "b", "minLength": 2, "maxLength": 3}],
    [{"type": "string", "nullable": True}, {"type": "string", "nullable": True}],
]


@pytest.mark.parametrize("parts", AT_ONCE, ids=str)
def test_schemas_at_once(parts):
    validator = OAS30Validator({"allOf": parts})

    @FEW
    @given(from_schema({"allOf": parts}))
    def check(value):
        assert list(validator.iter_errors(value)) == []

    check()


def test_a_rule_that_does_not_say_how_to_break_it():
    bare = dataclasses.replace(PINECONE, generation=GenerationHints())
    with pytest.raises(InvalidArgument, match=r"pinecone\.next-token is a function"):
        strategies.invalid_payloads(bare, "PaginationResponse")


def test_an_api_without_habits():
    bare = dataclasses.replace(CHAINLOOP, generation=GenerationHints())
    rules = set()

    @FEW
    @given(strategies.lists(bare))
    def check(body):
        rules.update(violation.rule for violation in violations(body, api=bare, route="list"))

    check()
    assert rules <= {"chainloop.total-pages", "chainloop.within-total"}


def test_pages_that_need_not_be_counted():
    free = dataclasses.replace(CHAINLOOP.generation, stricter={})
    api = dataclasses.replace(CHAINLOOP, generation=free)
    met = set()
    for body in anew(strategies.lists(api), 50, 5):
        met.add("pagination" in body)
        assert violations(body, api=api, route="list") == []
    assert met == {True, False}


def test_an_api_without_a_contract():
    bare = changed(PINECONE, contract=None)
    with pytest.raises(InvalidArgument, match="has no contract to generate from"):
        strategies.payloads(bare, "OperationModel")
