"""An independent judge, openapi-core, accepts all that the stubs serve while the examples run."""

from __future__ import annotations

import json
import shutil
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from jsonschema import ValidationError
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.messages import Request, Response
from pytest_asyncops.serving.server import Server

ROOT = Path(__file__).parent.parent
SERVERS = {"chainloop": "https://api.app.chainloop.dev", "pinecone": "https://unknown"}


@lru_cache
def document(contract):
    return yaml.safe_load((ROOT / "schemas" / contract).read_text())


@lru_cache
def judge(contract):
    return OpenAPI.from_dict(document(contract))


def documents(response):
    """Whether the contract documents this status of this route."""
    api = response.api
    for route in api.routes:
        if route.name == response.route:
            item = document(api.checking.contract)["paths"][route.paths[0]]
            statuses = item[route.method.lower()]["responses"]
            return str(response.status_code) in statuses or "default" in statuses
    return False


def judge_response(request, response):
    """Raises what the judge has against the response."""
    api = response.api
    if documents(response):
        judge(api.checking.contract).validate_response(
            # The guide has a prefix before the paths that the contract does not have.
            MockRequest(SERVERS[api.name], "get", request.path.removeprefix("/assistant")),
            MockResponse(
                response.content,
                status_code=response.status_code,
                content_type=response.headers["Content-Type"],
            ),
        )
    else:
        OAS30Validator(
            {
                "allOf": [{"$ref": f"#/components/schemas/{api.checking.error_schema}"}],
                "components": document(api.checking.contract)["components"],
            },
            format_checker=oas30_format_checker,
        ).validate(json.loads(response.content))


@pytest.fixture
def served(pytester, monkeypatch):
    """All requests and responses while the examples' tests run, each kind of answer once."""
    found = {}
    handle = Server.handle

    def recorded(server, request):
        response = handle(server, request)
        key = response.api.name, response.route, response.status_code, response.content
        found.setdefault(key, (request, response))
        return response

    monkeypatch.setattr(Server, "handle", recorded)
    shutil.copytree(ROOT / "examples", pytester.path, dirs_exist_ok=True)
    pytester.makeini("[pytest]\npythonpath = .\naddopts = -p no:cacheprovider")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # no other plugin of the tests
    assert pytester.inline_run("-p", "asyncops", "--import-mode=importlib").ret == 0
    return found


def test_every_response_is_accepted(served):
    for request, response in served.values():
        judge_response(request, response)
    kinds = {(name, route, status_code) for name, route, status_code, _ in served}
    assert kinds >= {
        (name, route, 200) for name in ("chainloop", "pinecone") for route in ("list", "get")
    }
    assert kinds >= {("chainloop", "get", 401), ("pinecone", "get", 401)}
    assert len(served) > 50


@pytest.mark.parametrize(
    ("api", "route", "path", "status_code", "body"),
    [
        (CHAINLOOP, "get", "/v1/operations/1", 200, {"operation": {"id": 1}}),
        (CHAINLOOP, "get", "/v1/operations/1", 200, {"operation": {"created_at": "today"}}),
        (CHAINLOOP, "list", "/v1/operations", 401, {"code": 16}),
        (CHAINLOOP, "list", "/v1/operations", 503, {"code": "x"}),
        (CHAINLOOP, None, "/v2", 404, {"code": "x"}),
        (PINECONE, "get", "/assistant/operations/a/b", 200, {"id": "b"}),
        (PINECONE, "list", "/operations/a", 200, {"pagination": {}}),
        (PINECONE, "list", "/operations/a", 429, {"status": 429}),
        (PINECONE, None, "/x", 404, {"status": 404, "error": {"code": "NOT_FOUND"}}),
    ],
)
def test_the_judge_is_one(api, route, path, status_code, body):
    response = Response(
        status_code, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    response.api, response.route = api, route
    with pytest.raises((OpenAPIError, ValidationError)):
        judge_response(Request("GET", f"https://a.example{path}", path, {}), response)
