"""The laws of reading: a response says the same in every library, and says what it answers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import requests
from replies import (
    JSON,
    MAKERS,
    RUNNING,
    URL,
    KeptByAiohttp,
    LikeAiohttp,
    LikeHttpx,
    body,
    of_requests,
)
from toy import request, toy

from pytest_asyncops import InvalidArgument, Lifecycle, assert_conforms, mocked, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.calls import Call
from pytest_asyncops.clock import VirtualClock
from pytest_asyncops.conformance.reading import read_reply
from pytest_asyncops.messages import Headers, Request, Response
from pytest_asyncops.rules import Never, Rule
from pytest_asyncops.stub import Stub

GOOD = body({"operation": RUNNING})
BAD = body({"operation": {**RUNNING, "id": 1}})

every_library = pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))


def rules(*args, **kwargs):
    return [(found.path, found.rule) for found in violations(*args, **kwargs)]


def refused(*args, **kwargs) -> str:
    with pytest.raises(InvalidArgument) as caught:
        violations(*args, **kwargs)
    with pytest.raises(InvalidArgument) as again:
        assert_conforms(*args, **kwargs)
    assert str(again.value) == str(caught.value)
    return str(caught.value)


# --- libraries


@every_library
def test_a_response_of_any_library(make):
    assert_conforms(make(GOOD))
    assert rules(make(BAD)) == [("$.operation.id", "schema.type")]


@every_library
def test_status_url_and_content_type_of_any_library(make):
    pinecone = "https://host/assistant/operations/docs"
    error = {"status": 404, "error": {"code": "NOT_FOUND", "message": "no"}}
    assert_conforms(make(body(error), pinecone, 404))
    assert rules(make(body(error), pinecone, 401)) == [
        ("$.status", "pinecone.error-status"),
        ("$.error.code", "pinecone.error-code"),
    ]
    assert rules(make(GOOD, kind="text/html")) == [("$", "schema.content-type")]
    assert_conforms(make(GOOD, kind=None))


@pytest.mark.parametrize("make", [LikeHttpx, LikeAiohttp, KeptByAiohttp])
def test_a_body_that_was_not_read(make):
    response = make(None)
    assert refused(response) == (
        "the body of this response has not been read, or not been kept. Before, add: "
        "response.read(), or await response.aread() with an httpx.AsyncClient, or "
        "await response.read() with aiohttp"
    )


def test_a_stream_of_requests_that_was_not_kept():
    response = of_requests(GOOD)
    assert b"".join(response.iter_content(5)) == GOOD
    assert refused(response).startswith("the body of this response has not been read, or not")
    assert_conforms(of_requests(GOOD))


def test_a_response_without_a_body_to_read():
    odd = SimpleNamespace(status_code=200, headers={}, url=URL)
    assert refused(odd) == f"{odd!r} has no body that can be read"


def test_through_the_mock():
    with mocked() as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(output=b"x"))
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        response = requests.get(url, headers={"Authorization": "Bearer t"}, timeout=1)
        streamed = requests.get(url, headers={"Authorization": "Bearer t"}, timeout=1, stream=True)
        unauthorized = requests.get(url, timeout=1)
        calls = list(mock.calls)
    for value in (response, streamed, unauthorized, *calls):
        assert_conforms(value)
    for call, answer in zip(calls, (response, streamed, unauthorized), strict=True):
        assert_conforms(call.response)
        assert read_reply(call).status_code == read_reply(answer).status_code
        assert read_reply(call).route is read_reply(answer).route


def test_httpx():
    httpx = pytest.importorskip("httpx")
    asked = httpx.Request("GET", URL)
    json_type = {"Content-Type": JSON}
    assert_conforms(httpx.Response(200, content=GOOD, headers=json_type, request=asked))
    assert rules(httpx.Response(200, json={"operation": []}, request=asked)) == [
        ("$.operation", "schema.type")
    ]
    alone = httpx.Response(200, content=BAD)
    assert rules(alone, api="chainloop", route="get") == [("$.operation.id", "schema.type")]
    assert refused(alone) == (
        "the API and route of a response without a URL cannot be told. Name it: "
        "api='chainloop', route='get'."
    )
    stream = httpx.Response(200, content=iter([GOOD[:9], GOOD[9:]]), request=asked)
    assert refused(stream).startswith("the body of this response has not been read")
    stream.read()
    assert_conforms(stream)


def test_httpx_through_a_client():
    httpx = pytest.importorskip("httpx")
    transport = httpx.MockTransport(lambda asked: httpx.Response(200, content=iter([BAD])))
    with httpx.Client(transport=transport) as client:
        assert rules(client.get(URL)) == [("$.operation.id", "schema.type")]
        with client.stream("GET", URL) as stream:
            assert refused(stream).startswith("the body of this response has not been read")
        assert rules(client.head(URL), api="chainloop", route="get") == []


def test_aiohttp():
    aiohttp = pytest.importorskip("aiohttp")
    import asyncio

    from aiohttp import web

    async def answer(asked):
        response = web.StreamResponse(headers={"Content-Type": JSON})
        await response.prepare(asked)
        await response.write(BAD[:9])
        await go_on.wait()
        await response.write(BAD[9:])
        return response

    go_on = asyncio.Event()
    wrong = [("$.operation.id", "schema.type")]

    async def main():
        app = web.Application()
        app.router.add_get("/v1/operations/{id}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        url = f"http://{host}:{port}/v1/operations/1?a=b"
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as response:
                assert refused(response).startswith("the body of this response has not been read")
                go_on.set()
                await response.read()  # to ask did no harm
                assert rules(response) == wrong
            assert rules(response) == wrong
            async with session.get(url) as unread:
                pass
            assert refused(unread).startswith("the body of this response has not been read")
        await runner.cleanup()
        return response

    assert rules(asyncio.run(main())) == wrong


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
    reply = read_reply(of_requests(b"", url))
    assert (reply.api.name, reply.route.name) == (api, route)
    # What is said besides wins, and what is not said is still read from the URL.
    other = "list" if route == "get" else "get"
    assert read_reply(of_requests(b"", url), route=other).route.name == other
    assert read_reply(of_requests(b"", url), api=api).route.name == route


def test_urls_of_an_api_of_ones_own():
    own = toy()
    reply = read_reply(of_requests(b"", "https://x/prefix/old/jobs/a/b"), api=own)
    assert (reply.api, reply.route.name) == (own, "get")
    assert refused(of_requests(b"", "https://x/jobs"), api="pinecone") == (
        "the route of a response to GET https://x/jobs cannot be told. Name it: api='chainloop', "
        "route='get'."
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
        "https://a.pinecone.io/files/docs?x=/v1/operations",
    ],
)
@pytest.mark.parametrize("status", [200, 404])
def test_a_url_that_leads_nowhere(url, status):
    assert refused(of_requests(b"{}", url, status)) == (
        f"the API and route of a response to GET {url} cannot be told. Name it: "
        "api='chainloop', route='get'."
    )


@pytest.mark.parametrize("path", ["/", "/v2/operations", "/v1/operations/a/b", "/operations/a"])
def test_an_address_tells_the_api_where_the_path_leads_nowhere(path):
    url = f"https://api.app.chainloop.dev{path}"
    reply = read_reply(of_requests(b"{}", url, 404))
    assert (reply.api, reply.route) == (CHAINLOOP, None)
    assert refused(of_requests(b"{}", url)) == (
        f"the route of a response to GET {url} cannot be told. Name it: api='chainloop', "
        "route='get'."
    )


@every_library
def test_a_url_that_is_not_there(make):
    error = (
        "the {} of a response without a URL cannot be told. Name it: api='chainloop', route='get'."
    )
    assert refused(make(GOOD, url=None)) == error.format("API and route")
    assert refused(make(GOOD, url=None), route="get") == error.format("API and route")
    assert refused(make(GOOD, url=None), api="chainloop") == error.format("route")
    assert_conforms(make(GOOD, url=None), api="chainloop", route="get")


def test_the_method_counts():
    response = LikeHttpx(GOOD, method="POST")
    assert refused(response) == (
        f"the route of a response to POST {URL} cannot be told. Name it: api='chainloop', "
        "route='get'."
    )
    assert_conforms(response, api="chainloop", route="get")
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
        "a payload does not say what it is an answer to. Name it: api='chainloop', route='get'."
    )


@pytest.mark.parametrize("value", [None, [], "{}", 1, 1.5, True])
def test_a_payload_is_taken_for_the_body(value):
    assert rules(value, api="chainloop", route="get") == [("$", "schema.type")]
    assert rules(value, api="pinecone", route="list") == [("$", "schema.type")]


def test_a_response_of_no_stub():
    response = Response(200, GOOD)
    assert refused(response) == (
        "the API of <Response 200> cannot be told. Name it: api='chainloop', route='get'."
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
            "Or pass an Api of your own.",
        ),
        (
            {"api": 3},
            "unknown API 3. Choose 'chainloop' or 'pinecone'. Or pass an Api of your own.",
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
            {"wire": "camel"},
            "unknown wire profile of chainloop 'camel'. "
            "Choose 'contract', 'gateway' or 'gateway_camel'.",
        ),
        (
            {"wire": ["gateway"]},
            "unknown wire profile of chainloop ['gateway']. "
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


def test_an_api_has_its_own_wire_profiles():
    assert refused({}, api="pinecone", route="get", wire="gateway") == (
        "unknown wire profile of pinecone 'gateway'. Choose 'contract'."
    )


@pytest.mark.parametrize("code", [100, 200, 599])
def test_a_status_that_is_said_wins(code):
    assert read_reply({}, api="pinecone", route="get", status_code=code).status_code == code
    assert read_reply(of_requests(GOOD), status_code=code).status_code == code
    recorded = Response(201, GOOD)
    assert read_reply(recorded, api="pinecone", status_code=code).status_code == code
    assert read_reply(recorded, api="pinecone").status_code == 201


# --- bodies


def content(message: str) -> list[tuple[str, str, str]]:
    return [("$", "schema.content", f"must be JSON: {message}")]


@every_library
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (b'{"operation": NaN}', content("NaN is no JSON value")),
        (b'{"operation": [-Infinity]}', content("-Infinity is no JSON value")),
        (b'{"operation": {"x": Infinity}}', content("Infinity is no JSON value")),
        (b"\xef\xbb\xbf" + GOOD, content("Expecting value: line 1 column 1 (char 0)")),
        (b"", content("Expecting value: line 1 column 1 (char 0)")),
        (b" ", content("Expecting value: line 1 column 2 (char 1)")),
        (GOOD[:-1], content("Expecting ',' delimiter: line 1 column 70 (char 69)")),
        (GOOD + b"1", content("Extra data: line 1 column 71 (char 70)")),
        (b"[" * 100_000, content("it is nested too deep to be read")),
        (
            b'{"operation": {"id": "\xff"}}',
            content("'utf-8' codec can't decode byte 0xff in position 22: invalid start byte"),
        ),
        ("ü".encode("utf-16"), None),
        (b"<html>", content("Expecting value: line 1 column 1 (char 0)")),
        (b"null", [("$", "schema.type", "must be an object")]),
    ],
    ids=lambda value: "" if value is None or isinstance(value, list) else repr(value)[:20],
)
def test_a_body_that_is_no_json(make, sent, found):
    wrong = violations(make(sent))
    if found is None:
        assert [each.rule for each in wrong] == ["schema.content"]
    else:
        assert [(each.path, each.rule, each.message) for each in wrong] == found
    assert wrong[0].value == (None if sent == b"null" else sent)


def test_of_a_key_that_is_there_twice_the_last_one_counts():
    """As for json.loads and every client that reads with it."""
    twice = b'{"operation": {"id": 1, "id": "1"}}'
    assert_conforms(of_requests(twice))
    twice = b'{"operation": {"id": "1", "id": 1}}'
    assert rules(of_requests(twice)) == [("$.operation.id", "schema.type")]


@pytest.mark.parametrize(
    ("kind", "conforms"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON ;charset=utf-8", True),
        ("application/problem+json", False),
        ("application/jsonp", False),
        ("text/html", False),
        ("", False),
    ],
)
def test_content_types(kind, conforms):
    found = violations(of_requests(GOOD, kind=kind))
    if conforms:
        assert found == []
    else:
        [wrong] = found
        assert (wrong.rule, wrong.value) == ("schema.content-type", kind)
        assert wrong.message == "must have the content type application/json"


def test_the_content_type_of_an_undocumented_error():
    [wrong] = violations(of_requests(b"no", "https://a/operations/docs", 502, "text/plain"))
    assert wrong.rule == "schema.content-type"
    assert wrong.source.endswith("#/components/schemas/ErrorResponse")


def test_a_head_has_no_body():
    with mocked(unmatched="answer") as mock:
        url = f"{mock.chainloop.base_url}/v1/operations/1"
        answer = requests.head(url, headers={"Authorization": "Bearer t"}, timeout=1)
        [call] = mock.calls
    assert (answer.status_code, answer.content) == (501, b"")
    assert_conforms(answer, api="chainloop")
    assert_conforms(call)
    assert_conforms(call.response)
    assert_conforms(LikeHttpx(b"", method="HEAD"), api="chainloop", route="get")
    # The status counts all the same, and so does a body where one had to come.
    assert rules(LikeHttpx(b"", method="HEAD", status=204), api="pinecone", route="get") == [
        ("$", "schema.status")
    ]
    asked = Request("GET", url, "/v1/operations/1", Headers({}))
    assert rules(Call(asked, call.response, 0, ())) == [("$", "schema.content")]


# --- statuses


@pytest.mark.parametrize("route", ["list", "get"])
@pytest.mark.parametrize("status", [100, 201, 204, 301, 304])
def test_a_success_that_pinecone_does_not_document(route, status):
    path = "/operations/docs" + "/1" * (route == "get")
    for sent in (b"", b"{}"):
        [wrong] = violations(of_requests(sent, f"https://a{path}", status))
        assert (wrong.path, wrong.rule, wrong.value) == ("$", "schema.status", status)
        assert wrong.message == (
            f"is not documented for pinecone {route}; documented are 200, 401, 404 or 500"
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


def test_an_api_without_a_contract():
    assert refused({}, api=toy(), route="get") == (
        "toy has no contract to hold responses against. Give its Api "
        "contract='path/to/openapi.yaml'."
    )


def test_a_rule_about_a_schema_that_is_not_there(own):
    rule = Rule("toy.done", "Jop", "/components/schemas/Job", "jobs end", Never("status", ("x",)))
    api = replace(own, rules=(rule,))
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
    assert wrong.message == "is not documented for toy list; documented are 200 or 204"
    [wrong] = violations(of_requests(b"{}", "https://toy.example/nothing", 404), api=own)
    assert wrong.message == "is not documented for toy"


def test_what_a_stub_of_ones_own_serves(own):
    stub = Stub(own, VirtualClock())
    stub.start_many(3, shelf="a")
    assert stub.handle(request("/jobs")).status_code == 200
    assert_conforms(stub.calls[-1])
    assert_conforms(stub.calls[-1], api=own, route="list")


# --- wire profiles


def ask(stub, path):
    headers = Headers({"Authorization": "Bearer t"})
    return stub.handle(Request("GET", stub.base_url + path, path, headers))


LIVES = {
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


@pytest.mark.parametrize("word", LIVES)
@pytest.mark.parametrize("wire", ["contract", "gateway", "gateway_camel"])
@pytest.mark.parametrize("path", ["/v1/operations/1", "/v1/operations", "/v1/operations/2"])
def test_what_is_served_conforms_in_its_wire_profile(wire, word, path):
    clock = VirtualClock()
    stub = Stub(CHAINLOOP, clock, readings={"wire": wire})
    stub.start(id="1", lifecycle=LIVES[word])
    clock.advance(5)
    answer = ask(stub, path)
    assert answer.status_code == (404 if path.endswith("2") else 200)
    assert_conforms(stub.calls[-1])
    assert_conforms(answer)
    received = of_requests(answer.content, stub.base_url + path, answer.status_code)
    assert_conforms(received, wire=wire)
    assert_conforms(received, wire=wire, extra="forbid", unknown="forbid")


@pytest.mark.parametrize("word", LIVES)
def test_without_its_profile_the_nulls_of_a_gateway_are_violations(word):
    clock = VirtualClock()
    stub = Stub(CHAINLOOP, clock, readings={"wire": "gateway"})
    stub.start(id="1", lifecycle=LIVES[word])
    clock.advance(5)
    answer = ask(stub, "/v1/operations/1")
    nulls = [(f"$.operation.{name}", "schema.type") for name in NULLS[word]]
    assert rules(of_requests(answer.content)) == nulls
    assert rules(answer, wire="contract") == nulls


def test_without_its_profile_camel_case_is_undocumented():
    stub = Stub(CHAINLOOP, VirtualClock(), readings={"wire": "gateway_camel"})
    stub.start(id="1", lifecycle=LIVES["RUNNING"])
    answer = of_requests(ask(stub, "/v1/operations/1").content)
    found = violations(answer, extra="forbid")
    assert {each.rule for each in found} == {"schema.properties"}
    assert "$.operation.createdAt" in [each.path for each in found]
    assert "$.operation.id" not in [each.path for each in found]


def test_pinecone_is_written_one_way():
    stub = Stub(PINECONE, VirtualClock())
    assert list(PINECONE.wires) == ["contract"]
    assert stub.handle(Request("GET", "https://x/y", "/y", Headers({}))).wire is None
