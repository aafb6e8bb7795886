"""The law of histories: what a poller sees of a life is legal in its order and in no other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import of_requests
from served import APIS, Server, births, path_of, readings
from toy import toy

from pytest_asyncops import (
    ConformanceError,
    InvalidArgument,
    Lifecycle,
    Progress,
    State,
    Step,
    assert_history,
    mocked,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.calls import Call
from pytest_asyncops.contract import load_contract
from pytest_asyncops.messages import Headers, Request, Response
from pytest_asyncops.rules import Life

PREFIX = "ASYNC_OPERATION_STATUS_"


def job(word: str | None = None, name: str = "1", **members: object) -> dict[str, object]:
    status = {} if word is None else {"status": PREFIX + word}
    return {"id": name, **status, **members}


def op(status: object = "Processing", name: str = "op-1", **members: object) -> dict[str, object]:
    return {"id": name, "status": status, **members}


def failure(values, api, wire=None) -> ConformanceError:
    with pytest.raises(ConformanceError) as caught:
        assert_history(values, api=api, wire=wire)
    return caught.value


def broken(values, api="chainloop") -> list[tuple[str, str]]:
    """Path and rule, without the API's name."""
    try:
        assert_history(values, api=api)
    except ConformanceError as error:
        return [
            (found.path, found.rule.removeprefix(f"{api}.history-")) for found in error.violations
        ]
    return []


def refused(values, api="chainloop") -> str:
    with pytest.raises(InvalidArgument) as caught:
        assert_history(values, api=api)
    return str(caught.value)


# --- statuses

RANKS = {
    "chainloop": {"PENDING": 0, "RUNNING": 1, "COMPLETED": 2, "FAILED": 2, "PURGED": 3},
    "pinecone": {"Processing": 0, "Completed": 1, "Failed": 1},
}
PAIRS = [
    (api, first, second) for api, ranks in RANKS.items() for first in ranks for second in ranks
]


@pytest.mark.parametrize(("api", "first", "second"), PAIRS)
def test_a_status_moves_forward_only(api, first, second):
    ranks, make = RANKS[api], job if api == "chainloop" else op
    legal = first == second or ranks[first] < ranks[second]
    wrong = [] if legal else [("$[1].status", "forward")]
    assert broken([make(first), make(second)], api) == wrong
    # What nobody documented passes, but does not wash away what came before.
    for between in ({"status": "PAUSED"}, {"status": 7}, {"status": ["x"]}, {"status": None}, {}):
        seen = [make(first), {"id": make()["id"], **between}, make(second)]
        assert broken(seen, api) == [(path.replace("1", "2"), rule) for path, rule in wrong]


def test_every_word_has_its_rank():
    for api in APIS:
        words = [word.removeprefix(PREFIX) for word in api.life.states]
        assert sorted(words) == sorted(RANKS[api.name])


def test_operations_do_not_mix():
    seen = [job("COMPLETED"), job("PENDING", "2"), job("COMPLETED"), job("RUNNING", "2")]
    assert broken(seen) == []
    seen += [job("PENDING", "2"), job("RUNNING")]
    assert sorted(broken(seen)) == [("$[4].status", "forward"), ("$[5].status", "forward")]


# --- members

CONSTANT = [(api.name, member) for api in APIS for member in api.life.constant]
ONCE = [(api.name, member) for api in APIS for member in api.life.once]
RESULT = [(api.name, member) for api in APIS for member in api.life.result]
DONE = {"chainloop": ("COMPLETED", "FAILED", "PURGED"), "pinecone": ("Completed", "Failed")}
RUNNING = {"chainloop": "RUNNING", "pinecone": "Processing"}


def lives(api, *members):
    """Sights of a running operation with these members."""
    make = job if api == "chainloop" else op
    return [make(RUNNING[api], **each) for each in members]


@pytest.mark.parametrize(("api", "member"), CONSTANT)
def test_what_is_fixed_at_the_start_never_changes(api, member):
    assert broken(lives(api, {}, {member: "a"}, {member: None}, {}, {member: "a"}), api) == []
    assert broken(lives(api, {member: "a"}, {}, {member: "b"}, {member: "a"}), api) == [
        (f"$[2].{member}", "constant")
    ]


@pytest.mark.parametrize(("api", "member"), ONCE)
def test_a_time_is_set_once(api, member):
    assert broken(lives(api, {}, {member: None}, {member: "a"}, {member: "a"}), api) == []
    assert broken(lives(api, {member: "a"}, {member: "b"}), api) == [(f"$[1].{member}", "once")]
    for unset in ({}, {member: None}):
        found = broken(lives(api, {member: "a"}, unset, {member: "a"}), api)
        assert found == [(f"$[1].{member}", "once")]


