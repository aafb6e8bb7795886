"""Headers mind no case, and nothing that passes between client and stub prints a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.serving.calls import Call, Calls
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import ErrorResponse, Headers, Request, Response
from pytest_asyncops.virtual_time.server_clock import ServerClock

SECRETS = ["Authorization", "Proxy-Authorization", "Api-Key", "X-Api-Key", "Cookie", "Set-Cookie"]
secret_names = st.sampled_from(SECRETS).flatmap(
    lambda name: st.sampled_from([name, name.lower(), name.upper()])
)
names = st.from_regex(r"[A-Za-z][A-Za-z-]{0,8}", fullmatch=True)
SECRET = "s3cret-value"


@given(st.dictionaries(names, st.text()))
def test_headers_are_found_in_any_case(given_headers):
    headers = Headers(given_headers)
    last = {name.lower(): (name, value) for name, value in given_headers.items()}
    assert dict(headers) == dict(last.values())
    assert len(headers) == len(last)
    for name, value in last.values():
        for spelling in (name, name.lower(), name.upper()):
            assert headers[spelling] == headers.get(spelling) == value
            assert spelling in headers


@given(st.lists(st.tuples(names, st.text(max_size=4)), max_size=8))
def test_headers_may_be_pairs_in_which_a_name_is_there_again(pairs):
    headers = Headers(pairs)
    assert headers.pairs == Headers(headers).pairs == pairs
    assert dict(Headers(headers)) == dict(headers)
    lowers = [name.lower() for name, _ in pairs]
    assert len(headers) == len(set(lowers))
    for name, lower in zip([name for name, _ in pairs], lowers, strict=True):
        mark = "; " if lower == "cookie" else ", "
        values = [value for each, (_, value) in zip(lowers, pairs, strict=True) if each == lower]
        assert headers[name] == mark.join(values)
        assert (
            next(each for each in headers if each.lower() == lower) == pairs[lowers.index(lower)][0]
        )


def test_headers_of_a_mapping_have_pairs_too():
    assert Headers({"A": "1", "b": "2"}).pairs == [("A", "1"), ("b", "2")]


def test_a_secret_that_is_there_again_is_not_printed():
    sent = [("Set-Cookie", f"{SECRET}1"), ("set-cookie", f"{SECRET}2"), ("Cookie", SECRET)] * 2
    headers = Headers(sent)
    assert SECRET not in repr(headers) + repr(headers.pairs) + repr(headers["Set-Cookie"])
    assert headers["cookie"] == f"{SECRET}; {SECRET}"


def test_headers_that_are_not_there():
    headers = Headers({"Accept": "*/*"})
    assert headers.get("Api-Key") is None
    assert "Api-Key" not in headers
    with pytest.raises(KeyError):
        headers["Api-Key"]


@given(st.lists(secret_names, unique_by=str.lower, min_size=1))
def test_secrets_are_never_printed(secret):
    sent = {**dict.fromkeys(secret, SECRET), "Accept": "text/plain"}
    request = Request("GET", "https://api.example/v1", "/v1", sent, b"body " + SECRET.encode())
    response = Response(200, SECRET.encode(), sent)
    call = Call(request, response, 0, ())
    calls = Calls(ServerClock())
    calls._add(call)
    for value in (request.headers, response.headers, request, response, call, calls):
        assert SECRET not in repr(value) + str(value) + f"{value}"
    assert "text/plain" in repr(request.headers)
    assert repr(request.headers).count("'[hidden]'") == len(secret)
    assert request.header(secret[0]) == request.headers[secret[0].swapcase()] == SECRET


def test_a_request():
    request = Request("POST", "https://h/base/v1?x=1?y", "/v1?x=1?y", Headers({}), b"x")
    assert (request.path, request.query, request.body) == ("/v1", "x=1?y", b"x")
    assert request.header("Api-Key") is None
    assert repr(request) == "<Request POST https://h/base/v1?x=1?y>"
    assert Request("GET", "https://h", "", {}).path == ""


def test_a_response():
    response = json_response(202, {"ü": [1, 1.5]}, {"Location": "/v1"})
    assert response.content == '{"ü":[1,1.5]}'.encode()
    assert response.json() == {"ü": [1, 1.5]}
    assert dict(response.headers) == {"Content-Type": "application/json", "Location": "/v1"}
    assert repr(response) == "<Response 202>"
    assert dict(Response(204).headers) == {}
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    typed = ("Content-Type", "application/json")
    assert json_response(200, None, cookies).headers.pairs == [typed, *cookies]
    other = ("content-type", "application/x")
    assert json_response(200, None, iter([other])).headers.pairs == [other]


def test_a_refusal():
    refusal = ErrorResponse(404, "NOT_FOUND", "no such thing")
    assert (refusal.status_code, refusal.code, refusal.message) == (
        404,
        "NOT_FOUND",
        "no such thing",
    )
    assert str(refusal) == "no such thing"
    assert refusal.headers == {}
