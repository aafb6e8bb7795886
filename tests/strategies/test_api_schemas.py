"""What users ask for by name is found in the contract, or refused with the names that there are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.schema_kinds import own_api
from support.toy_api import changed

from pytest_asyncops import InvalidArgument, State, strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.strategies.api_schemas import (
    body,
    error_bodies,
    error_body,
    operation,
    plain,
    serialized,
    with_overrides,
)
from pytest_asyncops.strategies.coherent.server import contract_of
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.recipes import constant


def test_overrides_that_contradict_each_other():
    with pytest.raises(InvalidArgument, match="no pinecone operation has"):
        strategies.operations("pinecone", state=State.RUNNING, error_message=st.just("x"))
    with pytest.raises(InvalidArgument, match="already says the status"):
        strategies.operations("pinecone", state=State.RUNNING, status=st.just("x"))


def test_apis_that_say_too_little(tmp_path):
    api = own_api(tmp_path, {"free": {}})
    with pytest.raises(InvalidArgument, match="does not say how its operations change"):
        strategies.operations(api)
    with pytest.raises(InvalidArgument, match="documents no errors"):
        strategies.errors(api)


@pytest.mark.parametrize(
    ("make", "message"),
    [
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


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


TYPED = {
    400: "v1BadRequestResponse",
    401: "v1UnauthorizedResponse",
    403: "v1PermissionDeniedResponse",
    500: "v1InternalServerErrorResponse",
}


@pytest.mark.parametrize(
    ("api", "names"),
    [
        (CHAINLOOP, {**dict.fromkeys((404, 429, 503), "rpcStatus"), **TYPED}),
        (PINECONE, dict.fromkeys((400, 401, 403, 404, 429, 500, 503), "ErrorResponse")),
    ],
    ids=["chainloop", "pinecone"],
)
def test_the_errors_that_an_api_is_known_to_have(api, names):
    found = error_bodies(api)
    assert found == {status: refers(name) for status, name in names.items()}
    assert [*found] == sorted(found)
    for status, schema in found.items():
        assert error_body(api, status) == schema
    # Where there is a schema for all others, an error may have any status.
    assert error_body(api, 418) == refers(api.checking.error_schema)


@pytest.mark.parametrize("status_code", [200, 302, 399, 600, -1])
def test_what_is_no_error_has_no_body_of_one(status_code):
    with pytest.raises(InvalidArgument) as caught:
        error_body(PINECONE, status_code)
    assert str(caught.value) == (
        f"unknown status of an error of pinecone {status_code}. "
        "Choose '400', '401', '403', '404', '429', '500' or '503'."
    )
    assert caught.value.value == status_code


def test_errors_without_a_schema_for_all_others_are_those_of_the_contract():
    bare = changed(PINECONE, error_schema=None)
    assert [*error_bodies(bare)] == [400, 401, 404, 429, 500]
    with pytest.raises(InvalidArgument):
        error_body(bare, 503)
    assert [*error_bodies(changed(CHAINLOOP, error_schema=None))] == [*error_bodies(CHAINLOOP)]


def test_an_operation_and_the_bodies_have_the_schemas_of_the_contract():
    assert operation(PINECONE) == body(PINECONE, "get")[0] == refers("OperationModel")
    assert operation(CHAINLOOP) == refers("v1AsyncOperationResult")
    assert body(PINECONE, "list")[0] == refers("OperationList")
    asked = "v1AsyncOperationsService{}Response"
    assert body(CHAINLOOP, "get")[0] == refers(asked.format("GetOperation"))
    assert body(CHAINLOOP, "list")[0] == refers(asked.format("ListOperations"))
    with pytest.raises(InvalidArgument, match="unknown route of pinecone 'put'"):
        body(PINECONE, "put")


def test_a_route_without_a_body_says_so(tmp_path):
    api = own_api(tmp_path, {})
    document = json.loads((tmp_path / "own.yaml").read_text())
    document["paths"] = {"/gone": {"get": {"responses": {"200": {"description": ""}}}}}
    path = tmp_path / "gone.yaml"
    path.write_text(json.dumps(document))
    silent = changed(api, contract=str(path), routes=(Route("get", "GET", ("/gone",), None),))
    with pytest.raises(InvalidArgument) as caught:
        body(silent, "get")
    assert str(caught.value) == "the contract of own documents no body for its get route"


def test_names_may_have_what_references_escape(tmp_path):
    names = ["a", "a/b", "a~b", "~1"]
    api = own_api(tmp_path, {name: {"enum": [name]} for name in names})
    for name in names:
        assert plain(contract_of(api), Options()).recipe(refer(name)).values == (name,)


def test_what_is_asked_for_twice_is_compiled_once():
    contract = contract_of(PINECONE)
    assert plain(contract, Options()) is plain(contract, Options())
    assert plain(contract, Options()) is not plain(contract, Options(max_items=1))


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
def test_what_is_plain_is_not_always_what_a_coherent_server_sends(api):
    root = load_contract(api.checking.contract).document.root
    judge = OAS30Validator({**operation(api), "components": root["components"]})
    members = set()
    for value in anew(plain(contract_of(api), Options()).recipe(operation(api)).strategy(), 100):
        assert list(judge.iter_errors(value)) == []
        members.add(value.get("status"))
    assert len(members) > 2
    with_state = with_overrides(api, Options(), operation(api), (), State.RUNNING, {})
    words = {value["status"] for value in anew(with_state.strategy(), 50)}
    assert words == {api.statuses[State.RUNNING]}


@settings(max_examples=30)
@given(st.data())
def test_overrides_are_there_whatever_else_is(data):
    overrides = {"file_id": st.just("f"), "percent_complete": st.integers(3, 4)}
    found = with_overrides(PINECONE, Options(), *body(PINECONE, "list"), None, overrides)
    for one in data.draw(found.strategy())["operations"]:
        assert one["file_id"] == "f"
        assert one["percent_complete"] in (3, 4)


def test_overrides_are_refused_before_anything_is_made():
    def refusal(state, **overrides):
        with pytest.raises(InvalidArgument) as caught:
            with_overrides(PINECONE, Options(), operation(PINECONE), (), state, overrides)
        return str(caught.value)

    assert refusal(None, file="f").startswith(
        "unknown member of a pinecone operation 'file'. Did you mean 'file_id'? Choose "
    )
    assert refusal(State.FAILED, status=st.just("Failed")) == (
        f"state={State.FAILED!r} already says the status; leave one of them out"
    )
    assert refusal(State.CANCELLED).startswith("unknown state of a pinecone operation ")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_is_written_in_its_profile_and_then_as_bytes(encoded):
    asked = {"operation": {"id": "1", "created_at": "now"}}
    found = serialized(constant(asked), CHAINLOOP, "gateway_camel", encoded, False)
    for value in anew(found.strategy(), 20, 5):
        assert isinstance(value, bytes) is encoded
        member = (json.loads(value) if encoded else value)["operation"]
        assert (member["createdAt"], member["startedAt"]) == ("now", None)
    assert serialized(constant(7), PINECONE, "contract", False, False).values == (7,)


def test_profiles_and_deviations_that_there_are_not_are_refused():
    with pytest.raises(InvalidArgument) as caught:
        serialized(constant({}), PINECONE, "gateway", False, False)
    assert str(caught.value) == "unknown profile 'gateway'. Choose 'contract'."
    with pytest.raises(InvalidArgument) as caught:
        serialized(constant({}), PINECONE, "contract", False, True)
    assert str(caught.value) == "deviations are ways to write JSON, so they need encoded=True"
