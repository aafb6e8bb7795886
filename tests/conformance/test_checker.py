"""What an API documents holds for its answers: statuses, own contracts, profiles."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import requests
import urllib3
from support.chainloop_server import Server
from support.client_responses import JSON, body, of_requests
from support.documents import answering, content, document, operations
from support.toy_api import changed, handle, request, stub_of, toy
from support.verdicts import refused, rules

from pytest_asyncops import ContractError, Lifecycle, assert_conforms, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.conformance.checker import find_checker, find_document_checker
from pytest_asyncops.conformance.operations import Operation
from pytest_asyncops.rules.rules import Never, Rule
from pytest_asyncops.serving.messages import Headers, Request, Response

# --- statuses


@pytest.mark.parametrize("route", ["list", "get"])
@pytest.mark.parametrize("status", [100, 201, 204, 301, 304])
def test_a_success_that_pinecone_does_not_document(route, status):
    path = "/operations/docs" + "/1" * (route == "get")
    for sent in (b"", b"{}"):
        [wrong] = violations(of_requests(sent, f"https://a{path}", status))
        assert (wrong.path, wrong.rule, wrong.value) == ("$", "schema.status", status)
        assert wrong.message == (
            f"is not documented for pinecone {route}; the contract has 200, 401, 404 or 500"
        )
        assert wrong.source.endswith("#/paths")


@pytest.mark.parametrize("status", [400, 403, 418, 429, 503])
def test_an_error_that_pinecone_does_not_document(status):
    error = {"status": status, "error": {"code": "X", "message": "no"}}
    url = "https://a/operations/docs/1"
    assert_conforms(of_requests(body(error), url, status))
    assert rules(of_requests(body({**error, "status": 1}), url, status)) == [
        ("$.status", "pinecone.error-status")
    ]
    assert rules(of_requests(b"{}", url, status)) == [("$", "schema.required")] * 2


@pytest.mark.parametrize("status", [204, 301, 404, 418, 429, 503])
def test_every_other_status_of_chainloop_is_a_status_of_grpc(status):
    assert_conforms(of_requests(b"{}", status=status))
    assert_conforms(of_requests(body({"code": 1, "message": "m", "details": []}), status=status))
    assert rules(of_requests(body({"code": "1"}), status=status)) == [("$.code", "schema.type")]
    assert rules(of_requests(b"", status=status)) == [("$", "schema.content")]


def test_an_answer_of_no_route_that_is_no_error():
    response = Response(200, b"{}")
    response.api = CHAINLOOP
    [wrong] = violations(response)
    assert (wrong.rule, wrong.message) == ("schema.status", "is not documented for chainloop")


# --- APIs of one's own

CONTRACT = """
openapi: 3.0.3
paths:
  /jobs:
    get:
      responses:
        '200':
          description: good
          content: {application/json: {schema: {type: object}}}
        '204':
          description: nothing
components:
  schemas:
    Job: {type: object}
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_text(CONTRACT, encoding="utf-8")
    return toy(contract=str(path))


