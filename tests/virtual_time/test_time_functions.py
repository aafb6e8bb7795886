"""The functions of time mean in virtual time what they mean really, and outside of it do it."""

from __future__ import annotations

import datetime
import math
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from support.client_code import called_by

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time import time_functions
from pytest_asyncops.virtual_time.activation import VirtualTime
from pytest_asyncops.virtual_time.client_clock import ClientClock
from pytest_asyncops.virtual_time.real_time_threads import RealTimeThreads
from pytest_asyncops.virtual_time.server_clock import ServerClock
from pytest_asyncops.virtual_time.time_functions import (
    TIME_FUNCTIONS,
    ActiveTime,
    active_anywhere,
    active_here,
    perf_counter_hooks,
    turn_off,
    turn_on,
    wall_clock,
)

PACE = 5.0
"""Seconds by which the client's clocks may be ahead, because they tick; a slow machine's share."""

REAL: dict[str, Any] = {name: real for name, real, _ in TIME_FUNCTIONS}
STAND_INS: dict[str, Any] = {name: stand_in for name, _, stand_in in TIME_FUNCTIONS}
CLOCKS = ["monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"]
GETTIME = [name for name in ("clock_gettime", "clock_gettime_ns") if hasattr(time, name)]


@pytest.fixture(autouse=True)
def given_back():
    assert {name: getattr(time, name) for name in REAL} == REAL
    yield
    assert {name: getattr(time, name) for name in REAL} == REAL
    assert abs(time.time() - datetime.datetime.now().timestamp()) < PACE
    assert not time_machine.escape_hatch.is_travelling()


LENGTHS = st.one_of(
    st.integers(0, 10**6),
    st.floats(0, 1e6, allow_nan=False).map(lambda seconds: round(seconds, 9)),
)


@pytest.mark.parametrize("read", [time.monotonic, time.monotonic_ns])
def test_the_monotonic_clock_jumps_by_what_was_slept(read):
    name = read.__name__
    unit = 10**9 if name.endswith("_ns") else 1
    before = read()
    with mocked():
        read = getattr(time, name)
        start = read()
        time.sleep(86_400)
        assert 86_400 * unit <= read() - start <= (86_400 + PACE) * unit
        assert isinstance(read(), type(before))
        assert start >= before


@given(st.lists(LENGTHS, max_size=8))
def test_sleeps_add_up_exactly(waits):
    clock = ServerClock()
    virtual = VirtualTime(clock, lambda length, skipped: None)
    virtual.start()
    try:
        for wait in waits:
            time.sleep(wait)
    finally:
        virtual.stop()
    assert clock.elapsed_ns == sum(
        wait * 10**9 if isinstance(wait, int) else round(wait * 10**9) for wait in waits
    )


def test_a_tenth_of_a_second_ten_times_is_a_second():
    with mocked() as mock:
        for _ in range(10):
            time.sleep(0.1)
        assert mock.clock._server.elapsed_ns == 10**9


class Whole:
    """An integer of another library."""

    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize("wait", [7, 7.0, Whole()])
def test_what_sleep_takes(wait):
    with mocked() as mock:
        assert time.sleep(wait) is None
        assert mock.clock._server.elapsed_ns == 7 * 10**9


@pytest.mark.parametrize(
    "wait",
    [
        -1,
        -0.5,
        -math.inf,
        math.nan,
        math.inf,
        1e20,
        10**20,
        9223372037,
        "5",
        None,
        Fraction(1),
        1j,
        datetime.timedelta(seconds=1),
    ],
    ids=repr,
)
def test_what_sleep_refuses_it_refuses_in_pythons_words(wait):
    with pytest.raises((ValueError, TypeError, OverflowError)) as real:
        time.sleep(wait)
    with mocked() as mock:
        with pytest.raises(real.type) as virtual:
            time.sleep(wait)
        assert str(virtual.value) == str(real.value)
        assert mock.clock._server.elapsed_ns == 0


