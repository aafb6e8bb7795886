"""A plan says what it is for, and one that makes no sense is refused."""

from __future__ import annotations

import pytest
from support.toy_api import stub_of, toy

from pytest_asyncops import InvalidArgument, Lifecycle, State
from pytest_asyncops.serving.server import Server
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.virtual_time.server_clock import ServerClock

API = toy(facts=("name",))


@pytest.fixture(name="stub")
def a_stub():
    return stub_of(API)


def test_how_a_plan_is_shown(stub):
    plan = stub.plan(Lifecycle.manual(), shelf="a", when=len)
    assert repr(plan) == (
        "<Plan(Lifecycle.manual(), when=<built-in function len>, shelf='a'), used for 0 operations>"
    )
    plan.note(stub.start(shelf="a"))
    assert repr(plan).endswith(", used for 1 operation>")


@pytest.mark.parametrize(
    ("plan", "message", "value"),
    [
        (
            lambda stub: stub.plan(Lifecycle.hangs(), shelv="a"),
            "unknown name that a toy operation has 'shelv'. Did you mean 'shelf'? Choose 'shelf', "
            "'kind', 'size', 'file' or 'name'.",
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
            "when must be a function from what is known of an operation, not 'a'. Values that it "
            "has to have are given by name, such as shelf=...",
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


def test_a_plan_is_made_while_the_mock_is_open():
    stub = Stub(Server(API, ServerClock()))
    stub._server.is_closed = True
    with pytest.raises(Exception, match="this mock of toy is closed"):
        stub.plan(Lifecycle.hangs())
