"""The store agrees, whatever is done to it, with a model that looks at every operation."""

from __future__ import annotations

import copy
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.stores import a_store, started
from support.ticking_lifecycles import ENDS, Ticking, counted, lifecycles, whole_seconds

from pytest_asyncops import InvalidArgument, Lifecycle, OwnState, State, Step, polls
from pytest_asyncops.durations import SECOND
from pytest_asyncops.lifecycle.states import TRANSITIONS
from pytest_asyncops.serving.checkpoint import Checkpoint
from pytest_asyncops.serving.operation import NewOperation
from pytest_asyncops.serving.operations import OperationStore
from pytest_asyncops.serving.state_index import window
from pytest_asyncops.virtual_time.server_clock import ServerClock

RETENTION = 4

some_lifecycles = st.one_of(
    st.just(Lifecycle.manual()),
    lifecycles(st.one_of(whole_seconds, counted)),
    lifecycles(counted),
)
some_fields = st.sampled_from([{}, {"kind": "a"}, {"kind": "b"}])
FILTERS = [
    frozenset(State),
    *(frozenset({state}) for state in State),
    frozenset({State.PENDING, State.RUNNING}),
    frozenset(ENDS),
    frozenset(),
]
some_where = st.sampled_from([{}, {"kind": "a"}, {"kind": "nowhere"}, {"other": None}])
# Counted from the newest one, so that the same few are picked again and again.
picks = st.integers(0, 4)


class Scanned:
    """An operation of the model."""

    def __init__(self, new, number, retention):
        self.id, self.fields, lifecycle = new
        self.number = number
        self.by_hand = lifecycle.by_hand
        self.retention = retention
        self.polls = 0
        *steps, last = ((step.state, step.duration) for step in lifecycle.plan)
        self.life = Ticking([*steps, *self.ending(last)])

    def ending(self, last):
        state, _ = last
        if state not in ENDS or self.retention is None:
            return [last]
        return [(state, self.retention), (State.PURGED, None)]

    def move(self, state):
        self.life.jump(*self.ending((state, None)))


