"""Headers mind no case and print no secret; the record of calls is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.errors import (
    AsyncOpsError,
    ContractError,
    InvalidArgument,
    hides_usage_errors,
    listed,
    unknown_choice,
)
from pytest_asyncops.rules.violation import ConformanceError
from pytest_asyncops.serving.calls import KEPT, Call, Calls
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import (
    ErrorResponse,
    Headers,
    Request,
    Response,
    UnmatchedRequests,
)

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
    calls = Calls()
    calls.add(call)
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
    response = json_response(202, {"ü": [None, 1.5]}, {"Location": "/v1"})
    assert response.content == b'{"\\u00fc":[null,1.5]}'
    assert response.json() == {"ü": [None, 1.5]}
    assert dict(response.headers) == {"Content-Type": "application/json", "Location": "/v1"}
    assert repr(response) == "<Response 202>"
    assert dict(Response(204).headers) == {}


def test_a_refusal():
    refusal = ErrorResponse(404, "NOT_FOUND", "no such thing")
    assert (refusal.status_code, refusal.code, refusal.message) == (
        404,
        "NOT_FOUND",
        "no such thing",
    )
    assert str(refusal) == "no such thing"
    assert refusal.headers == {}


def a_call(number: int = 0) -> Call:
    request = Request("GET", f"https://h/{number}", f"/{number}", {})
    return Call(request, Response(200), number * 10**9, ())


def test_a_call():
    call = a_call(7)
    assert call.at.isoformat() == "1970-01-01T00:00:07+00:00"
    assert repr(call) == "<Call 1970-01-01T00:00:07Z GET https://h/7 -> 200>"


def test_calls_are_a_sequence_and_print_the_latest():
    calls = Calls()
    assert repr(calls) == "<Calls 0: []>"
    kept = [a_call(n) for n in range(5)]
    for call in kept:
        calls.add(call)
    assert list(calls) == kept
    assert (calls[0], calls[-1], calls[1:3], len(calls)) == (kept[0], kept[4], kept[1:3], 5)
    assert kept[2] in calls
    with pytest.raises(IndexError):
        calls[5]
    assert repr(calls) == f"<Calls 5: [{', '.join(map(repr, kept[2:]))}]>"


def test_calls_keep_the_latest_and_count_them_all():
    calls = Calls()
    for number in range(KEPT + 10):
        calls.add(a_call(number))
    assert (len(calls), calls.total) == (KEPT, KEPT + 10)
    assert calls[0].request.path == "/10"
    saved = calls.checkpoint()
    calls.add(a_call(1))
    calls.restore(saved)
    assert (len(calls), calls.total) == (KEPT, KEPT + 10)
    assert calls[-1].request.path == f"/{KEPT + 9}"
    calls.add(a_call(2))
    assert (len(calls), calls.total) == (KEPT, KEPT + 11)


# The words of errors


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", 5], "a or 5"), ("abc", "a, b or c")]
)
def test_lists_of_names(names, text):
    assert listed(names) == text


def test_an_unknown_name_without_choices():
    error = unknown_choice("thing", 5, [], "Make one first.")
    assert str(error) == "unknown thing 5. Make one first."
    assert (error.value, error.choices) == (5, ())


def test_an_unknown_name_far_from_all_choices():
    assert str(unknown_choice("thing", "xyz", ["one", "two"])) == (
        "unknown thing 'xyz'. Choose 'one' or 'two'."
    )


def test_a_contract_error_says_where():
    error = ContractError("no such keyword: 'x'", file="toy.yaml", line=7, pointer="/paths")
    assert str(error) == "toy.yaml:7: no such keyword: 'x'"
    assert (error.file, error.line, error.pointer) == ("toy.yaml", 7, "/paths")
    error = ContractError("no such file", file="toy.yaml")
    assert str(error) == "toy.yaml: no such file"
    assert (error.line, error.pointer) == (None, None)


def test_what_a_test_fails_with_carries_its_facts():
    request = Request("GET", "https://h/x", "/x", {})
    unmatched = UnmatchedRequests("1 request", requests=iter([request]))
    broken = ConformanceError("2 violations", violations=iter(["a", "b"]))
    assert unmatched.requests == (request,)
    assert broken.violations == ("a", "b")
    for error, text in ((unmatched, "1 request"), (broken, "2 violations")):
        assert str(error) == text
        assert isinstance(error, AssertionError)
        assert isinstance(error, AsyncOpsError)


class Info:
    """What pytest hands to ``__tracebackhide__``."""

    def __init__(self, value):
        self.value = value


def test_frames_are_hidden_for_mistakes_of_the_user_only():
    assert hides_usage_errors(Info(InvalidArgument("no")))
    assert issubclass(InvalidArgument, AsyncOpsError)
    assert not hides_usage_errors(Info(KeyError("x")))