def test_sleep_takes_one_argument_by_position():
    for args, kwargs in (((), {}), ((1, 2), {}), ((), {"seconds": 1})):
        with mocked(), pytest.raises(TypeError):
            time.sleep(*args, **kwargs)


def test_a_name_bound_during_a_test_is_real_afterwards() -> None:
    with mocked() as mock:
        kept = time.sleep, time.monotonic, time.monotonic_ns, time.perf_counter
        kept_ns = time.perf_counter_ns
        kept[0](5)
        assert mock.clock.elapsed.total_seconds() == 5
    kept[0](0)
    assert abs(kept[1]() - time.monotonic()) < 60
    assert abs(kept[2]() - time.monotonic_ns()) < 60e9
    assert abs(kept[3]() - time.perf_counter()) < 60
    assert abs(kept_ns() - time.perf_counter_ns()) < 60e9
    with pytest.raises(ValueError):  # noqa: PT011 - in the words of Python's own
        kept[0](-1)


def test_a_tool_keeps_its_own_clocks(mock: AsyncOpsMock) -> None:
    tool: dict[str, Any] = {"__name__": "_pytest.made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", tool)
    own: dict[str, Any] = {"__name__": "made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", own)
    before, own_before = tool["read"](), own["read"]()
    with mocked():
        time.sleep(1_000_000)
        for was, now in zip(before, tool["read"](), strict=True):
            assert 0 <= now - was < 1_000
    for was, now in zip(before, tool["read"](), strict=True):
        assert 0 <= now - was < 1_000
    for was, now in zip(own_before, own["read"](), strict=True):
        assert 1_000_000 <= now - was < 1_000_100


@pytest.mark.parametrize(("caller", "real"), [("made_up", False), ("_pytest.made_up", True)])
def test_the_wall_clock_looks_past_time_machine(caller: str, real: bool) -> None:
    active = _active()
    time_ns = wall_clock(active)
    between: dict[str, Any] = {"__name__": "time_machine", "time_ns": time_ns}
    exec("def ask(): return time_ns()", between)
    outer: dict[str, Any] = {"__name__": caller, "ask": between["ask"]}
    exec("def read(): return ask()", outer)
    assert outer["read"]() == (7 if real else ServerClock().now_ns)


def _code_of(module: str, source: str) -> Any:
    """A function of a module with this name, which asks ``time`` or a stand-in."""
    names: dict[str, Any] = {"__name__": module, "time": time, **STAND_INS}
    exec(f"def run(): return {source}", names)
    return names["run"]


def test_the_time_functions_are_those_of_time_by_their_names() -> None:
    assert list(REAL) == ["sleep", *CLOCKS, "ctime", "asctime", *GETTIME]
    with mocked():
        assert {name: getattr(time, name) for name in REAL} == STAND_INS


@pytest.mark.parametrize("name", CLOCKS)
def test_outside_of_virtual_time_a_stand_in_says_what_the_clock_says(name: str) -> None:
    before, reading, after = REAL[name](), STAND_INS[name](), REAL[name]()
    assert before <= reading <= after
    assert type(reading) is type(before)


def test_outside_of_virtual_time_a_stand_in_sleeps_really() -> None:
    began = time.monotonic()
    assert STAND_INS["sleep"](0.005) is None
    assert time.monotonic() - began >= 0.005
    for wait in (-1, math.nan, "5", 10**20):
        with pytest.raises((ValueError, TypeError, OverflowError)) as real:
            time.sleep(wait)  # type: ignore[arg-type]
        with pytest.raises(real.type):
            STAND_INS["sleep"](wait)


@pytest.mark.parametrize("wait", [0, 7.25, 0.1, 30 * 86_400])
def test_the_clocks_in_seconds_and_in_nanoseconds_agree(mock: AsyncOpsMock, wait: float) -> None:
    time.sleep(wait)
    assert time.monotonic() == pytest.approx(time.monotonic_ns() / 1e9, abs=1e-6, rel=0)
    before = time.perf_counter_ns()
    between = time.perf_counter()
    after = time.perf_counter_ns()
    assert before / 1e9 - 1e-6 <= between <= after / 1e9 + 1e-6


