"""A response says the same in every library, body and all."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import requests
from support.api_routes import answered_by
from support.client_responses import (
    BAD,
    GOOD,
    JSON,
    URL,
    KeptByAiohttp,
    LikeAiohttp,
    LikeHttpx,
    body,
    every_library,
    of_requests,
)
from support.own_contracts import HEAD
from support.toy_api import toy
from support.verdicts import refused, rules

from pytest_asyncops import Lifecycle, assert_conforms, mocked, violations
from pytest_asyncops.conformance import client_responses as reading
from pytest_asyncops.conformance.client_responses import read_response
from pytest_asyncops.serving.calls import Call
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.routing import Route

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
        "the body of this response has not been read, or not been kept. First call "
        "response.read(), or await response.aread() with an httpx.AsyncClient, or await "
        "response.read() with aiohttp"
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
        assert read_response(call).status_code == read_response(answer).status_code
        assert answered_by(call) == answered_by(answer)


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
        "the API and route of a response without a URL cannot be determined. Name it: "
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


# --- bodies


def content(message: str) -> list[tuple[str, str, str]]:
    return [("$", "schema.content", f"must be JSON: {message}")]


@every_library
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (b'{"operation": NaN}', content("NaN is not a JSON value")),
        (b'{"operation": [-Infinity]}', content("-Infinity is not a JSON value")),
        (b'{"operation": {"x": Infinity}}', content("Infinity is not a JSON value")),
        (b"\xef\xbb\xbf" + GOOD, None),
        (b"", None),
        (b" ", None),
        (GOOD[:-1], None),
        (GOOD + b"1", None),
        (b"[" * 100_000, None),
        (b'{"operation": {"id": "\xff"}}', None),
        ("ü".encode("utf-16"), None),
        (b"<html>", None),
        (b"null", [("$", "schema.type", "must be an object")]),
    ],
    ids=lambda value: "" if value is None or isinstance(value, list) else repr(value)[:20],
)
def test_a_body_that_is_no_json(make, sent, found):
    wrong = violations(make(sent))
    if found is None:  # the rest is the parser's to say
        [each] = wrong
        assert (each.path, each.rule) == ("$", "schema.content")
        assert re.match(r"must be JSON: \S", each.message)
    else:
        assert [(each.path, each.rule, each.message) for each in wrong] == found
    assert wrong[0].value == (None if sent == b"null" else sent)


def test_a_body_that_is_too_deep_for_its_parser(monkeypatch):
    def decode(text):
        raise RecursionError

    monkeypatch.setattr(reading, "_decoder", SimpleNamespace(decode=decode))
    [wrong] = violations(of_requests(BAD))
    assert (wrong.rule, wrong.message) == (
        "schema.content",
        "must be JSON: it is nested too deep to be read",
    )


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


def _empty(exchange):
    return Response(200, b"", {"Content-Type": "application/json"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_is_judged_alike_however_it_is_given(tmp_path, method):
    path = tmp_path / "contract.yaml"
    path.write_text(HEAD.replace("get:", f"{method.lower()}:"), encoding="utf-8")
    api = toy(contract=str(path), routes=(Route("get", method, ("/jobs/{id}",), _empty),))
    with mocked(apis=[api]) as mock:
        received = requests.request(method, f"{api.base_url}/jobs/1", timeout=1)
        [call] = mock.calls
    expected = [("$", "schema.content")] if method == "GET" else []
    for given in (received, call, call.response):
        assert rules(given, api=api) == expected
    assert read_response(call.response).is_head == (method == "HEAD")
