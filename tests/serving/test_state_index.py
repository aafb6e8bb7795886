"""Views agree with a scan, cost what has changed, and their pages concatenate to the whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sortedcontainers import SortedList
from support.ticking_lifecycles import lifecycles

from pytest_asyncops import Lifecycle, State
from pytest_asyncops.durations import SECOND
from pytest_asyncops.serving.state_index import StateIndex, StateView, position_after, window

orders = st.sampled_from(["newest", "oldest"])
members = st.lists(st.integers(0, 50), unique=True).map(sorted)
kinds_of_members = st.sampled_from([list, SortedList])


def in_order(numbers, order):
    return sorted(numbers, reverse=order == "newest")


@given(members, kinds_of_members, st.integers(0, 60), st.integers(0, 60), orders)
def test_a_window_is_a_slice_of_the_whole(numbers, kind, offset, count, order):
    expected = in_order(numbers, order)[offset : offset + count]
    assert list(window(kind(numbers), offset, count, order)) == expected


@given(members, kinds_of_members, st.integers(1, 7), orders)
def test_pages_concatenate_to_the_whole(numbers, kind, size, order):
    pages = [window(kind(numbers), offset, size, order) for offset in range(0, 60, size)]
    assert list(itertools.chain(*pages)) == in_order(numbers, order)


@given(members, kinds_of_members, st.integers(-1, 51), orders)
def test_passed_counts_those_up_to_the_last_one(numbers, kind, last, order):
    upto = [n for n in numbers if (n <= last if order == "oldest" else n >= last)]
    assert position_after(kind(numbers), last, order) == len(upto)


@given(
    st.integers(0, 15),
    st.integers(1, 4),
    orders,
    st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.integers(0, 30)), st.integers(1, 4)), max_size=20
    ),
)
def test_paging_by_the_last_one_shows_none_twice_and_misses_none(count, size, order, changes):
    """While between pages operations are added, leave the filter, and the page size changes."""
    numbers = SortedList(range(count))
    following, stayed, shown = count, set(numbers), []
    for added, gone, next_size in [*changes, *[(0, set(), 1)] * 100]:
        offset = position_after(numbers, shown[-1], order) if shown else 0
        page = window(numbers, offset, size, order)
        shown += page
        if not page:
            break
        size = next_size
        for number in gone:
            numbers.discard(number)
        numbers.update(range(following, following + added))
        following += added
        stayed -= gone
    assert shown == in_order(set(shown), order)
    assert stayed <= set(shown)


class World:
    """Operations by number, each born at its own time; and how often one was looked at."""

    def __init__(self, lifecycles):
        self.lifecycles = lifecycles
        self.now = 0
        self.looks = 0

    def forecast(self, number):
        self.looks += 1
        born, life = self.lifecycles[number]
        past = life.advanced(self.now - born)
        return life.state(past), [(born + t, state) for t, state in life.changes(past)]

    def scan(self, states, group=None):
        numbers = range(len(self.lifecycles)) if group is None else group
        looks = self.looks
        found = [number for number in numbers if self.forecast(number)[0] in states]
        self.looks = looks
        return found


some_states = st.frozensets(st.sampled_from(State), min_size=1, max_size=5)


@given(
    st.lists(lifecycles(st.integers(0, 20)), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 30 * SECOND), some_states), max_size=12),
)
def test_a_view_agrees_with_a_scan_however_time_goes(lifecycles, asked):
    world = World([(0, life) for life in lifecycles])
    group = list(range(len(lifecycles)))
    views = {states: StateView(group, states, world.forecast) for _, states in asked}
    for wait, states in asked:
        world.now += wait
        assert list(views[states].members(world.now)) == world.scan(states)


def staggered(count):
    """Operations that end one after the other, a second apart."""
    return World([(0, Lifecycle.succeeds(running=i + 1)) for i in range(count)])


RUNNING = frozenset({State.RUNNING})


@pytest.mark.parametrize("wait", [1, 3, 150, 190])
def test_asking_again_costs_what_has_changed(wait):
    world = staggered(200)
    view = StateView(range(200), RUNNING, world.forecast)
    view.members(0)
    assert world.looks == 200
    for _ in range(3):
        world.looks = 0
        before = min(200, world.now // SECOND)
        world.now += wait * SECOND
        changed = min(200, world.now // SECOND) - before
        assert list(view.members(world.now)) == world.scan(RUNNING)
        assert world.looks == changed
        view.members(world.now)
        assert world.looks == changed


def test_an_operation_is_looked_at_when_it_comes_or_goes_and_not_at_its_other_changes():
    life = Lifecycle.succeeds(pending=1, running=1).then_purged(1)
    world = World([(0, life)] * 20)
    view = StateView(range(20), RUNNING, world.forecast)
    looks = []
    for world.now in range(0, 5 * SECOND, SECOND):
        view.members(world.now)
        looks.append(world.looks)
    assert looks == [20, 40, 60, 60, 60]


def test_operations_that_come_later_are_looked_at_once():
    world = staggered(5)
    group = list(range(3))
    view = StateView(group, RUNNING, world.forecast)
    view.members(0)
    group += [3, 4]
    assert list(view.members(0)) == [0, 1, 2, 3, 4]
    assert world.looks == 5


def test_a_filter_that_was_asked_for_costs_one_pass_and_the_others_nothing():
    world = staggered(10)
    listing = StateIndex(world.forecast)
    for number in range(10):
        listing.add({"kind": "ab"[number % 2], "other": "x"})
    assert world.looks == 0
    assert list(listing.members({"kind": "a"}, RUNNING, 0)) == [0, 2, 4, 6, 8]
    assert world.looks == 5
    assert list(listing.members({"kind": "b"}, frozenset(State), 0)) == [1, 3, 5, 7, 9]
    assert list(listing.members({"kind": "c"}, RUNNING, 0)) == []
    assert list(listing.members({"none": 1}, RUNNING, 0)) == []
    assert world.looks == 5


def test_the_order_of_a_filters_names_does_not_matter():
    world = staggered(4)
    listing = StateIndex(world.forecast)
    for number in range(4):
        listing.add({"kind": "ab"[number % 2], "other": "xy"[number // 2]})
    for where in ({"kind": "a", "other": "y"}, {"other": "y", "kind": "a"}):
        assert list(listing.members(where, frozenset(State), 0)) == [2]
        assert list(listing.members(where, RUNNING, 0)) == [2]
    assert world.looks == 1


def test_a_doubted_operation_is_looked_at_again():
    """Polls and moves by hand are changes that no schedule foresees."""
    world = staggered(50)
    listing = StateIndex(world.forecast)
    for _ in range(50):
        listing.add({"kind": "a"})
    assert len(listing.members({"kind": "a"}, RUNNING, 0)) == 50
    world.lifecycles[7] = (0, Lifecycle.steps(*Lifecycle.fails("no", running=0).plan))
    assert len(listing.members({"kind": "a"}, RUNNING, 0)) == 50
    looks = world.looks
    listing.invalidate(7)
    assert list(listing.members({"kind": "a"}, RUNNING, 0)) == world.scan(RUNNING)
    assert world.looks == looks + 1
    world.lifecycles[7] = (0, Lifecycle.hangs())
    listing.invalidate(7)
    listing.invalidate(8)
    assert list(listing.members({"kind": "a"}, RUNNING, 0)) == list(range(50))


def test_a_new_operation_that_is_in_doubt_already_is_listed_once():
    world = staggered(2)
    listing = StateIndex(world.forecast)
    listing.add({})
    assert list(listing.members({}, RUNNING, 0)) == [0]
    listing.add({})
    listing.invalidate(1)
    assert list(listing.members({}, RUNNING, 0)) == [0, 1]
