"""At which intervals an operation was polled: what is asserted, and what a failure shows."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_polls import HEADERS, ask
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import (
    AsyncOpsMock,
    CadenceError,
    InvalidArgument,
    Lifecycle,
    Operation,
    Stub,
    assert_polled,
)
from pytest_asyncops.apis import ErrorResponse, Exchange, Response, Route, json_response
from pytest_asyncops.serving import tally
from pytest_asyncops.serving.calls import Kept


def polled(mock: AsyncOpsMock, intervals: Sequence[float], **lifecycle: float) -> Operation:
    operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.succeeds(**lifecycle))
    ask(mock, "op-1")
    for interval in intervals:
        time.sleep(interval)
        ask(mock, "op-1")
    return operation


def complaints(error: CadenceError) -> list[str]:
    return str(error).split("\n\n")[1].splitlines()


@pytest.mark.parametrize(
    ("intervals", "asserted", "expected"),
    [
        ([5, 5], {"min_interval": 5, "max_interval": 5, "at_least": 3, "at_most": 3}, []),
        (
            [5, 2, 9],
            {"min_interval": 3, "max_interval": 8},
            [
                "  poll 3 came 2 s after the one before; min_interval is 3 s",
                "  poll 4 came 9 s after the one before; max_interval is 8 s",
            ],
        ),
        ([1], {"at_most": 1}, ["  it was polled 2 times; at_most is 1"]),
        ([], {"at_least": 2}, ["  it was polled once; at_least is 2"]),
        ([4, 4, 4], {"not_after_done": True}, []),
        ([4, 4, 4, 4], {"not_after_done": True}, ["  poll 4 saw it done, and it was polled again"]),
        ([1, 2, 4, 8], {"backoff": 2}, []),
        ([1, 2, 4, 4, 4], {"backoff": 2, "max_interval": 4}, []),
        (
            [1, 2, 3],
            {"backoff": 2},
            ["  poll 4 came 3 s after the one before; with backoff=2 after 2 s it is 4 s"],
        ),
        ([0.0005], {"max_interval": 0.001}, []),
    ],
)
def test_what_is_asserted(
    mock: AsyncOpsMock, intervals: list[float], asserted: dict[str, float], expected: list[str]
) -> None:
    operation = polled(mock, intervals, running=10)
    if not expected:
        assert_polled(operation, **asserted)
        return
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, **asserted)
    assert complaints(caught.value) == expected
    assert caught.value.breaches == tuple(line.strip() for line in expected)
    assert caught.value.operation == "op-1"
    assert len(caught.value.polls) == len(intervals) + 1


def test_what_a_failure_shows(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [5, 2, 5], pending=1, running=5)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=5)
    text = re.sub(r"\S*test_cadence\.py:\d+", "test_cadence.py:9", str(caught.value))
    assert text.splitlines() == [
        "operation op-1 was not polled as asserted:",
        "",
        "  poll 3 came 2 s after the one before; min_interval is 5 s",
        "",
        "  its polls:",
        "          0 s        chainloop starts op-1: PENDING 1 s, RUNNING 5 s, SUCCEEDED",
        "      1   0 s        GET /v1/operations/op-1  200 PENDING",
        "                     waits 5 s at test_cadence.py:9, in polled",
        "          1 s        op-1 is now RUNNING",
        "      2   5 s  +5 s  GET /v1/operations/op-1  200 RUNNING",
        "                     waits 2 s at test_cadence.py:9, in polled",
        "          6 s        op-1 is now SUCCEEDED",
        "  >   3   7 s  +2 s  GET /v1/operations/op-1  200 SUCCEEDED",
        "                     waits 5 s at test_cadence.py:9, in polled",
        "      4  12 s  +5 s  GET /v1/operations/op-1  200 SUCCEEDED",
    ]


def test_a_long_timeline_is_cut(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [5] * 30 + [1] * 60, running=1000)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=5)
    lines = str(caught.value).splitlines()
    assert lines[2] == (
        "  poll 32 came 1 s after the one before; min_interval is 5 s (the first of 60)"
    )
    polls = [re.sub(" +", " ", line) for line in lines if "waits" not in line]
    assert polls[-5:] == [
        " … 28 more polls every 5 s, all RUNNING …",
        " 31 150 s +5 s GET /v1/operations/op-1 200 RUNNING",
        " > 32 151 s +1 s GET /v1/operations/op-1 200 RUNNING",
        " > … 58 more polls every 1 s, all RUNNING …",
        " > 91 210 s +1 s GET /v1/operations/op-1 200 RUNNING",
    ]
    assert len(lines) == 17


def test_what_is_wrong_is_shown_wherever_it_is(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [1 + number / 10 for number in range(60)], running=1000)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, max_interval=4)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5 + 25
    first = next(line for line in lines if line.startswith("  >"))
    assert re.match(r"  >  33 +\d+\.\d+ s +\+4\.1 s ", first)
    assert [lines[5].split()[0], lines[-1].split()[0]] == ["…", "…"]


def test_other_requests_are_no_polls_of_it(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [], running=10)
    mock.chainloop.start(id="op-2")
    ask(mock, "op-2")
    ask(mock, "op-3")
    requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
    assert [call.operation_id for call in mock.calls] == ["op-1", "op-2", "op-3", None]
    assert_polled(operation, at_least=1, at_most=1)
    assert [call.request.url for call in operation.calls] == [
        f"{mock.chainloop.base_url}/v1/operations/op-1"
    ]


@pytest.mark.parametrize(
    ("asserted", "message"),
    [
        (
            {},
            "there is nothing to assert; give one of min_interval, max_interval, at_least, "
            "at_most, not_after_done, honours_retry_after, backoff",
        ),
        (
            {"at_least": 0, "min_interval": 0},
            "there is nothing to assert; give one of min_interval, max_interval, at_least, "
            "at_most, not_after_done, honours_retry_after, backoff",
        ),
        ({"at_most": True}, "at_most must be a whole number, 0 or more, not True"),
        ({"at_least": 1.5}, "at_least must be a whole number, 0 or more, not 1.5"),
        ({"at_least": -1}, "at_least must be a whole number, 0 or more, not -1"),
        ({"backoff": 0.5}, "backoff must be a number, 1 or more, not 0.5"),
        ({"backoff": True}, "backoff must be a number, 1 or more, not True"),
        ({"backoff": "2"}, "backoff must be a number, 1 or more, not '2'"),
        ({"backoff": math.inf}, "backoff must be a number, 1 or more, not inf"),
        ({"not_after_done": "yes"}, "not_after_done must be True or False, not 'yes'"),
        ({"honours_retry_after": 1}, "honours_retry_after must be True or False, not 1"),
        ({"min_interval": 5, "max_interval": 4.5}, "min_interval=5 and max_interval=4.5 contradict "
            "each other. Raise max_interval, lower min_interval, or leave one of "
            "them out."),
        ({"at_least": 3, "at_most": 2}, "at_least=3 and at_most=2 contradict each other. "
            "Raise at_most, lower at_least, or leave one of them out."),
        ({"min_interval": -1}, "min_interval must be finite and not negative, not -1"),
        ({"max_interval": "5"}, "max_interval must be seconds (int or float) or a timedelta, "
                                "not '5'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(mock: AsyncOpsMock, asserted: dict[str, float], message: str) -> None:
    operation = mock.chainloop.start()
    with pytest.raises(InvalidArgument) as caught:
        assert_polled(operation, **asserted)
    assert str(caught.value) == message


def test_limits_that_meet_are_no_contradiction(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [5], running=10)
    assert_polled(operation, min_interval=5, max_interval=5, at_least=2, at_most=2)


@pytest.mark.parametrize("given", ["x", None, [], "00000000-0000-4000-8000-000000000001"])
def test_what_is_no_operation(given: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        assert_polled(given, at_most=1)
    assert str(caught.value) == (
        f"operation must be an Operation, as stub.start() returns it, not {given!r}. By its id it "
        "is found in the operations of its stub: mock.chainloop.operations[id]."
    )


# -- a Retry-After that was sent -------------------------------------------------------------


@pytest.mark.parametrize("retry_after", ["seconds", "date"])
@pytest.mark.parametrize("honours", [True, False])
def test_retry_after_is_honoured_or_not(
    mock: AsyncOpsMock, retry_after: str, honours: bool
) -> None:
    mock.chainloop.limit_rate(1, 4.5, retry_after=retry_after)
    operation = polled(mock, [1, 4 if honours else 3], running=100)
    assert [call.response.status_code for call in operation.calls][:2] == [200, 429]
    if honours:
        assert_polled(operation, honours_retry_after=True)
        return
    wait = "'4'" if retry_after == "seconds" else "'Thu, 01 Jan 2026 00:00:05 GMT'"
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, honours_retry_after=True)
    assert complaints(caught.value) == [
        f"  poll 3 came 3 s after the one before, whose Retry-After was {wait}"
    ]


@pytest.mark.parametrize(
    "value",
    ["soon", "", "0" * 5_000, "Thu, 01 Jan 99999999999999999999 00:00:00 GMT",
     "Thu, 01 Jan 2026 00:00:00 +9999"],
)  # fmt: skip
def test_a_retry_after_that_says_nothing_asks_for_nothing(mock: AsyncOpsMock, value: str) -> None:
    operation = polled(mock, [1], running=10)
    operation.calls[0].response.headers = {"Retry-After": value}
    assert_polled(operation, honours_retry_after=True)


# -- more polls than are kept ----------------------------------------------------------------


def _get(exchange: Exchange) -> Response:
    operation = exchange.find(exchange.params["id"])
    if operation is None:
        raise ErrorResponse(404, "unknown", "no such job")
    headers = {"Retry-After": exchange.request.query} if exchange.request.query else None
    return json_response(200, exchange.show(operation), headers)


ROUTES = (Route("get", "GET", ("/jobs/{id}",), _get),)


def poll(stub: Stub, wait: float = 0, retry_after: str = "") -> None:
    stub._server.clock.advance(wait)
    handle(stub, request(f"/jobs/job-1?{retry_after}"))


def polled_often(kept: Kept, waits: Iterable[tuple[float, str]], running: float) -> Operation:
    stub = stub_of(toy(routes=ROUTES), kept=kept)
    operation = stub.start(shelf="a", lifecycle=Lifecycle.succeeds(running=running))
    for wait, retry_after in waits:
        poll(stub, wait, retry_after)
    return operation


def test_polls_that_are_no_longer_kept_count() -> None:
    waits = [0, 2, *[5] * 10_398]
    operation = polled_often(Kept(), ((wait, "") for wait in waits), running=25_000)
    assert len(operation.calls) == 10_000
    assert_polled(operation, at_least=10_100, at_most=10_400, min_interval=2, max_interval=5)
    for asserted, complaint in [
        ({"at_most": 10_010}, "it was polled 10,400 times; at_most is 10010"),
        ({"at_least": 10_401}, "it was polled 10,400 times; at_least is 10401"),
        ({"min_interval": 5}, "poll 2 came 2 s after the one before; min_interval is 5 s"),
        ({"not_after_done": True}, "poll 5002 saw it done, and it was polled again"),
    ]:
        with pytest.raises(CadenceError) as caught:
            assert_polled(operation, **asserted)
        assert complaints(caught.value) == [f"  {complaint}"]
        assert len(caught.value.polls) == 10_000


def test_what_a_failure_shows_of_polls_that_are_no_longer_kept() -> None:
    waits = [(0, "2"), (1, ""), (5, ""), (2, ""), (5, "")]
    operation = polled_often(Kept(3), waits, running=6)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=4)
    assert str(caught.value).splitlines() == [
        "operation job-1 was not polled as asserted:",
        "",
        "  poll 2 came 1 s after the one before; min_interval is 4 s (the first of 2)",
        "",
        "  its polls:",
        "     … 2 that are no longer kept (max_calls_kept, max_bytes_kept): all are counted, and "
        "the worst are checked",
        "          0 s        toy starts job-1: RUNNING 6 s, SUCCEEDED",
        "          6 s        job-1 is now SUCCEEDED",
        "      3   6 s        GET /jobs/job-1  200 SUCCEEDED 100 %",
        "  >   4   8 s  +2 s  GET /jobs/job-1  200 SUCCEEDED 100 %",
        "      5  13 s  +5 s  GET /jobs/job-1  200 SUCCEEDED 100 %",
    ]


def test_a_failure_of_which_no_poll_is_kept() -> None:
    stub = stub_of(toy(routes=ROUTES), kept=Kept(3))
    operation = stub.start(id="job-1", shelf="a")
    for wait in (0, 2, 5):
        poll(stub, wait)
    for _ in range(3):
        handle(stub, request("/jobs/job-2"))
    assert operation.calls == []
    assert_polled(operation, at_least=3, at_most=3, min_interval=2)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=3, honours_retry_after=True)
    assert str(caught.value).splitlines()[2:] == [
        "  poll 2 came 2 s after the one before; min_interval is 3 s",
        "",
        "  its polls:",
        "     … 3 that are no longer kept (max_calls_kept, max_bytes_kept): all are counted, and "
        "the worst are checked",
        "    0 s    toy starts job-1: RUNNING 10 s, SUCCEEDED",
    ]


def test_an_id_that_was_asked_for_among_many_before_it_was_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tally, "_MOST_STRANGERS", 2)
    stub = stub_of(toy(routes=ROUTES))
    for name in ("job-1", "job-8", "job-7", "job-6", "job-1"):
        handle(stub, request(f"/jobs/{name}"))
    operation = stub.start(id="job-1", shelf="a")
    assert len(operation.calls) == 2
    with pytest.raises(CadenceError, match=r"\n  its polls:\n +1 +0 s .*\n +2 +0 s "):
        assert_polled(operation, at_least=5)


@pytest.mark.parametrize("path", ["/jobs/job-1", "/jobs/x?run_id=job-1"])
def test_an_api_of_ones_own_that_declares_nothing(path: str) -> None:
    """As in docs/own_api.md; every assertion about its polls passed."""

    def get(exchange: Exchange) -> Response:
        query = dict(parse_qsl(exchange.request.query))
        operation = exchange.find(query.get("run_id", exchange.params["id"]))
        assert operation is not None
        return json_response(200, exchange.show(operation))

    routes = (Route("get", "GET", ("/jobs/{id}",), get),)
    stub = stub_of(toy(routes=routes, throttled=ErrorResponse(429, "slow", "not so fast")))
    job = stub.start(shelf="a", lifecycle=Lifecycle.succeeds(running=95))
    for number in range(20):
        if number == 18:
            stub.limit_rate(1, per=60)
        stub._server.clock.advance(5)
        handle(stub, request(path))
    assert job.polls == 19
    assert [call.response.status_code for call in job.calls] == [200] * 19 + [429]
    assert_polled(job, min_interval=5, max_interval=5, at_least=20, at_most=20)
    stub._server.clock.advance(5)
    handle(stub, request(path))
    with pytest.raises(CadenceError) as caught:
        assert_polled(
            job, min_interval=500, at_most=1, not_after_done=True, honours_retry_after=True
        )
    told = complaints(caught.value)
    assert "  it was polled 21 times; at_most is 1" in told
    assert "  poll 21 came 5 s after the one before, whose Retry-After was '55'" in told
    assert "  poll 19 saw it done, and it was polled again" in told


def test_a_retry_after_that_is_no_longer_kept_was_honoured_or_not() -> None:
    operation = polled_often(Kept(2), [(0, "2"), (1, ""), (5, ""), (5, "")], running=6)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, honours_retry_after=True)
    assert complaints(caught.value) == [
        "  poll 2 came 1 s after the one before, whose Retry-After was '2'"
    ]
    waits = [(0, "1"), (1, ""), (5, ""), (5, "")]
    assert_polled(polled_often(Kept(2), waits, running=6), honours_retry_after=True)


def makes_sense(asserted: dict[str, Any]) -> bool:
    """Whether this asserts something, and no two limits contradict each other."""
    get = asserted.get
    return (
        (any(asserted.values()) or "at_most" in asserted)
        and get("min_interval", 0) <= get("max_interval", 99)
        and get("at_least", 0) <= get("at_most", 99)
    )


@given(
    waits=st.lists(
        st.tuples(
            st.sampled_from([0, 1, 1, 2, 2.5, 3, 4, 8]), st.sampled_from(["", "", "2", "3", "soon"])
        ),
        min_size=1,
        max_size=12,
    ),
    running=st.integers(0, 40),
    asserted=st.fixed_dictionaries(
        {},
        optional={
            "min_interval": st.sampled_from([0, 1, 2, 3]),
            "max_interval": st.sampled_from([1, 2, 4, 8]),
            "at_least": st.integers(0, 12),
            "at_most": st.integers(0, 12),
            "not_after_done": st.just(True),
            "honours_retry_after": st.just(True),
            "backoff": st.sampled_from([1, 1.25, 1.5, 2, 3]),
        },
    ).filter(makes_sense),
    most=st.integers(1, 4),
)
def test_how_many_calls_are_kept_makes_no_difference(
    waits: list[tuple[float, str]], running: float, asserted: dict[str, Any], most: int
) -> None:
    told: list[set[str]] = []
    for kept in (Kept(), Kept(most)):
        try:
            assert_polled(polled_often(kept, waits, running), **asserted)
        except CadenceError as error:
            told.append({*error.breaches})
        else:
            told.append(set())
    every, some = told
    assert some <= every
    assert bool(some) == bool(every)


# -- no polls --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asserted",
    [
        {"min_interval": 5},
        {"max_interval": 5},
        {"at_least": 1},
        {"at_most": 4},
        {"not_after_done": True},
        {"honours_retry_after": True},
        {"backoff": 2},
        {"min_interval": 500, "at_most": 1, "not_after_done": True},
    ],
)
def test_an_assertion_about_no_polls_fails(mock: AsyncOpsMock, asserted: dict[str, Any]) -> None:
    operation = mock.chainloop.start(id="op-1")
    ask(mock, "op-2")
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, **asserted)
    wanted = "; at_least is 1" if "at_least" in asserted else ", so there is nothing to assert"
    assert str(caught.value).splitlines() == [
        "operation op-1 was not polled as asserted:",
        "",
        f"  it was never polled{wanted}. Send requests for it first; or, if this is intended, "
        "assert at_most=0.",
    ]
    assert caught.value.polls == ()


@pytest.mark.parametrize("allows", ["at_least", "at_most"])
def test_no_polls_can_be_asserted(mock: AsyncOpsMock, allows: str) -> None:
    operation = mock.chainloop.start(id="op-1")
    assert_polled(operation, **{allows: 0}, min_interval=5, not_after_done=True)
    ask(mock, "op-1")
    if allows == "at_least":
        assert_polled(operation, at_least=0, min_interval=5)
        return
    with pytest.raises(CadenceError, match="it was polled once; at_most is 0"):
        assert_polled(operation, at_most=0)


def test_that_it_may_have_been_polled_asserts_nothing(mock: AsyncOpsMock) -> None:
    with pytest.raises(InvalidArgument, match="there is nothing to assert"):
        assert_polled(mock.chainloop.start(), at_least=0, min_interval=0)


def test_answers_that_showed_it_to_others_are_told(mock: AsyncOpsMock) -> None:
    operation = mock.chainloop.start(id="op-1")
    for _ in range(2):
        requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=5)
    assert complaints(caught.value) == [
        "  it was never polled, so there is nothing to assert. 2 answers showed it, in lists, or "
        "from endpoints that did not look for it with Exchange.find(). They do not count as polls "
        "of it."
    ]
