"""The headers of a response are those that its document promises."""

from __future__ import annotations

import pytest
from support.client_responses import LikeAiohttp, LikeHttpx, of_requests, of_urllib3
from support.documents import answering, content
from support.verdicts import rules

from pytest_asyncops import ContractError, assert_conforms, violations
from pytest_asyncops.serving.messages import Response

URL = "http://localhost/jobs"
ETAG = {"required": True, "schema": {"type": "string", "pattern": '^(?:W/)?".*"$'}}
LATER = {"schema": {"type": "integer", "minimum": 1}}


def document(**headers):
    named = {name.replace("_", "-"): told for name, told in headers.items()}
    return answering({"description": "good", "headers": named, "content": {}})


def found(contract, **headers):
    response = of_requests(b"", URL, kind=None)
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return rules(response, contract=contract)


@pytest.mark.parametrize(
    ("told", "good", "bad", "rule"),
    [
        (ETAG, 'W/"1"', "1", "pattern"),
        (LATER, "120", "0", "minimum"),
        (LATER, "120", "Wed, 21 Oct 2015 07:28:00 GMT", "type"),
        (LATER, "1", "1.5", "type"),
        (LATER, "1", "[1]", "type"),
        (LATER, "1", "", "type"),
        ({"schema": {"type": "boolean"}}, "true", "yes", "type"),
        ({"schema": {"type": "number"}}, "1.5", "NaN", "type"),
        ({"schema": {"allOf": [{"type": "integer"}]}}, "1", "a", "type"),
        ({"schema": {"oneOf": [{"type": "integer"}, {"type": "string"}]}}, "1", "true", "oneOf"),
        ({"schema": {"anyOf": [{}, {"type": "integer"}], "minimum": 1}}, "1", "0", "minimum"),
        ({"schema": {"enum": ["1", "a"]}}, "1", "b", "enum"),
        ({"schema": {"type": "array", "items": {"type": "integer"}}}, "1, 2", "1,a", "type"),
        ({"schema": {"type": "array", "maxItems": 0}}, " ", "a", "maxItems"),
        ({"content": {"application/json": {"schema": {"type": "object"}}}}, "{}", "{", "type"),
        ({"content": {"text/plain": {"schema": {"enum": ["{}"]}}}}, "{}", "{ }", "enum"),
    ],
)
def test_what_a_header_may_be(told, good, bad, rule):
    contract = document(X_Y=told)
    assert found(contract, x_y=good) == []
    [(path, name)] = found(contract, x_y=bad)
    assert (path.partition("]")[0], name) == ("headers['X-Y'", f"schema.{rule}")


@pytest.mark.parametrize("told", [{}, {"description": "any"}, {"content": {"a/b": {}}}])
def test_a_header_of_which_nothing_is_said(told):
    assert found(document(X=told), X="whatever") == found(document(X=told)) == []


def test_objects():
    members = {"a": {"type": "integer"}, "b": {"type": "string"}}
    schema = {"type": "object", "properties": members, "required": ["a"]}
    plain, exploded = (
        document(X={"schema": schema}),
        document(X={"schema": schema, "explode": True}),
    )
    assert found(plain, X="a,1,b,2") == found(exploded, X="a=1, b=2") == []
    assert found(plain, X="a,x") == found(exploded, X="a=x") == [("headers.X.a", "schema.type")]
    assert found(plain, X="") == [("headers.X", "schema.required")]


def test_a_header_that_is_missing():
    contract = document(ETag=ETAG, Retry_After=LATER)
    response = of_requests(b"", URL)
    [wrong] = violations(response, contract=contract)
    assert (wrong.path, wrong.rule, wrong.value) == ("headers.ETag", "schema.header", None)
    assert wrong.message == "is required"
    assert wrong.source.endswith("/responses/200/headers/ETag")


def test_all_that_is_wrong_is_told_at_once():
    good = content({"type": "object"})
    contract = answering({**good, "headers": {"ETag": ETAG, "Retry-After": LATER}})
    response = of_requests(b"[]", URL)
    response.headers["Retry-After"] = "soon"
    assert rules(response, contract=contract) == [
        ("headers.ETag", "schema.header"),
        ("headers['Retry-After']", "schema.type"),
        ("$", "schema.type"),
    ]


def test_the_content_type_is_told_by_the_content():
    told = {"required": True, "schema": {"enum": ["text/plain"]}}
    contract = answering({**content({}), "headers": {"content-type": told}})
    assert_conforms(of_requests(b"{}", URL), contract=contract)


def test_a_header_may_be_a_reference():
    headers = {"Later": LATER, "Again": {"$ref": "#/components/headers/Later"}}
    told = {"headers": {"Retry-After": {"$ref": "#/components/headers/Again"}}}
    contract = answering(told, components={"headers": headers})
    assert found(contract, Retry_After="x") == [("headers['Retry-After']", "schema.type")]
    assert found(contract, retry_after="7") == []


@pytest.mark.parametrize("text", ["[1]", '"1"', "{}", "one"])
def test_what_does_not_stand_for_a_number_is_told_as_it_was_sent(text):
    response = of_requests(b"", URL, kind=None)
    response.headers["Retry-After"] = text
    [wrong] = violations(response, contract=document(Retry_After=LATER))
    assert (wrong.rule, wrong.value) == ("schema.type", text)


def test_headers_in_every_library():
    contract = document(Retry_After=LATER)
    for make in (of_requests, of_urllib3, LikeHttpx, LikeAiohttp):
        response = make(b"", URL, kind=None)
        response.headers["retry-after"] = "x"
        assert rules(response, contract=contract) == [("headers['Retry-After']", "schema.type")]
    recorded = Response(200, b"", {"RETRY-AFTER": "x"})
    assert len(violations(recorded, contract=contract, route="GET /jobs")) == 1


def test_a_head_has_headers_and_a_payload_has_none():
    contract = answering({**content({}), "headers": {"ETag": ETAG}})
    head = LikeHttpx(b"", URL, method="HEAD")
    assert rules(head, contract=contract) == [("headers.ETag", "schema.header")]
    assert rules({}, contract=contract, route="GET /jobs") == []


def test_a_header_that_is_not_understood():
    contract = document(X={"schema": {"type": "integr"}})
    with pytest.raises(ContractError, match="integr"):
        found(contract, X="1")
