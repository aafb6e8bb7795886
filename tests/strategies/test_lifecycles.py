"""Lifecycles are what a stub takes, and operations come back from it as they were generated."""

from __future__ import annotations

import base64
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from support.samples import anew
from support.toy_api import WORDS, toy

from pytest_asyncops import (
    InvalidArgument,
    Lifecycle,
    OwnState,
    Progress,
    State,
    Step,
    polls,
    strategies,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.lifecycle.states import Polls
from pytest_asyncops.rules.timestamps import instant_of
from pytest_asyncops.serving.server import Server
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.strategies.stub_requests import ask
from pytest_asyncops.virtual_time.server_clock import ServerClock

APIS = (CHAINLOOP, PINECONE)
EACH = pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
FEW = settings(max_examples=50)
EPOCH_NS = 1_767_225_600 * 10**9


def stub_of(api, epoch_ns=EPOCH_NS):
    clock = ServerClock(epoch_ns)
    stub = (api.serving.stub_class or Stub)(Server(api, clock))
    if api.serving.parent is not None:
        stub.add_parent("there")
    return clock, stub


@EACH
def test_lifecycles_are_taken(api):
    @FEW
    @given(strategies.lifecycles(api))
    def check(lifecycle):
        _, stub = stub_of(api)
        fields = {} if api.serving.parent is None else {api.serving.parent: "there"}
        assert stub.start(lifecycle=lifecycle, **fields).lifecycle == lifecycle

    check()


@given(strategies.lifecycles())
def test_lifecycles_print_as_calls(lifecycle):
    names = {
        "Lifecycle": Lifecycle,
        "Step": Step,
        "State": State,
        "Progress": Progress,
        "polls": polls,
    }
    assert repr(eval(repr(lifecycle), names)) == repr(lifecycle)


def test_lifecycles_keep_to_the_options():
    states = {State.RUNNING, State.FAILED}

    @given(strategies.lifecycles(states=states, max_duration=9, polls=False, progress=False))
    def check(lifecycle):
        assert {step.state for step in lifecycle.plan} <= states
        lengths = [step.lasts for step in lifecycle.plan[:-1]]
        assert not any(isinstance(length, Polls) for length in lengths)
        assert sum(lengths) <= 9 * 10**9
        assert all(step.percent is None and step.progress is None for step in lifecycle.plan)

    check()


def test_every_state_and_every_way_to_wait():
    steps = [step for lifecycle in anew(strategies.lifecycles(), 250) for step in lifecycle.plan]
    met = {step.state for step in steps} | {type(step.lasts) for step in steps}
    assert met == {*State, int, Polls, type(None)}


# --- round trip


def _ns(text):
    whole, leap, fraction = instant_of(text)
    assert not leap
    seconds = round((whole - instant_of("1970-01-01T00:00:00Z")[0]).total_seconds())
    return seconds * 10**9 + int(fraction.ljust(9, "0"))


def lasting(state, ns, **facts):
    """A step of so many nanoseconds; floats of seconds would round them."""
    return Step(state, 0, **facts).held_for(ns)


def life_of(api, operation, born):
    state = next(s for s in (*State,) if api.statuses.get(s) == operation["status"])
    started = operation.get("started_at")
    ended = operation.get("finished_at") or operation.get("completed_on")
    run = None if started is None else _ns(started) - born
    end = None if ended is None else _ns(ended) - born
    percent = operation.get("percent_complete")
    shown = {"progress": Progress.absent()} if percent is None else {"percent": percent}
    steps = []
    if run is not None or state is State.PENDING or end is not None:
        steps.append(lasting(State.PENDING, run if run is not None else end or 0, **shown))
    if run is not None or state is State.RUNNING:
        steps.append(lasting(State.RUNNING, 0 if end is None else end - (run or 0), **shown))
    if end is not None:
        facts = {}
        if operation.get("output") is not None:
            facts["output"] = base64.b64decode(operation["output"])
        if state is State.FAILED:
            last = Step(state, message=operation["error_message"], **shown)
        else:
            last = Step(State.SUCCEEDED, **facts, **shown)
        steps.append(last)
    steps[-1] = Step(
        steps[-1].state,
        output=steps[-1].output,
        message=steps[-1].message,
        **shown,
    )
    life = Lifecycle.steps(*steps)
    return life.then_purged(0) if state is State.PURGED else life, end or run or 0


@EACH
def test_operations_come_back_from_a_stub(api):
    """Started to that state and served, an operation is shown as it was generated."""
    created, kept = ("created_at", "resource_id") if api is CHAINLOOP else ("created_on", "file_id")
    assert kept in api.fields

    @settings(max_examples=80)
    @given(strategies.operations(api, times="usual"))
    def check(operation):
        shown = {name: value for name, value in operation.items() if value is not None}
        born = _ns(shown[created])
        clock, stub = stub_of(api, born)
        fields = {name: shown.get(name) for name in api.fields}
        if api.serving.parent is not None:
            fields[api.serving.parent] = "there"
        life, age = life_of(api, shown, born)
        stub.start(id=shown["id"], lifecycle=life, **fields)
        clock.advance_ns(age)
        params = {"": shown["id"], str(api.serving.parent): "there"}
        body = json.loads(ask(stub._server, api.routes[1], params).content)
        [served] = api.checking.history.found_in(body)
        if shown.get("output") in ("AB==", "AAB=", "//=="):  # unused bits are not kept
            shown.pop("output")
            served.pop("output")
        assert served == shown

    check()


# --- what there is not


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: strategies.lifecycles("aws"), "unknown API 'aws'"),
        (lambda: strategies.lifecycles("pinecone", states=[State.CANCELLED]), "unknown state"),
        (lambda: strategies.lifecycles(states=[State.PURGED]), "no lifecycle can be made of"),
        (lambda: strategies.lifecycles(max_duration=-1), "max_duration must be finite"),
    ],
)
def test_what_there_is_not(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


QUEUED, HELD = OwnState("queued", State.PENDING), OwnState("held", State.PENDING)
FINALIZING, EXPIRED = OwnState("finalizing", State.RUNNING), OwnState("expired", State.FAILED)
OWN = (QUEUED, HELD, FINALIZING, EXPIRED)


def test_states_of_an_apis_own():
    api = toy(statuses={**WORDS, **{state: state.name for state in OWN}})
    met = set()

    @FEW
    @given(strategies.lifecycles(api))
    def check(lifecycle):
        started = stub_of(api)[1].start(shelf="there", lifecycle=lifecycle)
        assert started.lifecycle == lifecycle
        met.update(step.state for step in lifecycle.plan)

    check()
    assert met >= {FINALIZING, State.PENDING, State.RUNNING}
    told = {step.state for life in anew(strategies.lifecycles(api), 400) for step in life.plan}
    assert told == {*WORDS, *OWN, State.PURGED}


def test_those_that_mean_the_same_come_in_their_order():
    states = [HELD, QUEUED, FINALIZING, State.RUNNING]
    orders = {
        tuple(step.state for step in life.plan)
        for life in anew(strategies.lifecycles(states=states), 300)
    }
    assert (HELD, QUEUED, FINALIZING, State.RUNNING) in orders
    assert (FINALIZING, State.RUNNING, State.RUNNING) in orders
    assert not any(pair == (QUEUED, HELD) for order in orders for pair in pairwise(order))


def test_a_state_that_the_api_has_not():
    with pytest.raises(InvalidArgument, match=r"unknown state OwnState\('queued'"):
        strategies.lifecycles("chainloop", states=[QUEUED])
