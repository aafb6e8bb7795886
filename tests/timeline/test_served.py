"""A call in a few words: whatever its answer is, and without a credential."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_polls import HEADERS, ask

from pytest_asyncops import AsyncOpsMock, Call, Lifecycle, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.serving.messages import Request, Response
from pytest_asyncops.timeline.served import answered, asked, percentage

PINECONE = {"Api-Key": "s3cret-key", "X-Pinecone-Api-Version": "2026-04"}


def last(mock: AsyncOpsMock) -> tuple[str, str]:
    return asked(mock.calls[-1], {}), answered(mock.calls[-1], {})


def a_call(status: int, content: bytes, token: str = "t0ken-of-mine", path: str = "/x") -> Call:
    request = Request(
        "GET", f"http://h{path}", path, {"Authorization": f"Bearer {token}", "Accept": "*/*"}
    )
    return Call(request, Response(status, content, api=CHAINLOOP, route="get"), 0, ())


def test_states_pages_and_errors() -> None:
    with mocked() as mock:
        base = mock.chainloop.base_url
        ask(mock, mock.chainloop.start(id="a").id)
        assert last(mock) == ("GET /v1/operations/a", "200 RUNNING")
        ask(mock, "b")
        assert last(mock) == ("GET /v1/operations/b", "404 operation not found")
        requests.get(f"{base}/v1/operations?pagination.page=0", headers=HEADERS, timeout=30)
        assert last(mock) == ("GET /v1/operations?pagination.page=0", "200 [a RUNNING]")
        requests.get(f"{base}/v1/operations?pagination.page=7", headers=HEADERS, timeout=30)
        assert last(mock)[1] == "200 no operations"
        mock.chainloop.start_many(3, lifecycle=Lifecycle.hangs(pending=1))
        requests.get(f"{base}/v1/operations", headers=HEADERS, timeout=30)
        assert last(mock)[1] == "200 4 operations: 3 PENDING, 1 RUNNING"


def test_a_percentage_a_limit_lateness_and_no_route() -> None:
    with mocked(unmatched="answer") as mock:
        docs = f"{mock.pinecone.base_url}/operations/docs"
        life = Lifecycle.hangs(percent=12).answered_late(1.5)
        mock.pinecone.start(
            id="a", assistant_name="docs", operation_type="upload_file", lifecycle=life
        )
        requests.get(f"{docs}/a", headers=PINECONE, timeout=30)
        assert last(mock) == ("GET /operations/docs/a", "200 RUNNING 12 % (1.5 s late)")
        requests.get(docs, headers=PINECONE, timeout=30)
        assert last(mock)[1] == "200 [a RUNNING]"
        mock.pinecone.limit_rate(1, per=10)
        for _ in range(2):
            requests.get(docs, headers=PINECONE, timeout=30)
        assert last(mock)[1].startswith("429 (Retry-After: 10) ")
        requests.get(f"{mock.chainloop.base_url}/v2", headers=HEADERS, timeout=30)
        assert last(mock) == ("GET /v2", "404 matched no route: Not Found")


def test_ids_are_told_by_their_names() -> None:
    with mocked() as mock:
        operation = mock.chainloop.start()
        names = {operation.id: "…0001"}
        ask(mock, operation.id)
        assert asked(mock.calls[-1], names) == "GET /v1/operations/…0001"
        requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
        assert answered(mock.calls[-1], names) == "200 […0001 RUNNING]"


def test_an_answer_to_a_start_names_what_was_started() -> None:
    call = a_call(200, b"{}")
    started = Call(call.request, call.response, 0, ("a",), (CHAINLOOP_RUNNING,))
    assert answered(started, {}) == "200 a RUNNING"


CHAINLOOP_RUNNING = next(iter(state for state in CHAINLOOP.statuses if state.name == "RUNNING"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "gone"}', "gone"),
        (b'{"error": {"message": "gone"}}', "gone"),
        (b'{"error": "gone"}', '{"error": "gone"}'),
        (b'["gone"]', '["gone"]'),
        (b"\xff\x1b[31m\r\ngone", r"\xff\x1b[31m\r\ngone"),
        (b"", ""),
        (b"[" * 200_000, f"{'[' * 50}…{'[' * 49}"),
        (b"[" * 50_000, f"{'[' * 50}…{'[' * 49}"),
        (b'{"message": "Bearer t0ken-of-mine is no good"}', "[hidden] is no good"),
        (b"t0ken-of-mine", "[hidden]"),
    ],
)
def test_errors(body: bytes, said: str) -> None:
    assert answered(a_call(500, body), {}) == f"500 {said or 'no body'}"


@pytest.mark.parametrize(
    ("token", "said"),
    [("k", "unknown [hidden]-key"), ("known", "unknown k-key"), ("known-no-more", "unknown k-key")],
)
def test_a_short_credential_is_hidden_as_a_word(token: str, said: str) -> None:
    assert answered(a_call(500, b"unknown k-key", token), {}) == f"500 {said}"


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_any_body_is_a_line(body: bytes) -> None:
    for status in (200, 500):
        assert answered(a_call(status, body), {}).isprintable()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"percent_complete": 5}, 5),
        ({"operation": {"progressPercent": 7.5}}, 7.5),
        ({"progress": True}, None),
        ({"progress": {"percent": 3}}, 3),
        ({"a": {}, "b": {}, "c": {}, "d": {"percent": 3}}, None),
        ([5], None),
        ({}, None),
    ],
)
def test_a_percentage_is_read_where_it_is(payload: Any, expected: float | None) -> None:
    call = a_call(200, json.dumps(payload).encode())
    one = Call(call.request, call.response, 0, ("a",), (CHAINLOOP_RUNNING,))
    assert percentage(one) == expected
    assert percentage(call) is None


def test_a_credential_in_the_url_is_hidden() -> None:
    with mocked(unmatched="answer") as mock:
        url = f"{mock.chainloop.base_url}/v1/operations/a?api_key=s3cret"
        requests.get(url, headers=HEADERS, timeout=30)
        assert last(mock)[0] == "GET /v1/operations/a?api_key=[hidden]"
