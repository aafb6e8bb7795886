"""Whatever is done after a checkpoint, going back gives exactly what was there, and its future."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support.toy_api import handle, request, toy

from pytest_asyncops import InvalidArgument, Lifecycle, Operation, PollerHangs, State, polls
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.serving.calls import Call
from pytest_asyncops.serving.messages import ErrorResponse
from pytest_asyncops.serving.rate_limit import RateLimit
from pytest_asyncops.serving.tally import Growth, Tallies, Tally
from pytest_asyncops.session import Session

TOY = toy(
    throttled=ErrorResponse(429, "slow", "not so fast"),
)
SETTINGS = resolve_settings(
    {
        "clock": "manual",
        "apis": [TOY, "pinecone"],
        "unmatched": "answer",
        # So low that what is left of one life is noticed in the next.
        "max_polls_at_once": 7,
        "max_polls_per_operation": 9,
        "max_polls_unchanged": 5,
    }
)
LIVES = [
    Lifecycle.manual(),
    Lifecycle.manual(),
    Lifecycle.succeeds(running=polls(2)),
    Lifecycle.succeeds(pending=1, running=3),
    Lifecycle.fails("boom", running=polls(3)).then_purged(4),
]


@pytest.fixture
def opened() -> Iterator[list[Session]]:
    sessions: list[Session] = []
    yield sessions
    for session in sessions:
        session.stop()


# --- what is there to see


SURVIVES = {"tripped", "unmatched"}
"""What the end of a test reports, whatever comes in between."""


def everything(session: Session) -> list[Any]:
    """All attributes of all objects that change, whether or not they say so, as plain values."""
    found: list[Any] = [session.clock.elapsed_ns]
    for each in session._changing():
        slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
        names = sorted({*slots, *getattr(each, "__dict__", ())} - SURVIVES)
        found.append((type(each).__name__, {name: plain(getattr(each, name)) for name in names}))
    return found


def plain(value: Any) -> Any:
    """The value, comparable between two mocks."""
    if isinstance(value, (list, tuple, deque)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Operation):
        return value.id
    if isinstance(value, Call):
        request, response = value.request, value.response
        shown = value.at_ns, value.operations, value.states, value.operation_id
        return request.method, request.url, response.status_code, response.content, shown
    if isinstance(value, (RateLimit, Tallies)):
        return plain(vars(value))
    if isinstance(value, (Tally, Growth)):
        return {name: plain(getattr(value, name)) for name in type(value).__slots__}
    if isinstance(value, ErrorResponse):
        return value.code
    if isinstance(value, (set, int, float, str, bytes, State, Lifecycle, type(None))):
        return value
    return type(value).__name__  # what does not change, or is asked for what it knows


# --- what can be done


def get(session: Session, pick: int) -> Any:
    return asked(session, f"/jobs/a/job-{pick}")


def asked(session: Session, path: str, key: str = "k") -> Any:
    try:
        response = handle(session.stubs["toy"], request(path, key=key))
    except PollerHangs as error:
        return str(error)
    return response.status_code, response.content, response.late


def start(session: Session, count: int, shelf: str, life: Lifecycle) -> Any:
    return [op.id for op in session.stubs["toy"].start_many(count, shelf=shelf, lifecycle=life)]


def start_another(session: Session) -> Any:
    return session.stubs["pinecone"].start(assistant_name="docs").id


def move(session: Session, pick: int, way: str) -> Any:
    operation = session.stubs["toy"].operations.get(f"job-{pick}")
    try:
        return operation and getattr(operation, way)(*(["boom"] if way == "fail" else []))
    except InvalidArgument as error:
        return str(error)


def behave(session: Session, how: str) -> None:
    stub = session.stubs["toy"]
    {
        "refuse": lambda: stub.refuse("bad", "expired"),
        "refuse all": lambda: stub.refuse("k"),
        "limit": lambda: stub.limit_rate(2, 3),
        "late": lambda: stub.answer_late(3),
        "know": lambda: stub.add_parent("b"),
    }[how]()


numbers = st.integers(1, 3)
deeds = st.one_of(
    st.tuples(st.just(start), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from(LIVES)),
    st.tuples(st.just(start_another)),
    st.tuples(st.just(get), numbers),
    st.tuples(st.just(get), numbers),
    st.tuples(
        st.just(asked),
        st.sampled_from(["/jobs", "/jobs?everything", "/jobs/b/job-1", "/nowhere"]),
        st.sampled_from(["k", "bad"]),
    ),
    st.tuples(st.just(lambda session, wait: session.clock.advance(wait)), st.integers(0, 4)),
    st.tuples(st.just(move), numbers, st.sampled_from(["run", "succeed", "fail", "purge"])),
    st.tuples(st.just(move), numbers, st.just("run")),
    st.tuples(st.just(behave), st.sampled_from(["refuse", "refuse all", "limit", "late", "know"])),
)


several_deeds = st.lists(deeds, min_size=3, max_size=9)


class Moments(RuleBasedStateMachine):
    """A mock that goes to and fro, and its model: one that has only done what still counts."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Session] = []
        self.session = self.new()
        self.model = self.new()
        self.done: list[tuple[Any, ...]] = []
        self.kept: list[tuple[Any, list[Any], list[Operation]]] = []
        self.handles: dict[int, Operation] = {}
        # As a fixture may hold them.
        self.operations = self.session.stubs["toy"].operations
        self.calls = self.session.stubs["toy"].calls

    def new(self) -> Session:
        self.opened.append(Session(SETTINGS))
        return self.opened[-1]

    def teardown(self) -> None:
        for session in reversed(self.opened):
            session.stop()

    @initialize(several=several_deeds)
    def begin(self, several: list[tuple[Any, ...]]) -> None:
        self.act(several)

    @rule(several=several_deeds)
    def act(self, several: list[tuple[Any, ...]]) -> None:
        for deed, *arguments in several:
            assert deed(self.session, *arguments) == deed(self.model, *arguments)
            self.done.append((deed, *arguments))
        self.handles.update((id(op), op) for op in self.there())
        self.compare()
        self.kept.append((self.session.checkpoint(), [*self.done], self.there()))

    @rule(several=several_deeds)
    def reset(self, several: list[tuple[Any, ...]]) -> None:
        self.session.beginning.restore()
        self.live_again([])
        assert self.there() == []
        self.act(several)

    @rule(pick=st.integers(0, 9))
    def go_back_or_forth(self, pick: int) -> None:
        checkpoint, done, there = self.kept[-1 - pick % len(self.kept)]
        checkpoint.restore()
        self.live_again(done)
        assert [id(op) for op in self.there()] == [id(op) for op in there]

    @precondition(lambda self: self.gone())
    @rule(pick=st.integers(0, 9))
    def move_what_is_gone(self, pick: int) -> None:
        gone = self.gone()
        operation = gone[pick % len(gone)]
        if operation.lifecycle.by_hand:
            with pytest.raises(InvalidArgument, match=f"operation {operation.id} is gone"):
                operation.run()
        assert repr(operation).startswith(f"<Operation {operation.id}, gone, ")
        for look in (Operation.state, Operation.percent, Operation.calls):
            with pytest.raises(InvalidArgument, match=f"operation {operation.id} is gone"):
                look.fget(operation)
        self.compare()

    def gone(self) -> list[Operation]:
        there = {id(op) for op in self.there()}
        return [op for op in self.handles.values() if id(op) not in there]

    def there(self) -> list[Operation]:
        return [*self.session.stubs["toy"].operations.values()]

    def live_again(self, done: list[tuple[Any, ...]]) -> None:
        self.model = self.new()
        for deed, *arguments in done:
            deed(self.model, *arguments)
        self.done = [*done]
        self.compare()

    def compare(self) -> None:
        assert everything(self.session) == everything(self.model)
        assert dict(self.operations) == dict(self.session.stubs["toy"].operations)
        assert self.calls is self.session.stubs["toy"].calls


