"""Requests that matched no route are reported at the end, each kind once, with their number."""

from __future__ import annotations

import pytest
import requests
from support.chainloop_polls import HEADERS, URL, get

from pytest_asyncops import AsyncOpsError, AsyncOpsMock, UnmatchedRequests, mocked

ONE = """\
1 request reached a stub and matched no route:

  GET https://api.app.chainloop.dev//v1/operations?x=1
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: the path has an empty segment (two slashes in a row): \
'//v1/operations'
    get: GET /v1/operations/{operation_id}: the path has an empty segment (two slashes in a row): \
'//v1/operations'

If the code under test is meant to send them, set unmatched='answer', in \
@pytest.mark.asyncops(...) or mocked(...)."""

TWO = """\
2 requests reached a stub and matched no route:

  PUT https://api.app.chainloop.dev/v1/operations/x
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: it has 2 segments, the path has 3
    get: GET /v1/operations/{operation_id}: its method is GET, not PUT

  GET https://prod-1-data.ke.pinecone.io/operation/docs
  pinecone at https://prod-1-data.ke.pinecone.io or https://api.pinecone.io has these routes:
    list: GET /operations/{assistant_name}: 'operation' is not 'operations'
    get: GET /operations/{assistant_name}/{operation_id}: 'operation' is not 'operations'
    list_files: GET /files/{assistant_name}: 'operation' is not 'files'
    upload_file: POST /files/{assistant_name}: 'operation' is not 'files'
    describe_file: GET /files/{assistant_name}/{assistant_file_id}: 'operation' is not 'files'
    upsert_file: PUT /files/{assistant_name}/{assistant_file_id}: 'operation' is not 'files'
    delete_file: DELETE /files/{assistant_name}/{assistant_file_id}: 'operation' is not 'files'
    list_assistants: GET /assistants: its host is control, not data
    create_assistant: POST /assistants: its host is control, not data
    get_assistant: GET /assistants/{assistant_name}: its host is control, not data
    update_assistant: PATCH /assistants/{assistant_name}: its host is control, not data
    delete_assistant: DELETE /assistants/{assistant_name}: its host is control, not data

If the code under test is meant to send them, set unmatched='answer', in \
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
        requests.put(f"{URL}/v1/operations/x", headers=HEADERS)
        requests.get(f"{mock.pinecone.base_url}/operation/docs")

    with pytest.raises(UnmatchedRequests) as caught, mocked() as mock:
        body(mock)
    assert str(caught.value) == TWO


ALIKE = """\
4 requests reached a stub and matched no route:

  GET https://api.app.chainloop.dev/v1/operation/a  (2 times)
  GET https://api.app.chainloop.dev/v1/operation/b
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: 'operation' is not 'operations'
    get: GET /v1/operations/{operation_id}: 'operation' is not 'operations'

  GET https://api.app.chainloop.dev/health
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: 'health' is not 'v1'
    get: GET /v1/operations/{operation_id}: 'health' is not 'v1'

If the code under test is meant to send them, set unmatched='answer', in \
@pytest.mark.asyncops(...) or mocked(...)."""


def test_requests_with_the_same_reasons_share_them():
    paths = ["/v1/operation/a", "/health", "/v1/operation/b", "/v1/operation/a"]
    with pytest.raises(UnmatchedRequests) as caught, mocked():
        _ = [get(path) for path in paths]
    assert str(caught.value) == ALIKE
    assert caught.value.total == 4


def test_the_first_kinds_of_unmatched_requests_are_enough():
    paths = ["/v0/x", *(f"/v{number}/x" for number in range(24) for _ in range(number + 1))]
    with pytest.raises(UnmatchedRequests) as caught, mocked():
        _ = [get(path) for path in paths]
    error = caught.value
    assert [request.path for request in error.requests] == [f"/v{n}/x" for n in range(20)]
    assert error.total == 24 * 25 // 2 + 1
    lines = str(error).splitlines()
    assert lines[0] == "301 requests reached a stub and matched no route:"
    assert [line for line in lines if "times)" in line] == [
        f"  GET {URL}/v{number}/x  ({max(number + 1, 2)} times)" for number in range(20)
    ]
    assert lines[-3] == "  and 90 requests for other URLs"
