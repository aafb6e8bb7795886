"""A response is an answer of the operation of a document that its URL or the test names."""

from __future__ import annotations

import pytest
from support.client_responses import LikeHttpx, of_requests
from support.documents import document, operations
from support.toy_api import toy
from support.verdicts import refused

from pytest_asyncops import ContractError, InvalidArgument, mocked, violations
from pytest_asyncops.conformance.client_responses import read_response
from pytest_asyncops.conformance.operations import Operation, find_operation, operation_named
from pytest_asyncops.serving.messages import Response

JOBS = document(
    {
        "/jobs": operations("get", "post"),
        "/jobs/{id}": operations("get", "delete"),
        "/jobs/mine": operations("get"),
        "/jobs/{id}.json": operations("get"),
        "/jobs/{id}/{part}": operations("get"),
        "/jobs/{id}/log": operations("get"),
        "/jobs/last/{part}": operations("get"),
        "/files/{name}:{verb}/{a}-{b}": operations("post"),
        "/a b/é/{x}": operations("get"),
        "/": operations("get", "head"),
        "/up/{x}": operations("get", servers=[{"url": "https://up.example/base"}]),
        "x-note": {"get": {}},
    },
    servers=[{"url": "https://jobs.example/v1"}, {"url": "https://{zone}.jobs.example"}],
)


def found(method, url, contract=JOBS):
    return find_operation(contract, read_response(LikeHttpx(b"", url, method=method)), None)


@pytest.mark.parametrize(
    ("method", "url", "path"),
    [
        ("GET", "https://jobs.example/v1/jobs", "/jobs"),
        ("POST", "https://jobs.example/v1/jobs?x=/y#z/", "/jobs"),
        ("GET", "https://eu.jobs.example/jobs/7", "/jobs/{id}"),
        ("GET", "http://127.0.0.1:8080/jobs/7", "/jobs/{id}"),
        ("GET", "http://127.0.0.1:8080/v1/jobs/7", "/jobs/{id}"),
        ("GET", "/jobs/7", "/jobs/{id}"),
        ("GET", "/jobs/mine", "/jobs/mine"),
        # The most literal path has no such method, and the other one does.
        ("DELETE", "/jobs/mine", "/jobs/{id}"),
        ("GET", "/jobs/7.json", "/jobs/{id}.json"),
        ("GET", "/jobs/.json", "/jobs/{id}"),
        ("GET", "/jobs/7/log", "/jobs/{id}/log"),
        ("GET", "/jobs/last/log", "/jobs/last/{part}"),
        ("GET", "/jobs/last/7", "/jobs/last/{part}"),
        ("GET", "/jobs/a%2Fb", "/jobs/{id}"),
        ("GET", "/jobs/a%0Ab", "/jobs/{id}"),
        ("POST", "/files/a:run/b-c-d", "/files/{name}:{verb}/{a}-{b}"),
        ("GET", "/a%20b/%C3%A9/1", "/a b/é/{x}"),
        ("GET", "https://jobs.example/v1/", "/"),
        ("GET", "https://up.example/base/up/1", "/up/{x}"),
        ("GET", "http://localhost/base/up/1", "/up/{x}"),
        ("GET", "http://localhost/up/1", "/up/{x}"),
    ],
)
def test_where_a_url_leads(method, url, path):
    assert found(method, url) == (method, path)


def test_a_head_is_a_get_without_a_body_unless_it_is_documented():
    assert found("HEAD", "/jobs/7") == ("GET", "/jobs/{id}")
    assert found("HEAD", "http://localhost/") == ("HEAD", "/")


@pytest.mark.parametrize(
    "url",
    [
        "https://jobs.example/v1/job",
        "https://jobs.example/jobs",  # its base path is missing
        "https://jobs.example/v1/jobs/",
        "https://jobs.example/v1/jobs//log",
        "http://localhost/v2/jobs",
        "http://localhost/proxy/jobs",
        "https://up.example/jobs",
        "http://localhost/v1/up/1",
        "http://localhost/x-note",
    ],
)
def test_what_is_not_documented_is_a_violation(url):
    [wrong] = violations(of_requests(b"", url), contract=JOBS)
    assert (wrong.path, wrong.rule, wrong.value) == ("$", "schema.path", f"GET {url}")
    assert wrong.source == "own.yaml:3 #/paths"


def test_what_is_not_documented_is_told_with_what_is_near():
    [wrong] = violations(of_requests(b"", "/job/mine"), contract=JOBS)
    assert wrong.message == (
        "is not documented, but similar to GET /jobs/mine, GET /jobs/{id} or GET /jobs. If it "
        "answers an operation of the document all the same, name that: route='GET /jobs/{id}'."
    )
    nothing = document({})
    [wrong] = violations(of_requests(b"", "/job/mine"), contract=nothing)
    assert wrong.message.startswith("is not documented. If it answers")


def test_another_method():
    for method in ("PUT", "HEAD"):
        [wrong] = violations(LikeHttpx(b"", "https://h/up", method=method), contract=UP)
        assert (wrong.rule, wrong.value) == ("schema.method", f"{method} https://h/up")
        assert wrong.message == "is not documented; /up has POST"
        assert wrong.source.endswith("#/paths/~1up")


UP = document({"/up": operations("post"), "/{x}": operations("patch")})


def test_servers_of_an_operation_and_of_a_path_item_replace_those_of_the_document():
    item = operations("get", "post", servers=[{"url": "/item"}])
    item["post"]["servers"] = [{"url": "https://own.example/own"}]
    contract = document({"/jobs": item}, servers=[{"url": "/all"}])
    assert found("GET", "http://h/item/jobs", contract) == ("GET", "/jobs")
    assert found("POST", "http://h/own/jobs", contract) == ("POST", "/jobs")
    for method, url in (("GET", "/all/jobs"), ("POST", "/item/jobs"), ("GET", "/own/jobs")):
        assert found(method, url, contract).rule in ("schema.path", "schema.method")


