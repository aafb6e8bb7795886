"""What is told of Pinecone's bodies and queries is what its stub writes, takes and refuses."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pinecone_rule_rows import op
from support.pinecone_server import Server
from support.served_answers import APIS, readings

from pytest_asyncops import strategies, violations
from pytest_asyncops.apis.pinecone_generation import GENERATION
from pytest_asyncops.apis.pinecone_rules import HISTORY, TYPES
from pytest_asyncops.contract.openapi import load_contract

PINECONE = APIS[1]
CONTRACT = load_contract(PINECONE.checking.contract)
STRICT = {"bad_filter": "refuse", "bad_limit": "refuse", "bad_token": "refuse"}
LOOSE = {"bad_filter": "empty", "bad_limit": "clamp", "bad_token": "restart"}


def answer(server, query):
    response = server.ask(f"/operations/docs?{query}")
    error = response.json().get("error", {"code": None})
    return response.status_code, error["code"]


def test_it_is_written_in_the_contracts_profile_only():
    assert dict(GENERATION.profiles) == {}
    assert GENERATION.together == ()


# --- what a careful server does


def test_what_is_always_there_is_there_in_what_the_stub_serves():
    server = Server()
    for number in range(3):
        server.start(f"op-{number}")
    listed = server.page(limit=2)
    last = server.page(limit=3)
    for served in (listed, last):
        assert set(GENERATION.stricter["OperationList"]["required"]) <= set(served)
    assert listed[GENERATION.paging.member]["next"]
    assert GENERATION.paging.member not in last


@given(strategies.operations("pinecone"))
def test_an_operation_has_what_habits_say(operation):
    done = operation["status"] in ("Completed", "Failed")
    assert (operation.get("completed_on") is not None) is done
    assert (operation.get("error_message") is not None) is (operation["status"] == "Failed")
    for name in ("id", "error_message"):
        assert operation.get(name) != ""
    assert (operation.get("ingestion_units") or 0) >= 0


@given(st.text(min_size=1), st.integers(1, 9))
def test_the_edit_of_a_token_breaks_the_one_rule(token, number):
    edit = GENERATION.rule_edits["pinecone.next-token"]
    good = {"next": token}
    body = {"operations": [op()], "pagination": edit.apply(good, number)}
    found = [(each.path, each.rule) for each in violations(body, api="pinecone", route="list")]
    assert found == [("$.pagination.next", "pinecone.next-token")]
    assert good == {"next": token}
    assert edit.needs == ("next",)


# --- what becomes of queries


def test_each_reading_tells_its_own_part():
    strict, loose = GENERATION.queries(STRICT), GENERATION.queries(LOOSE)
    assert strict.schemas.keys() == {"operation_type", "status"}
    assert strict.opaque == ("pagination_token",)
    assert loose.schemas.keys() == {"limit"}
    assert loose.opaque == ()
    assert strict.refusal == loose.refusal == (400, "INVALID_ARGUMENT")
    assert strict.together == loose.together == ()
    [route] = [route for route in PINECONE.routes if route.name == "list"]
    at = f"/paths/{route.paths[0].replace('/', '~1')}/get/parameters"
    parameters = {each["name"] for each in CONTRACT.at(at) if each["in"] == "query"}
    for told in (strict, loose):
        assert {*told.schemas, *told.opaque} <= parameters


@pytest.mark.parametrize("bad_filter", ["refuse", "empty"])
@pytest.mark.parametrize(
    ("name", "word"),
    [
        *(("operation_type", word) for word in (*TYPES, "copy_file", "UPLOAD_FILE", "")),
        *(("status", word) for word in (*HISTORY.states, "Paused", "failed", "")),
    ],
)
def test_a_word_of_a_filter_is_served_if_its_schema_has_it(bad_filter, name, word):
    told = GENERATION.queries({**STRICT, "bad_filter": bad_filter})
    served = bad_filter == "empty" or word in told.schemas[name]["enum"]
    found = answer(Server(bad_filter=bad_filter), urlencode({name: word}))
    assert found == ((200, None) if served else told.refusal)


LONGEST = 10**18 - 1


@pytest.mark.parametrize("bad_limit", ["refuse", "clamp"])
@pytest.mark.parametrize(
    "limit", [-LONGEST - 1, -LONGEST, -1, 0, 1, 100, 101, LONGEST, LONGEST + 1]
)
def test_a_limit_is_served_if_its_schema_has_it(bad_limit, limit):
    told = GENERATION.queries({**STRICT, "bad_limit": bad_limit})
    schema = told.schemas.get("limit", {"minimum": 1, "maximum": 100})
    served = schema["minimum"] <= limit <= schema["maximum"]
    found = answer(Server(bad_limit=bad_limit), f"limit={limit}")
    assert found == ((200, None) if served else told.refusal)


@pytest.mark.parametrize("bad_token", ["refuse", "restart"])
def test_a_token_that_only_the_server_can_make_is_refused_from_others(bad_token):
    told = GENERATION.queries({**STRICT, "bad_token": bad_token})
    refused = "pagination_token" in told.opaque
    found = answer(Server(bad_token=bad_token), "pagination_token=mine")
    assert found == (told.refusal if refused else (200, None))


@given(readings(PINECONE), st.booleans(), st.data())
def test_a_generated_query_gets_the_answer_that_it_is_told_to_get(given_readings, valid, data):
    server = Server(**given_readings)
    query = data.draw(
        strategies.list_queries("pinecone", valid=valid, readings=server.stub.readings)
    )
    told = GENERATION.queries(server.stub.readings)
    found = answer(server, urlencode(query.params))
    assert found == (query.status_code, query.code)
    assert found == ((200, None) if valid else told.refusal)
