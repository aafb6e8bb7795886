"""What the end of a mock reports: requests that no route took, with what they should have been."""

from __future__ import annotations

import pytest
import requests

from pytest_asyncops import AsyncOpsError, AsyncOpsMock, UnmatchedRequests, mocked

URL = "https://api.app.chainloop.dev"
BEARER = {"Authorization": "Bearer token"}


def get(path: str) -> requests.Response:
    return requests.get(URL + path, headers=BEARER)


ONE = """\
1 request reached a stub and no route took it:

  GET https://api.app.chainloop.dev//v1/operations?x=1
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: the path has an empty segment (two slashes in a row): \
'//v1/operations'
    get: GET /v1/operations/{operation_id}: the path has an empty segment (two slashes in a row): \
'//v1/operations'

If the code under test is meant to send it, set unmatched='answer', in \
@pytest.mark.asyncops(...) or mocked(...)."""

TWO = """\
2 requests reached a stub and no route took them:

  PUT https://api.app.chainloop.dev/v1/operations/x
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: it has 2 segments, the path has 3
    get: GET /v1/operations/{operation_id}: its method is GET, not PUT

  GET https://prod-1-data.ke.pinecone.io/operation/docs
  pinecone at https://prod-1-data.ke.pinecone.io has these routes:
    list: GET /operations/{assistant_name}: 'operation' is not 'operations'
    list: GET /assistant/operations/{assistant_name}: 'operation' is not 'assistant'
    get: GET /operations/{assistant_name}/{operation_id}: 'operation' is not 'operations'
    get: GET /assistant/operations/{assistant_name}/{operation_id}: 'operation' is not 'assistant'

If the code under test is meant to send it, set unmatched='answer', in \
@pytest.mark.asyncops(...) or mocked(...)."""


def test_the_report_of_one_unmatched_request():
    with pytest.raises(UnmatchedRequests) as caught, mocked():
        assert get("//v1/operations?x=1").status_code == 404
    assert str(caught.value) == ONE
    assert [request.query for request in caught.value.requests] == ["x=1"]
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, AsyncOpsError)


def test_the_report_of_two_unmatched_requests():
    def body(mock: AsyncOpsMock) -> None:
        requests.put(f"{URL}/v1/operations/x", headers=BEARER)
        requests.get(f"{mock.pinecone.base_url}/operation/docs")

    with pytest.raises(UnmatchedRequests) as caught, mocked() as mock:
        body(mock)
    assert str(caught.value) == TWO


def test_unmatched_requests_may_be_meant():
    with mocked(unmatched="answer") as mock:
        assert get("/v2").status_code == 404
        assert (mock.calls[0].response.route, mock.calls[0].operations) == (None, ())


def test_the_first_unmatched_requests_are_enough():
    with pytest.raises(UnmatchedRequests) as caught, mocked():
        _ = [get(f"/v{number}/x") for number in range(30)]
    assert len(caught.value.requests) == 20
    assert caught.value.requests[0].path == "/v0/x"


def test_an_error_of_the_body_comes_before_unmatched_requests():
    def body() -> None:
        get("/v2")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), mocked():
        body()


def test_a_mock_that_comes_first_answers_before_those_that_were_opened_later():
    with mocked(clock="manual") as first, mocked() as later:
        get("/v1/operations")
        assert (len(first.calls), len(later.calls)) == (0, 1)
        first._live.come_first()
        get("/v1/operations")
        assert (len(first.calls), len(later.calls)) == (1, 1)
    with mocked() as alone:
        alone._live.come_first()
        get("/v1/operations")
        assert len(alone.calls) == 1
