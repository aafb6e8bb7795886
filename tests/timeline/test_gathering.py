"""The timeline replayed gives the journal, and tells each change when it was."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chainloop_polls import HEADERS, ask
from support.toy_api import ROUTES, WORDS, toy

from pytest_asyncops import (
    Answered,
    AsyncOpsMock,
    Call,
    Changed,
    Event,
    Lifecycle,
    Moved,
    OwnState,
    Started,
    State,
    Step,
    Waited,
    mocked,
    polls,
    strategies,
)
from pytest_asyncops.apis import Exchange, Response, Route, json_response

SECOND = 10**9


def a_list(mock: AsyncOpsMock) -> None:
    requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)


def journal(mock: AsyncOpsMock) -> list[tuple[object, ...]]:
    return [
        (call.at_ns, call.request.method, call.request.url, call.response.status_code,
         call.response.content)
        for call in mock.calls
    ]  # fmt: skip


def act(mock: AsyncOpsMock, name: str, life: Lifecycle, value: int) -> None:
    """One step of a test, as it may be."""
    known = list(mock.chainloop.operations.values())
    if name == "start":
        mock.chainloop.start(id=f"op-{len(known)}", lifecycle=life)
    elif name == "sleep":
        time.sleep(value)
    elif name == "advance":
        mock.clock.advance(value)
    elif name == "list":
        a_list(mock)
    else:
        ask(mock, f"op-{value % 4}")


LIVES = st.one_of(
    strategies.lifecycles("chainloop", max_duration=12),
    st.sampled_from(
        [
            Lifecycle.succeeds(pending=polls(1), running=polls(2)),
            Lifecycle.steps(Step(State.RUNNING, 3), Step(State.RUNNING, 0), Step(State.SUCCEEDED)),
        ]
    ),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "sleep", "advance", "list", "poll", "poll", "poll"]),
        LIVES,
        st.integers(0, 9),
    ),
    max_size=20,
)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_a_timeline_that_is_replayed_gives_the_journal(
    steps: list[tuple[str, Lifecycle, int]],
) -> None:
    with mocked(apis=["chainloop"]) as mock:
        for step in steps:
            act(mock, *step)
        timeline, expected = mock.timeline, journal(mock)
        end = mock.clock.elapsed
    with mocked(apis=["chainloop"], clock="manual") as again:
        for event in timeline:
            replay(again, event)
        assert journal(again) == expected
        assert again.clock.elapsed == end
        same = (Started, Answered, Changed)
        told = [event for event in timeline if isinstance(event, same)]
        assert [event for event in again.timeline if isinstance(event, same)] == told


def replay(mock: AsyncOpsMock, event: Event) -> None:
    if isinstance(event, Started):
        mock.chainloop.start(id=event.operation_id, lifecycle=event.lifecycle)
    elif isinstance(event, Answered):
        assert event.at == mock.clock.now()  # nothing but waits and moves has moved the clock
        requests.request(
            event.call.request.method, event.call.request.url, headers=HEADERS, timeout=30
        )
    elif isinstance(event, (Waited, Moved)):
        assert event.at_ns == mock.clock._server.now_ns
        mock.clock._server.advance_ns(event.length_ns * event.times)


def told(mock: AsyncOpsMock) -> list[str]:
    """The events in short: seconds, and what is now or was answered."""
    lines = []
    for event in mock.timeline:
        seconds = (event.at_ns - mock.timeline.epoch_ns) / SECOND
        if isinstance(event, Started):
            what = "start"
        elif isinstance(event, Changed):
            what = f"{event.before.name} to {event.state.name} {event.seen}"
        elif isinstance(event, Answered):
            states = " ".join(state.name for state in event.call.states)
            what = f"{event.call.response.status_code} {states}".rstrip()
        else:
            continue
        lines.append(f"{seconds:g} {what}")
    return lines


def test_polls_that_end_a_state_come_before_the_change() -> None:
    with mocked() as mock:
        life = Lifecycle.succeeds(pending=polls(1), running=polls(2))
        operation = mock.chainloop.start(id="op-1", lifecycle=life)
        for _ in range(4):
            ask(mock, operation.id)
        assert told(mock) == [
            "0 start",
            "0 200 PENDING",
            "0 PENDING to RUNNING True",
            "0 200 RUNNING",
            "0 200 RUNNING",
            "0 RUNNING to SUCCEEDED True",
            "0 200 SUCCEEDED",
        ]


def test_what_nobody_saw_is_told() -> None:
    with mocked() as mock:
        life = Lifecycle.succeeds(pending=2, running=2).then_purged(1)
        operation = mock.chainloop.start(lifecycle=life)
        ask(mock, operation.id)
        time.sleep(4.5)
        ask(mock, operation.id)
        time.sleep(1)
        assert told(mock) == [
            "0 start",
            "0 200 PENDING",
            "2 PENDING to RUNNING False",
            "4 RUNNING to SUCCEEDED True",
            "4.5 200 SUCCEEDED",
            "5 SUCCEEDED to PURGED False",
        ]


@pytest.mark.parametrize("purged", ["visible", "gone"])
def test_an_operation_that_is_gone_is_seen_by_who_asks_for_it(purged: str) -> None:
    with mocked(chainloop_purged=purged) as mock:
        life = Lifecycle.succeeds(running=2).then_purged(3)
        operation = mock.chainloop.start(lifecycle=life)
        time.sleep(6)
        ask(mock, operation.id)
        [*_, seen, answer] = told(mock)
        assert seen == "5 SUCCEEDED to PURGED True"
        assert answer == ("6 404" if purged == "gone" else "6 200 PURGED")


def test_moves_by_hand_stand_where_they_were() -> None:
    with mocked() as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.manual())
        ask(mock, operation.id)
        operation.run()
        ask(mock, operation.id)
        time.sleep(1)
        ask(mock, operation.id)
        operation.succeed()
        operation.purge()
        assert told(mock) == [
            "0 start",
            "0 200 PENDING",
            "0 PENDING to RUNNING True",
            "0 200 RUNNING",
            "1 200 RUNNING",
            "1 RUNNING to PURGED False",
        ]


def test_a_start_stands_between_the_requests_before_and_after() -> None:
    with mocked() as mock:
        ask(mock, "op-1")
        mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
        ask(mock, "op-1")
        assert told(mock) == ["0 404", "0 start", "0 200 RUNNING"]


def test_a_start_by_a_request_comes_after_it() -> None:
    def create(exchange: Exchange) -> Response:
        return json_response(202, exchange.show(exchange.start(shelf="a")))

    api = toy(routes=(*ROUTES, Route("create", "POST", ("/jobs",), create)))
    with mocked(apis=[api]) as mock:
        base = mock.stubs["toy"].base_url
        for _ in range(2):
            requests.post(f"{base}/jobs", headers={"Key": "k"}, timeout=30)
        assert told(mock) == ["0 202 RUNNING", "0 start", "0 202 RUNNING", "0 start"]


def test_an_interval_is_since_the_last_request_for_the_same() -> None:
    with mocked() as mock:
        first, second = mock.chainloop.start_many(2)
        for operation in (first, second, first):
            ask(mock, operation.id)
            time.sleep(2)
        a_list(mock)
        time.sleep(1)
        a_list(mock)
        intervals = [one.interval for one in mock.timeline if isinstance(one, Answered)]
        assert [None if one is None else one.total_seconds() for one in intervals] == [
            None, None, 4, None, 1,
        ]  # fmt: skip


def test_waits_of_threads_stand_where_they_began() -> None:
    with mocked() as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())

        def poll(every: int) -> Callable[[], None]:
            def work() -> None:
                for _ in range(2):
                    ask(mock, operation.id)
                    time.sleep(every)

            return work

        threads = [threading.Thread(target=poll(every)) for every in (3, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        waits = [
            (event.at_ns % (60 * SECOND) // SECOND, event.length.total_seconds())
            for event in mock.timeline
            if isinstance(event, Waited)
        ]
        assert sorted(waits) == [(0, 2), (0, 3), (2, 2), (3, 3)]


def test_what_is_dropped_is_counted() -> None:
    with mocked(max_calls_kept=3) as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=4, running=16))
        for _ in range(6):
            ask(mock, operation.id)
            time.sleep(5)
        timeline = mock.timeline
        assert timeline.dropped == 3
        assert told(mock) == [
            "0 start",
            "4 PENDING to RUNNING True",
            "15 200 RUNNING",
            "20 RUNNING to SUCCEEDED True",
            "20 200 SUCCEEDED",
            "25 200 SUCCEEDED",
        ]
        waits = [event for event in timeline if isinstance(event, Waited)]
        assert [(wait.at_ns - timeline.epoch_ns) // SECOND for wait in waits] == [15, 20, 25]


def test_what_may_have_been_seen_is_not_said_to_be_unseen() -> None:
    with mocked(max_calls_kept=2) as mock:
        life = Lifecycle.succeeds(pending=4, running=5)
        operation = mock.chainloop.start(lifecycle=life)
        for _ in range(6):
            ask(mock, operation.id)
            time.sleep(5)
        assert told(mock)[:3] == [
            "0 start", "4 PENDING to RUNNING None", "9 RUNNING to SUCCEEDED True"
        ]  # fmt: skip


def test_of_very_many_operations_those_are_told_that_were_asked_for() -> None:
    with mocked() as mock:
        started = mock.chainloop.start_many(1_500, id="op-{}".format)
        ask(mock, started[1_400].id)
        requests.get(f"{mock.pinecone.base_url}/operations/op-1450", timeout=30)
        timeline = mock.timeline
        assert timeline.left_out == 499
        ids = [event.operation_id for event in timeline if isinstance(event, Started)]
        assert ids == [f"op-{number}" for number in (*range(1_000), 1_400)]


def test_waits_between_calls_that_are_gone_are_not_told() -> None:
    with mocked(max_calls_kept=2) as mock:
        ask(mock, "op-1")
        time.sleep(5)
        for _ in range(3):
            ask(mock, "op-1")
        assert [type(event) for event in mock.timeline] == [Answered, Answered]


def test_steps_of_one_state_are_one_state() -> None:
    with mocked() as mock:
        life = Lifecycle.steps(
            Step(State.RUNNING, 2), Step(State.RUNNING, 2), Step(State.SUCCEEDED)
        )
        mock.chainloop.start(lifecycle=life)
        time.sleep(5)
        assert told(mock) == ["0 start", "4 RUNNING to SUCCEEDED False"]


def test_a_reset_and_each_api() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a")
        mock.pinecone.start(id="a", assistant_name="docs", operation_type="upload_file")
        time.sleep(1)
        started = [event for event in mock.timeline if isinstance(event, Started)]
        assert [(one.api, one.operation_id) for one in started] == [
            ("chainloop", "a"), ("pinecone", "a")
        ]  # fmt: skip
        mock.reset()
        assert mock.timeline == ()


def test_an_event_tells_the_call() -> None:
    with mocked() as mock:
        ask(mock, "op-1")
        [event] = mock.timeline
        assert isinstance(event, Answered)
        assert event.call is mock.calls[0]
        assert isinstance(event.call, Call)
        assert event.at == mock.clock.now()


def test_states_of_an_apis_own_are_told_by_their_names() -> None:
    queued = OwnState("queued", State.PENDING)
    api = toy(statuses={**WORDS, queued: "queued"})
    again = OwnState("queued", State.PENDING)
    life = Lifecycle.steps(Step(queued, 3), Step(State.RUNNING, 3), Step(State.SUCCEEDED))
    with mocked(apis=[api]) as mock:
        mock.toy.start(shelf="a", id="job", lifecycle=life)
        for _ in range(3):
            requests.get(f"{api.base_url}/jobs/a/job", headers=HEADERS, timeout=30)
            time.sleep(3)
        changes = [event for event in mock.timeline if isinstance(event, Changed)]
        assert [(event.before, event.state, event.seen) for event in changes] == [
            (again, State.RUNNING, True),
            (State.RUNNING, State.SUCCEEDED, True),
        ]
        assert "queued" in str(mock.timeline)