def test_what_is_purged_may_lose_its_times_but_not_change_them():
    done = job("COMPLETED", finished_at="a")
    assert broken([done, job("PURGED"), job("PURGED", finished_at="a")]) == []
    assert broken([done, job("PURGED", finished_at="b")]) == [("$[1].finished_at", "once")]


@pytest.mark.parametrize(("api", "member"), RESULT)
def test_the_result_of_what_is_done_stays(api, member):
    make = job if api == "chainloop" else op
    for word in DONE[api]:
        before, after = make(word, **{member: 1}), make(word, **{member: 2})
        assert broken([before, before], api) == []
        for changed in (after, make(word)):
            assert broken([before, changed], api) == [(f"$[1].{member}", "result")]
            assert broken([changed, before], api) == [(f"$[1].{member}", "result")]
    assert broken(lives(api, {member: 1}, {member: 2}, {}), api) == []
    assert broken([make("PAUSED", **{member: 1}), make("PAUSED")], api) == []
    assert broken([*lives(api, {member: 1}), make(DONE[api][0], **{member: 2})], api) == []


def test_what_is_purged_loses_its_result():
    assert broken([job("COMPLETED", output="eA=="), job("PURGED"), job("PURGED")]) == []


def test_several_rules_at_once():
    first = job("COMPLETED", kind="a", started_at="t", output="eA==")
    assert broken([first, job("COMPLETED", kind="b"), job("RUNNING", kind="a")]) == [
        ("$[1].kind", "constant"),
        ("$[1].started_at", "once"),
        ("$[1].output", "result"),
        ("$[2].status", "forward"),
        ("$[2].started_at", "once"),
    ]


# --- what a failure says


def place(api, member: str) -> str:
    pointer = f"/components/schemas/{api.life.schema}/properties/{member}"
    return load_contract(api.contract).document.place(pointer)


def test_the_text_of_one():
    error = failure([op("Completed"), {}, op()][::2], "pinecone")
    assert str(error) == (
        "what was seen of 1 pinecone operation is no legal life:\n"
        "\n"
        "  operation 'op-1', as it was seen:\n"
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
        "what was seen of 2 chainloop operations is no legal life:\n"
        "\n"
        "  operation '1', as it was seen:\n"
        f"    [0] {PREFIX}FAILED\n"
        f"    [2] {PREFIX}FAILED\n"
        "\n"
        "  $[2].error_message = 'e'\n"
        "    must still be None: the operation was done\n"
        f"    chainloop.history-result, {place(CHAINLOOP, 'error_message')}\n"
        "\n"
        "  operation '2', as it was seen:\n"
        f"    [0] {PREFIX}PENDING\n"
        "    [3] None\n"
        "\n"
        "  $[3].kind = 'b'\n"
        "    must still be 'a', as before\n"
        f"    chainloop.history-constant, {place(CHAINLOOP, 'kind')}"
    )


@pytest.mark.parametrize("count", [20, 21, 35])
def test_a_long_life_is_shown_from_its_last_sights(count):
    values = [*[op()] * (count - 2), op("Completed"), op()]
    lines = str(failure(values, "pinecone")).splitlines()
    shown = [line for line in lines if line.startswith("    [")]
    assert shown[-2:] == [f"    [{count - 2}] Completed", f"    [{count - 1}] Processing"]
    assert len(shown) == 20
    earlier = [line for line in lines if "earlier" in line]
    assert earlier == ([f"    … {count - 20} earlier ones"] if count > 20 else [])