TestMoments = Moments.TestCase
TestMoments.settings = settings(stateful_step_count=15)


# --- what survives, and what it costs


def test_what_the_end_of_a_test_reports_is_not_taken_back(opened: list[Session]) -> None:
    session = Session(SETTINGS)
    opened.append(session)
    saved = session.checkpoint()
    server = session.stubs["toy"]._server
    while session.guards.tripped is None:
        asked(session, "/nowhere")
    saved.restore()
    assert {asked.path for asked in server.unmatched} == {"/nowhere"}
    assert session.calls.total == server.calls.total == 0
    with pytest.raises(PollerHangs):
        session.check()


def values_kept(session: Session) -> int:
    return sum(len(values) for _, _, values in session.checkpoint()._kept)


@given(st.integers(0, 5), st.integers(0, 40))
def test_a_checkpoint_grows_with_operations_and_not_with_their_history(count: int, asks: int):
    session = Session(SETTINGS)
    try:
        start(session, count, "a", Lifecycle.hangs())
        fresh = values_kept(session)
        for number in range(asks):
            session.clock.advance(1)
            get(session, number % 3)
        assert values_kept(session) == fresh
        start(session, 1, "a", Lifecycle.hangs())
        assert values_kept(session) == fresh + len(Operation._changing)
    finally:
        session.stop()
