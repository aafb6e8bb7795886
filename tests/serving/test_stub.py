"""A stub answers requests without any transport, records them, and can be set back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import request, toy

from pytest_asyncops import InvalidArgument, Lifecycle, MockClosed, State, Stub, VirtualClock, polls
from pytest_asyncops.serving.calls import Calls
from pytest_asyncops.serving.messages import Headers, Request
from pytest_asyncops.serving.routing import Route


@pytest.fixture(name="stub")
def a_stub() -> Stub:
    return Stub(toy(), VirtualClock())


def body(stub, path, **more):
    return stub.handle(request(path, **more)).json()


def test_an_operation_is_shown_as_it_stands(stub):
    stub.start(shelf="a")
    response = stub.handle(request("/jobs/a/job-1"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-wire"] == "plain"
    assert response.content == (
        b'{"id":"job-1","shelf":"a","file":"file-1","status":"busy","percent":0}'
    )
    assert (response.api, response.route) == (stub.api, "get")
    assert repr(response) == "<Response 200 toy get>"
    stub._clock.advance(10)
    assert body(stub, "/old/jobs/a/job-1")["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "facts", "status", "code", "why"),
    [
        ("/jobs/a/job-9", {}, 404, "no_job", "no such job"),
        ("/jobs/c/job-1", {}, 404, "no_shelf", "no shelf c"),
        ("/jobs/b/job-1", {}, 404, "no_job", "no such job"),
        ("/jobs", {"key": None}, 401, "no_key", "who are you?"),
        ("/nowhere", {}, 404, "unmatched", "GET: "),
        ("", {}, 404, "unmatched", "GET: "),
        ("/jobs", {"method": "POST"}, 405, "unmatched", "POST: list"),
    ],
)
def test_refusals_are_put_in_the_apis_own_envelope(stub, path, facts, status, code, why):
    stub.start(shelf="a")
    stub.add_parent("b")
    response = stub.handle(request(path, **facts))
    assert response.status_code == status
    assert response.json() == {"code": code, "why": why}
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers.get("X-Hint") == ("look elsewhere" if code == "no_job" else None)
    assert response.route == {"/jobs": "list" if code == "no_key" else None}.get(
        path, None if code == "unmatched" else "get"
    )
    assert repr(response) == f"<Response {status} toy {response.route or 'unmatched'}>"
    assert stub.calls[-1].operations == ()


def test_the_answer_to_head_has_no_body(stub):
    response = stub.handle(request("/jobs", method="HEAD"))
    assert (response.status_code, response.content) == (405, b"")


def test_requests_that_no_route_takes_are_kept_the_first_of_them(stub):
    for number in range(30):
        stub.handle(request(f"/nowhere/{number}"))
    stub.handle(request("/jobs"))
    assert [asked.path for asked in stub.unmatched] == [f"/nowhere/{n}" for n in range(20)]
    assert stub.calls.total == 31


def test_why_no_route_took_it(stub):
    assert stub.why_not(request("/jobs/a", method="POST")) == [
        "list: GET /jobs: it has 1 segment, the path has 2",
        "get: GET /jobs/{shelf}/{id}: it has 3 segments, the path has 2",
        "get: GET /old/jobs/{shelf}/{id}: 'jobs' is not 'old'",
    ]


def test_an_api_can_say_as_which_method_a_request_counts():
    api = toy(method=lambda asked: asked.header("X-Method") or asked.method)
    stub = Stub(api, VirtualClock())
    sent = {"Authorization": "k", "X-Method": "GET"}
    asked = Request("POST", "https://toy.example/jobs", "/jobs", Headers(sent))
    assert stub.handle(asked).status_code == 200
    assert stub.handle(request("/jobs", method="POST")).status_code == 405


def test_every_call_is_recorded_in_the_stub_and_in_the_journal():
    journal, clock = Calls(), VirtualClock()
    stubs = [Stub(toy(name), clock, journal=journal) for name in ("one", "two")]
    for stub in (*stubs, stubs[0]):
        clock.advance(1)
        stub.handle(request("/jobs"))
    assert [call.response.api.name for call in journal] == ["one", "two", "one"]
    assert [stub.calls.total for stub in stubs] == [2, 1]
    assert [call.at.second for call in journal] == [1, 2, 3]
    assert repr(journal[0]) == "<Call 2026-01-01T00:00:01Z GET https://toy.example/jobs -> 200>"


def test_credentials_can_be_refused(stub):
    stub.refuse("k")
    stub.refuse("old", "expired")
    assert stub.handle(request("/jobs")).status_code == 403
    assert body(stub, "/jobs", key="old") == {"code": "expired", "why": "too late"}
    assert stub.handle(request("/jobs", key="another")).status_code == 200
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
    stub = Stub(toy(parent=None), VirtualClock())
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
    ],
)
def test_a_closed_stub_says_so(stub, use):
    stub.closed = True
    message = "this mock of toy is closed: its test or its with block is over. Use it inside."
    with pytest.raises(MockClosed, match=f"^{re.escape(message)}$"):
        use(stub)
    assert stub.operations == {}


def test_an_operation_of_a_closed_stub_stays_as_it_is(stub):
    operation = stub.start(shelf="a", lifecycle=Lifecycle.manual())
    stub.closed = True
    with pytest.raises(MockClosed):
        operation.run()
    assert operation.state is State.PENDING


def test_readings_have_defaults_and_can_be_given():
    assert Stub(toy(), VirtualClock()).readings == {"wire": "plain", "most": 5}
    fancy = Stub(toy(), VirtualClock(), readings={"wire": "fancy"})
    fancy.start(shelf="a")
    assert fancy.handle(request("/jobs/a/job-1")).headers["X-Wire"] == "fancy"


def test_hidden_states_and_retention_come_from_the_readings():
    api = toy(
        hidden=lambda readings: frozenset({State.PURGED}),
        retention=lambda readings: readings["most"],
    )
    stub = Stub(api, VirtualClock(), readings={"most": 3})
    stub.start(shelf="a")
    stub._clock.advance(12.999)
    assert stub.handle(request("/jobs/a/job-1")).status_code == 200
    stub._clock.advance(0.001)
    assert stub.handle(request("/jobs/a/job-1")).status_code == 404
    assert body(stub, "/jobs?everything")["jobs"] == []
    assert list(stub.operations) == ["job-1"]


def test_where_a_stub_is_found():
    assert Stub(toy(), VirtualClock()).base_url == "https://toy.example"
    stub = Stub(toy(), VirtualClock(), base_url="http://localhost:1/base/")
    assert stub.base_url == "http://localhost:1/base"
    stub.start(shelf="a")
    stub.handle(request("/jobs"))
    assert repr(stub) == "<Stub of toy at http://localhost:1/base, 1 operation, 1 call>"


def test_an_error_of_an_endpoint_is_no_answer():
    def broken(exchange):
        raise ZeroDivisionError

    stub = Stub(toy(routes=(Route("list", "GET", ("/jobs",), broken),)), VirtualClock())
    with pytest.raises(ZeroDivisionError):
        stub.handle(request("/jobs"))
    assert stub.calls.total == 0


# What one of Hypothesis' examples does, the next one does not see.

deeds = st.lists(
    st.sampled_from(
        [
            lambda stub: stub.start(shelf="c", lifecycle=Lifecycle.succeeds(running=polls(2))),
            lambda stub: stub.start_many(3, shelf="a"),
            lambda stub: stub.add_parent("d"),
            lambda stub: stub.refuse("k"),
            lambda stub: stub.handle(request("/jobs/a/job-2")),
            lambda stub: stub.handle(request("/jobs")),
            lambda stub: stub._clock.advance(7),
            lambda stub: stub.operations["job-1"].run(percent=5),
        ]
    ),
    max_size=8,
)


def look(stub):
    """Everything that there is to see, without a poll."""
    operations = [
        (op.id, op.fields, op.state, op.percent, op.polls, op.lifecycle, op.created_ns)
        for op in stub.operations.values()
    ]
    return operations, list(stub.calls), stub.calls.total, stub._parents, stub._refused


@given(deeds, deeds)
def test_a_stub_that_was_set_back_is_as_it_was(before, after):
    stub = Stub(toy(), VirtualClock())
    stub.start(shelf="a", lifecycle=Lifecycle.manual())
    stub.start(shelf="a", lifecycle=Lifecycle.succeeds(running=polls(3)))
    for deed in before:
        deed(stub)
    saved, elapsed, seen = stub.checkpoint(), stub._clock.elapsed_ns, look(stub)
    seen = (*seen[:3], set(seen[3]), dict(seen[4]))
    for _ in range(2):
        for deed in after:
            deed(stub)
        stub._clock.rewind(elapsed)
        stub.restore(saved)
        assert look(stub) == seen
        assert [op["id"] for op in body(stub, "/jobs?everything", key="other")["jobs"]] == [
            "job-1",
            "job-2",
        ]
        stub.restore(saved)


def test_what_no_route_took_is_still_known_after_a_new_start(stub):
    saved = stub.checkpoint()
    stub.handle(request("/nowhere"))
    stub.restore(saved)
    assert [asked.path for asked in stub.unmatched] == ["/nowhere"]
    assert stub.calls.total == 0