def test_an_api_without_a_contract():
    life = Life(
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
    own = toy(life=life)
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


def test_nothing_is_a_legal_history():
    assert broken([]) == []
    assert broken([{"operations": []}, {"operations": None}, []]) == []


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
    assert broken([head]) == []


@pytest.mark.parametrize("wire", ["gateway", "gateway_camel"])
def test_recorded_calls_are_read_in_their_wire_profile(wire):
    server = Server(CHAINLOOP, wire=wire)
    operation = server.stub.start()
    server.clock.advance(5)
    server.get(operation)
    server.clock.advance(5)
    server.list(operation)
    assert_history(server.stub.calls, api="chainloop")
    changed = [*server.stub.calls, job("COMPLETED", operation.id, created_at="x")]
    assert ("$[2].created_at", "constant") in broken(changed)
    assert ("$[2].finished_at", "once") in broken(changed)


def test_answers_in_a_wire_profile_that_is_named():
    seen = [{"operation": {"id": "1", "startedAt": "a"}}, {"operations": [{"id": "1"}]}]
    assert broken(seen) == []
    assert [each.path for each in failure(seen, "chainloop", "gateway_camel").violations] == [
        "$[1].started_at"
    ]
    assert broken([job("COMPLETED", output=""), job("COMPLETED")]) == [("$[1].output", "result")]
    assert_history([job("COMPLETED", output=""), job("COMPLETED")], api="chainloop", wire="gateway")


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
    assert refused([job(), of_requests(b"<html>")]) == (
        "values[1] is no JSON: Expecting value: line 1 column 1 (char 0)"
    )
    assert refused([of_requests(b'{"id": NaN}')]) == "values[0] is no JSON: NaN is no JSON value"


@pytest.mark.parametrize("values", [7, None, "text", b"{}", {"id": "1"}, job])
def test_what_is_no_list(values):
    message = f"values must be a list of answers, oldest first, not {values!r}"
    assert refused(values) == message


def test_what_is_no_wire_profile():
    with pytest.raises(InvalidArgument) as caught:
        assert_history([op()], api="pinecone", wire="gateway")
    assert str(caught.value) == ("unknown wire profile of pinecone 'gateway'. Choose 'contract'.")


def test_what_is_no_api():
    assert refused([], "chainlop") == (
        "unknown API 'chainlop'. Did you mean 'chainloop'? Choose 'chainloop' or 'pinecone'. "
        "Or pass an Api of your own."
    )
    assert refused([], toy()) == (
        "toy does not say how its operations live. Give its Api life=Life(...)."
    )


# --- what pollers see


def test_what_is_done_climbs_no_further_while_the_server_keeps_it():
    curve = Progress.curve([(0, 10), (1, 90)])
    server = Server(PINECONE)
    life = Lifecycle.steps(Step(State.FAILED, message="no", progress=curve))
    operation = server.stub.start(assistant_name="docs", lifecycle=life)
    for _ in range(3):
        assert server.get(operation).json()["percent_complete"] == 90
        server.clock.advance(9 * 24 * 60 * 60)
    assert_history(server.stub.calls, api="pinecone")


def forms(call: Call) -> list[object]:
    """One answer, as it can be handed to `assert_history`."""
    response = call.response
    received = of_requests(response.content, status=response.status_code)
    payload = [response.json()] if response.status_code == 200 else []
    return [call, response, received, *payload]


def statuses(call: Call, api) -> dict[str, str]:
    found = api.life.found_in(call.response.json()) if call.response.status_code == 200 else ()
    return {operation["id"]: operation["status"] for operation in found}


@pytest.mark.parametrize("api", APIS, ids=[api.name for api in APIS])
@given(data=st.data())
def test_what_a_poller_sees_is_legal_and_in_another_order_is_not(api, data):
    server = Server(api, **data.draw(readings(api)))
    operations = []
    for birth in data.draw(st.lists(births(api), min_size=1, max_size=2)):
        operations.append(server.stub.start(**birth))
        server.clock.advance(data.draw(st.sampled_from([0, 1])))
    for _ in range(data.draw(st.integers(2, 8))):
        operation = data.draw(st.sampled_from(operations))
        data.draw(st.sampled_from([server.get, server.list]))(operation)
        server.clock.advance(data.draw(st.sampled_from([0, 0.5, 1, 3, 40 * 24 * 60 * 60])))
    calls = list(server.stub.calls)
    values = [data.draw(st.sampled_from(forms(call))) for call in calls]
    wire = server.stub.readings.get("wire")
    assert_history(values, api=api, wire=wire)

    seen = [statuses(call, api) for call in calls]
    swaps = [
        (i, j)
        for j in range(len(calls))
        for i in range(j)
        if any(seen[j].get(name, word) != word for name, word in seen[i].items())
    ]
    if swaps:
        i, j = data.draw(st.sampled_from(swaps))
        values[i], values[j] = values[j], values[i]
        rules = {found.rule for found in failure(values, api, wire).violations}
        assert f"{api.name}.history-forward" in rules


def test_the_poller_meets_lives_that_can_be_swapped():
    """The property above is about something: a plain life has states to swap."""
    for api in APIS:
        server = Server(api)
        operation = server.stub.start(**{"assistant_name": "docs"} if api is PINECONE else {})
        server.ask(path_of(operation))
        server.clock.advance(60)
        server.list(operation)
        first, last = server.stub.calls
        assert broken([first, last], api.name) == []
        assert ("$[1].status", "forward") in broken([last, first], api.name)
