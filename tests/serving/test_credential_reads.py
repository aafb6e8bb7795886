"""What an API reads its credential from is not printed, wherever it is; nobody declares it."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from support.toy_api import handle, stub_of, toy

from pytest_asyncops.serving.messages import ErrorResponse, Headers, Request

SECRET = "s3cret+value=="
HEADERS = {"X-Service-Token": SECRET, "X-Kind": "plain", "Accept": "text/plain"}


def scheme(request):
    kind, _, text = request.headers["x-proof"].partition(" ")
    assert kind == "Basic"
    return base64.b64decode(text).decode()


def any_header(request):
    return next(text for name, text in request.headers.items() if name.startswith("x-serv".title()))


def refused(request):
    request.header("X-Service-Token")
    raise ErrorResponse(401, "no", "malformed")


def refused_url(request):
    parse_qs(request.query)
    raise ErrorResponse(401, "no", "malformed")


PROOF = {"X-Proof": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
QUERY = "?who=s3cret%2Bvalue%3D%3D&limit=5"
CASES = {
    "a header": (lambda r: r.header("X-Service-Token"), HEADERS, ""),
    "a header of the mapping": (lambda r: r.headers["x-service-token"], HEADERS, ""),
    "a header that may be there": (lambda r: r.headers.get("X-SERVICE-TOKEN"), HEADERS, ""),
    "a header in another form": (scheme, PROOF, ""),
    "one of all headers": (any_header, HEADERS, ""),
    "a copy of all headers": (lambda r: dict(r.headers)["X-Service-Token"], HEADERS, ""),
    "a header that is refused": (refused, HEADERS, ""),
    "a header or a parameter": (
        lambda r: parse_qs(r.query).get("who", [None])[0] or r.header("X-Service-Token"),
        HEADERS,
        "?limit=5",
    ),
    "a parameter": (lambda r: parse_qs(r.query)["who"][0], {}, QUERY),
    "a parameter of the URL": (lambda r: parse_qs(urlsplit(r.url).query)["who"][0], {}, QUERY),
    "a part of a parameter": (lambda r: parse_qs(r.query)["who"][0][:9], {}, QUERY),
    "a parameter in another form": (lambda r: parse_qs(r.query)["who"][0][::-1], {}, QUERY),
    "a parameter that is refused": (refused_url, {}, QUERY),
    "a segment of the path": (
        lambda r: r.path.split("/")[2].replace("%2B", "+").replace("%3D", "="),
        {},
        "/s3cret%2Bvalue%3D%3D?limit=5",
    ),
}  # fmt: skip


@pytest.fixture(params=CASES)
def call(request):
    credential, headers, rest = CASES[request.param]
    stub = stub_of(toy(credential=credential))
    target = f"/jobs{rest}"
    handle(stub, Request("GET", f"https://toy.example{target}", target, Headers(headers)))
    return stub.calls[0]


def test_no_credential_is_printed(call):
    request = call.request
    printed = [call, request, request.headers, request.url, request.path, request.query]
    printed += [request.header(name) for name in request.headers]
    printed += [list(request.headers.values()), list(request.headers.items())]
    assert "s3cret" not in repr(printed)
    assert base64.b64encode(SECRET.encode()).decode() not in repr(printed)
    assert "[hidden]" in repr(printed)


def test_what_is_there_is_not_changed(call):
    request = call.request
    assert request.header("x-service-token") in (SECRET, None)
    assert request.headers.get("X-Service-Token") in (SECRET, None)
    assert (
        request.url
        == f"https://toy.example{request.path}{'?' * bool(request.query)}{request.query}"
    )
    assert json.loads(json.dumps(request.url)) == request.url
    assert "s3cret" in f"{request.url}{dict(request.headers).get('X-Service-Token', '')}" or (
        "X-Proof" in request.headers
    )


def test_what_is_no_credential_is_printed(call):
    printed = f"{call.request.headers!r} {call!r}"
    assert ("text/plain" in printed) == ("Accept" in call.request.headers)
    assert "https://toy.example/jobs" in printed


def test_the_other_parameters_are_printed_where_the_credential_is_found():
    for kind in ("a parameter", "a parameter of the URL", "a part of a parameter"):
        credential, headers, rest = CASES[kind]
        stub = stub_of(toy(credential=credential))
        handle(stub, Request("GET", f"https://toy.example/jobs{rest}", f"/jobs{rest}", headers))
        assert repr(stub.calls[0].request) == (
            "<Request GET https://toy.example/jobs?who=[hidden]&limit=5>"
        )
        assert repr(stub.calls[0].request.query) == "'who=[hidden]&limit=5'"


def test_a_short_credential_hides_itself_and_no_more():
    stub = stub_of(toy(credential=lambda asked: parse_qs(asked.query)["k"][0]))
    target = "/jobs/a/job-a?k=b&kind=ab"
    handle(stub, Request("GET", f"https://toy.example{target}", target, {}))
    assert repr(stub.calls[0].request.url) == (
        "'https://toy.example/jobs/a/job-a?k=[hidden]&kind=ab'"
    )


def test_why_no_route_took_a_path_with_a_credential():
    stub = stub_of(toy(credential=lambda asked: asked.path.split("/")[1]))
    handle(stub, Request("GET", "https://toy.example/s3cret/jobs", "/s3cret/jobs", {}))
    assert stub._server.why_not(next(iter(stub._server.unmatched))[0])[0] == (
        "list: GET /jobs: '[hidden]' is not 'jobs'"
    )


def test_nothing_is_read_while_a_request_is_answered():
    asked = []
    stub = stub_of(toy(credential=lambda request: asked.append(request) or "k"))
    handle(stub, Request("GET", "https://toy.example/jobs", "/jobs", {}))
    assert len(asked) == 1  # by the endpoint
    repr(stub.calls[0])
    assert len(asked) == 2
