"""Who travels with another tool inside of a mock moves with skipped waits, if time ticks there."""

from __future__ import annotations

import datetime
import importlib.util
import sys
import threading
import time
import types
from typing import Any, cast

import pytest
import requests
import time_machine
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, Lifecycle, PollerHangs, mocked

UTC = datetime.timezone.utc
THERE = datetime.datetime(2030, 1, 1, tzinfo=UTC)

PACE = 5.0
"""Seconds by which the real clock, which ticks there, may be on."""


@pytest.fixture(autouse=True)
def given_back() -> Any:
    inside: Any = cast("Any", time_machine)._time_machine
    real = inside.original_time_ns
    yield
    assert inside.original_time_ns is real
    assert not time_machine.escape_hatch.is_travelling()


def _passed() -> float:
    return (datetime.datetime.now(UTC) - THERE).total_seconds()


def test_time_that_ticks_moves_with_skipped_waits(mock: AsyncOpsMock) -> None:
    time.sleep(100)  # before the journey
    with time_machine.travel(THERE, tick=True):
        assert 0 <= _passed() < PACE
        time.sleep(3_600)
        assert 3_600 <= _passed() < 3_600 + PACE
        mock.clock.advance(3_600)
        assert 7_200 <= _passed() < 7_200 + PACE
        assert abs(time.time() - THERE.timestamp() - 7_200) < PACE
    assert datetime.datetime.now(UTC) == mock.clock.now()
    assert seconds_elapsed(mock) == 7_300


def test_a_deadline_by_the_wall_clock_comes_there(mock: AsyncOpsMock) -> None:
    with time_machine.travel(THERE, tick=True):
        until = time.time() + 30
        polls = 0
        while time.time() < until:
            time.sleep(5)
            polls += 1
    assert polls in (6, 7)


def test_who_spins_there_gets_on(mock: AsyncOpsMock) -> None:
    with time_machine.travel(THERE, tick=True):
        until = time.time() + 10
        reads = 1
        while time.time() < until:
            reads += 1
    assert reads < 1_000_000
    assert seconds_elapsed(mock) == 0


def test_frozen_time_stands_still(mock: AsyncOpsMock) -> None:
    with time_machine.travel(THERE, tick=False) as traveller:
        time.sleep(3_600)
        assert _passed() == 0
        traveller.shift(60)
        time.sleep(3_600)
        assert _passed() == 60
    assert seconds_elapsed(mock) == 7_200


def test_the_escape_hatch_leads_to_the_real_time() -> None:
    before = time.time()
    with mocked(), time_machine.travel(THERE, tick=True):
        time.sleep(10**6)
        assert 0 <= time_machine.escape_hatch.time.time() - before < PACE
        assert 0 <= time_machine.escape_hatch.time.time_ns() / 1e9 - before < PACE


def test_threads_that_were_there_before_travel_without_skipped_waits() -> None:
    asked, found = threading.Event(), []

    def work() -> None:
        asked.wait()
        found.append(_passed())

    thread = threading.Thread(target=work)
    thread.start()
    with mocked(), time_machine.travel(THERE, tick=True):
        assert 0 <= _passed() < PACE  # time ticks there from here on
        time.sleep(3_600)
        asked.set()
        thread.join()
    assert 0 <= found[0] < PACE


# --- pollers with a deadline that never comes


FROZEN = (
    "The wall clock was frozen, as by time-machine or freezegun: a deadline by "
    "time.time() or datetime.now() never comes. Let it tick, with tick=True."
)


def _polls_until_a_deadline(mock: AsyncOpsMock) -> None:
    operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    until = time.time() + 1_000
    while time.time() < until:
        requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
        time.sleep(5)


@pytest.mark.parametrize("ticks", [True, False])
def test_a_poller_in_frozen_time_is_told_so(ticks: bool) -> None:
    with (
        pytest.raises(PollerHangs) as caught,
        mocked(max_virtual_time=100) as mock,
        time_machine.travel(THERE, tick=ticks),
    ):
        _polls_until_a_deadline(mock)
    assert caught.value.lines[-1] == "    time.sleep(5)"
    assert str(caught.value).splitlines() == [
        "the code under test has waited for more than 1 min 40 s of virtual time, and still "
        "waits. The last request was for "
        "https://api.app.chainloop.dev/v1/operations/op-1.",
        *([] if ticks else [FROZEN]),
        "Give it a deadline, or let what it waits for end.",
        "The code under test was here:",
        *caught.value.lines,
        "If this is intended, raise the limit: mocked(max_virtual_time=...); it is 100.",
    ]


def test_who_has_polled_nothing_is_not_told_so() -> None:
    with (
        pytest.raises(PollerHangs) as caught,
        mocked(max_virtual_time=100),
        time_machine.travel(THERE, tick=False),
    ):
        time.sleep(101)
    assert FROZEN not in str(caught.value)


@pytest.mark.skipif(not importlib.util.find_spec("freezegun"), reason="it is not installed")
@pytest.mark.parametrize("ticks", [True, False])
def test_freezegun_does_the_same(mock: AsyncOpsMock, ticks: bool) -> None:
    freezegun = importlib.import_module("freezegun")
    with freezegun.freeze_time(THERE, tick=ticks):
        time.sleep(3_600)
        passed = (datetime.datetime.now() - THERE.replace(tzinfo=None)).total_seconds()
    if ticks:
        assert 3_600 <= passed < 3_600 + PACE
    else:
        assert passed == 0
    assert seconds_elapsed(mock) == 3_600


def test_what_freezegun_puts_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps what all modules have, those of this package too, from one test to the next."""
    kept = {"time_functions": ("hash", [("_real_monotonic", time.monotonic)])}
    api = types.ModuleType("freezegun.api")
    api._GLOBAL_MODULES_CACHE = kept
    monkeypatch.setitem(sys.modules, "freezegun.api", api)
    real = time.monotonic
    with mocked():
        assert time.monotonic is not real
        assert kept["time_functions"][1] == [("_real_monotonic", real)]


@pytest.mark.skipif(not importlib.util.find_spec("freezegun"), reason="it is not installed")
def test_freezegun_again_and_again() -> None:
    freezegun = importlib.import_module("freezegun")
    for _ in range(3):
        with mocked() as mock, freezegun.freeze_time(THERE):
            time.sleep(10)
            assert seconds_elapsed(mock) == 10
