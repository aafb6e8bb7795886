"""The law of histories: what a poller sees of a lifecycle is legal in its order and in no other."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.client_responses import of_requests
from support.observed_operations import PREFIX, broken, failure, job, op
from support.served_answers import APIS, Server, new_operations, path_of, readings
from support.toy_api import changed as changed_api

from pytest_asyncops import (
    ConformanceError,
    InvalidArgument,
    Lifecycle,
    OwnState,
    Progress,
    State,
    Step,
    assert_history,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.calls import Call

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
        words = [word.removeprefix(PREFIX) for word in api.checking.history.states]
        assert sorted(words) == sorted(RANKS[api.name])


def test_operations_do_not_mix():
    seen = [job("COMPLETED"), job("PENDING", "2"), job("COMPLETED"), job("RUNNING", "2")]
    assert broken(seen) == []
    seen += [job("PENDING", "2"), job("RUNNING")]
    assert sorted(broken(seen)) == [("$[4].status", "forward"), ("$[5].status", "forward")]


# --- members

CONSTANT = [(api.name, member) for api in APIS for member in api.checking.history.constant]
ONCE = [(api.name, member) for api in APIS for member in api.checking.history.once]
RESULT = [(api.name, member) for api in APIS for member in api.checking.history.result]
DONE = {"chainloop": ("COMPLETED", "FAILED", "PURGED"), "pinecone": ("Completed", "Failed")}
RUNNING = {"chainloop": "RUNNING", "pinecone": "Processing"}


def observed(api, *members):
    """Sights of a running operation with these members."""
    make = job if api == "chainloop" else op
    return [make(RUNNING[api], **each) for each in members]


@pytest.mark.parametrize(("api", "member"), CONSTANT)
def test_what_is_fixed_at_the_start_never_changes(api, member):
    assert broken(observed(api, {}, {member: "a"}, {member: None}, {}, {member: "a"}), api) == []
    assert broken(observed(api, {member: "a"}, {}, {member: "b"}, {member: "a"}), api) == [
        (f"$[2].{member}", "constant")
    ]


@pytest.mark.parametrize(("api", "member"), ONCE)
def test_a_time_is_set_once(api, member):
    assert broken(observed(api, {}, {member: None}, {member: "a"}, {member: "a"}), api) == []
    assert broken(observed(api, {member: "a"}, {member: "b"}), api) == [(f"$[1].{member}", "once")]
    for unset in ({}, {member: None}):
        found = broken(observed(api, {member: "a"}, unset, {member: "a"}), api)
        assert found == [(f"$[1].{member}", "once")]


def test_what_is_purged_may_lose_its_times_but_not_change_them():
    done = job("COMPLETED", finished_at="a")
    assert broken([done, job("PURGED"), job("PURGED", finished_at="a")]) == []
    assert broken([done, job("PURGED", finished_at="b")]) == [("$[1].finished_at", "once")]


@pytest.mark.parametrize(
    ("before", "after", "same"), [(1, 1.0, True), ([1], [True], False), (0, False, False)]
)
def test_what_stays_is_equal_as_in_json(before, after, same):
    rules = [("constant", "kind"), ("once", "started_at"), ("result", "output")]
    for rule, member in rules:
        seen = [job("COMPLETED", **{member: value}) for value in (before, after)]
        assert broken(seen) == ([] if same else [(f"$[1].{member}", rule)])


@pytest.mark.parametrize(("api", "member"), RESULT)
def test_the_result_of_what_is_done_stays(api, member):
    make = job if api == "chainloop" else op
    for word in DONE[api]:
        before, after = make(word, **{member: 1}), make(word, **{member: 2})
        assert broken([before, before], api) == []
        for changed in (after, make(word)):
            assert broken([before, changed], api) == [(f"$[1].{member}", "result")]
            assert broken([changed, before], api) == [(f"$[1].{member}", "result")]
    assert broken(observed(api, {member: 1}, {member: 2}, {}), api) == []
    assert broken([make("PAUSED", **{member: 1}), make("PAUSED")], api) == []
    assert broken([*observed(api, {member: 1}), make(DONE[api][0], **{member: 2})], api) == []


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
    found = (
        api.checking.history.found_in(call.response.json())
        if call.response.status_code == 200
        else ()
    )
    return {operation["id"]: operation["status"] for operation in found}


@pytest.mark.parametrize("api", APIS, ids=[api.name for api in APIS])
@given(data=st.data())
def test_what_a_poller_sees_is_legal_and_in_another_order_is_not(api, data):
    server = Server(api, **data.draw(readings(api)))
    operations = []
    for new in data.draw(st.lists(new_operations(api), min_size=1, max_size=2)):
        operations.append(server.stub.start(**new))
        server.clock.advance(data.draw(st.sampled_from([0, 1])))
    for _ in range(data.draw(st.integers(2, 8))):
        operation = data.draw(st.sampled_from(operations))
        data.draw(st.sampled_from([server.get, server.list]))(operation)
        server.clock.advance(data.draw(st.sampled_from([0, 0.5, 1, 3, 40 * 24 * 60 * 60])))
    calls = list(server.stub.calls)
    values = [data.draw(st.sampled_from(forms(call))) for call in calls]
    profile = server.stub.readings.get("profile")
    seen = [statuses(call, api) for call in calls]
    assume(any(seen))
    assert_history(values, api=api, profile=profile)

    swaps = [
        (i, j)
        for j in range(len(calls))
        for i in range(j)
        if any(seen[j].get(name, word) != word for name, word in seen[i].items())
    ]
    if swaps:
        i, j = data.draw(st.sampled_from(swaps))
        values[i], values[j] = values[j], values[i]
        rules = {found.rule for found in failure(values, api, profile).violations}
        assert f"{api.name}.history-forward" in rules


def test_the_poller_meets_histories_that_can_be_swapped():
    """The property above is about something: a plain lifecycle has states to swap."""
    for api in APIS:
        server = Server(api)
        operation = server.stub.start(**{"assistant_name": "docs"} if api is PINECONE else {})
        server.ask(path_of(operation))
        server.clock.advance(60)
        server.list(operation)
        first, last = server.stub.calls
        assert broken([first, last], api.name) == []
        assert ("$[1].status", "forward") in broken([last, first], api.name)


MADE, ENDED = "2026-01-01T00:00:00Z", "2026-01-01T00:00:05.500Z"
SAME_MADE = ["2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00+01:00", "2026-01-01t00:00:00z"]


def completed(**members):
    return {"id": "1", "status": "ASYNC_OPERATION_STATUS_COMPLETED", "created_at": MADE,
            "finished_at": ENDED, **members}  # fmt: skip


def changes(before, after, **readings):
    try:
        assert_history([completed(**before), completed(**after)], api="chainloop", **readings)
    except ConformanceError as error:
        return [(found.path, found.rule.rpartition("-")[2]) for found in error.violations]
    return []


NOTATION = {"readings": {"other_notation": "refuse"}}
EMPTY = {"readings": {"empty_or_missing": "refuse"}}


@pytest.mark.parametrize("other", SAME_MADE)
def test_an_instant_in_another_notation_is_the_same_unless_a_reading_says_otherwise(other):
    assert changes({}, {"created_at": other}) == []
    assert changes({}, {"created_at": other}, **EMPTY) == []
    assert changes({}, {"created_at": other}, **NOTATION) == [("$[1].created_at", "constant")]
    later = {"finished_at": "2026-01-01T00:00:05.5Z"}
    assert changes({}, later) == []
    assert changes({}, later, **NOTATION) == [("$[1].finished_at", "once")]


def test_another_instant_is_a_change():
    for other in ("2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00+01:00", "soon"):
        assert changes({}, {"created_at": other}) == [("$[1].created_at", "constant")]
    # Texts that are no timestamps are compared as texts.
    assert changes({"kind": "a"}, {"kind": "A"}) == [("$[1].kind", "constant")]
    assert changes({"kind": 1}, {"kind": 1.0}) == []


@pytest.mark.parametrize(
    ("member", "rule"),
    [("output", "result"), ("error_message", "result"), ("started_at", "once")],
)
def test_an_empty_text_is_as_good_as_none_unless_a_reading_says_otherwise(member, rule):
    assert changes({member: ""}, {}) == []
    assert changes({}, {member: ""}) == []
    assert changes({member: ""}, {member: None}) == []
    assert changes({member: ""}, {}, **EMPTY) == [(f"$[1].{member}", rule)]


def test_what_is_empty_at_first_can_be_set():
    assert changes({"project_id": ""}, {"project_id": "a"}) == []
    assert changes({"project_id": ""}, {"project_id": "a"}, **EMPTY) == [
        ("$[1].project_id", "constant")
    ]
    assert changes({"project_id": "a"}, {"project_id": "b"}) == [("$[1].project_id", "constant")]


def test_the_readings_are_those_of_the_mock_that_is_live():
    from pytest_asyncops import mocked

    with mocked(chainloop_other_notation="refuse"):
        assert changes({}, {"created_at": SAME_MADE[0]}) == [("$[1].created_at", "constant")]
        assert changes({}, {"created_at": SAME_MADE[0]}, readings={}) == []


def test_an_api_without_these_readings_takes_them_as_no_change():
    bare = dataclasses.replace(CHAINLOOP, name="bare", readings=())
    seen = [completed(output=""), completed(created_at=SAME_MADE[0])]
    assert_history(seen, api=bare)


def test_a_reading_that_there_is_not():
    with pytest.raises(InvalidArgument, match="Did you mean 'other_notation'"):
        changes({}, {}, readings={"other_notations": "refuse"})


STAGES = {
    "validating": OwnState("validating", State.PENDING),
    "queued": OwnState("queued", State.PENDING),
    "in_progress": State.RUNNING,
    "finalizing": OwnState("finalizing", State.RUNNING),
    "completed": State.SUCCEEDED,
    "failed": State.FAILED,
    "expired": OwnState("expired", State.FAILED),
    "archived": OwnState("archived", State.PURGED),
}


@pytest.mark.parametrize("first", STAGES)
@pytest.mark.parametrize("second", STAGES)
def test_statuses_of_an_apis_own_move_as_what_they_mean(first, second):
    history = dataclasses.replace(
        CHAINLOOP.checking.history,
        states={word: frozenset({state}) for word, state in STAGES.items()},
    )
    api = changed_api(CHAINLOOP, history=history)
    before, after = STAGES[first], STAGES[second]
    legal = (
        first == second
        or not (before.done or after.meaning is State.PENDING)
        or before.meaning is after.meaning is State.PENDING
        or (after.meaning is State.PURGED and before.meaning is not State.PURGED)
    )
    seen = [{"id": "1", "status": first}, {"id": "1", "status": second}]
    if legal:
        assert_history(seen, api=api)
    else:
        assert [found.path for found in failure(seen, api).violations] == ["$[1].status"]