@pytest.mark.parametrize(("name", "unit"), [("perf_counter", 1), ("perf_counter_ns", 10**9)])
def test_the_performance_counter_jumps_by_what_was_slept(name: str, unit: int) -> None:
    real = REAL[name]()
    with mocked():
        before = getattr(time, name)()
        time.sleep(86_400)
        after = getattr(time, name)()
    assert real <= before
    # A float has not the digits for every sum.
    assert (86_400 - 1e-6) * unit <= after - before <= (86_400 + PACE) * unit


def test_the_longest_sleep_that_python_takes_is_taken() -> None:
    clock = ServerClock()
    virtual = VirtualTime(clock, lambda length, skipped: None)
    virtual.start()
    try:
        time.sleep(2**63 // 10**9)
    finally:
        virtual.stop()
    assert clock.elapsed_ns == 2**63 // 10**9 * 10**9


def test_a_sleep_of_a_tool_is_real(mock: AsyncOpsMock) -> None:
    _code_of("_pytest.made_up", "time.sleep(0.001)")()
    assert mock.clock._server.elapsed_ns == 0
    _code_of("made_up", "time.sleep(0.001)")()
    assert mock.clock._server.elapsed_ns == 1_000_000


def test_who_keeps_deadlines_by_the_performance_counter_is_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setitem(perf_counter_hooks, "made_up.inside", lambda: asked.append("asked"))
    keeps, other = (
        _code_of(name, "perf_counter(), perf_counter()") for name in ("made_up.inside", "made_up")
    )
    with mocked():
        before, again = keeps()
        assert before == again  # it moves by waits alone
        assert asked == ["asked"] * 2
        time.sleep(5)
        assert keeps()[0] - before == pytest.approx(5, abs=1e-6)
        del asked[:]
        first, second = other()
        assert first <= second
    assert REAL["perf_counter"]() <= keeps()[0] <= REAL["perf_counter"]()
    assert asked == []


def _active(**parts: Any) -> ActiveTime:
    server = ServerClock()
    threads = parts.get("real_time_threads", RealTimeThreads())
    nothing = cast("Any", None)
    return ActiveTime(ClientClock(server.shared_time), nothing, threads, server, lambda: 7, nothing)


def test_the_latest_virtual_time_that_is_on_counts() -> None:
    first, second = _active(), _active()
    seen = [active_here()]
    for turn, active in (
        (turn_on, first),
        (turn_on, second),
        (turn_off, first),
        (turn_off, second),
    ):
        turn(active)
        assert active_here() is active_anywhere()
        seen.append(active_here())
    assert seen == [None, first, second, second, None]


def _in_a_thread(function: Callable[[], Any], threads: RealTimeThreads) -> Any:
    """What a function gives in a thread that keeps real time."""
    given: list[Any] = []

    def give() -> None:
        threads.add_current()
        given.append(function())

    thread = threading.Thread(target=give)
    thread.start()
    thread.join()
    return given[0]


def test_a_thread_that_keeps_real_time_lives_in_no_virtual_time() -> None:
    threads = RealTimeThreads()
    active = _active(real_time_threads=threads)
    time_ns = wall_clock(active)
    turn_on(active)
    try:
        assert _in_a_thread(active_here, threads) is None
        assert _in_a_thread(active_anywhere, threads) is active
        assert _in_a_thread(time_ns, threads) == 7
        assert active_here() is active
        assert time_ns() == active.server.now_ns
    finally:
        turn_off(active)


# -- clocks by their numbers, and times as text ------------------------------------------------


@pytest.mark.parametrize("name", GETTIME)
def test_the_monotonic_clock_by_its_number_is_the_virtual_one(
    mock: AsyncOpsMock, name: str
) -> None:
    plain = getattr(time, name.replace("clock_gettime", "monotonic"))
    for number in (time.CLOCK_MONOTONIC, Number()):
        assert getattr(time, name)(number) == plain()
        time.sleep(86_400)
        assert getattr(time, name)(number) == plain()


class Number:
    """The monotonic clock's number, as an integer of another library."""

    def __index__(self) -> int:
        return time.CLOCK_MONOTONIC


@pytest.mark.parametrize("name", GETTIME)
def test_the_wall_clock_by_its_number_is_the_virtual_one(mock: AsyncOpsMock, name: str) -> None:
    plain = getattr(time, name.replace("clock_gettime", "time"))
    time.sleep(86_400)
    assert getattr(time, name)(time.CLOCK_REALTIME) == plain()


@pytest.mark.parametrize("name", GETTIME)
def test_other_clocks_by_their_numbers_stay_real(name: str) -> None:
    cpu = time.CLOCK_PROCESS_CPUTIME_ID
    before = getattr(time, name)(cpu)
    with mocked():
        time.sleep(10**6)
        used = getattr(time, name)(cpu) - before
    assert 0 <= used <= 10**5 * (10**9 if name.endswith("_ns") else 1)


@pytest.mark.parametrize(
    "clock", [(), ("x",), (1.5,), (None,), (10**30,), (999,), (1, 2)], ids=repr
)
@pytest.mark.parametrize("name", GETTIME)
def test_what_a_clock_refuses_it_refuses_in_pythons_words(name: str, clock: Any) -> None:
    with pytest.raises((TypeError, OverflowError, OSError)) as real:
        getattr(time, name)(*clock)
    with mocked(), pytest.raises(real.type):
        getattr(time, name)(*clock)


def test_times_as_text_are_virtual(mock: AsyncOpsMock) -> None:
    time.sleep(86_400.5)
    now = time.strftime("%a %b %e %H:%M:%S %Y")
    assert time.ctime() == time.ctime(None) == time.asctime() == now
    assert time.asctime(time.gmtime()) == "Fri Jan  2 00:00:00 2026"


@pytest.mark.parametrize("name", ["ctime", "asctime"])
@pytest.mark.parametrize("given", [("x",), (1, 2), (math.nan,)], ids=repr)
def test_times_that_are_given_become_the_text_they_become_really(name: str, given: Any) -> None:
    moment = 10**9 if name == "ctime" else time.gmtime(10**9)
    text = getattr(time, name)(moment)
    with mocked():
        assert getattr(time, name)(moment) == text
        with pytest.raises((TypeError, ValueError)):
            getattr(time, name)(*given)


@pytest.mark.parametrize("name", ["ctime", "asctime"])
def test_outside_of_virtual_time_they_are_real(name: str) -> None:
    before, text, after = REAL[name](), STAND_INS[name](), REAL[name]()
    assert text in (before, after)


ASKED = {
    **{name: f"time.{name}(time.CLOCK_MONOTONIC)" for name in GETTIME},
    **{name + ", wall": f"time.{name}(time.CLOCK_REALTIME)" for name in GETTIME},
    "ctime": "time.ctime()",
    "asctime": "time.asctime()",
}


@pytest.mark.parametrize("what", ASKED)
def test_a_tool_that_asks_so_gets_the_real_time(what: str) -> None:
    tool, own = (_code_of(name, ASKED[what]) for name in ("_pytest.made_up", "made_up"))
    before = tool()
    with mocked():
        time.sleep(10**7)
        inside = tool()
        assert own() != inside
    if isinstance(before, str):
        assert inside in (before, tool())
    else:
        assert before <= inside <= tool()


@pytest.mark.parametrize("find", [time_functions._module_of_caller, time_functions._module_at])
def test_every_python_tells_whose_code_reads_the_clock(find: Callable[[int], str | None]) -> None:
    call = called_by("made_up_library.reads")
    assert call(lambda: (find(0), find(1))) == (__name__, "made_up_library.reads")