def test_the_host_of_a_variable_may_have_a_base_path():
    contract = document(
        {"/jobs/{id}": operations("get"), "/{kind}/jobs/{id}": operations("get"),
         "/{kind}": operations("get")},
        servers=[{"url": "https://{host}"}],
    )  # fmt: skip
    for host in ("https://a.example", "http://localhost:1"):
        assert found("GET", f"{host}/jobs/7", contract) == ("GET", "/jobs/{id}")
        assert found("GET", f"{host}/a/jobs/7", contract) == ("GET", "/{kind}/jobs/{id}")
        assert found("GET", f"{host}/a/b/jobs/7", contract) == ("GET", "/jobs/{id}")
        assert found("GET", f"{host}/a/b/c", contract).rule == "schema.path"


def test_a_path_item_may_be_a_reference():
    contract = document(
        {"/a": {"$ref": "#/paths/~1b"}, "/b": operations("get")},
    )
    assert found("GET", "/a", contract) == ("GET", "/a")
    assert violations(of_requests(b"{}", "/a"), contract=contract) == []


def test_what_is_wrong_with_one_path_does_no_harm_to_the_others():
    paths = {
        "/jobs": operations("get") | {"put": None, "post": 7},
        "/far": {"$ref": "https://elsewhere.example/openapi.yaml"},
        "/lost": {"$ref": "#/paths/~1nowhere"},
        "/none": None,
        "/odd": 7,
    }
    contract = document(paths)
    assert found("GET", "/jobs", contract) == ("GET", "/jobs")
    assert found("PUT", "/jobs", contract).rule == "schema.method"
    assert found("GET", "/none", contract).rule == "schema.path"
    for path in ("/far", "/lost", "/odd"):
        with pytest.raises(ContractError) as caught:
            violations(of_requests(b"", path), contract=contract)
        assert caught.value.file == "own.yaml"


@pytest.mark.parametrize("servers", [{}, "https://a", ["https://a"], [None], 7])
def test_servers_that_are_none(servers):
    contract = document({"/jobs": operations("get")}, servers=servers or {"a": 1})
    with pytest.raises(ContractError, match="servers must be a list of mappings"):
        violations(of_requests(b"", "/jobs"), contract=contract)


def test_literal_parts_may_be_encoded_in_the_document_too():
    contract = document({"/a%20b/{x}": operations("get"), "/c%2Fd": operations("get")})
    assert found("GET", "/a%20b/1", contract) == ("GET", "/a%20b/{x}")
    assert found("GET", "/c%2Fd", contract) == ("GET", "/c%2Fd")
    assert found("GET", "/c/d", contract).rule == "schema.path"


# --- names


def with_ids():
    paths = {"/jobs": operations("get", "post"), "/jobs/{id}": operations("get")}
    paths["/jobs"]["get"]["operationId"] = "listJobs"
    paths["/jobs/{id}"]["get"]["operationId"] = "getJob"
    return document(paths)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("GET /jobs", ("GET", "/jobs")),
        ("post /jobs", ("POST", "/jobs")),
        ("GET  /jobs/{id}", ("GET", "/jobs/{id}")),
        ("getJob", ("GET", "/jobs/{id}")),
    ],
)
def test_an_operation_is_named_by_method_and_path_or_by_its_id(name, operation):
    assert operation_named(with_ids(), name) == operation
    assert violations({"x": 1}, contract=with_ids(), route=name) == []
    assert str(Operation(*operation)) == " ".join(operation)


@pytest.mark.parametrize("name", ["", "None", "/jobs", "GET /jobs/7", "get", "getjob"])
def test_a_name_that_is_none(name):
    with pytest.raises(InvalidArgument) as caught:
        operation_named(with_ids(), name)
    assert caught.value.value == name
    names = ("GET /jobs", "POST /jobs", "GET /jobs/{id}", "listJobs", "getJob")
    assert caught.value.choices == names
    assert str(caught.value).endswith(
        "Name it by method and path, such as 'GET /jobs/{id}', or by its operationId."
    )


def test_of_a_large_document_the_near_names_are_told():
    contract = document({f"/{noun}s": operations("get") for noun in NOUNS})
    with pytest.raises(InvalidArgument) as caught:
        operation_named(contract, "GET /job")
    assert caught.value.choices == ("GET /jobs",)


NOUNS = ["job", *(letter * 9 for letter in "abcdefghijklmnopq")]


# --- what does not say


def test_what_does_not_say_what_it_is_an_answer_to():
    assert refused({}, contract=JOBS) == (
        "a payload does not say which request it answers. Name it by method and path, such as "
        "route='GET /jobs/{id}', or by its operationId."
    )
    for silent in (LikeHttpx(b"", None), Response(200, b"")):
        assert refused(silent, contract=JOBS).startswith("a response without a URL does not say")


def test_what_a_stub_has_recorded_says_it():
    api = toy()
    contract = document({"/jobs": operations("get"), "/jobs/{a}/{b}": operations("get")})
    recorded = Response(200, b"{}", api=api, route="get")
    assert find_operation(contract, read_response(recorded), None) == ("GET", "/jobs/{a}/{b}")
    with mocked() as mock:
        mock.chainloop.start()
    chainloop = Response(200, b"{}", api=mock_api(), route="get")
    assert find_operation(contract, read_response(chainloop), None).rule == "schema.path"
    unmatched = Response(404, b"{}", api=api)
    assert refused(unmatched, contract=contract).startswith("a response without a URL")


def mock_api():
    from pytest_asyncops.apis.chainloop import CHAINLOOP

    return CHAINLOOP
