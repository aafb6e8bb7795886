"""What is told of Chainloop's bodies and queries is what its stub writes, takes and refuses."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_server import Server
from support.served_answers import APIS, readings

from pytest_asyncops import Lifecycle, strategies, violations
from pytest_asyncops.apis.chainloop_generation import GENERATION, UNSET
from pytest_asyncops.apis.chainloop_rules import HISTORY
from pytest_asyncops.apis.gateway import camel
from pytest_asyncops.contract.openapi import load_contract

CHAINLOOP = APIS[0]
CONTRACT = load_contract(CHAINLOOP.checking.contract)


# --- the fields that are not set


def test_what_is_not_set_is_every_member_of_an_operation_in_the_contracts_order():
    members = CONTRACT.schemas[HISTORY.schema]["properties"]
    assert list(UNSET) == list(members)
    for name, unset in UNSET.items():
        is_time = CONTRACT.resolved(members[name]).get("format") == "date-time"
        assert unset == (None if is_time else "")


@pytest.mark.parametrize(
    "lifecycle",
    [
        Lifecycle.hangs(pending=60),
        Lifecycle.hangs(),
        Lifecycle.succeeds(output=b"x"),
        Lifecycle.fails("no"),
    ],
    ids=["pending", "running", "succeeded", "failed"],
)
@pytest.mark.parametrize("profile", ["gateway", "gateway_camel"])
def test_a_profile_writes_as_the_stub_does(profile, lifecycle):
    """The same operation, served in the contract's profile and in another."""
    bodies = {}
    for name in ("contract", profile):
        server = Server(profile=name)
        server.start(kind="scan", lifecycle=lifecycle)
        server.clock.advance(1)
        bodies[name] = [
            server.ask(path).json()
            for path in ("/v1/operations", f"/v1/operations/{next(iter(server.stub.operations))}")
        ]
    write = GENERATION.profiles[profile]
    for own, other in zip(bodies["contract"], bodies[profile], strict=True):
        assert write(own) == other
        assert repr(write(own)) == repr(other)  # the order of the members too


@given(strategies.operations("chainloop"))
def test_an_operation_is_filled_wherever_it_stands(operation):
    filled = {**UNSET, **operation}
    write, camelled = GENERATION.profiles["gateway"], GENERATION.profiles["gateway_camel"]
    assert list(write(operation)) == list(UNSET)
    for body, expected in (
        (operation, filled),
        ({"operation": operation}, {"operation": filled}),
        (
            {"operations": [operation, operation], "pagination": {"page_size": 1}},
            {"operations": [filled, filled], "pagination": {"page_size": 1}},
        ),
    ):
        assert write(body) == expected
        assert camelled(body) == camel(expected)


@given(strategies.errors("chainloop"))
def test_an_error_has_nothing_to_fill(body):
    assert GENERATION.profiles["gateway"](body) == body
    assert GENERATION.profiles["gateway_camel"](body) == camel(body)


# --- how its rules are broken


def page(count, size, total):
    operations = [
        {
            "id": str(n),
            "status": "ASYNC_OPERATION_STATUS_PENDING",
            "created_at": "2026-01-01T00:00:00Z",
        }
        for n in range(count)
    ]
    counters = {
        "page": 0,
        "page_size": size,
        "total_count": total,
        "total_pages": -(-total // size),
    }
    return {"operations": operations, "pagination": counters}


def rules_broken(body):
    return [found.rule for found in violations(body, api="chainloop", route="list")]


@given(st.integers(0, 4), st.integers(1, 5), st.integers(0, 20), st.integers(1, 30))
def test_each_edit_of_a_page_breaks_the_one_rule(count, size, more, number):
    size = max(size, count)
    good = page(count, size, count + more)
    assert rules_broken(good) == []
    wrong = GENERATION.rule_edits["chainloop.total-pages"]
    assert wrong.needs == ("pagination",)
    edited = wrong.apply(good, number)
    assert rules_broken(edited) == ["chainloop.total-pages"]
    assert edited["pagination"]["total_pages"] == good["pagination"]["total_pages"] + number
    fewer = GENERATION.rule_edits["chainloop.within-total"]
    assert fewer.needs == ("operations", "*")
    edited = fewer.apply(good, number)
    assert edited["pagination"]["total_count"] == max(count - number, 0)
    assert rules_broken(edited) == (["chainloop.within-total"] if count else [])
    smaller = GENERATION.rule_edits["chainloop.within-page-size"]
    assert smaller.needs == ("operations", "*")
    if count:
        edited = smaller.apply(good, number)
        assert edited["pagination"]["page_size"] == max(max(count, 2) - number, 1)
        assert rules_broken(edited) == ["chainloop.within-page-size"]
    assert good == page(count, size, count + more)


# --- what becomes of queries


def answer(server, query):
    response = server.ask(f"/v1/operations?{query}")
    return response.status_code, response.json().get("code")


REFUSED = (400, 3)


def test_a_query_is_refused_with_what_a_gateway_says_to_a_bad_argument():
    for negative in ("refuse", "default"):
        assert GENERATION.queries({"negative_page": negative}).refusal == REFUSED


@pytest.mark.parametrize("negative", ["refuse", "default"])
@pytest.mark.parametrize("name", ["pagination.page", "pagination.page_size"])
@pytest.mark.parametrize("value", [-(2**31) - 1, -(2**31), -1, 0, 1, 2**31 - 1, 2**31])
def test_a_counter_is_served_if_its_schema_has_it(negative, name, value):
    told = GENERATION.queries({"negative_page": negative})
    schema = told.schemas[name]
    assert (schema["type"], schema["format"]) == ("integer", "int32")
    served = max(-(2**31), schema.get("minimum", -(2**31))) <= value < 2**31
    found = answer(Server(negative_page=negative), f"{name}={value}")
    assert found == ((200, None) if served else told.refusal)


@pytest.mark.parametrize(
    "query", ["resource_id=a", "resource_type=b", "resource_id=a&resource_type="]
)
def test_a_member_of_a_pair_alone_is_refused(query):
    told = GENERATION.queries({"negative_page": "refuse"})
    assert told.together == GENERATION.together == (("resource_id", "resource_type"),)
    assert answer(Server(), query) == told.refusal
    assert answer(Server(), "resource_id=a&resource_type=b") == (200, None)


@given(readings(CHAINLOOP), st.booleans(), st.data())
def test_a_generated_query_gets_the_answer_that_it_is_told_to_get(given_readings, valid, data):
    server = Server(**given_readings)
    query = data.draw(
        strategies.list_queries("chainloop", valid=valid, readings=server.stub.readings)
    )
    told = GENERATION.queries(server.stub.readings)
    found = server.ask("/v1/operations?" + urlencode(query.params))
    assert (found.status_code, found.json().get("code")) == (query.status_code, query.code)
    assert (query.status_code, query.code) == ((200, None) if valid else told.refusal)
