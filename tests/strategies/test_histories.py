"""A history is what a poller of the stub would have seen, and legal."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from support.toy_api import WORDS, changed, toy

from pytest_asyncops import (
    InvalidArgument,
    Lifecycle,
    OwnState,
    State,
    assert_history,
    polls,
    strategies,
)
from pytest_asyncops.apis import HistorySchema
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE

APIS = (CHAINLOOP, PINECONE)
EACH = pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
FEW = settings(max_examples=50)


@EACH
def test_histories_are_legal(api):
    @FEW
    @given(strategies.histories(api))
    def check(bodies):
        assert_history(bodies, api=api)

    check()


def test_histories_of_a_life():
    life = Lifecycle.fails("full", running=polls(2))

    @given(strategies.histories("pinecone", lifecycle=st.just(life), max_polls=4))
    def check(bodies):
        words = [body["status"] for body in bodies]
        assert words == ["Processing", "Processing", "Failed", "Failed"][: len(words)]

    check()


def test_time_passes_between_polls():
    life = Lifecycle.succeeds(running=30)
    answers = strategies.histories("pinecone", lifecycle=st.just(life), max_wait=30)
    bodies = find(answers, lambda bodies: bodies[-1]["status"] == "Completed")
    assert [body["status"] for body in bodies] == ["Processing", "Completed"]
    assert bodies[-1]["completed_on"] == "2026-01-01T00:00:30Z"


def test_histories_take_fields():
    given_id = st.just("f")

    @settings(max_examples=10)
    @given(strategies.histories("pinecone", file_id=given_id))
    def check(bodies):
        assert {body.get("file_id") for body in bodies} <= {"f"}

    check()


def test_histories_are_written_as_the_readings_say():
    @settings(max_examples=20)
    @given(strategies.histories("chainloop", readings={"profile": "gateway_camel"}))
    def check(bodies):
        assert all("createdAt" in body["operation"] for body in bodies)
        assert_history(bodies, api="chainloop", profile="gateway_camel")

    check()


def test_a_history_of_a_life_of_our_own_is_never_empty():
    @settings(max_examples=20)
    @given(strategies.histories("pinecone", readings={"retention": 0}))
    def check(bodies):
        assert bodies

    check()
    gone = strategies.histories(
        "pinecone",
        lifecycle=st.just(Lifecycle.succeeds(running=0)),
        readings={"retention": 0},
    )
    assert find(gone, lambda bodies: True) == []


def test_histories_carry_headers():
    @settings(max_examples=10)
    @given(strategies.histories("chainloop", headers={"Authorization": "Basic token"}))
    def check(bodies):
        assert bodies == []  # each poll is refused

    check()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: strategies.histories("pinecone", colour=st.none()), "unknown field of a pinecone"),
        (lambda: strategies.histories("pinecone", max_poll=3), "Did you mean 'max_polls'"),
        (lambda: strategies.histories("pinecone", max_polls=0), "max_polls .*1 or more, not 0"),
        (lambda: strategies.histories("pinecone", headers="x"), "headers must map names to values"),
        (lambda: strategies.histories("pinecone", file_id="f"), "file_id must be a strategy"),
        (lambda: strategies.histories("pinecone", max_polls=-1), "max_polls must be a whole"),
        (lambda: strategies.histories("pinecone", lifecycle=Lifecycle.hangs()), "lifecycle must"),
        (
            lambda: strategies.histories("chainloop", readings={"profile": "x"}),
            "unknown profile 'x'",
        ),
    ],
)
def test_what_there_is_not(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


@EACH
@pytest.mark.parametrize("max_polls", [1, 3])
def test_there_are_no_more_polls_than_is_asked_for(api, max_polls):
    life = st.just(Lifecycle.hangs())

    @FEW
    @given(strategies.histories(api, lifecycle=life, max_polls=max_polls))
    def check(bodies):
        assert 1 <= len(bodies) <= max_polls

    check()


def test_a_history_ends_where_the_operation_is_no_longer_found():
    life = Lifecycle.succeeds(running=polls(1)).then_purged(5)
    answers = strategies.histories("pinecone", lifecycle=st.just(life), max_wait=10)

    @FEW
    @given(answers)
    def check(bodies):
        assert {body["status"] for body in bodies} <= {"Processing", "Completed"}

    check()
    longest = strategies.histories("pinecone", lifecycle=st.just(life), max_wait=0)
    assert len(find(longest, lambda bodies: len(bodies) == 10)) == 10


def test_histories_in_states_of_the_apis_own():
    """As a stub shows them, and judged by what they mean."""
    queued, busy = OwnState("queued", State.PENDING), OwnState("busy again", State.RUNNING)
    api = toy(statuses={**WORDS, queued: "queued", busy: "busy again"})
    words = {**api.statuses, State.PURGED: "gone"}
    history = HistorySchema(
        schema="Job",
        listed_in="jobs",
        wrapped_in=None,
        id="id",
        status="status",
        states={word: frozenset({state}) for state, word in words.items()},
        constant=("shelf",),
        once=(),
        result=(),
    )

    def render(job, now):
        return {"id": job.id, **job.fields, "status": words[now.state]}

    api = changed(api, history=history, render=lambda readings: render)
    key = {"Authorization": "k"}
    seen = set()

    @FEW
    @given(strategies.histories(api, headers=key, shelf=st.just("a")))
    def check(bodies):
        assert_history(bodies, api=api)
        seen.update(body["status"] for body in bodies)

    check()
    assert seen & {"queued", "busy again"}
