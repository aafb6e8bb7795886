"""The clock that requests see: one time for each, shared with others, free after a fork."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import request, toy

from pytest_asyncops.durations import SECOND
from pytest_asyncops.serving.server import Server
from pytest_asyncops.virtual_time.server_clock import ServerClock

steps = st.integers(0, 10**15)


@given(st.lists(steps))
def test_time_is_additive(durations):
    clock, at_once = ServerClock(), ServerClock()
    for ns in durations:
        clock.advance_ns(ns)
    at_once.advance_ns(sum(durations))
    assert clock.elapsed_ns == at_once.elapsed_ns == clock.shared_time.skipped_ns == sum(durations)
    assert clock.now_ns == clock.epoch_ns + sum(durations)


def test_a_new_start_sets_the_server_back_and_the_client_not():
    clock = ServerClock()
    clock.advance(5)
    clock.rewind(2 * SECOND)
    assert clock.elapsed_ns == 2 * SECOND
    assert clock.shared_time.skipped_ns == 5 * SECOND
    clock.advance(1)
    assert (clock.elapsed_ns, clock.shared_time.skipped_ns) == (3 * SECOND, 6 * SECOND)


def test_who_holds_a_real_clock_sees_one_time():
    ticks = itertools.count(0, SECOND)
    clock = ServerClock(source=lambda: next(ticks))
    with clock.lock:
        assert [clock.elapsed_ns, clock.elapsed_ns] == [0, 0]
        with clock.lock:
            assert clock.elapsed_ns == 0
        assert clock.elapsed_ns == 0
        with ThreadPoolExecutor(1) as pool:
            assert not pool.submit(clock.lock.acquire, blocking=False).result()
    assert clock.elapsed_ns == SECOND


def test_a_new_start_sets_a_real_clock_back_too():
    ticks = iter([3 * SECOND, 5 * SECOND, 9 * SECOND, 9 * SECOND])
    clock = ServerClock(0, source=lambda: next(ticks))
    assert clock.elapsed_ns == 3 * SECOND
    clock.rewind(SECOND)
    assert clock.elapsed_ns == clock.now_ns == 5 * SECOND


@pytest.mark.parametrize("forked", [True, False])
def test_a_real_clock_that_is_closed_stands_still(forked):
    ticks = itertools.count(0, SECOND)
    clock = ServerClock(source=lambda: next(ticks))
    assert clock.elapsed_ns == 0
    clock.close()
    if forked:
        clock.renew()
    assert [clock.elapsed_ns, clock.elapsed_ns] == [SECOND, SECOND]


def test_one_request_sees_one_time():
    ticks = itertools.count(0, SECOND)
    server = Server(toy(), ServerClock(source=lambda: next(ticks)))
    assert server.handle(request("/jobs")).status_code == 200
    assert next(ticks) == SECOND


@pytest.mark.parametrize("source", [None, lambda: 7])
def test_a_forked_process_has_clocks_that_nobody_holds(source):
    clock = ServerClock(source=source)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(clock.lock.acquire).result()
        assert not clock.lock.acquire(blocking=False)
        clock.renew()
        assert clock.lock.acquire(blocking=False)
    assert clock.elapsed_ns == (0 if source is None else 7)


def test_who_moves_one_clock_moves_all_that_live_with_it():
    clocks = [ServerClock(), ServerClock(0), ServerClock()]
    clocks[0].advance(5)
    for clock in clocks[1:]:
        clock.join(clocks[0].shared_time)
    clocks[1].advance(3)
    assert [clock.elapsed_ns for clock in clocks] == [8 * SECOND, 3 * SECOND, 3 * SECOND]
    clocks[1].rewind(0)
    clocks[1].leave()
    clocks[1].advance(1)
    clocks[2].advance(2)
    assert [clock.elapsed_ns for clock in clocks] == [10 * SECOND, SECOND, 5 * SECOND]
    assert clocks[0].shared_time.skipped_ns == 10 * SECOND


def test_a_time_does_not_move_under_a_request():
    clock, other = ServerClock(), ServerClock()
    other.join(clock.shared_time)
    with ThreadPoolExecutor(1) as pool, other.lock:
        assert not pool.submit(clock.shared_time.try_to_reach, 5).result()
        assert (clock.elapsed_ns, other.elapsed_ns) == (0, 0)
        assert clock.shared_time.try_to_reach(5)
        assert clock.shared_time.try_to_reach(4)  # that has been reached before
        assert (clock.elapsed_ns, other.elapsed_ns) == (5, 5)
    with clock.lock, other.lock:
        pass  # nothing is left held


@pytest.mark.parametrize("real", [True, False])
def test_a_forked_process_has_a_lock_that_nobody_holds(real):
    ticks = itertools.count(0, SECOND)
    clock = ServerClock(source=(lambda: next(ticks)) if real else None)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(clock.lock.acquire).result()
        assert not clock.lock.acquire(blocking=False)
        clock.renew()
        with clock.lock:
            assert clock.elapsed_ns == clock.elapsed_ns
    assert (clock.elapsed_ns < clock.elapsed_ns) == real
