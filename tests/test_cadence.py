"""At which intervals an operation was polled: what is asserted, and what a failure shows."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import pytest
import requests
from support.chainloop_polls import HEADERS, ask

from pytest_asyncops import (
    AsyncOpsMock,
    CadenceError,
    InvalidArgument,
    Lifecycle,
    Operation,
    assert_polled,
)


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
    assert caught.value.operation == "op-1"
    assert len(caught.value.polls) == len(intervals) + 1


def test_what_a_failure_shows(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [5, 2, 5], pending=1, running=5)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=5)
    assert str(caught.value).splitlines() == [
        "operation op-1 was not polled as asserted:",
        "",
        "  poll 3 came 2 s after the one before; min_interval is 5 s",
        "",
        "  its polls:",
        "      1  2026-01-01T00:00:00Z              200  PENDING",
        "      2  2026-01-01T00:00:05Z        +5 s  200  RUNNING",
        "  >   3  2026-01-01T00:00:07Z        +2 s  200  SUCCEEDED",
        "      4  2026-01-01T00:00:12Z        +5 s  200  SUCCEEDED",
    ]


def test_a_long_timeline_is_cut(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [5] * 30 + [1] * 60, running=1000)
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, min_interval=5)
    lines = str(caught.value).splitlines()
    assert "  and 35 more" in lines
    assert "     … 26 before" in lines
    assert "     … 40 after" in lines
    assert len(lines) == 57


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
            "each other: nothing is both. Raise max_interval, lower min_interval, or leave one of "
            "them out."),
        ({"at_least": 3, "at_most": 2}, "at_least=3 and at_most=2 contradict each other: nothing "
            "is both. Raise at_most, lower at_least, or leave one of them out."),
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
    operation = polled(mock, [1, 4 if honours else 3, 1], running=100)
    assert [call.response.status_code for call in operation.calls][:2] == [200, 429]
    if honours:
        del mock.chainloop.calls._kept[-1]
        assert_polled(operation, honours_retry_after=True)
        return
    wait = "'4'" if retry_after == "seconds" else "'Thu, 01 Jan 2026 00:00:05 GMT'"
    with pytest.raises(CadenceError) as caught:
        assert_polled(operation, honours_retry_after=True)
    assert complaints(caught.value)[0] == (
        f"  poll 3 came 3 s after the one before, whose Retry-After was {wait}"
    )


def test_a_retry_after_that_says_nothing_asks_for_nothing(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [1], running=10)
    operation.calls[0].response.headers = {"Retry-After": "soon"}
    assert_polled(operation, honours_retry_after=True)
