"""What a response answers is read from its URL, or said by hand; what is none is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import requests
from support.api_routes import answered_by
from support.client_responses import (
    GOOD,
    RUNNING,
    URL,
    LikeAiohttp,
    LikeHttpx,
    every_library,
    of_requests,
)
from support.toy_api import toy
from support.verdicts import refused, rules

from pytest_asyncops import assert_conforms, mocked, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.conformance.client_responses import read_response
from pytest_asyncops.serving.messages import Headers, Response

# --- URLs


@pytest.mark.parametrize(
    ("url", "api", "route"),
    [
        ("https://api.app.chainloop.dev/v1/operations", "chainloop", "list"),
        ("https://api.app.chainloop.dev/v1/operations?status=2&kind=a/b", "chainloop", "list"),
        ("https://api.app.chainloop.dev/v1/operations/1", "chainloop", "get"),
        ("https://api.app.chainloop.dev/v1/operations/a:b%20c%2Fd?x=/v1", "chainloop", "get"),
        ("https://api.app.chainloop.dev/v1/operations/", "chainloop", "get"),
        ("https://api.app.chainloop.dev/v1/operations/operations", "chainloop", "get"),
        ("http://127.0.0.1:8080/proxy/chainloop/v1/operations", "chainloop", "list"),
        ("http://127.0.0.1:8080/proxy/chainloop/v1/operations/1#top", "chainloop", "get"),
        ("/v1/operations/1", "chainloop", "get"),
        ("https://a.pinecone.io/operations/docs", "pinecone", "list"),
        ("https://a.pinecone.io/operations/docs?limit=2&pagination_token=a/b", "pinecone", "list"),
        ("https://a.pinecone.io/assistant/operations/docs", "pinecone", "list"),
        ("https://a.pinecone.io/operations/docs/op-1", "pinecone", "get"),
        ("https://a.pinecone.io/assistant/operations/docs/op-1", "pinecone", "get"),
        ("https://a.pinecone.io/assistant/operations/my%20docs/op%2F1", "pinecone", "get"),
        ("https://localhost/base/path/operations/docs", "pinecone", "list"),
        ("https://localhost/base/path/assistant/operations/docs/op-1", "pinecone", "get"),
        ("https://a.pinecone.io/operations/operations", "pinecone", "list"),
        ("https://a.pinecone.io/operations/operations/op-1", "pinecone", "get"),
        ("https://a.pinecone.io/assistant/operations/operations/op-1", "pinecone", "get"),
        ("https://a.pinecone.io/assistant/operations/v1/operations", "pinecone", "get"),
    ],
)
def test_a_url_says_what_it_leads_to(url, api, route):
    found, way = answered_by(of_requests(b"", url))
    assert (found.name, way.name) == (api, route)
    # What is said besides wins, and what is not said is still read from the URL.
    other = "list" if route == "get" else "get"
    assert answered_by(of_requests(b"", url), route=other)[1].name == other
    assert answered_by(of_requests(b"", url), api=api)[1].name == route


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("client", ["requests", "httpx", "aiohttp"])
@pytest.mark.parametrize("api", [None, "chainloop"])
def test_a_posted_form_leads_to_the_route_that_the_gateway_takes_it_for(client, api):
    asked = SimpleNamespace(method="POST", headers=FORM, body="pagination.page_size=1")
    response = of_requests(GOOD)
    if client == "requests":
        response.request = asked
    elif client == "httpx":
        response = LikeHttpx(GOOD, method="POST")
        response.request.headers = FORM
    else:
        response = LikeAiohttp(GOOD)
        response.method, response.request_info = "POST", asked
    assert answered_by(response, api=api)[1].name == "get"
    other = {"Content-Type": f"{FORM['Content-Type']}; charset=utf-8"}  # no form to the gateway
    asked.headers = other
    if client == "httpx":
        response.request.headers = other
    assert refused(response, api=api).startswith(f"the route of a response to POST {URL} cannot be")


def test_a_posted_form_that_a_stub_has_answered():
    with mocked() as mock:
        url = f"{mock.chainloop.base_url}/v1/operations"
        sent = {"pagination.page_size": "1"}
        response = requests.post(url, data=sent, headers={"Authorization": "Bearer t"}, timeout=1)
        assert response.status_code == 200
        assert violations(response) == violations(mock.calls[0]) == []


def test_an_own_way_to_say_the_method_is_minded():
    own = toy(method=lambda asked: "GET" if b"_method=get" in asked.body else asked.path[-3:])
    for url, body in (("https://x/jobs", b"a=1&_method=get"), ("https://x/jobs", "_method=get")):
        response = of_requests(b"", url)
        response.request = SimpleNamespace(method="POST", headers={}, body=body)
        assert answered_by(response, api=own)[1].name == "list"
    response.request.body = iter(["_method=get"])  # it has been sent, and is gone
    assert "to POST https://x/jobs cannot be determined" in refused(response, api=own)


def test_urls_of_an_api_of_ones_own():
    own = toy()
    found, way = answered_by(of_requests(b"", "https://x/prefix/old/jobs/a/b"), api=own)
    assert (found, way.name) == (own, "get")
    assert refused(of_requests(b"", "https://x/jobs"), api="pinecone") == (
        "the route of a response to GET https://x/jobs cannot be determined. Name it: "
        "api='chainloop', route='get'."
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/",
        "https://a.example",
        "https://a.example/v2/operations",
        "https://a.example/xv1/operations",
        "https://a.example/v1/operations/a/b/c",
        "https://a.pinecone.io/operations",
        "https://a.pinecone.io/operations/",
        "https://a.pinecone.io/operations//op-1",
        "https://a.pinecone.io/filed/docs?x=/v1/operations",
    ],
)
@pytest.mark.parametrize("status", [200, 404])
def test_a_url_that_leads_nowhere(url, status):
    assert refused(of_requests(b"{}", url, status)) == (
        f"the API and route of a response to GET {url} cannot be determined. Name it: "
        "api='chainloop', route='get'."
    )


@pytest.mark.parametrize("path", ["/", "/v2/operations", "/v1/operations/a/b", "/operations/a"])
def test_an_address_tells_the_api_where_the_path_leads_nowhere(path):
    url = f"https://api.app.chainloop.dev{path}"
    assert answered_by(of_requests(b"{}", url, 404)) == (CHAINLOOP, None)
    assert refused(of_requests(b"{}", url)) == (
        f"the route of a response to GET {url} cannot be determined. Name it: api='chainloop', "
        "route='get'."
    )


@every_library
def test_a_url_that_is_not_there(make):
    error = (
        "the {} of a response without a URL cannot be determined. Name it: api='chainloop', "
        "route='get'."
    )
    assert refused(make(GOOD, url=None)) == error.format("API and route")
    assert refused(make(GOOD, url=None), route="get") == error.format("API and route")
    assert refused(make(GOOD, url=None), api="chainloop") == error.format("route")
    assert_conforms(make(GOOD, url=None), api="chainloop", route="get")


def test_the_method_counts():
    response = LikeHttpx(GOOD, method="POST")
    assert refused(response) == (
        f"the route of a response to POST {URL} cannot be determined. Name it: api='chainloop', "
        "route='get'."
    )
    assert_conforms(response, api="chainloop", route="get")
    secret = LikeHttpx(GOOD, "https://me:pw@x/y?api_key=k&page=1")
    assert "GET https://x/y?api_key=[hidden]&page=1 cannot" in refused(secret)
    # An error may come from no route at all.
    assert_conforms(LikeHttpx(b'{"code": 12}', method="POST", status=501), api="chainloop")
    assert rules(LikeHttpx(b'{"code": 1.5}', method="POST", status=501), api="chainloop") == [
        ("$.code", "schema.type")
    ]


# --- what is no response


@pytest.mark.parametrize(
    "value", [object(), b"{}", (), {1}, requests.Request("GET", URL), Headers({}), len]
)
def test_what_is_no_response(value):
    assert refused(value) == (
        f"{value!r} is neither a response nor a payload. Pass a response of requests, httpx, "
        "aiohttp or urllib3, an entry of asyncops_mock.calls, or a payload with api= and route=."
    )


@pytest.mark.parametrize("value", [None, {}, [], "{}", 1, 1.5, True])
@pytest.mark.parametrize("said", [{}, {"api": "chainloop"}, {"route": "get"}])
def test_a_payload_says_nothing_of_itself(value, said):
    assert refused(value, **said) == (
        "a payload does not say which request it answers. Name API and route: api='chainloop', "
        "route='get'."
    )


@pytest.mark.parametrize("value", [None, [], "{}", 1, 1.5, True])
def test_a_payload_is_taken_for_the_body(value):
    assert rules(value, api="chainloop", route="get") == [("$", "schema.type")]
    assert rules(value, api="pinecone", route="list") == [("$", "schema.type")]


def test_a_response_of_no_stub():
    response = Response(200, GOOD)
    assert refused(response) == (
        "the API of <Response 200> cannot be determined. Name it: api='chainloop', route='get'."
    )
    assert_conforms(response, api="chainloop", route="get")
    assert rules(response, api="chainloop") == [("$", "schema.status")]


CHOOSE = "Choose 'allow' or 'forbid'."
STATUS = "status_code must be an HTTP status, 100 to 599, not {!r}"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (
            {"api": "chainlop"},
            "unknown API 'chainlop'. Did you mean 'chainloop'? Choose 'chainloop' or 'pinecone'. "
            "Or pass an Api of your own, or its place: 'package.module:NAME'.",
        ),
        (
            {"api": 3},
            "unknown API 3. Choose 'chainloop' or 'pinecone'. "
            "Or pass an Api of your own, or its place: 'package.module:NAME'.",
        ),
        (
            {"route": "gett"},
            "unknown route of chainloop 'gett'. Did you mean 'get'? Choose 'list' or 'get'.",
        ),
        ({"route": 3}, "unknown route of chainloop 3. Choose 'list' or 'get'."),
        ({"extra": "forbidden"}, f"unknown extra 'forbidden'. Did you mean 'forbid'? {CHOOSE}"),
        ({"extra": False}, f"unknown extra False. {CHOOSE}"),
        ({"unknown": "yes"}, f"unknown unknown 'yes'. {CHOOSE}"),
        (
            {"profile": "camel"},
            "unknown profile of chainloop 'camel'. "
            "Choose 'contract', 'gateway' or 'gateway_camel'.",
        ),
        (
            {"profile": ["gateway"]},
            "unknown profile of chainloop ['gateway']. "
            "Choose 'contract', 'gateway' or 'gateway_camel'.",
        ),
        ({"status_code": "200"}, STATUS.format("200")),
        ({"status_code": 0}, STATUS.format(0)),
        ({"status_code": 99}, STATUS.format(99)),
        ({"status_code": 600}, STATUS.format(600)),
        ({"status_code": 200.0}, STATUS.format(200.0)),
        ({"status_code": True}, STATUS.format(True)),
    ],
)
@pytest.mark.parametrize("value", [{"operation": RUNNING}, of_requests(GOOD)], ids=["payload", ""])
def test_what_is_said_is_checked(value, said, error):
    assert refused(value, **{"api": "chainloop", "route": "get", **said}) == error


def test_an_api_has_its_own_profiles():
    assert refused({}, api="pinecone", route="get", profile="gateway") == (
        "unknown profile of pinecone 'gateway'. Choose 'contract'."
    )


@pytest.mark.parametrize("code", [100, 200, 599])
def test_a_status_that_is_said_wins(code):
    assert read_response({}, code).status_code == code
    assert read_response(of_requests(GOOD), code).status_code == code
    recorded = Response(201, GOOD)
    assert read_response(recorded, code).status_code == code
    assert read_response(recorded).status_code == 201