class Store(RuleBasedStateMachine):
    @initialize(
        hidden=st.sampled_from([frozenset(), frozenset({State.PURGED})]),
        retention=st.sampled_from([None, RETENTION, 0]),
    )
    def open(self, hidden, retention):
        self.hidden, self.retention = hidden, retention
        self.clock = ServerClock()
        self.store = OperationStore(self.clock, hidden=hidden, retention=retention)
        self.model = []
        self.names = itertools.count()
        self.saves = []

    def new_operations(self, lifecycles):
        return [NewOperation(f"op-{next(self.names)}", fields, life) for fields, life in lifecycles]

    @rule(
        lifecycles=st.lists(st.tuples(some_fields, some_lifecycles), min_size=1, max_size=3),
        again=st.sampled_from([False, False, False, True]),
        pick=picks,
    )
    def start(self, lifecycles, again, pick):
        new_operations = [NewOperation(f"op-{next(self.names)}", *life) for life in lifecycles]
        if again:
            taken = [*(op.id for op in self.model), *(new.id for new in new_operations)]
            new_operations.append(new_operations[0]._replace(id=taken[-1 - pick % len(taken)]))
            with pytest.raises(InvalidArgument, match="is used by another operation"):
                self.store.add(new_operations)
            return
        started = self.store.add(new_operations)
        assert [op.id for op in started] == [new.id for new in new_operations]
        for new in new_operations:
            self.model.append(Scanned(new, len(self.model), self.retention))

    @rule(seconds=st.integers(1, 7))
    def advance(self, seconds):
        self.clock.advance(seconds)
        for op in self.model:
            op.life.tick(seconds)

    def scan(self, where, states):
        return [
            op.number
            for op in self.model
            if op.life.state in states - self.hidden
            and all(op.fields.get(name) == value for name, value in where.items())
        ]

    @rule(where=some_where)
    def list_by_state(self, where):
        for states in FILTERS:
            assert list(self.store.members(where, states)) == self.scan(where, states)

    @rule(
        where=some_where,
        states=st.sampled_from(FILTERS),
        offset=st.integers(0, 3),
        count=st.integers(0, 3),
        order=st.sampled_from(["newest", "oldest"]),
    )
    def poll_a_page(self, where, states, offset, count, order):
        expected = self.scan(where, states)[:: -1 if order == "newest" else 1]
        page = list(window(self.store.members(where, states), offset, count, order))
        assert page == expected[offset : offset + count]
        for number in page:
            self.poll_of(number)

    @precondition(lambda self: self.model)
    @rule(pick=picks, times=st.integers(1, 3))
    def poll(self, pick, times):
        for _ in range(times):
            self.poll_of(len(self.model) - 1 - pick % len(self.model))

    def poll_of(self, number):
        op, twin = self.store.numbered(number), self.model[number]
        shown = self.store.snapshot(op).state
        self.store.count_poll(op)
        twin.polls += 1
        assert shown is twin.life.poll()

    @precondition(lambda self: any(op.by_hand for op in self.model))
    @rule(pick=picks, state=st.sampled_from([State.RUNNING, *ENDS, State.PURGED]))
    def move(self, pick, state):
        by_hand = [op for op in self.model if op.by_hand]
        twin = by_hand[-1 - pick % len(by_hand)]
        op = self.store[twin.id]
        before = op.lifecycle
        try:
            {
                State.RUNNING: op.run,
                State.SUCCEEDED: op.succeed,
                State.FAILED: lambda: op.fail("boom"),
                State.CANCELLED: op.cancel,
                State.PURGED: op.purge,
            }[state]()
        except InvalidArgument:
            assert state not in TRANSITIONS[twin.life.state]
            assert op.lifecycle is before
        else:
            assert state in TRANSITIONS[twin.life.state]
            twin.move(state)

    @rule()
    def save(self):
        saved = Checkpoint(self.clock, self.store.changing())
        self.saves.append((saved, copy.deepcopy(self.model)))

    @precondition(lambda self: self.saves)
    @rule(back=st.sampled_from([None, None, 0, 1]))
    def restore(self, back):
        if back is None:  # most of the time life goes on
            return
        saved, model = self.saves[-1 - back % len(self.saves)]
        saved.restore()
        self.model = copy.deepcopy(model)

    @invariant()
    def every_operation_stands_where_its_simulation_does(self):
        assert len(self.store) == len(list(self.store)) == len(self.model)
        assert self.store.find(f"op-{next(self.names)}") is None
        for twin in self.model:
            op = self.store[twin.id]
            assert op is self.store.numbered(twin.number)
            assert (op.id, op.fields, op.polls) == (twin.id, twin.fields, twin.polls)
            visible = None if twin.life.state in self.hidden else op
            assert self.store.find(op.id) is visible
            assert self.store.find(op.id, **op.fields, other=None) is visible
            assert self.store.find(op.id, kind="nowhere") is None
            assert op.state is twin.life.state
            assert 0 <= op.percent <= 100
            snapshot = self.store.snapshot(op)
            born = (op.created_ns - self.clock.epoch_ns) // SECOND
            assert born == self.clock.elapsed_ns // SECOND - twin.life.now
            for seen, wanted in ((snapshot.started, [State.RUNNING]), (snapshot.finished, ENDS)):
                simulated = twin.life.entered(*wanted)
                assert seen == (None if simulated is None else simulated * SECOND)


TestStore = Store.TestCase
TestStore.settings = settings(stateful_step_count=40)


@pytest.mark.parametrize("move", ["run", "succeed", "cancel", "purge"])
def test_lists_know_of_moves_by_hand(move):
    store = a_store()
    (op,) = started(store, Lifecycle.manual())
    if move == "purge":
        op.cancel()
    for states in FILTERS:
        store.members({}, states)
    getattr(op, move)()
    for states in FILTERS:
        assert list(store.members({}, states)) == [0] * (op.state in states)


@given(
    st.lists(some_lifecycles, min_size=1, max_size=12),
    st.lists(st.integers(0, 5), max_size=6),
)
def test_the_states_partition_the_list_at_every_instant(lifecycles, waits):
    store = a_store()
    started(store, *lifecycles)
    for wait in waits:
        store.clock.advance(wait)
        parts = [list(store.members({}, frozenset({state}))) for state in State]
        assert sorted(itertools.chain(*parts)) == list(store.members({}, frozenset(State)))
        for state, part in zip(State, parts, strict=True):
            assert {store.numbered(number).state for number in part} <= {state}


