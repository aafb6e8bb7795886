"""What `assert_history` takes, and what it says of histories that are not legal."""

from __future__ import annotations

import json

import pytest
from support.client_responses import of_requests
from support.observed_operations import PREFIX, broken, failure, job, op
from support.served_answers import Server
from support.toy_api import toy

from pytest_asyncops import ConformanceError, InvalidArgument, State, assert_history, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.rules import HistorySchema
from pytest_asyncops.serving.calls import Call
from pytest_asyncops.serving.messages import Headers, Request, Response


def refused(values, api="chainloop") -> str:
    with pytest.raises(InvalidArgument) as caught:
        assert_history(values, api=api)
    return str(caught.value)


# --- what a failure says


def place(api, member: str) -> str:
    pointer = f"/components/schemas/{api.checking.history.schema}/properties/{member}"
    return load_contract(api.checking.contract).document.place(pointer)


def test_the_text_of_one():
    error = failure([op("Completed"), {}, op()][::2], "pinecone")
    assert str(error) == (
        "the answers about 1 pinecone operation are not a valid history:\n"
        "\n"
        "  operation 'op-1', as the answers showed it:\n"
        "    [0] Completed\n"
        "    [1] Processing\n"
        "\n"
        "  $[1].status = 'Processing'\n"
        "    cannot come after 'Completed'\n"
        f"    pinecone.history-forward, {place(PINECONE, 'status')}"
    )
    [found] = error.violations
    assert (found.path, found.value, found.rule) == (
        "$[1].status",
        "Processing",
        "pinecone.history-forward",
    )
    assert isinstance(error, AssertionError)


def test_the_text_of_several():
    good, page = job("RUNNING", "3"), {"operations": [job("FAILED"), job("PENDING", "2", kind="a")]}
    values = [page, good, {"operation": job("FAILED", error_message="e")}, job(None, "2", kind="b")]
    assert str(failure(values, CHAINLOOP)) == (
        "the answers about 2 chainloop operations are not a valid history:\n"
        "\n"
        "  operation '1', as the answers showed it:\n"
        f"    [0] {PREFIX}FAILED\n"
        f"    [2] {PREFIX}FAILED\n"
        "\n"
        "  $[2].error_message = 'e'\n"
        "    must still be None: the operation was done\n"
        f"    chainloop.history-result, {place(CHAINLOOP, 'error_message')}\n"
        "\n"
        "  operation '2', as the answers showed it:\n"
        f"    [0] {PREFIX}PENDING\n"
        "    [3] None\n"
        "\n"
        "  $[3].kind = 'b'\n"
        "    must still be 'a', as before\n"
        f"    chainloop.history-constant, {place(CHAINLOOP, 'kind')}"
    )


@pytest.mark.parametrize("count", [20, 21, 35])
def test_a_long_history_is_shown_from_its_last_answers(count):
    values = [*[op()] * (count - 2), op("Completed"), op()]
    lines = str(failure(values, "pinecone")).splitlines()
    shown = [line for line in lines if line.startswith("    [")]
    assert shown[-2:] == [f"    [{count - 2}] Completed", f"    [{count - 1}] Processing"]
    assert len(shown) == 20
    earlier = [line for line in lines if "earlier" in line]
    assert earlier == ([f"    … {count - 20} earlier ones"] if count > 20 else [])


def test_an_api_without_a_contract():
    life = HistorySchema(
        schema="Job",
        listed_in="jobs",
        wrapped_in=None,
        id="id",
        status="status",
        states={"waiting": frozenset({State.PENDING}), "ok": frozenset({State.SUCCEEDED})},
        constant=(),
        once=(),
        result=(),
    )
    own = toy(history=life)
    assert_history([{"jobs": [op("waiting")]}, op("ok")], api=own)
    [found] = failure([op("ok"), {"jobs": [op("waiting")]}], own).violations
    assert (found.rule, found.source) == (
        "toy.history-forward",
        "#/components/schemas/Job/properties/status",
    )


# --- what is taken


def test_answers_of_all_sorts():
    wrapped, page = {"operation": job("RUNNING")}, {"operations": [job("COMPLETED")]}
    received = of_requests(json.dumps(wrapped).encode())
    recorded = Response(200, json.dumps(page).encode())
    call = Call(Request("GET", "https://x/y", "/y", Headers({})), recorded, 0, ())
    early = job("PENDING")
    assert broken([early, wrapped, received, page, recorded, call, [job("COMPLETED")]]) == []
    for late in (wrapped, received, early, {"operation": early}, [early], {"operations": [early]}):
        assert broken([recorded, late]) == [("$[1].status", "forward")]
        assert broken([call, late]) == [("$[1].status", "forward")]
    assert broken(iter([page, wrapped])) == [("$[1].status", "forward")]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "values is empty"),
        (iter(()), "values is empty"),
        ([[]], "no operation is shown in 1 answer; errors are skipped"),
        (
            [{"operations": []}, {"operations": None}, []],
            "no operation is shown in 3 answers; errors are skipped",
        ),
    ],
)
def test_nothing_is_no_history(values, why):
    with pytest.raises(InvalidArgument) as caught:
        assert_history(values, api="chainloop")
    assert str(caught.value) == (
        f"there is nothing to assert: {why}. Give the answers that the poller got, such as "
        "operation.calls, and make sure that it has polled."
    )


