"""An endpoint finds operations, and each that its answer shows counts as polled, once."""

from __future__ import annotations

import json
import math
from urllib.parse import parse_qs

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import ROUTES, handle, request, stub_of, toy

from pytest_asyncops import Lifecycle, State, Stub, mocked, polls
from pytest_asyncops.serving.exchange import Exchange, json_response
from pytest_asyncops.serving.messages import ErrorResponse, Headers, Request, Response
from pytest_asyncops.serving.routing import Route


@pytest.fixture(name="stub")
def a_stub() -> Stub:
    return stub_of(toy())


def exchange_by_itself(**given):
    """An exchange of no stub, with what is given and else with nothing."""
    nothing = {
        "params": {},
        "readings": {},
        "store": None,
        "render": None,
        "credential": lambda asked: "",
        "refused": {},
        "parents": set(),
        "start": None,
        "base_urls": {},
    }
    return Exchange(request("/jobs"), **{**nothing, **given})


def body(stub, path, **more):
    return handle(stub, request(path, **more)).json()


def test_a_list_shows_and_counts_a_page(stub):
    started = stub.start_many(4, shelf=lambda i: "ab"[i == 1], lifecycle=Lifecycle.hangs())
    assert [job["id"] for job in body(stub, "/jobs")["jobs"]] == ["job-1", "job-3"]
    assert [job["id"] for job in body(stub, "/jobs?everything")["jobs"]] == ["job-1", "job-2"]
    assert [op.polls for op in started] == [2, 1, 1, 0]
    assert stub.calls[0].operations == ("job-1", "job-3")


def test_every_answer_that_shows_an_operation_is_a_poll_of_it(stub):
    op = stub.start(shelf="a", lifecycle=Lifecycle.succeeds(running=polls(2)))
    assert [body(stub, "/jobs/a/job-1")["status"] for _ in range(3)] == ["busy", "busy", "ok"]
    assert (op.polls, op.state) == (3, State.SUCCEEDED)
    assert handle(stub, request("/jobs/b/job-1")).status_code == 404
    assert op.polls == 3


def test_an_endpoint_can_start_operations_while_it_answers():
    def create(exchange):
        exchange.authenticate()
        return json_response(202, exchange.show(stub.start(shelf="a")))

    stub = stub_of(toy(routes=(*ROUTES, Route("create", "POST", ("/jobs",), create))))
    assert body(stub, "/jobs", method="POST")["id"] == "job-1"
    assert body(stub, "/jobs")["jobs"][0]["id"] == "job-1"


# --- an exchange by itself


def seen_by_an_endpoint(stub, path="/asked/a%20b?x=1"):
    """What an endpoint of a route of its own works with, and the answer that it gave."""
    met = []

    def endpoint(exchange):
        met.append(exchange)
        return json_response(200, [job["id"] for job in exchange.show_all(exchange.members({}))])

    facts = toy(routes=(Route("asked", "GET", ("/asked/{word}",), endpoint),))
    asked = stub_of(facts)
    stub(asked)
    response = handle(asked, request(path))
    [exchange] = met
    return exchange, response, asked


def test_an_endpoint_has_the_request_and_what_it_is_about():
    exchange, response, stub = seen_by_an_endpoint(lambda stub: stub.add_parent("b"))
    assert isinstance(exchange, Exchange)
    assert exchange.request is stub.calls[-1].request
    assert (exchange.request.query, exchange.params) == ("x=1", {"word": "a b"})
    assert exchange.readings == {"wire": "plain", "most": 5}
    assert set(exchange.parents) == {"b"}
    assert (exchange.shown, exchange.states, response.json()) == ([], [], [])


shelves = st.lists(st.sampled_from("ab"), max_size=5)
lifecycles = st.sampled_from(
    [
        Lifecycle.hangs(),
        Lifecycle.succeeds(running=polls(2)),
        Lifecycle.succeeds(running=3),
        Lifecycle.fails("no", pending=polls(1), running=1),
    ]
)


