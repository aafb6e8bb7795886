"""What a strategy is asked for makes sense, or it says what does, before anything is drawn."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import strategies as st
from support.schema_kinds import own_api
from support.toy_api import changed

from pytest_asyncops import InvalidArgument, State, strategies
from pytest_asyncops.apis import Route
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE


def refusal(make):
    with pytest.raises(InvalidArgument) as caught:
        make()
    return str(caught.value)


BODIES = {
    "operations": lambda **said: strategies.operations("pinecone", **said),
    "lists": lambda **said: strategies.lists("pinecone", **said),
    "gets": lambda **said: strategies.gets("pinecone", **said),
    "errors": lambda **said: strategies.errors("pinecone", **said),
    "payloads": lambda **said: strategies.payloads("pinecone", "OperationModel", **said),
}


@pytest.mark.parametrize("make", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("flag", ["encoded", "deviations"])
@pytest.mark.parametrize("value", ["no", 0, 1, None])
def test_a_flag_of_bodies(make, flag, value):
    said = {"encoded": True, flag: value}
    assert refusal(lambda: make(**said)) == f"{flag} must be True or False, not {value!r}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: strategies.list_queries("pinecone", valid="no"), "valid must be True or False"),
        (lambda: strategies.lifecycles(polls="no"), "polls must be True or False, not 'no'"),
        (lambda: strategies.lifecycles(progress=1), "progress must be True or False, not 1"),
        (lambda: strategies.lifecycles(states=State.RUNNING), "states must be a list of states"),
        (lambda: strategies.lifecycles(states="RUNNING"), "states must be a list of states"),
        (lambda: strategies.lifecycles(states=["RUNNING"]), "unknown state 'RUNNING'. Did you"),
        (lambda: strategies.lifecycles(states=[[]]), "unknown state []. Choose"),
        (lambda: strategies.gets("pinecone", state=[]), "unknown state of a pinecone operation"),
        (lambda: strategies.gets("pinecone", state="x"), "unknown state of a pinecone operation"),
        (lambda: strategies.payloads("pinecone", []), "unknown schema of pinecone []. Choose"),
        (lambda: strategies.invalid_payloads("pinecone"), "name a part of pinecone: a"),
        (lambda: strategies.errors("pinecone", "404"), "unknown status of an error of pinecone"),
        (lambda: strategies.errors("pinecone", True), "unknown status of an error of pinecone"),
        (lambda: strategies.list_queries("pinecone", readings=["order"]), "readings must map nam"),
        (lambda: strategies.from_schema({}, contract="x.yaml"), "unknown API 'x.yaml'. Choose"),
    ],
)
def test_what_cannot_be_meant(make, message):
    assert refusal(make).startswith(message)


@pytest.mark.parametrize("make", [BODIES["operations"], BODIES["lists"], BODIES["gets"]])
def test_a_misspelt_argument_is_no_member(make):
    assert refusal(lambda: make(max_item=1)).startswith(
        "unknown member of a pinecone operation, or argument, 'max_item'. "
        "Did you mean 'max_items'? Choose 'id', "
    )
    assert "Did you mean 'file_id'?" in refusal(lambda: make(file_idd=st.just("f")))


# --- the status of a payload


def of_status(api, status_code, schema="OperationModel"):
    return lambda: strategies.invalid_payloads(api, schema, status_code=status_code)


@pytest.mark.parametrize("status_code", [201, 302, 600, -1, True, "x", []])
def test_a_status_that_no_answer_has(status_code):
    assert refusal(of_status("pinecone", status_code)) == (
        f"unknown status of an answer of pinecone {status_code!r}. "
        "Choose '200', '202', '400', '401', '403', '404', '429', '500' or '503'."
    )


def test_without_a_schema_for_all_errors_a_status_is_documented():
    bare = changed(PINECONE, error_schema=None)
    of_status(bare, 404, "ErrorResponse")()
    assert refusal(of_status(bare, 503, "ErrorResponse")) == (
        "unknown status of an answer of pinecone 503. "
        "Choose '200', '202', '400', '401', '404', '429' or '500'."
    )
    assert refusal(lambda: strategies.errors(bare, 503)).startswith(
        "unknown status of an error of pinecone 503."
    )
    # A default is for all others.
    of_status(changed(CHAINLOOP, error_schema=None), 503, "rpcStatus")()


def test_a_contract_may_document_a_hundred_statuses_at_once_or_none(tmp_path):
    api = own_api(tmp_path, {"Job": {"type": "object"}})
    of_status(api, 418, "Job")()  # it has no routes
    path = tmp_path / "some.yaml"
    body = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": ""}
    responses = {"4XX": body, "204": {"description": ""}}
    document = json.loads((tmp_path / "own.yaml").read_text())
    document["paths"] = {"/jobs": {"get": {"responses": responses}}}
    path.write_text(json.dumps(document))
    route = Route("get", "GET", ("/jobs",), lambda exchange: None)
    some = dataclasses.replace(changed(api, contract=str(path)), routes=(route,))
    of_status(some, 418, "Job")()
    for status_code in (204, 500):
        assert refusal(of_status(some, status_code, "Job")).endswith("Choose '4XX'.")