def test_an_api_keeps_the_contract_that_it_was_made_with(tmp_path, monkeypatch):
    apis = {}
    for kind in ("object", "array"):
        (tmp_path / kind).mkdir()
        text = CONTRACT.replace("type: object}}}", f"type: {kind}}}}}}}")
        (tmp_path / kind / "own.yaml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path / kind)
        apis[kind] = toy(contract="./own.yaml")
        assert rules("x", api=apis[kind], route="list") == [("$", "schema.type")]
    monkeypatch.chdir(tmp_path)
    find_checker.cache_clear()
    for kind, good, bad in (("object", {}, []), ("array", [], {})):
        assert rules(good, api=apis[kind], route="list") == []
        [found] = violations(bad, api=apis[kind], route="list")
        assert (found.rule, found.source.partition(":")[0]) == ("schema.type", "./own.yaml")


def test_an_api_without_a_contract():
    assert refused({}, api=toy(), route="get") == (
        "toy has no contract to check responses against. Give its Api "
        "checking=Checking(contract='path/to/openapi.yaml')."
    )


def test_an_answer_without_a_body_has_no_members_to_tell_it_from_others(tmp_path):
    path = tmp_path / "contract.yaml"
    members = "schema: {properties: {jobs: {type: array}}}"
    path.write_text(CONTRACT.replace("schema: {type: object}", members), encoding="utf-8")
    assert rules({}, api=toy(contract=str(path)), route="list") == []


def test_a_rule_about_a_schema_that_is_not_there(own):
    rule = Rule("toy.done", "Jop", "/components/schemas/Job", "jobs end", Never("status", ("x",)))
    api = changed(own, rules=(rule,))
    assert refused({}, api=api, route="list") == (
        "unknown schema of toy in rule 'toy.done': 'Jop'. Did you mean 'Job'? Choose 'Job'."
    )


def test_a_response_that_has_no_body(own):
    url = "https://toy.example/jobs"
    assert_conforms(of_requests(b"", url, 204), api=own)
    assert_conforms(None, api=own, route="list", status_code=204)
    [wrong] = violations(of_requests(b"{}", url, 204), api=own)
    assert (wrong.path, wrong.rule, wrong.value) == ("$", "schema.content", b"{}")
    assert wrong.message == "must be empty: no body is documented"
    assert wrong.source.endswith("#/paths/~1jobs/get/responses/204")
    assert rules(of_requests(b"", url, 200), api=own) == [("$", "schema.content")]


def test_an_api_without_a_schema_of_errors(own):
    [wrong] = violations(of_requests(b"{}", "https://toy.example/jobs", 404), api=own)
    assert wrong.message == "is not documented for toy list; the contract has 200 or 204"
    [wrong] = violations(of_requests(b"{}", "https://toy.example/nothing", 404), api=own)
    assert wrong.message == "is not documented for toy"


def test_what_a_stub_of_ones_own_serves(own):
    stub = stub_of(own)
    stub.start_many(3, shelf="a")
    assert handle(stub, request("/jobs")).status_code == 200
    assert_conforms(stub.calls[-1])
    assert_conforms(stub.calls[-1], api=own, route="list")


# --- profiles


LIFECYCLES = {
    "PENDING": Lifecycle.hangs(pending=60),
    "RUNNING": Lifecycle.hangs(),
    "COMPLETED": Lifecycle.succeeds(running=1, output=b"x"),
    "FAILED": Lifecycle.fails("disk full", running=1),
    "PURGED": Lifecycle.succeeds(running=1).then_purged(1),
}
NULLS = {
    "PENDING": ["started_at", "finished_at"],
    "RUNNING": ["finished_at"],
    "COMPLETED": [],
    "FAILED": [],
    "PURGED": [],
}


@pytest.mark.parametrize("word", LIFECYCLES)
@pytest.mark.parametrize("profile", ["contract", "gateway", "gateway_camel"])
@pytest.mark.parametrize("path", ["/v1/operations/1", "/v1/operations", "/v1/operations/2"])
def test_what_is_served_conforms_in_its_profile(profile, word, path):
    server = Server(profile=profile)
    server.start(id="1", lifecycle=LIFECYCLES[word])
    server.clock.advance(5)
    answer = server.ask(path)
    assert answer.status_code == (404 if path.endswith("2") else 200)
    assert_conforms(server.stub.calls[-1])
    assert_conforms(answer)
    received = of_requests(answer.content, server.stub.base_url + path, answer.status_code)
    assert_conforms(received, profile=profile)
    assert_conforms(received, profile=profile, extra="forbid", unknown="forbid")


@pytest.mark.parametrize("word", LIFECYCLES)
def test_without_its_profile_the_nulls_of_a_gateway_are_violations(word):
    server = Server(profile="gateway")
    server.start(id="1", lifecycle=LIFECYCLES[word])
    server.clock.advance(5)
    answer = server.ask("/v1/operations/1")
    nulls = [(f"$.operation.{name}", "schema.type") for name in NULLS[word]]
    assert rules(of_requests(answer.content)) == nulls
    assert rules(answer, profile="contract") == nulls


def test_without_its_profile_camel_case_is_undocumented():
    server = Server(profile="gateway_camel")
    server.start(id="1", lifecycle=LIFECYCLES["RUNNING"])
    answer = of_requests(server.ask("/v1/operations/1").content)
    found = violations(answer, extra="forbid")
    assert {each.rule for each in found} == {"schema.properties"}
    assert "$.operation.createdAt" in [each.path for each in found]
    assert "$.operation.id" not in [each.path for each in found]


def test_pinecone_is_written_one_way():
    stub = stub_of(PINECONE)
    assert list(PINECONE.checking.profiles) == ["contract"]
    assert handle(stub, Request("GET", "https://x/y", "/y", Headers({}))).profile is None


# --- documents

URL = "http://localhost/jobs"
JOB = {"type": "object", "required": ["id"]}


def test_a_status_before_its_range_before_the_default():
    statuses = {"200": content({"enum": [200]}), "2XX": content({"enum": [2]}), "4XX": {}}
    contract = document({"/jobs": {"get": {"responses": statuses, "x-note": 1}}})
    for status, body_ in ((200, b"200"), (201, b"2"), (404, b"")):
        assert rules(of_requests(body_, URL, status), contract=contract) == []
    assert rules(of_requests(b"200", URL, 202), contract=contract) == [("$", "schema.enum")]
    [wrong] = violations(of_requests(b"", URL, 500), contract=contract)
    assert (wrong.rule, wrong.value) == ("schema.status", 500)
    assert wrong.message == "is not documented for GET /jobs; the contract has 200, 2XX or 4XX"
    other = document({"/jobs": {"get": {"responses": {"default": content(JOB)}}}})
    assert rules(of_requests(b"{}", URL, 500), contract=other) == [("$", "schema.required")]
    assert rules({}, contract=other, route="GET /jobs", status_code=500) == [
        ("$", "schema.required")
    ]


def several():
    answer = content(JOB)
    answer["content"] |= {
        "application/problem+json": {"schema": {"type": "object", "required": ["title"]}},
        "text/*": {"schema": {"type": "string", "maxLength": 2}},
        "application/octet-stream": {},
    }
    return answering(answer)


@pytest.mark.parametrize(
    ("kind", "body_", "wrong"),
    [
        ("application/json; charset=utf-8", b"{}", "required"),
        ("application/json", b'{"id": 1}', None),
        ("application/problem+json", b'{"id": 1}', "required"),
        ("application/problem+json", b'{"title": 1}', None),
        ("text/plain", b"abc", "maxLength"),
        ("text/html; charset=utf-8", b"", None),
        ("image/png", b"", "content"),
        ("application/octet-stream", b"\x00{", None),
        ("image/png", b"abc", "content-type"),
        ("application/hal+json", b"{}", "content-type"),
        (None, b"{}", "required"),
    ],
)
def test_the_content_type_picks_the_schema(kind, body_, wrong):
    expected = [] if wrong is None else [("$", f"schema.{wrong}")]
    assert rules(of_requests(body_, URL, kind=kind), contract=several()) == expected


def test_a_content_type_that_is_not_documented_is_told_with_those_that_are():
    [wrong] = violations(of_requests(b"a", URL, kind="image/png; a=b"), contract=several())
    assert wrong.message == (
        "must have the content type application/json, application/problem+json, text/* or "
        "application/octet-stream"
    )
    assert wrong.value == "image/png; a=b"
    assert wrong.source.endswith("/responses/200")


def test_a_body_where_none_is_documented():
    for nothing in ({"description": "done"}, {"content": {}}):
        contract = answering(nothing)
        assert rules(of_requests(b"", URL), contract=contract) == []
        assert rules(of_requests(b"x", URL), contract=contract) == [("$", "schema.content")]
        assert rules({}, contract=contract, route="GET /jobs") == []


def test_any_content_type_is_read_as_what_it_is():
    contract = answering(content(JOB, "*/*"))
    assert rules(of_requests(b"{}", URL), contract=contract) == [("$", "schema.required")]
    assert rules(of_requests(b"{}", URL, kind=None), contract=contract) == [
        ("$", "schema.required")
    ]
    lines = of_requests(b"{}\n{}", URL, kind="application/x-ndjson")
    assert rules(lines, contract=contract) == [
        ("$[0]", "schema.required"),
        ("$[1]", "schema.required"),
    ]


def test_content_types_without_end_take_no_memory_without_end():
    checker = find_document_checker(several(), Operation("GET", "/jobs"), 200)
    first = checker.body_checker("application/json")
    assert checker.body_checker() is first
    for number in range(200):
        assert checker.body_checker(f"application/json; boundary={number}") is first
    assert len(checker._found) <= 64


def test_only_the_route_that_is_asked_for_is_looked_at():
    paths = {
        "/jobs": operations("get"),
        "/odd": {"get": {"responses": {"200": content({"type": "nonsense"})}}},
        "/lost": {"get": {"responses": {"200": {"$ref": "#/components/responses/Lost"}}}},
    }
    contract = document(paths)
    assert rules(of_requests(b"{}", URL), contract=contract) == []
    for path in ("odd", "lost"):
        with pytest.raises(ContractError) as caught:
            violations(of_requests(b"{}", f"http://localhost/{path}"), contract=contract)
        assert caught.value.file == "own.yaml"
        assert caught.value.line > 1


def test_a_response_that_is_a_reference():
    contract = document(
        {"/jobs": {"get": {"responses": {"200": {"$ref": "#/components/responses/Job"}}}}},
        components={"responses": {"Job": content(JOB)}},
    )
    assert rules(of_requests(b"{}", URL), contract=contract) == [("$", "schema.required")]


def test_a_method_that_is_not_get():
    contract = document(
        {"/jobs": operations("get") | {"post": {"responses": {"202": content(JOB)}}}}
    )
    response = of_requests(b"{}", URL, 202)
    response.request = requests.Request("POST", URL).prepare()
    assert rules(response, contract=contract) == [("$", "schema.required")]
    received = urllib3.HTTPResponse(
        b"{}", {"Content-Type": JSON}, 202, request_url="/jobs", preload_content=False,
        original_response=SimpleNamespace(_method="POST", isclosed=lambda: True),
    )  # fmt: skip
    assert rules(received, contract=contract) == [("$", "schema.required")]
    received._pool = SimpleNamespace(scheme="https", host="jobs.example", port=443)
    [wrong] = violations(received, contract=document({}))
    assert wrong.value == "POST https://jobs.example:443/jobs"