@given(shelves, st.data())
def test_what_is_shown_is_counted_and_recorded_in_the_order_in_which_it_was_shown(places, data):
    stub = stub_of(toy())
    started = [stub.start(shelf=shelf, lifecycle=data.draw(lifecycles)) for shelf in places]
    exchange = exchange_by_itself(
        readings=stub.readings,
        store=stub._server.store,
        render=lambda operation, snapshot: {"id": operation.id, "state": snapshot.state},
    )
    counts, expected = [0] * len(started), []
    for _ in range(data.draw(st.integers(0, 4))):
        numbers = (
            data.draw(st.lists(st.sampled_from(range(len(started))), max_size=4)) if places else []
        )
        states = []
        for number in numbers:
            counts[number] += 1
        before = [started[number].state for number in numbers]
        shown = exchange.show_all(numbers)
        assert [each["id"] for each in shown] == [started[number].id for number in numbers]
        states = [each["state"] for each in shown]
        # What is shown is what stood there before this poll of it was counted.
        if len(set(numbers)) == len(numbers):
            assert states == before
        expected += zip((started[number] for number in numbers), states, strict=True)
    assert list(zip(exchange.shown, exchange.states, strict=True)) == expected
    assert [operation.polls for operation in started] == counts


@given(shelves)
def test_looking_for_operations_counts_nothing(places):
    stub = stub_of(toy())
    started = [stub.start(shelf=shelf, lifecycle=Lifecycle.hangs()) for shelf in places]
    exchange = exchange_by_itself(
        store=stub._server.store,
        render=lambda operation, snapshot: {},
    )
    for shelf in "abc":
        found = [number for number, its in enumerate(places) if its == shelf]
        assert list(exchange.members({"shelf": shelf})) == found
        assert list(exchange.members({"shelf": shelf}, frozenset({State.SUCCEEDED}))) == []
        for operation in started:
            belongs = operation.fields["shelf"] == shelf
            assert exchange.find(operation.id, shelf=shelf) is (operation if belongs else None)
    assert exchange.find("job-0") is None
    assert {operation.polls for operation in started} <= {0}
    assert (exchange.shown, exchange.states) == ([], [])


def test_a_credential_is_looked_at_when_the_endpoint_says_so():
    asked = []

    def refuse(request):
        asked.append(request)
        raise ErrorResponse(401, "no_key", "who are you?")

    exchange = exchange_by_itself(
        credential=refuse,
    )
    assert asked == []
    with pytest.raises(ErrorResponse):
        exchange.authenticate()
    assert asked == [exchange.request]


def test_a_refusal_is_raised_anew_each_time():
    refusal = ErrorResponse(403, "forbidden", "not you", {"X-Why": "so"})
    exchange = exchange_by_itself(
        credential=lambda asked: "bad",
        refused={"bad": refusal},
    )
    raised = []
    for _ in range(3):
        with pytest.raises(ErrorResponse) as caught:
            exchange.authenticate()
        raised.append(caught.value)
    assert len({id(error) for error in (*raised, refusal)}) == 4
    assert refusal.__traceback__ is None
    told = {(e.status_code, e.code, e.message, str(e), e.headers["X-Why"]) for e in raised}
    assert told == {(403, "forbidden", "not you", "not you", "so")}


# --- which operation a request was for


def found(exchange, name, **scope):
    """The operation as it is shown, or 404."""
    operation = exchange.find(name, **scope)
    if operation is None:
        raise ErrorResponse(404, "no_job", "no such job")
    return exchange.show(operation)


def gets(exchange):
    return json_response(200, found(exchange, exchange.params["id"]))


def gets_by_query(exchange):
    return json_response(200, found(exchange, parse_qs(exchange.request.query)["run_id"][0]))


def gets_on_a_shelf(exchange):
    return json_response(200, found(exchange, exchange.params["id"], shelf="b"))


def gets_from_either_shelf(exchange):
    name = exchange.params["id"]
    job = exchange.find(name, shelf="b") or exchange.find(name, shelf="a")
    exchange.find(name, shelf="b")
    return json_response(200, exchange.show(job))


def gets_what_is_in_another(exchange):
    if exchange.find("job-1") is None:
        raise ErrorResponse(404, "no_pipeline", "no such pipeline")
    return json_response(200, found(exchange, exchange.params["id"]))


def gets_by_either_name(exchange):
    job = exchange.find(exchange.params["id"]) or exchange.find("job-" + exchange.params["id"])
    if job is None:
        raise ErrorResponse(404, "no_job", "no such job")
    return json_response(200, exchange.show(job))


