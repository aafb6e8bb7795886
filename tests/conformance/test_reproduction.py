"""A failure of a response ends with a call that fails in the same way, where there is one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_polls import ask

from pytest_asyncops import ConformanceError, Lifecycle, assert_conforms, assert_history, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.conformance.reproduction import snippet, unlike_the_defaults
from pytest_asyncops.serving.calls import Call
from pytest_asyncops.serving.messages import Request, Response

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 404]))
def test_a_snippet_is_python_that_makes_the_call(value: Any, status: int | None) -> None:
    told = []
    lines = snippet("call", value, {"status_code": status, "profile": None})
    eval("\n".join(lines), {"call": lambda *args, **kwargs: told.append((args, kwargs))})
    assert told == [((value,), {} if status is None else {"status_code": 404})]


def nested() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", ["a" * 3_000, float("inf"), object(), nested(), float("nan")],
    ids=["long", "inf", "object", "nested", "nan"],
)  # fmt: skip
def test_what_cannot_be_written(value: Any) -> None:
    assert snippet("call", value, {}) == []


def failure(value: Any, **given: Any) -> tuple[str, list[str]]:
    with pytest.raises(ConformanceError) as caught:
        assert_conforms(value, **given)
    text = str(caught.value)
    before, _, after = text.partition("\n\nTo reproduce it:\n\n")
    if after:
        with pytest.raises(ConformanceError) as again:
            exec(
                "\n".join(line[2:] for line in after.splitlines()),
                {"assert_conforms": assert_conforms},
            )
        assert again.value.violations == caught.value.violations
    return before, after.splitlines()


def answer(body: Any, status: int = 200, headers: Any = None, route: str = "get") -> Call:
    request = Request("GET", "http://h/x", "/x", {"Authorization": "Bearer s3cret-t0ken"})
    given = {"Content-Type": "application/json"} if headers is None else headers
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call(request, Response(status, content, given, api=CHAINLOOP, route=route), 0, ())


BROKEN = {"operation": {"id": 7}}


def test_a_response_is_reproduced_as_its_payload() -> None:
    _, lines = failure(answer(BROKEN))
    assert lines == ["  assert_conforms({'operation': {'id': 7}}, api='chainloop', route='get')"]


def test_what_was_asked_for_is_asked_for_again() -> None:
    value = {"operation": {"id": "1", "more": [1] * 30}}
    _, lines = failure(answer(value), extra="forbid", unknown="forbid", profile="gateway")
    assert lines[0] == "  assert_conforms("
    assert lines[-6:] == [
        "      api='chainloop',",
        "      route='get',",
        "      profile='gateway',",
        "      extra='forbid',",
        "      unknown='forbid',",
        "  )",
    ]


def test_an_error_and_readings() -> None:
    _, lines = failure(answer({"code": "x"}, 404), readings={"foreign_body": "allow"})
    assert "status_code=404" in "".join(lines)
    assert "readings={'foreign_body': 'allow'}" in "".join(lines)


def test_the_readings_of_the_mock_that_is_live() -> None:
    assert unlike_the_defaults(CHAINLOOP) == {}
    with mocked(chainloop_foreign_body="allow"):
        assert unlike_the_defaults(CHAINLOOP) == {"foreign_body": "allow"}
        _, lines = failure(answer(BROKEN))
        assert "readings={'foreign_body': 'allow'}" in "".join(lines)


@pytest.mark.parametrize(
    "value",
    [
        answer(b"{"),
        answer(BROKEN, headers={"Content-Type": "text/plain"}),
        answer({"operation": {"id": 7, "kind": "s3cret-t0ken"}}),
    ],
    ids=["no JSON", "a header", "a credential"],
)
def test_what_a_payload_alone_does_not_show(value: Call) -> None:
    _, lines = failure(value)
    assert lines == []


def test_a_payload_is_reproduced_by_itself() -> None:
    _, lines = failure(BROKEN, api="chainloop", route="get")
    assert lines == []


def test_an_api_of_ones_own_has_no_name_that_finds_it() -> None:
    call = answer(BROKEN)
    call.response.api = dataclasses.replace(CHAINLOOP, name="mine")
    _, lines = failure(call)
    assert lines == []


def test_the_answer_is_marked_in_the_timeline() -> None:
    with mocked() as mock:
        operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
        for _ in range(2):
            ask(mock, operation.id)
            mock.clock.advance(5)
        mock.calls[1].response.content = json.dumps(BROKEN).encode()
        before, _ = failure(mock.calls[1])
        _, _, around = before.partition("\n\nIt is this answer:\n\n")
        assert [line.partition(" at ")[0] for line in around.splitlines()] == [
            "    0 s        chainloop starts op-1: RUNNING for ever",
            "    0 s        GET /v1/operations/op-1  200 RUNNING",
            "               the test moves the clock by 5 s",
            "  > 5 s  +5 s  GET /v1/operations/op-1  200 RUNNING",
            "               the test moves the clock by 5 s",
        ]


def test_a_history_of_responses_is_reproduced() -> None:
    words = ("COMPLETED", "PENDING")
    bodies = [
        {"operation": {"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}"}} for word in words
    ]
    with pytest.raises(ConformanceError) as caught:
        assert_history([answer(body) for body in bodies], api="chainloop")
    _, _, after = str(caught.value).partition("\n\nTo reproduce it:\n\n")
    pasted = "\n".join(line[2:] for line in after.splitlines())
    with pytest.raises(ConformanceError) as again:
        exec(pasted, {"assert_history": assert_history})
    assert again.value.violations == caught.value.violations


def test_a_history_that_has_no_such_call() -> None:
    seen = [
        {"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}"} for word in ("FAILED", "RUNNING")
    ]
    answers = [answer({"operation": each}) for each in seen]
    mine = dataclasses.replace(CHAINLOOP, name="mine")
    for values, api in ((seen, "chainloop"), ([answers[0], seen[1]], "chainloop"), (answers, mine)):
        with pytest.raises(ConformanceError) as caught:
            assert_history(values, api=api)
        assert "To reproduce it" not in str(caught.value)
