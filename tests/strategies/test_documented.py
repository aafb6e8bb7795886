"""A schema is found by its name or as the body of a response, or what there is is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from support.own_contracts import contract
from support.samples import anew

from pytest_asyncops import ContractError, InvalidArgument, strategies
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.strategies.documented import find_asked, find_source, schema_at

TEXT = """\
openapi: 3.0.3
paths:
  x-note: {}
  /jobs:
    $ref: '#/components/x-paths/jobs'
  /jobs/{id}:
    summary: one job
    get:
      operationId: showJob
      responses:
        default: {content: {application/problem+json: {schema: {enum: [default]}}}}
        202: {description: no body}
        200:
          content:
            text/plain: {schema: {enum: [plain]}}
            application/vnd.job+json: {schema: {$ref: '#/components/schemas/Job'}}
            text/html: {}
        4XX: {$ref: '#/components/responses/Bad'}
    delete:
      responses: {204: {description: gone}, x-more: {}}
  /events:
    get:
      responses:
        200: {content: {text/event-stream: {schema: {enum: [event]}}}}
        404: {content: {application/xml: {schema: {enum: [gone]}}}}
components:
  x-paths:
    jobs: {post: {responses: {201: {content: {application/json: {schema: {enum: [made]}}}}}}}
  responses:
    Bad: {content: {application/json: {schema: {enum: [bad]}}}}
  schemas:
    Job: {enum: [job]}
    a/b: {enum: [escaped]}
    Open: {}
"""
CONTRACT = contract(TEXT)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"schema": "Job"}, "job"),
        ({"schema": "a/b"}, "escaped"),
        ({"route": "GET /jobs/{id}"}, "job"),
        ({"route": "showJob"}, "job"),
        ({"route": "GET /jobs/{id}", "status_code": 200}, "job"),
        ({"route": "GET /jobs/{id}", "content_type": "text/plain"}, "plain"),
        ({"route": "GET /jobs/{id}", "status_code": 418}, "bad"),
        ({"route": "GET /jobs/{id}", "status_code": 302}, "default"),
        ({"route": "POST /jobs"}, "made"),
        ({"route": "GET /events"}, "event"),
        ({"route": "GET /events", "status_code": 404}, "gone"),
    ],
    ids=str,
)
def test_what_a_schema_is_asked_for_by(asked, value):
    assert {*anew(strategies.payloads(CONTRACT, **asked), 10)} == {value}
    [wrong] = {one.violations for one in anew(strategies.invalid_payloads(CONTRACT, **asked), 10)}
    assert wrong == (("$", "schema.enum"),)


@pytest.mark.parametrize(
    ("api", "asked", "status_code"),
    [
        (CONTRACT, {"route": "POST /jobs"}, 201),
        (CONTRACT, {"route": "GET /jobs/{id}", "status_code": 418}, 418),
        (CONTRACT, {"schema": "Job"}, None),
        ("pinecone", {"route": "list"}, 200),
    ],
)
def test_the_status_is_known_of_a_response(api, asked, status_code):
    said = {"schema": None, "route": None, "status_code": None, "content_type": None, **asked}
    assert find_asked(find_source(api), **said).status_code == status_code


def test_a_default_has_no_status_of_its_own():
    only = contract(TEXT.replace("200:\n          content", "x-200:\n          content"))
    found = find_asked(find_source(only), None, "showJob", None, None)
    assert found.status_code is None
    assert only.schema(found.location) == {"enum": ["default"]}


def test_a_named_schema_is_known_by_its_name():
    assert schema_at(CONTRACT, "/components/schemas/Job") == {"$ref": "#/components/schemas/Job"}
    at = "/components/responses/Bad/content/application~1json/schema"
    assert schema_at(CONTRACT, at) == {"enum": ["bad"]}


@pytest.mark.parametrize("make", [strategies.payloads, strategies.invalid_payloads])
@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "name a part of own.yaml: a schema, or a route such as route='GET /jobs/{id}'"),
        ({"schema": "Job", "route": "showJob"},
         "'Job' and route='showJob' name two schemas; leave one of them out"),
        ({"schema": "Jobs"},
         "unknown schema of own.yaml 'Jobs'. Did you mean 'Job'? Choose 'Job', 'a/b' or 'Open'."),
        ({"schema": "Job", "status_code": 200},
         "status_code belongs to a response, so it needs route="),
        ({"schema": "Job", "content_type": "text/plain"},
         "content_type belongs to a response, so it needs route="),
        ({"route": "PUT /jobs"},
         "unknown route of own.yaml: 'PUT /jobs'. Did you mean 'POST /jobs'? Choose 'POST /jobs', "
         "'GET /jobs/{id}', 'DELETE /jobs/{id}', 'GET /events' or 'showJob'. Name it by method and "
         "path, such as 'GET /jobs/{id}', or by its operationId."),
        ({"route": 7}, "route must be the name of a route, such as 'GET /jobs/{id}', not 7"),
        ({"route": "POST /jobs", "status_code": 200},
         "unknown status of POST /jobs 200. Choose '201'."),
        ({"route": "POST /jobs", "status_code": True},
         "unknown status of POST /jobs True. Choose '201'."),
        ({"route": "showJob", "content_type": "text/html"},
         "unknown content type of GET /jobs/{id} 'text/html'. Did you mean 'text/plain'? Choose "
         "'text/plain' or 'application/vnd.job+json'."),
        ({"route": "DELETE /jobs/{id}"},
         "own.yaml documents no schema for the body of DELETE /jobs/{id}"),
        ({"route": "showJob", "status_code": 202},
         "own.yaml documents no schema for the body of GET /jobs/{id} with status 202"),
    ],
    ids=str,
)  # fmt: skip
def test_what_there_is_not(make, asked, message):
    with pytest.raises(InvalidArgument) as caught:
        make(CONTRACT, **asked)
    assert str(caught.value) == message


@pytest.mark.parametrize("api", ["pinecon", [], None])
def test_what_has_no_contract(api):
    with pytest.raises(InvalidArgument, match=r"unknown API .* or a Contract: Contract"):
        strategies.payloads(api, "Job")


def test_nothing_can_be_wrong_with_what_allows_everything():
    with pytest.raises(InvalidArgument, match=r"every value is a valid Open of own\.yaml"):
        strategies.invalid_payloads(CONTRACT, "Open")


def test_what_is_not_understood_does_no_harm_elsewhere():
    found = Contract(read_document(TEXT.replace("[bad]", "no list"), "own.yaml"))
    strategies.payloads(found, route="showJob")
    with pytest.raises(ContractError, match=r"own.yaml:30: .* cannot be the value of enum"):
        strategies.payloads(found, route="showJob", status_code=404)


def test_the_routes_of_an_api_have_names():
    @given(strategies.payloads("pinecone", route="get", status_code=404))
    def check(payload):
        assert payload["error"]["message"] is not None

    check()
    with pytest.raises(InvalidArgument, match="unknown route of pinecone 'GET /operations'"):
        strategies.payloads("pinecone", route="GET /operations")
