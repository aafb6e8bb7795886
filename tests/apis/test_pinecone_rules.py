"""Pinecone's own rules at their edges, and its history; `test_prose_rules` breaks each of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.pinecone_rule_rows import op, refusal

from pytest_asyncops import State, violations
from pytest_asyncops.apis import Absent, Fixed
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.apis.pinecone_rules import HISTORY, INGESTION, RULES, TYPES
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies.mutation.places import places

CONTRACT = load_contract(PINECONE.checking.contract)
OPERATION = CONTRACT.schemas[HISTORY.schema]["properties"]


@pytest.mark.parametrize(
    ("member", "word", "route"),
    [
        ("$.status", op("Paused"), "get"),
        ("$.operation_type", op(operation_type="copy_file"), "get"),
        ("$.operations[0].status", {"operations": [op("Paused")]}, "list"),
    ],
)
def test_a_word_that_nobody_knows_is_reported_when_asked(member, word, route):
    [found] = violations(word, api="pinecone", route=route, unknown="forbid")
    assert (found.path, found.rule) == (member, "schema.x-enum")


@given(st.text())
@example("")
@example(" ")
def test_only_an_empty_token_is_none(token):
    page = {"operations": [], "pagination": {"next": token}}
    found = violations(page, api="pinecone", route="list")
    broken = [("$.pagination.next", "pinecone.next-token", "")]
    assert [(each.path, each.rule, each.value) for each in found] == ([] if token else broken)


@given(st.integers(400, 599), st.integers(400, 599))
def test_an_error_says_the_status_that_it_has(said, status):
    body = refusal(said, {401: "UNAUTHENTICATED", 404: "NOT_FOUND"}.get(status, "UNKNOWN"))
    found = violations(body, api="pinecone", route="get", status_code=status)
    assert [each.rule for each in found] == ([] if said == status else ["pinecone.error-status"])


def test_the_codes_of_errors_are_documented_and_so_are_their_statuses():
    [rule] = [rule for rule in RULES if isinstance(rule.kind, Fixed)]
    documented = CONTRACT.schemas["ErrorResponse"]["properties"]["error"]["properties"]["code"]
    codes = [code for some in rule.kind.by_status.values() for code in some]
    assert set(codes) <= set(documented["x-enum"])
    assert len(set(codes)) == len(codes)
    for route in PINECONE.routes:
        statuses = CONTRACT.statuses(route.method, route.paths[0])
        assert set(statuses) - {"200", "202", "204", "400", "429"} <= {
            *map(str, rule.kind.by_status)
        }


# --- the words and the history


def test_the_types_of_operations_are_those_of_the_contract():
    assert list(TYPES) == OPERATION["operation_type"]["x-enum"]
    assert set(INGESTION) < set(TYPES)
    [rule] = [rule for rule in RULES if rule.id == "pinecone.units-only-for-ingestion"]
    assert isinstance(rule.kind, Absent)
    assert sorted((*rule.kind.values, *INGESTION)) == sorted(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_what_takes_a_file_in_uses_units_and_nothing_else_does(kind):
    used = op("Completed", operation_type=kind, ingestion_units=1)
    assert (violations(used, api="pinecone", route="get") == []) is (
        kind in ("upload_file", "upsert_file")
    )


def test_a_history_has_each_status_of_the_contract():
    assert list(HISTORY.states) == OPERATION["status"]["x-enum"]


def test_a_state_has_one_status_and_those_that_are_not_shown_have_none():
    states = [state for some in HISTORY.states.values() for state in some]
    assert len(set(states)) == len(states)
    assert set(states) == set(State) - {State.CANCELLED, State.PURGED}
    assert HISTORY.states == {
        "Processing": {State.PENDING, State.RUNNING},
        "Completed": {State.SUCCEEDED},
        "Failed": {State.FAILED},
    }


def test_a_history_says_of_each_member_how_it_may_change_and_says_it_once():
    told = (HISTORY.id, HISTORY.status, *HISTORY.constant, *HISTORY.once, *HISTORY.result)
    assert sorted(told) == sorted(OPERATION)


def test_operations_are_found_where_the_routes_put_them():
    routes = {route.name: route for route in PINECONE.routes}
    at = {
        name: places(CONTRACT, CONTRACT.response_schema("GET", routes[name].paths[0], 200))
        for name in routes
    }
    assert at["list"][HISTORY.schema] == [(HISTORY.listed_in, "*")]
    assert at["get"][HISTORY.schema] == [()]
    assert HISTORY.wrapped_in is None
    assert HISTORY.found_in(op()) == (op(),)
