"""At which intervals an operation was polled: what is asserted, and what a failure shows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import changed

from pytest_asyncops import (
    AsyncOpsMock,
    CadenceError,
    InvalidArgument,
    Lifecycle,
    Operation,
    assert_conforms,
    assert_polled,
    mocked,
)
from pytest_asyncops.configure import BUILT_IN

_HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture
def mock() -> Iterator[AsyncOpsMock]:
    with mocked(apis=["chainloop"]) as opened:
        yield opened


def ask(mock: AsyncOpsMock, name: str) -> requests.Response:
    url = f"{mock.chainloop.base_url}/v1/operations/{name}"
    return requests.get(url, headers=_HEADERS, timeout=30)


def polled(mock: AsyncOpsMock, intervals: Sequence[float], **lifecycle: float) -> Operation:
    operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.succeeds(**lifecycle))
    ask(mock, "op-1")
    for interval in intervals:
        time.sleep(interval)
        ask(mock, "op-1")
    return operation


def faults(error: CadenceError) -> list[str]:
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
    assert faults(caught.value) == expected
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
    requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=_HEADERS, timeout=30)
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
        ({"at_most": True}, "at_most must be a whole number, not True"),
        ({"at_least": 1.5}, "at_least must be a whole number, not 1.5"),
        ({"backoff": 0.5}, "backoff must be a number, 1 or more, not 0.5"),
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


# -- a rate that is enforced -----------------------------------------------------------------


@pytest.mark.parametrize("retry_after", ["seconds", "date"])
def test_who_polls_too_often_is_told_when_to_come_again(retry_after: str) -> None:
    with mocked() as mock:
        chainloop, pinecone = mock.chainloop, mock.pinecone
        chainloop.limit_rate(2, 10, retry_after=retry_after)
        pinecone.limit_rate(1, 0.5, retry_after=retry_after)
        chainloop.start(id="op-1")
        statuses = []
        for _ in range(5):
            answer = ask(mock, "op-1")
            statuses.append((answer.status_code, answer.headers.get("Retry-After")))
            assert_conforms(answer)
            time.sleep(3)
        date = "Thu, 01 Jan 2026 00:00:10 GMT"
        assert statuses == [
            (200, None),
            (200, None),
            (429, date if retry_after == "date" else "4"),
            (429, date if retry_after == "date" else "1"),
            (200, None),
        ]
        assert answer.json()["operation"]["id"] == "op-1"
        pinecone.start(assistant_name="docs", id="op-2")
        url = f"{pinecone.base_url}/operations/docs/op-2"
        headers = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
        assert requests.get(url, headers=headers, timeout=30).status_code == 200
        refused = requests.get(url, headers=headers, timeout=30)
        assert refused.json() == {
            "error": {
                "code": "TOO_MANY_REQUESTS",
                "message": "Too many get or list assistant requests, try again later",
            },
            "status": 429,
        }
        assert_conforms(refused)


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
    assert faults(caught.value)[0] == (
        f"  poll 3 came 3 s after the one before, whose Retry-After was {wait}"
    )


@given(
    rate_limit=st.integers(1, 4),
    per=st.integers(1, 20),
    intervals=st.lists(st.integers(0, 8), max_size=30),
)
def test_no_stretch_has_more_than_the_budget(
    rate_limit: int, per: int, intervals: list[int]
) -> None:
    with mocked(apis=["chainloop"], clock="manual") as mock:
        mock.chainloop.limit_rate(rate_limit, per)
        served: list[float] = []
        free = 0.0
        for interval in intervals:
            mock.clock.advance(interval)
            now = mock.clock.elapsed.total_seconds()
            answer = ask(mock, "nothing")
            if answer.status_code == 429:
                free = now + int(answer.headers["Retry-After"])
                assert len([at for at in served if now - per < at]) == rate_limit
            else:
                served.append(now)
                assert len([at for at in served if now - per < at]) <= rate_limit
            assert answer.status_code == 404 or now < free


def test_retry_waits_as_long_as_it_is_told(mock: AsyncOpsMock) -> None:
    mock.chainloop.limit_rate(1, 7)
    operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
    session = requests.Session()
    from urllib3 import Retry

    session.mount(
        "https://",
        requests.adapters.HTTPAdapter(max_retries=Retry(3, status_forcelist=[429])),
    )
    url = f"{mock.chainloop.base_url}/v1/operations/op-1"
    for _ in range(3):
        assert session.get(url, headers=_HEADERS, timeout=30).status_code == 200
    assert mock.clock.elapsed.total_seconds() == 14
    assert_polled(operation, honours_retry_after=True, at_most=5)


def test_each_example_has_its_own_budget(mock: AsyncOpsMock) -> None:
    saved = mock.checkpoint()
    mock.chainloop.limit_rate(1, 5)
    limited = mock.checkpoint()
    for _ in range(2):
        mock.restore(limited)
        assert [ask(mock, "x").status_code for _ in range(2)] == [404, 429]
    mock.restore(saved)
    assert [ask(mock, "x").status_code for _ in range(2)] == [404, 404]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5), "polls must be a whole number, 1 or more, not 0"),
        ((True, 5), "polls must be a whole number, 1 or more, not True"),
        ((1, 0), "per must be longer than no time, not 0"),
        ((1, -1), "per must be finite and not negative, not -1"),
        ((1, 5, "hours"), "unknown form of Retry-After 'hours'. Choose 'seconds' or 'date'."),
    ],
)
def test_a_rate_that_is_none(mock: AsyncOpsMock, arguments: tuple, message: str) -> None:
    count, per, *form = arguments
    with pytest.raises(InvalidArgument) as caught:
        mock.chainloop.limit_rate(count, per, **({"retry_after": form[0]} if form else {}))
    assert str(caught.value) == message
    assert ask(mock, "x").status_code == 404


def test_an_api_without_an_answer_for_it_cannot_limit() -> None:
    toy = changed(BUILT_IN["chainloop"], throttled=None)
    with mocked(apis=[toy]) as mock, pytest.raises(InvalidArgument) as caught:
        mock.chainloop.limit_rate(1, 1)
    assert str(caught.value) == (
        "chainloop does not say how it refuses too many requests. Give its Api "
        "serving=Serving(throttled=ErrorResponse(429, ...))."
    )


def test_a_retry_after_that_says_nothing_asks_for_nothing(mock: AsyncOpsMock) -> None:
    operation = polled(mock, [1], running=10)
    operation.calls[0].response.headers = {"Retry-After": "soon"}
    assert_polled(operation, honours_retry_after=True)
