"""What the contracts document conforms to them, and so does everything that stubs serve."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.client_responses import of_requests
from support.served_answers import (
    APIS,
    LISTS,
    QUERIES,
    Server,
    headers,
    new_operations,
    path_of,
    readings,
)

from pytest_asyncops import assert_conforms
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.gateway import HTTP_STATUS
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.pointers import escape

SCHEMAS = "/components/schemas"


# --- what is documented conforms


def documented() -> list[Any]:
    """The examples of responses, each with route and status."""
    found = []
    for api in APIS:
        contract = load_contract(api.checking.contract)
        for route in api.routes:
            for status, pointer in contract.statuses(route.method, route.paths[0]).items():
                content = contract.at(pointer).get("content", {})
                examples = content.get("application/json", {}).get("examples", {})
                for name, example in examples.items():
                    value = example["value"]
                    code = HTTP_STATUS[value["code"]] if status == "default" else int(status)
                    said = f"{api.name} {route.name} {status} {name}"
                    found.append(pytest.param(api, route.name, code, value, id=said))
    return found


@pytest.mark.parametrize(("api", "route", "status", "value"), documented())
def test_documented_examples_conform(api, route, status, value):
    assert_conforms(
        value, api=api, route=route, status_code=status, extra="forbid", unknown="forbid"
    )


WHERE = {
    "v1AsyncOperationsServiceListOperationsResponse": ("list", 200, lambda value: value),
    "v1AsyncOperationsServiceGetOperationResponse": ("get", 200, lambda value: value),
    "v1AsyncOperationResult": ("get", 200, lambda value: {"operation": value}),
    "v1AsyncOperationStatus": ("get", 200, lambda value: {"operation": {"status": value}}),
    "v1OffsetPaginationResponse": ("list", 200, lambda value: {"pagination": value}),
    "v1BadRequestResponse": ("list", 400, lambda value: value),
    "v1UnauthorizedResponse": ("list", 401, lambda value: value),
    "v1PermissionDeniedResponse": ("get", 403, lambda value: value),
    "v1InternalServerErrorResponse": ("get", 500, lambda value: value),
    "rpcStatus": ("get", 404, lambda value: value),
    "protobufAny": ("get", 404, lambda value: {"details": [value]}),
    "OperationList": ("list", 200, lambda value: value),
    "OperationModel": ("get", 200, lambda value: value),
    "PaginationResponse": ("list", 200, lambda value: {"operations": [], "pagination": value}),
    "ErrorResponse": ("get", 404, lambda value: value),
    "Assistant": ("get_assistant", 200, lambda value: value),
    "ListAssistantsResponse": ("list_assistants", 200, lambda value: value),
    "UpdateAssistantResponse": ("update_assistant", 200, lambda value: value),
    "AssistantFileModel": ("describe_file", 200, lambda value: value),
    "ListFilesResponse": ("list_files", 200, lambda value: value),
}
OF_REQUESTS = {"CreateAssistantRequest", "UpdateAssistantRequest", "FileData"}


NAMED = [
    (api, name)
    for api in APIS
    for name in load_contract(api.checking.contract).schemas
    if name not in OF_REQUESTS
]


@pytest.mark.parametrize(("api", "name"), NAMED, ids=[name for _, name in NAMED])
def test_the_examples_of_named_schemas_conform(api, name):
    route, status, wrap = WHERE[name]
    value = load_contract(api.checking.contract).at(f"{SCHEMAS}/{escape(name)}/example")
    assert_conforms(
        wrap(value),
        api=api,
        route=route,
        status_code=status,
        extra="allow" if name == "protobufAny" or name == "rpcStatus" else "forbid",
        unknown="forbid",
    )


# --- what is served conforms


@pytest.mark.parametrize("api", APIS, ids=[api.name for api in APIS])
@given(data=st.data())
def test_everything_served_conforms(api, data):
    given_readings = data.draw(readings(api))
    server = Server(api, **given_readings)
    stub = server.stub
    stub.refuse("bad", data.draw(st.sampled_from(sorted(api.serving.refusals))))
    started = [stub.start(**new) for new in data.draw(st.lists(new_operations(api), max_size=3))]
    targets = [*map(path_of, started), *LISTS[api.name], *(f"{path}/x" for path in LISTS[api.name])]
    for _ in range(data.draw(st.integers(1, 5))):
        server.clock.advance(data.draw(st.sampled_from([0, 1, 2.5, 7, 31 * 24 * 60 * 60])))
        target = data.draw(st.sampled_from([*targets, "/", "//v1/operations"]))
        query = data.draw(QUERIES[api.name])
        method = data.draw(st.sampled_from(["GET"] * 8 + ["POST", "HEAD"]))
        sent = data.draw(headers(api))
        full = f"{target}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        response = server.ask(full if query else target, method, sent)
        call = stub.calls[-1]
        assert call.response is response
        assert_conforms(call, extra="forbid", unknown="forbid")
        assert_conforms(response)
        if method != "HEAD":
            # What a client makes of it says as much.
            kind = response.headers["Content-Type"]
            received = of_requests(response.content, status=response.status_code, kind=kind)
            assert_conforms(
                received, api=api, route=response.route or "get", profile=response.profile
            )


def test_requests_reach_every_kind_of_answer():
    """The property above is about something: these are among the answers that it draws."""
    met = set()
    for api in APIS:
        server = Server(api)
        server.stub.refuse("bad")
        [target, *_] = LISTS[api.name]
        fields = {} if api is CHAINLOOP else {"assistant_name": "docs"}
        operation = server.stub.start(**fields)
        for path, sent in (
            (target, None),
            (path_of(operation), None),
            (f"{target}/x", None),
            (target, {}),
            (f"{target}?status=x", None),
        ):
            met.add((api.name, server.ask(path, sent=sent).status_code))
    assert met == {(api.name, status) for api in APIS for status in (200, 400, 401, 404)}


def test_through_requests():
    from pytest_asyncops import mocked

    with mocked() as mock:
        mock.pinecone.start_many(3, assistant_name="docs")
        url = f"{mock.pinecone.base_url}/assistant/operations/docs?limit=2"
        sent = {"Api-Key": "k", "X-Pinecone-Api-Version": "2026-07"}
        page = requests.get(url, headers=sent, timeout=1)
        assert "pagination" in page.json()
        assert_conforms(page, extra="forbid", unknown="forbid")
