"""What the docs say of each API is so: routes, fields, states, credentials, errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from support.pages import page_of, read, rows, section, words

from pytest_asyncops import Api, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE

APIS = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)


@APIS
def test_routes(api: Api) -> None:
    told_routes = [
        (words(row[0])[0], words(row[1])[0]) for row in rows(section(page_of(api), "Routes"))
    ]
    assert told_routes == [
        (route.name, f"{route.method} {path}") for route in api.routes for path in route.paths
    ]


@APIS
def test_fields(api: Api) -> None:
    table = rows(section(page_of(api), "Starting operations"))
    assert [words(row[0])[0] for row in table] == list(api.fields)
    for (_, default), field in zip(table, api.fields.values(), strict=True):
        if field.required and field.default is None:
            assert default == "must be given"
        elif field.default is None:
            assert default.startswith("not set")
        else:
            shown = field.default(1) if callable(field.default) else field.default
            assert words(default) == [shown, *(c for c in field.choices if c != shown)]


@APIS
def test_states(api: Api) -> None:
    told_words = {
        state: words(row[1])
        for row in rows(section(page_of(api), "States"))
        for state in words(row[0])
    }
    visible = {state.name: [word] for state, word in api.statuses.items()}
    assert told_words == {"PURGED": [], **visible}


@APIS
def test_base_url(api: Api) -> None:
    assert f"at `{api.base_url}`" in read(page_of(api))


@APIS
def test_refusals(api: Api) -> None:
    """Every reason stands in the table of credentials, with what it is answered."""
    text = "\n".join(line for line in read(page_of(api)).splitlines() if "refused as" in line)
    assert set(re.findall(r"refused as `(\w+)`", text)) == set(api.serving.refusals)


ERRORS: dict[str, tuple[Api, str, str]] = {
    "an unknown operation": (CHAINLOOP, "GET", "/v1/operations/x"),
    "another method on a known path": (CHAINLOOP, "DELETE", "/v1/operations"),
    "an unknown path": (CHAINLOOP, "GET", "/v2"),
    "`pagination.page=abc`": (CHAINLOOP, "GET", "/v1/operations?pagination.page=abc"),
    "`status=DONE`": (CHAINLOOP, "GET", "/v1/operations?status=DONE"),
    "`resource_id` without `resource_type`": (CHAINLOOP, "GET", "/v1/operations?resource_id=1"),
    "no token, or another scheme": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `invalid`": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `expired`": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `forbidden`": (CHAINLOOP, "GET", "/v1/operations"),
    "an unknown assistant": (PINECONE, "GET", "/operations/docs"),
    "an unknown operation `op-1`": (PINECONE, "GET", "/operations/known/op-1"),
    "`limit=0`": (PINECONE, "GET", "/operations/known?limit=0"),
    "`status=Done`": (PINECONE, "GET", "/operations/known?status=Done"),
    "a token of another query": (PINECONE, "GET", "/operations/known?pagination_token=eA"),
    "no `Api-Key`": (PINECONE, "GET", "/operations/known"),
    "a key refused as `invalid`": (PINECONE, "GET", "/operations/known"),
    "a key refused as `forbidden`": (PINECONE, "GET", "/operations/known"),
    "no `X-Pinecone-Api-Version`": (PINECONE, "GET", "/operations/known"),
}
"""The request that a row of an error table means, the credential and the version apart."""


def answered(api: Api, request: str) -> tuple[int, dict[str, Any]]:
    method, path = ERRORS[request][1:]
    if api is PINECONE and request == "an unknown path":
        path = "/v2"
    elif api is PINECONE and request == "another method on a known path":
        path = "/operations/known"
    headers = {
        "Authorization": "Bearer key",
        "Api-Key": "key",
        "X-Pinecone-Api-Version": "2026-04",
    }
    if request.startswith("no "):
        names = {"no token, or another scheme": "Authorization"}
        del headers[names.get(request) or words(request)[0]]
    with mocked(unmatched="answer") as mock:
        stub = mock.stubs[api.name]
        mock.pinecone.add_assistant("known")
        if "refused as" in request:
            stub.refuse("key", words(request)[0])
        answer = requests.request(method, stub.base_url + path, headers=headers, timeout=30)
    return answer.status_code, answer.json()


def error_rows() -> Iterator[Any]:
    for api, heading in ((CHAINLOOP, "Credentials"), (PINECONE, "Credentials and version")):
        table = rows(section(page_of(api), heading))
        for number, (request, answer) in enumerate(table):
            shown = table[number - 1][1] if answer == "the same" else answer
            status, code, message = shown.split(", ")
            code = code.removeprefix("code ")
            yield pytest.param(api, request, [status, code, message], id=f"{api.name} {request}")
    for api in (CHAINLOOP, PINECONE):
        for request, *told_error in rows(section(page_of(api), "Errors")):
            yield pytest.param(api, request, told_error, id=f"{api.name} {request}")


@pytest.mark.parametrize(("api", "request_text", "told_error"), [*error_rows()])
def test_errors(api: Api, request_text: str, told_error: list[str]) -> None:
    """Each row of the tables of errors is what the stub answers."""
    status, payload = answered(api, request_text)
    error = payload.get("error", payload)
    if api is PINECONE:
        assert payload["status"] == status
    shown = [str(status), str(error["code"]), error["message"]]
    assert shown == [cell.strip("`") for cell in told_error]
