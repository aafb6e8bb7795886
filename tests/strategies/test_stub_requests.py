"""A request to a stub carries what the contract asks for, and names what the path is about."""

from __future__ import annotations

import dataclasses
import json
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.schema_kinds import INTEGER, STRING, own_api

from pytest_asyncops import ContractError
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.messages import Headers
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.serving.server import Server
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.strategies.stub_requests import ask, asked_headers, parameters
from pytest_asyncops.virtual_time.server_clock import ServerClock

ROUTES = [(api, route) for api in (CHAINLOOP, PINECONE) for route in api.routes]
EACH_ROUTE = pytest.mark.parametrize(
    ("api", "route"), ROUTES, ids=lambda part: getattr(part, "name", None)
)
HEADERS = {
    CHAINLOOP: {"Authorization": "Bearer token"},
    PINECONE: {"X-Pinecone-Api-Version": "2026-04", "Api-Key": "key"},
}


@EACH_ROUTE
def test_what_the_contracts_ask_for(api, route):
    assert asked_headers(api, route) == HEADERS[api]


@EACH_ROUTE
def test_with_these_headers_a_stub_lets_in_and_without_any_of_them_it_does_not(api, route):
    server = Server(api, ServerClock())
    stub = (api.serving.stub_class or Stub)(server)
    if api.serving.parent is not None:
        stub.add_parent("there")
    operation = stub.start(**({} if api.serving.parent is None else {api.serving.parent: "there"}))
    params = {"": operation.id, "assistant_name": "there"}
    # What they ask for beyond the headers is not there: a body, a file.
    let_in = (200,) if route.name in ("list", "get") else (200, 202, 400, 404)
    assert ask(server, route, params).status_code in let_in
    asked = asked_headers(api, route)
    assert ask(server, route, params, headers=asked).status_code in let_in
    for missing in asked:
        sent = {name: value for name, value in asked.items() if name != missing}
        assert ask(server, route, params, headers=sent).status_code in (400, 401)


GET = Route("get", "GET", ("/boxes/{box}/{id}",), None)


def header(name, schema, **words):
    return {"name": name, "in": "header", "schema": schema, **words}


def own(tmp_path, parameters=(), schemes=None, of_path=(), named=None):
    """An API whose contract has these parameters and credentials."""
    api = own_api(tmp_path, {})
    document = json.loads((tmp_path / "own.yaml").read_text())
    document["paths"] = {
        GET.paths[0]: {
            "get": {"responses": {}, **({"parameters": [*parameters]} if parameters else {})},
            "parameters": [*of_path],
        }
    }
    document["components"].update({} if schemes is None else {"securitySchemes": schemes})
    document["components"].update({} if named is None else named)
    path = tmp_path / "asked.yaml"
    path.write_text(json.dumps(document))
    checking = dataclasses.replace(api.checking, contract=str(path))
    return dataclasses.replace(api, checking=checking)


DEFAULTED = [
    header("X-Edition", {**STRING, "default": "2026"}, required=True),
    header("X-Count", {**INTEGER, "default": 7}, required=True),
    header("X-Free", {**STRING, "default": "no"}),
    header("X-Never", {**STRING, "default": "no"}, required=False),
    header("X-Unknown", STRING, required=True),
    {"name": "page", "in": "query", "schema": {**INTEGER, "default": 1}, "required": True},
]
SCHEMES = [
    ({"type": "http", "scheme": "bearer"}, {"Authorization": "Bearer token"}),
    ({"type": "http", "scheme": "basic"}, {"Authorization": "Basic token"}),
    ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"X-Key": "key"}),
    ({"type": "apiKey", "in": "query", "name": "key"}, {}),
    ({"type": "apiKey", "in": "cookie", "name": "key"}, {}),
    ({"type": "openIdConnect", "openIdConnectUrl": "https://x.example"}, {}),
]


def test_a_header_that_has_to_be_sent_has_its_default(tmp_path):
    api = own(tmp_path, DEFAULTED)
    assert asked_headers(api, GET) == {"X-Edition": "2026", "X-Count": "7"}
    assert [one["name"] for one in parameters(api, GET, "query")] == ["page"]
    assert [one["name"] for one in parameters(api, GET, "path")] == []


@pytest.mark.parametrize(("scheme", "headers"), SCHEMES, ids=str)
def test_each_kind_of_credential_has_its_header(tmp_path, scheme, headers):
    assert asked_headers(own(tmp_path, schemes={"only": scheme}), GET) == headers


def test_where_nothing_is_documented_nothing_is_asked(tmp_path):
    api = own(tmp_path)
    assert asked_headers(api, GET) == {}
    assert [*parameters(api, GET, "header")] == []


NAMED = {
    "parameters": {
        "edition": header("X-Edition", {"$ref": "#/components/schemas/Edition"}, required=True),
        "again": {"$ref": "#/components/parameters/edition"},
        "loop": {"$ref": "#/components/parameters/loop"},
    },
    "schemas": {"Edition": {**STRING, "default": "2026"}},
}


def test_parameters_may_be_named_and_may_be_the_paths(tmp_path):
    again = {"$ref": "#/components/parameters/again"}
    of_path = [again, header("X-Count", {**INTEGER, "default": 7}, required=True)]
    own_count = header("X-Count", {**INTEGER, "default": 8}, required=True)
    api = own(tmp_path, [own_count], of_path=of_path, named=NAMED)
    assert asked_headers(api, GET) == {"X-Edition": "2026", "X-Count": "8"}
    assert [one["name"] for one in parameters(api, GET, "header")] == ["X-Edition", "X-Count"]


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ({"$ref": "#/components/parameters/loop"}, "a parameter cannot be '#/components/param"),
        ({"$ref": "other.yaml#/page"}, "a parameter cannot be 'other.yaml#/page'"),
        ({"$ref": "#/components/parameters/none"}, "there is nothing at #/components/param"),
        ({"in": "header", "schema": STRING}, "a parameter must be a mapping with 'in' and 'name'"),
        ("page", "a parameter must be a mapping with 'in' and 'name', not 'page'"),
    ],
)
def test_what_is_no_parameter_is_refused_by_name(tmp_path, parameter, message):
    api = own(tmp_path, [parameter], named=NAMED)
    with pytest.raises(ContractError, match=message):
        asked_headers(api, GET)


class Listener:
    """What stands for a server, and keeps what it is asked."""

    base_url = "https://own.example/v1"
    api = CHAINLOOP

    def handle(self, request):
        self.request = request


PARAMS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)


@given(PARAMS, PARAMS, st.dictionaries(PARAMS, PARAMS, max_size=2))
def test_a_request_says_what_it_is_about(box, name, query):
    listener = Listener()
    ask(listener, GET, {"box": box, "": name}, query=query, headers={"X-One": "1"})
    request = listener.request
    asked = f"?{request.query}" if request.query else ""
    assert (request.method, request.url) == ("GET", f"{listener.base_url}{request.path}{asked}")
    assert [unquote(part) for part in request.path.split("/")] == ["", "boxes", box, name]
    assert dict(parse_qsl(request.query, keep_blank_values=True)) == query
    assert request.headers == Headers({"X-One": "1"})


def test_no_headers_are_none_at_all():
    listener = Listener()
    ask(listener, GET, {"": 1}, headers={})
    assert listener.request.headers == Headers({})
    assert listener.request.path == "/boxes/1/1"
