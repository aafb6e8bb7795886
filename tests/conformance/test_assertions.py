"""What does not conform is reported in full, where the user asked, and without secrets."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from support.client_responses import of_requests
from support.documents import content
from support.verdicts import refused

from pytest_asyncops import (
    AsyncOpsError,
    ConformanceError,
    Violation,
    assert_conforms,
    violations,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract

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
    assert file == "pytest_asyncops/schemas/chainloop.yaml"
    assert pointer == "/components/schemas/v1AsyncOperationResult/properties/id/type"
    package, _, name = file.rpartition("/")
    installed = files(package.replace("/", ".")) / name
    lines = installed.read_text(encoding="utf-8").splitlines()
    assert lines[int(line) - 1] == "          type: string"


TIME = "2026-01-01T00:00:00Z"
GATEWAY = {"id": "1", "created_at": TIME, "started_at": None, "output": ""}
CAMEL = {
    "id": "1",
    "status": "ASYNC_OPERATION_STATUS_COMPLETED",
    "finishedAt": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("operation", "advice"),
    [
        (GATEWAY, "Read with profile='gateway' or profile='gateway_camel', it conforms."),
        (CAMEL, "Read with profile='gateway' or profile='gateway_camel', it conforms."),
        (
            {**CAMEL, "kind": 7},
            "Read with profile='gateway' or profile='gateway_camel', it has 1 violation.",
        ),
        ({"id": 7}, None),
    ],
    ids=["nulls", "camelCase", "camelCase and another violation", "no better profile"],
)
def test_a_profile_that_fits_better_is_named(operation, advice):
    error = failure({"operation": operation}, api="chainloop", route="get")
    last = str(error).splitlines()[-1]
    assert last == advice if advice else last.startswith("    schema.type, ")


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
            "    is not documented; the contract has operations or pagination",
            f"    schema.properties, {place(PINECONE, f'{SCHEMAS}/OperationList/properties')}",
            "",
            "  $.operations[0].operation_type = 'copy'",
            "    is not documented; the contract has 'upload_file', 'upsert_file', "
            "'update_file_metadata' or 'delete_file'",
            f"    schema.x-enum, {place(PINECONE, f'{model}/properties/operation_type/x-enum')}",
            "",
            "  $.operations[0].status = 'Paused'",
            "    is not documented; the contract has 'Processing', 'Completed' or 'Failed'",
            f"    schema.x-enum, {place(PINECONE, f'{model}/properties/status/x-enum')}",
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


def test_conforming_says_nothing():
    assert assert_conforms({}, api="chainloop", route="list") is None
    assert violations({}, api="chainloop", route="list") == []


# --- documents


def exports(tmp_path):
    path = tmp_path / "exports.json"
    answer = content({"type": "object", "required": ["id"]})
    paths = {"/exports/{id}": {"get": {"operationId": "getExport", "responses": {"200": answer}}}}
    path.write_text(json.dumps({"openapi": "3.0.3", "paths": paths}), encoding="utf-8")
    return path


def test_a_document_is_given_by_its_path_or_as_what_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = exports(tmp_path)
    response = of_requests(b"{}", "https://a.example/exports/1")
    for contract in (path, str(path), "exports.json", "./exports.json", load_contract(str(path))):
        error = failure(response, contract=contract)
        first, _, place, *_ = str(error).splitlines()
        assert first == "GET /exports/{id}, status 200, breaks its contract in 1 place:"
        assert place == "  $ = {}"
        assert failure({}, contract=contract, route="getExport").violations == error.violations


def test_a_route_that_is_not_documented_is_named_as_it_was_asked_for(tmp_path):
    response = of_requests(b"{}", "https://a.example/export/1?key=s3cret", 404)
    error = failure(response, contract=exports(tmp_path))
    assert str(error).startswith(
        "GET https://a.example/export/1?key=[hidden], status 404, breaks its contract in 1 place:"
    )
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"profile": "contract"}, "profile= and readings= are about an API, and this answer"),
        ({"readings": {}}, "Leave them out, or name the API: api='chainloop'."),
        ({"extra": "no"}, "unknown extra 'no'"),
        ({"route": "getExports"}, "Did you mean 'getExport'?"),
        ({"route": None}, "a payload does not say which request it answers. Name it by method and"),
    ],
)
def test_what_does_not_go_with_a_document(tmp_path, more, said):
    asked = {"contract": exports(tmp_path), "route": "getExport", **more}
    assert said in refused({}, **asked)


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
    assert not re.search(r"pytest_asyncops/[\w/]+\.py", output)
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
