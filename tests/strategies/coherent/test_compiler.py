"""Payloads keep to the rules and habits of their API, whatever is overridden."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from support.schema_kinds import own_api
from support.toy_api import changed

from pytest_asyncops import ContractError, State, strategies, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.generation_hints import GenerationHints
from pytest_asyncops.rules.rules import Never, Rule
from pytest_asyncops.strategies.coherent.compiler import coherent_compiler, compiled
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.schema.options import Options

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
@given(strategies.operations("chainloop", resource_id=st.just("r")))
def test_what_comes_together(operation):
    assert operation["resource_type"]


def test_an_api_without_habits():
    bare = dataclasses.replace(CHAINLOOP, generation=GenerationHints())
    rules = set()

    @FEW
    @given(strategies.lists(bare))
    def check(body):
        rules.update(violation.rule for violation in violations(body, api=bare, route="list"))

    check()
    said = ("total-pages", "within-total", "within-page-size", "list-distinct-ids")
    assert rules <= {f"chainloop.{name}" for name in said}


def test_what_is_asked_for_twice_is_compiled_once():
    one = compiled(CoherentServer(PINECONE, Options()))
    assert compiled(CoherentServer(PINECONE, Options(), 200)) is one
    assert compiled(CoherentServer(PINECONE, Options(), status_code=200, values={})) is one
    assert compiled(CoherentServer(PINECONE, Options(), 404)) is not one
    assert coherent_compiler(CoherentServer(PINECONE, Options())) is not one


def test_a_refusal_says_where_the_schema_stands_beside_its_rules(tmp_path):
    closed = {"type": "object", "required": ["a"], "additionalProperties": False}
    api = own_api(tmp_path, {"Job": closed})
    rule = Rule("own.rule", "Job", "", "", Never("a", ("gone",)))
    server = CoherentServer(changed(api, rules=(rule,)), Options())
    with pytest.raises(ContractError) as caught:
        compiled(server).recipe({"$ref": "#/components/schemas/Job"})
    assert caught.value.pointer == "/components/schemas/Job"


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
        assert violations({"operation": operation}, api="chainloop", route="get") == []
        assert all(operation[name] == "2026-01-01T00:00:00Z" for name in overrides)

    check()