def test_answers_with_an_error_status_and_heads_are_passed_over():
    with mocked(unmatched="answer") as mock:
        import requests

        operation = mock.chainloop.start()
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        bearer = {"Authorization": "Bearer t"}
        received = [
            requests.get(url, headers=bearer, timeout=1),
            requests.get(url, timeout=1),
            requests.get(f"{url}0", headers=bearer, timeout=1),
            requests.head(url, headers=bearer, timeout=1),
            requests.get(f"{mock.chainloop.base_url}/nowhere", timeout=1),
        ]
        calls = list(mock.calls)
    assert [call.response.status_code for call in calls] == [200, 401, 404, 501, 404]
    assert_history(calls, api="chainloop")
    assert_history(received, api="chainloop")
    assert broken([job("COMPLETED", operation.id, kind="evidence_evaluation"), *received]) == [
        ("$[1].status", "forward")
    ]
    head = Call(Request("HEAD", "https://x/y", "/y", Headers({})), Response(200), 0, ())
    assert broken([job("RUNNING"), head]) == []


@pytest.mark.parametrize("profile", ["gateway", "gateway_camel"])
def test_recorded_calls_are_read_in_their_profile(profile):
    server = Server(CHAINLOOP, profile=profile)
    operation = server.stub.start()
    server.clock.advance(5)
    server.get(operation)
    server.clock.advance(5)
    server.list(operation)
    assert_history(server.stub.calls, api="chainloop")
    changed = [*server.stub.calls, job("COMPLETED", operation.id, created_at="x")]
    assert ("$[2].created_at", "constant") in broken(changed)
    assert ("$[2].finished_at", "once") in broken(changed)


def test_answers_in_a_profile_that_is_named():
    seen = [{"operation": {"id": "1", "startedAt": "a"}}, {"operations": [{"id": "1"}]}]
    assert broken(seen) == []
    assert [each.path for each in failure(seen, "chainloop", "gateway_camel").violations] == [
        "$[1].started_at"
    ]
    assert broken([job("COMPLETED", output=[]), job("COMPLETED")]) == [("$[1].output", "result")]
    strict = {"empty_or_missing": "refuse"}
    seen = [job("COMPLETED", output=""), job("COMPLETED")]
    assert_history(seen, api="chainloop", profile="gateway", readings=strict)
    with pytest.raises(ConformanceError):
        assert_history(seen, api="chainloop", readings=strict)


NO_RESPONSE = (
    "{!r} is neither a response nor a payload. Pass a response of requests, httpx, aiohttp or "
    "urllib3, an entry of asyncops_mock.calls, or a payload with api= and route=."
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "{}"),
        ({"code": 5, "message": "no"}, "{'code': 5, 'message': 'no'}"),
        ({"id": 7}, "{'id': 7}"),
        ({"operation": None}, "None"),
        ({"operation": [1]}, "[1]"),
        ({"operations": [job(), "x"]}, "'x'"),
        ([job(), {"status": "x"}], "{'status': 'x'}"),
        (None, "None"),
        ("x", "'x'"),
        (1.5, "1.5"),
        (True, "True"),
        (of_requests(b"[7]"), "7"),
    ],
)
def test_what_is_no_operation(value, shown):
    message = f"values[1] shows no chainloop operation: {shown} has no id"
    assert refused([job(), value]) == message


def test_what_is_no_answer():
    odd = object()
    assert refused([odd]) == NO_RESPONSE.format(odd)
    assert refused([job(), of_requests(b"<html>")]).startswith("values[1] is not valid JSON: ")
    assert refused([of_requests(b'{"id": NaN}')]) == (
        "values[0] is not valid JSON: NaN is not a JSON value"
    )


@pytest.mark.parametrize("values", [7, None, "text", b"{}", {"id": "1"}, job])
def test_what_is_no_list(values):
    message = f"values must be a list of answers, oldest first, not {values!r}"
    assert refused(values) == message


def test_an_unknown_profile():
    with pytest.raises(InvalidArgument) as caught:
        assert_history([op()], api="pinecone", profile="gateway")
    assert str(caught.value) == ("unknown profile of pinecone 'gateway'. Choose 'contract'.")


def test_what_is_no_api():
    assert refused([], "chainlop") == (
        "unknown API 'chainlop'. Did you mean 'chainloop'? Choose 'chainloop' or 'pinecone'. "
        "Or pass an Api of your own, or its place: 'package.module:NAME'."
    )
    assert refused([], toy()) == (
        "toy does not say how its operations change. Give its Api "
        "checking=Checking(history=HistorySchema(...))."
    )


@pytest.mark.parametrize("version", ["2025-10", "2026-04"])
def test_answers_that_show_something_else_are_left_out(version):
    import requests

    headers = {"Api-Key": "key", "X-Pinecone-Api-Version": version}
    with mocked() as mock:
        operation = mock.pinecone.start(assistant_name="docs")
        host = mock.pinecone.base_url
        answers = []
        for _ in range(3):
            for path in (
                f"files/docs/{operation.fields['file_id']}",
                f"operations/docs/{operation.id}",
            ):
                answers.append(requests.get(f"{host}/{path}", headers=headers))
            mock.clock.advance(5)
        requests.delete(f"{host}/files/docs/{operation.fields['file_id']}", headers=headers)
        requests.get(mock.pinecone.base_urls["control"] + "/assistants/docs", headers=headers)
        assert_history(operation.calls, api="pinecone")
        assert_history(mock.calls, api="pinecone")
        assert_history(answers, api="pinecone")
        with pytest.raises(InvalidArgument, match="no operation is shown in 1 answer"):
            assert_history(mock.calls[-1:], api="pinecone")


def test_an_answer_of_which_nobody_knows_the_route_counts():
    answer = of_requests(b'{"id": "op-1", "status": "Completed"}', "https://h.example/x")
    assert_history([answer], api="pinecone")
