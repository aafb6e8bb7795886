"""A stub starts operations, and says how its server behaves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import InvalidArgument, Lifecycle, MockClosed, State, Stub


@pytest.fixture(name="stub")
def a_stub() -> Stub:
    return stub_of(toy())


def body(stub, path, **more):
    return handle(stub, request(path, **more)).json()


def test_credentials_can_be_refused(stub):
    stub.refuse("k")
    stub.refuse("old", "expired")
    assert handle(stub, request("/jobs")).status_code == 403
    assert body(stub, "/jobs", key="old") == {"code": "expired", "why": "too late"}
    assert handle(stub, request("/jobs", key="another")).status_code == 200
    message = (
        "unknown reason for a refusal 'expird'. Did you mean 'expired'? "
        "Choose 'forbidden' or 'expired'."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        stub.refuse("k", "expird")
    assert (caught.value.value, caught.value.choices) == ("expird", ("forbidden", "expired"))


def test_starting_makes_the_parent_known(stub):
    assert body(stub, "/jobs/a/x")["code"] == "no_shelf"
    stub.add_parent("b")
    stub.start(shelf="a")
    assert body(stub, "/jobs/a/x")["code"] == "no_job"
    assert body(stub, "/jobs/b/x")["code"] == "no_job"


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_parents_name_is_a_string(stub, name):
    message = f"a name must be a string that is not empty, not {name!r}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        stub.add_parent(name)
    assert caught.value.value == name


def test_an_api_without_parents():
    stub = stub_of(toy(parent=None))
    stub.start(shelf="a")
    assert body(stub, "/jobs/a/x")["code"] == "no_shelf"


@pytest.mark.parametrize(
    "use",
    [
        lambda stub: stub.start(shelf="a"),
        lambda stub: stub.start_many(2, shelf="a"),
        lambda stub: stub.add_parent("a"),
        lambda stub: stub.refuse("key"),
        lambda stub: stub.limit_rate(1, per=1),
        lambda stub: stub.answer_late(1),
    ],
)
def test_a_closed_stub_says_so(stub, use):
    stub._server.is_closed = True
    message = "this mock of toy is closed: its test or its with block is over. Use it inside."
    with pytest.raises(MockClosed, match=f"^{re.escape(message)}$"):
        use(stub)
    assert stub.operations == {}


@pytest.mark.parametrize(
    "use",
    [
        lambda stub: stub.start(shelf="a"),
        lambda stub: stub.start_many(1, shelf="a"),
        lambda stub: stub.add_parent("docs"),
        lambda stub: stub.refuse("key"),
        lambda stub: stub.limit_rate(1, per=1),
        lambda stub: stub.answer_late(1),
    ],
)
def test_a_fixture_of_wider_scope_is_told_what_to_do(stub, use):
    stub._server.set_up_by = "the fixture 'job' of module scope"
    with pytest.raises(InvalidArgument) as caught:
        use(stub)
    assert str(caught.value) == (
        "the fixture 'job' of module scope starts or sets something in asyncops_mock, which is new "
        "in each test, so the next test would not have it. Give the fixture function scope, or "
        "open a mock of its own in it: with pytest_asyncops.mocked() as mock: ... yield mock"
    )
    assert caught.value.value == "the fixture 'job' of module scope"
    assert stub.operations == {}


def test_an_operation_that_was_not_done_when_its_stub_closed_says_so(stub):
    operation = stub.start(shelf="a", lifecycle=Lifecycle.manual())
    stub._server.is_closed = True
    message = "this mock of toy is closed: its test or its with block is over. Use it inside."
    for use in (operation.run, lambda: operation.state, lambda: operation.percent):
        with pytest.raises(MockClosed, match=f"^{re.escape(message)}$"):
            use()
    assert repr(operation) == "<Operation job-1 PENDING when its mock closed, 0 polls>"
    assert (operation.id, operation.fields, operation.polls, operation.calls) == (
        "job-1",
        {"shelf": "a", "file": "file-1"},
        0,
        [],
    )


def test_an_operation_that_was_done_when_its_stub_closed_can_be_read(stub):
    operation = stub.start(shelf="a", lifecycle=Lifecycle.manual())
    operation.fail("boom")
    stub._server.is_closed = True
    assert (operation.state, operation.percent) == (State.FAILED, 0)
    assert repr(operation) == "<Operation job-1 FAILED, 0 polls>"
    with pytest.raises(MockClosed):
        operation.purge()


def test_readings_have_defaults_and_can_be_given():
    assert stub_of(toy()).readings == {"wire": "plain", "most": 5}
    fancy = stub_of(toy(), readings={"wire": "fancy"})
    fancy.start(shelf="a")
    assert handle(fancy, request("/jobs/a/job-1")).headers["X-Wire"] == "fancy"


def test_where_a_stub_is_found():
    assert stub_of(toy()).base_url == "https://toy.example"
    stub = stub_of(toy(), base_url="http://localhost:1/base/")
    assert stub.base_url == "http://localhost:1/base"
    stub.start(shelf="a")
    handle(stub, request("/jobs"))
    assert repr(stub) == "<Stub of toy at http://localhost:1/base, 1 operation, 1 call>"


def test_the_operations_of_a_stub_can_be_read_and_not_written(stub):
    operations = stub.operations
    started = stub.start(shelf="a")
    assert operations == {"job-1": started}
    assert repr(operations) == f"mappingproxy({{'job-1': {started!r}}})"
    with pytest.raises(TypeError):
        operations["job-2"] = started


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("base_url", "Say it before the mock opens, with the setting base_urls={'api': "
                     "'http://...'}."),
        ("base_urls", "Say it before the mock opens, with the setting base_urls={'api': {...}}."),
        ("api", "Say which APIs are live before the mock opens, with the setting apis=[...]."),
        ("readings", "They are settings, such as chainloop_order='oldest', given before the mock "
                     "opens."),
        ("calls", "They are what has been requested; mock.reset() starts over."),
        ("operations", "They are what has been started; start one with start()."),
    ],
)  # fmt: skip
def test_what_is_settled_cannot_be_set(stub, name, advice):
    before = getattr(stub, name)
    with pytest.raises(AttributeError) as caught:
        setattr(stub, name, "http://localhost")
    assert isinstance(caught.value, InvalidArgument)
    assert str(caught.value) == (f"{name} of a stub cannot be set to 'http://localhost'. {advice}")
    assert getattr(stub, name) == before


def test_a_stub_of_an_own_class_can_have_attributes(stub):
    stub.mine = 5
    assert stub.mine == 5
    with pytest.raises(AttributeError, match="'Stub' object has no attribute 'strat'"):
        stub.strat  # noqa: B018 - reading it is what is tested


# --- late answers


def lateness(stub, path, **more):
    return handle(stub, request(path, **more)).late


@pytest.mark.parametrize(
    ("late", "seconds"), [(3, 3), (0.25, 0.25), (timedelta(minutes=1), 60), (0, 0)]
)
def test_a_stub_answers_late(stub, late, seconds):
    assert lateness(stub, "/jobs") == 0
    stub.answer_late(late)
    assert lateness(stub, "/jobs") == lateness(stub, "/nowhere") == seconds
    assert stub.calls[1].at_ns == stub.calls[0].at_ns
    stub.answer_late(late=0)
    assert lateness(stub, "/jobs") == 0


def test_how_late_may_depend_on_the_request(stub):
    stub.answer_late(lambda asked: timedelta(seconds=9) if asked.method == "POST" else 1.5)
    assert [lateness(stub, "/jobs", method=method) for method in ("GET", "POST")] == [1.5, 9]


@pytest.mark.parametrize("late", [-1, "5", None, float("inf"), True])
def test_what_is_no_lateness(stub, late):
    with pytest.raises(InvalidArgument, match="late must be ") as caught:
        stub.answer_late(late)
    assert caught.value.value is late
    with pytest.raises(InvalidArgument, match="late must be "):
        Lifecycle.hangs().answered_late(late)
    stub.answer_late(lambda asked: late)
    with pytest.raises(InvalidArgument, match="late must be "):
        lateness(stub, "/jobs")


def test_an_operation_is_answered_late_where_it_is_asked_for(stub):
    plan = Lifecycle.hangs().answered_late(lambda poll: 45 if poll == 2 else poll)
    stub.start(shelf="a", lifecycle=plan)
    stub.start(shelf="a", lifecycle=Lifecycle.hangs().answered_late(timedelta(seconds=7)))
    stub.start(shelf="a")
    assert lateness(stub, "/jobs") == 0  # a list, in which each of the first two is polled
    assert [lateness(stub, "/jobs/a/job-1") for _ in range(3)] == [45, 3, 4]
    assert [lateness(stub, f"/jobs/a/job-{number}") for number in (2, 3, 4)] == [7, 0, 0]
    stub.answer_late(3.5)
    assert lateness(stub, "/jobs") == 3.5
    # The latest counts.
    assert [lateness(stub, f"/jobs/a/job-{number}") for number in (1, 2, 3)] == [6, 7, 3.5]


def test_a_plan_that_is_moved_stays_as_late(stub):
    plan = Lifecycle.manual().answered_late(5)
    assert repr(plan) == "Lifecycle.manual().answered_late(5)"
    operation = stub.start(shelf="a", lifecycle=plan)
    operation.run()
    operation.succeed()
    assert lateness(stub, "/jobs/a/job-1") == 5
    quick = Lifecycle.succeeds(running=1)
    late = quick.answered_late(timedelta(seconds=5)).then_purged(60)
    assert late.late == timedelta(seconds=5)
    assert late != quick.then_purged(60) == Lifecycle(late.plan)
    assert late == quick.then_purged(60).answered_late(timedelta(seconds=5))
