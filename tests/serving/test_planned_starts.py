"""Requests start operations, and what the test planned becomes of them: the newest match wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import ROUTES, handle, request, stub_of, toy

from pytest_asyncops import InvalidArgument, Lifecycle, State, mocked, polls
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.routing import Route


def create(exchange):
    exchange.authenticate()
    shelf, _, name = exchange.request.query.partition("/")
    facts = {"name": name} if name else None
    return json_response(202, exchange.show(exchange.start(facts, shelf=shelf)))


API = toy(routes=(*ROUTES, Route("create", "POST", ("/jobs",), create)), facts=("name",))


@pytest.fixture(name="stub")
def a_stub():
    return stub_of(API)


def started(stub, query="a"):
    """The operation that a request has started."""
    answer = handle(stub, request(f"/jobs?{query}", method="POST"))
    assert answer.status_code == 202
    return stub.operations[answer.json()["id"]]


def test_what_nothing_is_planned_for_runs_for_ten_seconds_and_succeeds(stub):
    job = started(stub)
    assert job.lifecycle == Lifecycle.succeeds(running=10)
    assert job.fields == {"shelf": "a", "file": "file-1"}
    assert stub._server.parents == {"a"}


def test_the_answer_that_starts_an_operation_is_no_poll_of_it(stub):
    stub.plan(Lifecycle.succeeds(running=polls(2)))
    job = started(stub)
    [call] = stub.calls
    assert (call.operations, call.states, call.operation_id) == (("job-1",), (State.RUNNING,), None)
    assert (job.polls, job.calls) == (0, [])
    seen = [handle(stub, request("/jobs/a/job-1")).json()["status"] for _ in range(3)]
    assert seen == ["busy", "busy", "ok"]


def test_plans_are_taken_by_fields_by_other_facts_and_by_functions(stub):
    of_shelf = stub.plan(Lifecycle.hangs(), shelf="b")
    of_name = stub.plan(Lifecycle.fails("named"), name="x.pdf")
    of_both = stub.plan(Lifecycle.manual(), shelf="b", name="y")
    of_function = stub.plan(Lifecycle.fails("z"), when=lambda known: known["file"] == "file-5")
    jobs = [started(stub, query) for query in ("a", "b", "b/x.pdf", "b/y", "b/y")]
    words = [job.lifecycle for job in jobs]
    assert words == [
        Lifecycle.succeeds(running=10),
        Lifecycle.hangs(),
        Lifecycle.fails("named"),
        Lifecycle.manual(),
        Lifecycle.fails("z"),
    ]
    plans = (of_shelf, of_name, of_both, of_function)
    assert [plan.operations for plan in plans] == [(job,) for job in jobs[1:]]


def test_a_lifecycle_may_be_made_of_what_is_known(stub):
    stub.plan(lambda known: Lifecycle.succeeds(running=len(str(known["name"]))), name="four")
    assert started(stub, "a/four").lifecycle == Lifecycle.succeeds(running=4)
    stub.plan(lambda known: None)
    with pytest.raises(InvalidArgument, match=r"^lifecycle must be a Lifecycle, not None"):
        started(stub)
    assert len(stub.operations) == 1


def test_an_endpoint_may_have_settled_the_lifecycle_whatever_is_planned():
    def create_settled(exchange):
        settled = exchange.start(None, shelf="a", lifecycle=Lifecycle.fails("full"))
        return json_response(202, exchange.show(settled))

    stub = stub_of(toy(routes=(Route("create", "POST", ("/jobs",), create_settled),)))
    plan = stub.plan(Lifecycle.hangs())
    assert started(stub).lifecycle == Lifecycle.fails("full")
    assert plan.operations == ()
    assert not stub._server.planned.started


names = st.sampled_from([{}, {"shelf": "a"}, {"shelf": "b"}, {"name": "x"}, {"kind": None}])


@given(st.lists(names, max_size=5), st.sampled_from(["a", "b", "a/x", "b/x"]))
def test_the_newest_plan_that_matches_is_taken(matches, query):
    stub = stub_of(API)
    made = [
        stub.plan(Lifecycle.succeeds(running=number), **match)
        for number, match in enumerate(matches)
    ]
    shelf, _, name = query.partition("/")
    known = {"shelf": shelf, "name": name or None, "kind": None}
    fitting = [number for number, match in enumerate(matches) if match.items() <= known.items()]
    job = started(stub, query)
    expected = Lifecycle.succeeds(running=fitting[-1] if fitting else 10)
    assert job.lifecycle == expected
    taken = [number for number, plan in enumerate(made) if plan.operations]
    assert taken == fitting[-1:]


def test_operations_that_a_test_starts_have_the_lifecycle_that_it_gives_them(stub):
    plan = stub.plan(Lifecycle.hangs())
    assert stub.start(shelf="a").lifecycle == Lifecycle.succeeds(running=10)
    assert plan.operations == ()


def test_a_checkpoint_knows_the_plans():
    with mocked(apis=[API]) as mock:
        stub = mock.stubs["toy"]
        before = stub.plan(Lifecycle.hangs())
        saved = mock._session().checkpoint()
        later = stub.plan(Lifecycle.manual())
        handle(stub, request("/jobs?a", method="POST"))
        saved.restore()
        assert (before.operations, stub._server.planned.plans) == ((), [before])
        handle(stub, request("/jobs?a", method="POST"))
        assert len(before.operations) == 1
        assert len(later.operations) == 1
        mock.reset()
        assert stub._server.planned.plans == []


@pytest.mark.parametrize(
    ("plan", "message", "value"),
    [
        (
            lambda stub: stub.plan(Lifecycle.hangs(), shelv="a"),
            "unknown field or fact of a toy operation 'shelv'. Did you mean 'shelf'? Choose "
            "'shelf', 'kind', 'size', 'file' or 'name'.",
            "shelv",
        ),
        (
            lambda stub: stub.plan(Lifecycle.succeeds),
            f"lifecycle must be a Lifecycle, not {Lifecycle.succeeds!r}. Make one with "
            "Lifecycle.succeeds(), .fails(), .hangs(), .manual() or .steps().",
            Lifecycle.succeeds,
        ),
        (
            lambda stub: stub.plan(5),
            "lifecycle must be a Lifecycle, not 5. Make one with Lifecycle.succeeds(), .fails(), "
            ".hangs(), .manual() or .steps().",
            5,
        ),
        (
            lambda stub: stub.plan(Lifecycle.manual(), when="a"),
            "when must be a function of what is known of an operation, not 'a'. To match values, "
            "give them by name, such as shelf=...",
            "a",
        ),
    ],
)
def test_plans_that_make_no_sense(stub, plan, message, value):
    with pytest.raises(InvalidArgument) as caught:
        plan(stub)
    assert str(caught.value) == message
    assert caught.value.value == value
    assert stub._server.planned.plans == []


def test_a_plan_with_a_state_that_the_api_cannot_show():
    stub = stub_of(toy(statuses={State.RUNNING: "busy", State.SUCCEEDED: "ok"}))
    with pytest.raises(InvalidArgument, match=r"toy has no status for State\.FAILED"):
        stub.plan(Lifecycle.fails("no"))