@given(st.lists(lifecycles(), min_size=1, max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_a_clock_that_moves_twice_has_moved_once(lifecycles, a, b):
    at_once, in_two = a_store(), a_store()
    for store in (at_once, in_two):
        started(store, *lifecycles)
    at_once.clock.advance(a + b)
    in_two.clock.advance(a)
    for state in State:  # views that were asked in between must not remember it
        in_two.members({}, frozenset({state}))
    in_two.clock.advance(b)
    for state in State:
        states = frozenset({state})
        assert list(at_once.members({}, states)) == list(in_two.members({}, states))


def test_a_list_without_polls_finds_what_a_step_of_no_polls_let_through():
    store = a_store()
    started(
        store,
        Lifecycle.steps(
            Step(State.PENDING, 5), Step(State.RUNNING, polls(0)), Step(State.SUCCEEDED)
        ),
    )
    done = frozenset({State.SUCCEEDED})
    assert list(store.members({}, done)) == []
    store.clock.advance(5)
    assert list(store.members({}, done)) == [0]


def test_a_move_that_the_api_refuses_changes_nothing():
    def admit(fields, lifecycle):
        if any(step.output for step in lifecycle.plan):
            raise InvalidArgument("no outputs here")

    store = a_store(admit=admit)
    (op,) = started(store, Lifecycle.manual())
    with pytest.raises(InvalidArgument, match="no outputs here"):
        op.succeed(output=b"x")
    assert (op.state, op.lifecycle) == (State.PENDING, Lifecycle.manual())
    with pytest.raises(InvalidArgument, match="PURGED cannot follow"):
        op.purge()
    with pytest.raises(InvalidArgument, match="percent must be a number from 0 to 100, not 101"):
        op.run(percent=101)
    assert (op.state, op.lifecycle) == (State.PENDING, Lifecycle.manual())


def test_the_plan_of_one_operation_serves_another():
    store = a_store()
    (first,) = started(store, Lifecycle.manual())
    store.clock.advance(3)
    first.run()
    (second,) = started(store, first.lifecycle)
    store.clock.advance(1)
    assert second.state is State.PENDING
    second.succeed()
    assert second.state is State.SUCCEEDED
    assert store.snapshot(second).finished == SECOND
    assert first.state is State.RUNNING


def test_a_started_operation_keeps_its_own_plan_where_it_ends_in_a_purge():
    store = a_store(retention=60)
    own = Lifecycle.succeeds(running=1).then_purged(1000)
    kept, dropped, endless = started(store, own, Lifecycle.succeeds(running=1), Lifecycle.hangs())
    assert kept.lifecycle is own
    assert dropped.lifecycle == Lifecycle.succeeds(running=1)
    store.clock.advance(61)
    assert [op.state for op in (kept, dropped, endless)] == [
        State.SUCCEEDED,
        State.PURGED,
        State.RUNNING,
    ]


def test_an_operation_is_started_whole_or_not_at_all():
    def admit(fields, lifecycle):
        if fields.get("kind") == "bad":
            raise InvalidArgument("no such kind")

    store = a_store(admit=admit)
    new_operations = [
        NewOperation(f"op-{i}", {"kind": kind}, Lifecycle.hangs()) for i, kind in enumerate("ab")
    ]
    for bad in (NewOperation("new", {"kind": "bad"}, Lifecycle.hangs()), new_operations[0]):
        with pytest.raises(InvalidArgument):
            store.add([*new_operations, bad])
        assert len(store) == 0
        assert store == {}
        assert list(store.members({"kind": "a"}, frozenset(State))) == []


def test_the_message_for_an_id_that_is_taken():
    store = a_store()
    started(store, Lifecycle.hangs())
    message = (
        "the id 'op-0' is used by another operation of this test. Choose another, or leave id= out."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        store.add([NewOperation("op-0", {}, Lifecycle.hangs())])
    assert caught.value.value == "op-0"


@given(lifecycles(st.one_of(whole_seconds, counted)), st.integers(0, 3))
def test_one_look_is_one_time_though_a_real_clock_goes_on(life, looks):
    ticks = itertools.count(0, SECOND // 3)
    store = OperationStore(ServerClock(source=lambda: next(ticks)))
    (op,) = started(store, life)
    for _ in range(10):
        assert 0 <= op.percent <= 100
        for _ in range(looks):
            store.count_poll(op)


def test_states_of_an_apis_own_are_listed_for_themselves():
    busy, gone = OwnState("busy", State.RUNNING), OwnState("gone", State.PURGED)
    store = a_store(states=(*State, busy, gone), hidden=frozenset({gone}), retention=60)
    life = Lifecycle.steps(Step(State.RUNNING, 1), Step(busy, 1), Step(State.SUCCEEDED))
    over = Lifecycle.steps(Step(State.SUCCEEDED, 1), Step(gone))
    started(store, life, Lifecycle.hangs(), over)
    wanted = (None, frozenset({State.RUNNING}), frozenset({busy}), frozenset({State.RUNNING, busy}))

    def seen():
        return [list(store.members({}, states)) for states in wanted]

    assert seen() == [[0, 1, 2], [0, 1], [], [0, 1]]
    store.clock.advance(1)
    assert seen() == [[0, 1], [1], [0], [0, 1]]
    assert store.find("op-2") is None
    store.clock.advance(61)  # what is archived already is not purged again
    assert seen() == [[0, 1], [1], [], [1]]
    assert store["op-0"].state is State.PURGED
    assert store["op-2"].state == gone
