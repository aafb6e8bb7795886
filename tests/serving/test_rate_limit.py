"""No stretch of time has more requests than the limit, and who is refused is told when to come."""

from __future__ import annotations

import datetime
import email.utils
import time

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from support.chainloop_polls import HEADERS, ask
from support.toy_api import changed

from pytest_asyncops import (
    AsyncOpsMock,
    InvalidArgument,
    Lifecycle,
    assert_conforms,
    assert_polled,
    mocked,
)
from pytest_asyncops.durations import SECOND
from pytest_asyncops.known_apis import BUILT_IN
from pytest_asyncops.serving.rate_limit import RateLimit


def test_a_date_to_come_again_is_one_that_there_is() -> None:
    limit = RateLimit(1, 1e12, "date")
    assert limit.take(0) is None
    assert limit.take(1) == "Fri, 31 Dec 9999 23:59:59 GMT"


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
        assert session.get(url, headers=HEADERS, timeout=30).status_code == 200
    assert mock.clock.elapsed.total_seconds() == 14
    assert_polled(operation, honours_retry_after=True, at_most=5)


def test_each_example_has_its_own_budget(mock: AsyncOpsMock) -> None:
    saved = mock._live.checkpoint()
    mock.chainloop.limit_rate(1, 5)
    limited = mock._live.checkpoint()
    for _ in range(2):
        limited.restore()
        assert [ask(mock, "x").status_code for _ in range(2)] == [404, 429]
    saved.restore()
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


# -- against a plain model: all that was taken, and a window that slides over it -----------------


def free_from(taken: list[int], polls: int, per: int) -> int:
    """The first instant at which another may be taken."""
    return 0 if len(taken) < polls else taken[-polls] + per


nanoseconds = st.integers(0, 3 * SECOND) | st.sampled_from([0, 1, SECOND - 1, SECOND, SECOND + 1])


@example(polls=1, per=999_999_999, steps=[1, 0], form="date")
@given(
    polls=st.integers(1, 4),
    per=nanoseconds.filter(bool),
    steps=st.lists(nanoseconds, max_size=25),
    form=st.sampled_from(["seconds", "date"]),
)
def test_a_limit_is_a_window_that_slides(polls: int, per: int, steps: list[int], form: str) -> None:
    limit = RateLimit(polls, datetime.timedelta(microseconds=per // 1_000 + 1), form)
    per = (per // 1_000 + 1) * 1_000
    now, taken = 1_767_225_600 * SECOND, []
    for step in steps:
        now += step
        told = limit.take(now)
        within = [at for at in taken if now - per < at]
        assert (told is None) is (len(within) < polls)
        if told is None:
            taken.append(now)
            continue
        free = free_from(taken, polls, per)
        if form == "seconds":
            seconds = int(told)
            # As few whole seconds as lead to where one is free.
            assert now + (seconds - 1) * SECOND < free <= now + seconds * SECOND
            assert seconds >= 1
        else:
            until = int(email.utils.parsedate_to_datetime(told).timestamp())
            assert told.endswith(" GMT")
            assert (until - 1) * SECOND < free <= until * SECOND


@given(
    polls=st.integers(1, 3),
    per=st.integers(1, 5),
    before=st.lists(st.integers(0, 3), max_size=6),
    after=st.lists(st.integers(0, 3), max_size=6),
)
def test_a_copy_of_a_limit_answers_as_it_does(
    polls: int, per: int, before: list[int], after: list[int]
) -> None:
    limit = RateLimit(polls, per, "seconds")
    now = 0
    for step in before:
        now += step * SECOND
        limit.take(now)
    copy = limit.copy()

    def answers(limit: RateLimit) -> list[str | None]:
        at, told = now, []
        for step in after:
            at += step * SECOND
            told.append(limit.take(at))
        return told

    assert answers(limit.copy()) == answers(limit) == answers(copy)


def test_who_waits_as_long_as_told_is_served_and_who_comes_sooner_is_not() -> None:
    limit = RateLimit(1, 10, "seconds")
    assert limit.take(0) is None
    assert [limit.take(second * SECOND) for second in (0, 1, 9)] == ["10", "9", "1"]
    assert limit.take(10 * SECOND - 1) == "1"
    assert limit.take(10 * SECOND) is None
