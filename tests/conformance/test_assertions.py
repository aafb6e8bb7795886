"""The law of conformance: what is served conforms, what is documented conforms, and what does
not conform is reported in full, where the user asked, and without secrets."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.client_responses import of_requests
from support.pages import ROOT
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

from pytest_asyncops import AsyncOpsError, ConformanceError, Violation, assert_conforms, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.gateway import HTTP_STATUS
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.yaml_document import escape

SCHEMAS = "/components/schemas"


def place(api, pointer: str) -> str:
    return load_contract(api.checking.contract).document.place(pointer)


def failure(*args, **kwargs) -> ConformanceError:
    with pytest.raises(ConformanceError) as caught:
        assert_conforms(*args, **kwargs)
    return caught.value


# --- what a failure says


def test_one_violation():
    error = failure({"operation": {"id": 7}}, api="chainloop", route="get")
    source = place(CHAINLOOP, f"{SCHEMAS}/v1AsyncOperationResult/properties/id/type")
    assert str(error) == (
        "chainloop get, status 200, breaks its contract in 1 place:\n"
        "\n"
        "  $.operation.id = 7\n"
        "    must be a string\n"
        f"    schema.type, {source}"
    )
    assert error.violations == (
        Violation("$.operation.id", "must be a string", "schema.type", source, 7),
    )
    assert isinstance(error, AssertionError)
    assert isinstance(error, AsyncOpsError)


def test_a_violation_says_file_line_and_pointer():
    [found] = violations({"operation": {"id": 7}}, api="chainloop", route="get")
    position, _, pointer = found.source.partition(" #")
    file, _, line = position.partition(":")
    assert file == "schemas/chainloop.yaml"
    assert pointer == "/components/schemas/v1AsyncOperationResult/properties/id/type"
    with open(ROOT / file, encoding="utf-8") as yaml:
        assert yaml.readlines()[int(line) - 1] == "          type: string\n"


def test_several_violations():
    first = {"id": "1", "operation_type": "copy", "status": "Paused", "created_on": "today"}
    second = {"operation_type": "delete_file", "status": "Completed", "ingestion_units": 1}
    page = {"operations": [first, second], "pagination": {"next": ""}, "more": {}}
    error = failure(page, api="pinecone", route="list", extra="forbid", unknown="forbid")
    model = f"{SCHEMAS}/OperationModel"
    assert str(error) == "\n".join(
        [
            "pinecone list, status 200, breaks its contract in 8 places:",
            "",
            "  $.operations[0].operation_type = 'copy'",
            "    is not documented; documented are 'upload_file', 'upsert_file', "
            "'update_file_metadata' or 'delete_file'",
            f"    schema.x-enum, {place(PINECONE, f'{model}/properties/operation_type/x-enum')}",
            "",
            "  $.operations[0].status = 'Paused'",
            "    is not documented; documented are 'Processing', 'Completed' or 'Failed'",
            f"    schema.x-enum, {place(PINECONE, f'{model}/properties/status/x-enum')}",
            "",
            "  $.operations[0].created_on = 'today'",
            "    must be an RFC 3339 timestamp",
            f"    schema.format, {place(PINECONE, f'{model}/properties/created_on/format')}",
            "",
            f"  $.operations[1] = {second!r}",
            "    must have the member 'id'",
            f"    schema.required, {place(PINECONE, f'{model}/required')}",
            "",
            f"  $.operations[1] = {second!r}",
            "    must have the member 'created_on'",
            f"    schema.required, {place(PINECONE, f'{model}/required')}",
            "",
            "  $.more = {}",
            "    is not documented; documented are operations or pagination",
            f"    schema.properties, {place(PINECONE, f'{SCHEMAS}/OperationList/properties')}",
            "",
            "  $.operations[1].ingestion_units = 1",
            "    is not allowed while operation_type is 'delete_file'",
            "    pinecone.units-only-for-ingestion, "
            f"{place(PINECONE, f'{model}/properties/ingestion_units')}",
            "",
            "  $.pagination.next = ''",
            "    must not be empty: the last page has no pagination, and a client would ask again",
            "    pinecone.next-token, "
            f"{place(PINECONE, f'{SCHEMAS}/PaginationResponse/properties/next')}",
        ]
    )
    assert list(error.violations) == violations(
        page, api="pinecone", route="list", extra="forbid", unknown="forbid"
    )


def test_an_answer_of_no_route():
    with_wrong_code = of_requests(b'{"code": "x"}', "https://x/nothing", 404)
    first, *_ = str(failure(with_wrong_code, api="chainloop")).splitlines()
    assert first == "chainloop error, status 404, breaks its contract in 1 place:"


@pytest.mark.parametrize("length", [158, 159, 500])
def test_long_values_are_shortened(length):
    value = "x" * length
    shown = f"{value!r}" if length == 158 else f"'{'x' * 159}… ({length + 2} characters)"
    payload = {"operation": {"status": value}}
    error = failure(payload, api="chainloop", route="get")
    assert str(error).splitlines()[2] == f"  $.operation.status = {shown}"
    assert error.violations[0].value == value


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("colour", ".colour"),
        ("größe", ".größe"),
        ("@type", "['@type']"),
        ("two words", "['two words']"),
        ("", "['']"),
        ("0", "['0']"),
        ("it's", r"['it\'s']"),
        ('"', "['\"']"),
        ("a\\b", r"['a\\b']"),
        ("a\nb", r"['a\nb']"),
        ("\x00", r"['\u0000']"),
        ("class", ".class"),
    ],
)
def test_paths_are_those_of_rfc_9535(name, shown):
    payload = {"operations": [{}, {name: 1}]}
    [found] = violations(payload, api="chainloop", route="list", extra="forbid")
    assert found.path == f"$.operations[1]{shown}"


def test_line_breaks_of_a_value_do_not_break_the_report():
    error = failure({"operation": {"status": "a\nb"}}, api="chainloop", route="get")
    assert str(error).splitlines()[2] == r"  $.operation.status = 'a\nb'"


def test_conforming_says_nothing():
    assert assert_conforms({}, api="chainloop", route="get") is None
    assert violations({}, api="chainloop", route="get") == []


# --- in pytest

IN_PYTEST = """
import requests
from pytest_asyncops import assert_conforms, assert_history