def gets_several(exchange):
    return json_response(200, [found(exchange, name) for name in exchange.params["id"].split(",")])


def gets_with_others(exchange):
    shown = found(exchange, exchange.params["id"])
    return json_response(200, [shown, *exchange.show_all(exchange.members({}))])


def lists(exchange):
    return json_response(200, exchange.show_all(exchange.members({})))


def lists_after(exchange):
    exchange.find(exchange.params["id"])
    return lists(exchange)


def lists_none_after(exchange):
    exchange.find(exchange.params["id"])
    return json_response(200, exchange.show_all(exchange.members({"shelf": "none"})))


def finds(exchange):
    exchange.find("job-1")
    exchange.find(exchange.params["id"])
    return Response(304)


def refuses(exchange):
    exchange.find(exchange.params["id"])
    raise ErrorResponse(409, "late", "too late")


ASKED = [
    (gets, "GET", "job-2", ["job-2"]),
    (gets, "GET", "job-9", ["job-9"]),
    (gets, "HEAD", "job-9", ["job-9"]),
    (gets, "POST", "job-2", ["job-2"]),
    (gets, "POST", "job-9", []),
    (gets, "GET", "job-4", ["job-4"]),
    (gets_by_query, "GET", "x?run_id=job-2&other=job-1", ["job-2"]),
    (gets_by_query, "GET", "x?run_id=job-9", ["job-9"]),
    (gets_on_a_shelf, "GET", "job-3", ["job-3"]),
    (gets_on_a_shelf, "GET", "job-1", ["job-1"]),
    (gets_from_either_shelf, "GET", "job-1", ["job-1"]),
    (gets_from_either_shelf, "POST", "job-1", ["job-1"]),
    (gets_what_is_in_another, "GET", "job-2", ["job-2"]),
    (gets_what_is_in_another, "GET", "job-9", ["job-9"]),
    (gets_by_either_name, "GET", "2", ["job-2"]),
    (gets_by_either_name, "GET", "9", ["9", "job-9"]),
    (gets_by_either_name, "GET", "4", ["4", "job-4"]),
    (gets_several, "GET", "job-2,job-1,job-2", ["job-2", "job-1"]),
    (gets_several, "GET", "job-2,job-9", ["job-2"]),
    (gets_with_others, "GET", "job-2", ["job-2"]),
    (lists, "GET", "job-2", []),
    (lists_after, "GET", "job-2", []),
    (lists_after, "GET", "job-9", []),
    (lists_none_after, "GET", "job-2", []),
    (finds, "GET", "job-2", ["job-2"]),
    (finds, "HEAD", "job-2", ["job-2"]),
    (finds, "DELETE", "job-2", []),
    (refuses, "GET", "job-2", ["job-2"]),
    (refuses, "POST", "job-2", []),
]
"""What an endpoint does, and for which operations the request was: three and a hidden one."""


@pytest.mark.parametrize(("endpoint", "method", "target", "asked_for"), ASKED)
def test_a_request_is_for_what_the_endpoint_finds(endpoint, method, target, asked_for):
    route = Route("asked", method, ("/jobs/{id}",), endpoint)
    stub = stub_of(toy(routes=(route,), hidden=lambda readings: frozenset({State.PURGED})))
    hidden = Lifecycle.succeeds(running=0).then_purged(0)
    jobs = stub.start_many(4, shelf=lambda i: "aabb"[i], lifecycle=lambda i: (
        hidden if i == 3 else Lifecycle.hangs()
    ))  # fmt: skip
    handle(stub, request(f"/jobs/{target}", method=method))
    [call] = stub.calls
    assert list(call._asked_for) == asked_for
    assert call.operation_id == (asked_for[0] if len(asked_for) == 1 else None)
    for job in jobs:
        assert job.calls == ([call] if job.id in asked_for else [])
        assert stub._server.store.tally(job.id).count == len(job.calls)


def test_a_request_that_starts_an_operation_is_no_poll_of_it():
    def starts(exchange):
        return json_response(202, exchange.show(stub.start(shelf="a")))

    stub = stub_of(toy(routes=(Route("start", "POST", ("/jobs",), starts),)))
    handle(stub, request("/jobs", method="POST"))
    assert stub.operations["job-1"].calls == []


