"""A server answers requests without any transport, in its API's own words, and records them."""

from __future__ import annotations

import traceback

import pytest
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import State, Stub
from pytest_asyncops.known_apis import BUILT_IN
from pytest_asyncops.serving.calls import Calls
from pytest_asyncops.serving.messages import ErrorResponse, Headers, Request
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.virtual_time.server_clock import ServerClock


@pytest.fixture(name="stub")
def a_stub() -> Stub:
    return stub_of(toy())


def body(stub, path, **more):
    return handle(stub, request(path, **more)).json()


def test_an_operation_is_shown_as_it_stands(stub):
    stub.start(shelf="a")
    response = handle(stub, request("/jobs/a/job-1"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-wire"] == "plain"
    assert response.content == (
        b'{"id":"job-1","shelf":"a","file":"file-1","status":"busy","percent":0}'
    )
    assert (response.api, response.route) == (stub.api, "get")
    assert repr(response) == "<Response 200 toy get>"
    stub._server.clock.advance(10)
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
    response = handle(stub, request(path, **facts))
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
    response = handle(stub, request("/jobs", method="HEAD"))
    assert (response.status_code, response.content) == (405, b"")


def test_an_answer_that_a_method_is_not_allowed_says_which_are():
    def nothing(exchange):
        raise AssertionError("no request was made")

    routes = tuple(
        Route(f"{method} {number}", method, (f"/jobs{'/{id}' * number}",), nothing)
        for number, methods in enumerate((["PUT", "GET", "PUT"], ["DELETE"]))
        for method in methods
    )
    stub = stub_of(toy(routes=routes))
    for path, allowed in (("/jobs", "PUT, GET"), ("/jobs/1", "DELETE"), ("/nowhere", None)):
        for method in ("POST", "HEAD"):
            response = handle(stub, request(path, method))
            assert response.status_code == (404 if allowed is None else 405)
            assert response.headers.get("Allow") == allowed
    own = ErrorResponse(405, "no", "no", {"allow": "PATCH"})
    stub = stub_of(toy(unmatched=lambda asked, routes: own))
    assert dict(handle(stub, request("/jobs", "POST")).headers)["allow"] == "PATCH"


def test_requests_that_no_route_takes_are_kept_the_first_of_them(stub):
    for number in range(30):
        handle(stub, request(f"/nowhere/{number}"))
    handle(stub, request("/jobs"))
    unmatched = stub._server.unmatched
    assert [asked.path for asked, _ in unmatched] == [f"/nowhere/{n}" for n in range(20)]
    assert (unmatched.total, unmatched.others) == (30, 10)
    assert stub.calls.total == 31


def test_why_no_route_took_it(stub):
    assert stub._server.why_not(request("/jobs/a", method="POST")) == [
        "list: GET /jobs: it has 1 segment, the path has 2",
        "get: GET /jobs/{shelf}/{id}: it has 3 segments, the path has 2",
    ]


def test_an_api_can_say_as_which_method_a_request_counts():
    api = toy(method=lambda asked: asked.header("X-Method") or asked.method)
    stub = stub_of(api)
    sent = {"Authorization": "k", "X-Method": "GET"}
    asked = Request("POST", "https://toy.example/jobs", "/jobs", Headers(sent))
    assert handle(stub, asked).status_code == 200
    assert handle(stub, request("/jobs", method="POST")).status_code == 405


def test_every_call_is_recorded_in_the_stub_and_in_the_journal():
    clock = ServerClock()
    journal = Calls(clock)
    stubs = [stub_of(toy(name), clock, tell=[journal._add]) for name in ("one", "two")]
    for stub in (*stubs, stubs[0]):
        clock.advance(1)
        handle(stub, request("/jobs"))
    assert [call.response.api.name for call in journal] == ["one", "two", "one"]
    assert [stub.calls.total for stub in stubs] == [2, 1]
    assert [call.at.second for call in journal] == [1, 2, 3]
    assert repr(journal[0]) == "<Call 2026-01-01T00:00:01Z GET https://toy.example/jobs -> 200>"


def test_hidden_states_and_retention_come_from_the_readings():
    api = toy(
        hidden=lambda readings: frozenset({State.PURGED}),
        retention=lambda readings: readings["most"],
    )
    stub = stub_of(api, readings={"most": 3})
    stub.start(shelf="a")
    stub._server.clock.advance(12.999)
    assert handle(stub, request("/jobs/a/job-1")).status_code == 200
    stub._server.clock.advance(0.001)
    assert handle(stub, request("/jobs/a/job-1")).status_code == 404
    assert body(stub, "/jobs?everything")["jobs"] == []
    assert list(stub.operations) == ["job-1"]


def test_an_error_of_an_endpoint_is_no_answer():
    def broken(exchange):
        raise ZeroDivisionError

    stub = stub_of(toy(routes=(Route("list", "GET", ("/jobs",), broken),)))
    with pytest.raises(ZeroDivisionError):
        handle(stub, request("/jobs"))
    assert stub.calls.total == 0


# --- an error that is raised again and again must not keep every frame that it went through


def frames_kept(error: BaseException) -> int:
    return len(list(traceback.walk_tb(error.__traceback__)))


@pytest.mark.parametrize("api", [toy(throttled=ErrorResponse(429, "slow", "")), *BUILT_IN.values()])
def test_what_an_api_has_prepared_is_raised_anew_each_time(api):
    stub = stub_of(api)
    server = stub._server
    if api.serving.parent is not None:
        stub.add_parent("there")
    route = next(route for route in api.routes if route.name == "list")
    path = route.paths[0].replace("{assistant_name}", "there")
    for reason in api.serving.refusals:
        stub.refuse(reason, reason)
    for _ in range(5):
        stub.limit_rate(len(api.serving.refusals) + 1, per=1)
        answers = [
            server.handle(request(path, base=api.base_url, headers=sent_to(api, key)))
            for key in (*api.serving.refusals, None, "late")
        ]
        assert {answer.status_code // 100 for answer in answers} == {4}
        assert answers[-1].status_code == 429
    for prepared in (*api.serving.refusals.values(), api.serving.throttled):
        assert frames_kept(prepared) == 0
        assert prepared.__context__ is None


def sent_to(api, key):
    if key is None:
        return {}
    if api.name == "pinecone":
        return {"Api-Key": key, "X-Pinecone-Api-Version": "2026-04"}
    return {"Authorization": f"Bearer {key}" if api.name == "chainloop" else key}


def test_an_endpoint_may_raise_one_error_again_and_again():
    mine = ErrorResponse(418, "teapot", "short and stout")

    def endpoint(exchange):
        raise mine

    stub = stub_of(toy(routes=(Route("list", "GET", ("/jobs",), endpoint),)))
    for _ in range(5):
        assert handle(stub, request("/jobs")).status_code == 418
    assert frames_kept(mine) == 0