URL = "https://api.app.chainloop.dev/v1/operations/"


def received(mock, content):
    operation = mock.chainloop.start()
    secrets = {"Authorization": "Bearer s3cret-t0ken", "Api-Key": "s3cret-k3y"}
    response = requests.get(URL + operation.id, headers=secrets)
    response._content = content
    return response


def test_conforms(asyncops_mock):
    response = received(asyncops_mock, b'{"operation": {"id": 7}}')
    assert_conforms(response)


def test_recorded(asyncops_mock):
    received(asyncops_mock, b"")
    call = asyncops_mock.calls[-1]
    call.response.content = b'{"operation": {"id": 7}}'
    assert_conforms(call)


def test_history(asyncops_mock):
    received(asyncops_mock, b"")
    [call] = asyncops_mock.calls
    assert_history([{"id": call.operations[0], "kind": "x"}, call], api="chainloop")


def test_no_response(asyncops_mock):
    assert_conforms(received(asyncops_mock, b"{}").request)


def test_unread_contract(asyncops_mock):
    assert_conforms({}, api="chainloop", route="gett")
"""

LAST_LINES = {
    "test_conforms": ("    assert_conforms(response)", "ConformanceError"),
    "test_recorded": ("    assert_conforms(call)", "ConformanceError"),
    "test_history": (
        '    assert_history([{"id": call.operations[0], "kind": "x"}, call], api="chainloop")',
        "ConformanceError",
    ),
    "test_no_response": (
        '    assert_conforms(received(asyncops_mock, b"{}").request)',
        "InvalidArgument",
    ),
    "test_unread_contract": (
        '    assert_conforms({}, api="chainloop", route="gett")',
        "InvalidArgument",
    ),
}


@pytest.mark.parametrize("style", ["long", "short"])
def test_the_traceback_ends_in_the_users_line(pytester, monkeypatch, style):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    test_file = pytester.makepyfile(IN_PYTEST)
    result = pytester.runpytest_inprocess(
        "-p", "asyncops", "-p", "no:cacheprovider", f"--tb={style}", "--showlocals"
    )
    result.assert_outcomes(failed=len(LAST_LINES))
    output = str(result.stdout) + str(result.stderr)
    assert "s3cret" not in output
    assert "pytest_asyncops/" not in output
    assert "jsonschema" not in output
    lines = IN_PYTEST.strip("\n").splitlines()
    for source, error in LAST_LINES.values():
        number = lines.index(source) + 1
        expected = {
            "long": f"{test_file.name}:{number}: {error}",
            "short": f"{test_file.name}:{number}: in ",
        }[style]
        assert [line for line in result.outlines if line.startswith(expected)], expected
    report = (
        "pytest_asyncops.ConformanceError: chainloop get, status 200, breaks its contract "
        "in 1 place:"
    )
    assert sum(line.lstrip("E ") == report for line in result.outlines) == 2


# --- what is documented conforms


def documented() -> list[Any]:
    """The examples of responses, each with route and status."""
    found = []
    for api in APIS:
        contract = load_contract(api.checking.contract)
        for route in api.routes:
            for status, pointer in contract.statuses(route.method, route.paths[0]).items():
                content = contract.at(f"{pointer}/content/application~1json")
                for name, example in content["examples"].items():
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
    "PaginationResponse": ("list", 200, lambda value: {"pagination": value}),
    "ErrorResponse": ("get", 404, lambda value: value),
}
NAMED = [(api, name) for api in APIS for name in load_contract(api.checking.contract).schemas]


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