# --- a body of JSON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(200, 599), json_values)
def test_the_body_is_compact_and_reads_as_the_payload(status, payload):
    response = json_response(status, payload)
    assert json.loads(response.content) == payload
    assert response.status_code == status
    # Between the pieces of a body there is no blank; in a text there may be.
    written = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    assert response.content.count(b" ") == written.count(" ")
    assert dict(response.headers) == {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "payload", [{"a": "\ud800"}, {None: 1}, {True: 1}, 2**64, 10**400, [math.inf, None], -math.inf]
)
def test_what_is_written_less_quickly_reads_as_the_payload_too(payload):
    read = json.loads(json.dumps(payload))  # in which all names of members are texts
    assert json.loads(json_response(200, payload).content) == read


def test_a_number_that_is_none_stays_one():
    assert json_response(200, [math.nan]).content == b"[NaN]"


def test_a_payload_that_json_does_not_have():
    with pytest.raises(TypeError):
        json_response(200, [object()])


def test_the_members_of_a_body_keep_their_order():
    response = json_response(200, {"b": 1, "a": [True, None]})
    assert response.content == b'{"b":1,"a":[true,null]}'


def test_further_headers_stand_beside_the_content_type_or_instead_of_it():
    given = {"Location": "/v1", "Content-Type": "application/problem+json"}
    assert dict(json_response(202, {}, given).headers) == given
    assert dict(json_response(202, {}, {"Retry-After": "5"}).headers) == {
        "Content-Type": "application/json",
        "Retry-After": "5",
    }
    assert given == {"Location": "/v1", "Content-Type": "application/problem+json"}


# --- what a request carries


def asked(target="/jobs", body=b"", base="https://toy.example/base", fragment=""):
    made = Request("POST", f"{base}{target}{fragment}", target, Headers({}), body)
    return Exchange(made, {}, {}, None, None, None, {}, set(), None)


def test_the_query_and_a_form_are_read():
    exchange = asked("/jobs?kind=a%20b&empty=&again=1&again=2", b"name=x+y&size=%C3%A9&note=")
    assert exchange.query == {"kind": "a b", "empty": "", "again": "2"}
    assert exchange.form == {"name": "x y", "size": "é", "note": ""}
    assert (asked().query, asked().form) == ({}, {})
    assert asked(body=b"a=\xff%ff").form == {"a": "ÿ\N{REPLACEMENT CHARACTER}"}


def test_a_body_is_read_as_json_or_refused():
    refusal = ErrorResponse(400, "bad", "no JSON", {"X-Hint": "look"})
    assert asked(body=b'{"kind": ["a"]}').json(refusal) == {"kind": ["a"]}
    for body in (b"", b"{", b"\xff"):
        with pytest.raises(ErrorResponse) as caught:
            asked(body=body).json(refusal)
        assert caught.value is not refusal
        assert caught.value.headers == {"X-Hint": "look"}
        assert (caught.value.status_code, caught.value.code) == (400, "bad")


@pytest.mark.parametrize("base", ["https://toy.example", "http://localhost:8080/v1/base"])
@pytest.mark.parametrize("target", ["", "/", "/jobs", "/jobs/a%2Fb?x=/jobs", "/jobs?", "?x=1"])
@pytest.mark.parametrize("fragment", ["", "#/jobs"])
def test_urls_are_at_the_host_that_was_asked(base, target, fragment):
    assert asked(target, base=base, fragment=fragment).url_of("/jobs/1") == f"{base}/jobs/1"


def test_a_location_is_at_the_host_that_was_asked():
    def create(exchange):
        job = exchange.start(shelf="a")
        url = exchange.url_of(f"/jobs/a/{job.id}")
        return json_response(202, exchange.show(job), {"Operation-Location": url})

    api = toy(routes=(*ROUTES, Route("create", "POST", ("/jobs",), create)))
    for base in ("https://toy.example", "http://localhost:8080/deep"):
        with mocked(apis=[api], base_urls={"toy": base}):
            url = requests.post(f"{base}/jobs", timeout=5).headers["Operation-Location"]
            assert url == f"{base}/jobs/a/job-1"
            found = requests.get(url, headers={"Authorization": "k"}, timeout=5)
            assert found.json()["id"] == "job-1"
