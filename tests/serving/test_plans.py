"""A plan says what it is for, and how often it was used."""

from __future__ import annotations

import pytest
from support.toy_api import stub_of, toy

from pytest_asyncops import Lifecycle
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


def test_a_plan_is_made_while_the_mock_is_open():
    stub = Stub(Server(API, ServerClock()))
    stub._server.is_closed = True
    with pytest.raises(Exception, match="this mock of toy is closed"):
        stub.plan(Lifecycle.hangs())
