"""The clock counts nanoseconds, goes forward only, and asks nobody for the time."""

from __future__ import annotations

import ast
import datetime
import itertools
import re
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_asyncops
from pytest_asyncops import InvalidArgument, MockClosed, VirtualClock, mocked
from pytest_asyncops.durations import SECOND
from pytest_asyncops.virtual_time.server_clock import ServerClock

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)

steps = st.integers(0, 10**15)


def test_a_new_clock():
    clock = VirtualClock(ServerClock())
    assert clock.now() == EPOCH
    assert clock.elapsed == datetime.timedelta(0)
    assert repr(clock) == "<VirtualClock 2026-01-01T00:00:00Z, 0 s on>"
    assert VirtualClock(ServerClock(0)).now() == datetime.datetime(1970, 1, 1, tzinfo=UTC)


def test_the_ways_to_advance():
    clock = VirtualClock(ServerClock())
    clock.advance(1.5)
    clock.advance(datetime.timedelta(minutes=1))
    assert clock.elapsed == datetime.timedelta(seconds=61.5)
    clock.advance_to(datetime.datetime(2026, 1, 1, 2, tzinfo=datetime.timezone(MICROSECOND * 36e8)))
    assert clock.now() == EPOCH + datetime.timedelta(hours=1)
    assert repr(clock) == "<VirtualClock 2026-01-01T01:00:00Z, 1 h on>"


@given(steps, st.timedeltas(datetime.timedelta(0), datetime.timedelta(days=1000)))
def test_a_clock_goes_to_any_instant_from_the_present_on(ns, ahead):
    clock = VirtualClock(ServerClock())
    clock._server.advance_ns(ns)
    before, target = clock._server.now_ns, clock.now() + ahead
    clock.advance_to(target)
    assert clock.now() == target
    assert before <= clock._server.now_ns


@given(steps, st.timedeltas(MICROSECOND, datetime.timedelta(days=1000)))
def test_time_does_not_go_back(ns, behind):
    clock = VirtualClock(ServerClock())
    clock._server.advance_ns(ns)
    now, target = clock.now(), clock.now() - behind
    message = (
        f"time cannot go back: it is {now.isoformat()}, and {target.isoformat()} is in the past. "
        "Use asyncops_mock.reset() to start over."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        clock.advance_to(target)
    assert caught.value.value == target
    assert clock._server.elapsed_ns == ns


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (
            lambda clock: clock.advance(-1),
            "the clock's advance must be finite and not negative, not -1",
        ),
        (
            lambda clock: clock.advance(True),
            "the clock's advance must be seconds (int or float) or a timedelta, not True",
        ),
        (
            lambda clock: clock.advance_to(datetime.datetime(2027, 1, 1)),
            "the clock's new time must be a datetime with a time zone, not "
            "datetime.datetime(2027, 1, 1, 0, 0). Add tzinfo=datetime.timezone.utc.",
        ),
    ],
)
def test_bad_moves_leave_the_clock_alone(move, message):
    clock = VirtualClock(ServerClock())
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        move(clock)
    assert clock._server.elapsed_ns == clock._server.shared_time.skipped_ns == 0


def test_a_real_clock_follows_its_source_and_cannot_be_moved():
    ticks = itertools.count(0, SECOND)
    clock = VirtualClock(ServerClock(source=lambda: next(ticks)))
    assert [clock._server.elapsed_ns, clock._server.elapsed_ns] == [0, SECOND]
    assert clock.now() == EPOCH + datetime.timedelta(seconds=2)
    message = "the real clock cannot be moved. Use clock='virtual' or clock='manual'."
    tomorrow = EPOCH + datetime.timedelta(days=1)
    for move in (lambda: clock.advance(1), lambda: clock.advance_to(tomorrow)):
        with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
            move()
    assert clock._server.shared_time.skipped_ns == 0


def test_a_clock_stops_where_dates_end():
    clock = VirtualClock(ServerClock())
    clock.advance(1.5)
    message = (
        "the clock cannot go past the year 9999, the last that Python's dates can show: it is "
        "2026-01-01T00:00:01.500Z, and 1,000,000,000,000 seconds are too many. Advance it by at "
        "most 251,635,075,198."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        clock.advance(1e12)
    assert caught.value.value == 1e12
    with pytest.raises(InvalidArgument, match="past the year 9999"):
        clock.advance(datetime.timedelta.max)
    clock.advance(251_635_075_198)
    assert (
        repr(clock)
        == "<VirtualClock 9999-12-31T23:59:59.500Z, 2,912,442 days 23 h 59 min 59.5 s on>"
    )
    clock.advance_to(datetime.datetime.max.replace(tzinfo=UTC))
    assert clock.now() == datetime.datetime.max.replace(tzinfo=UTC)
    other = VirtualClock(ServerClock())
    other._server.join(clock._server.shared_time)
    with pytest.raises(InvalidArgument, match="at most 0"):
        other.advance(1)


def test_a_clock_that_a_wait_has_carried_past_all_dates_can_be_read():
    clock = VirtualClock(ServerClock())
    clock._server.shared_time.skipped_ns += 10**12 * SECOND
    assert clock.now() == datetime.datetime.max.replace(tzinfo=UTC)
    assert (
        repr(clock)
        == "<VirtualClock 9999-12-31T23:59:59.999999Z, 11,574,074 days 1 h 46 min 40 s on>"
    )
    with pytest.raises(InvalidArgument, match="at most 0"):
        clock.advance(1)
    clock._server.shared_time.skipped_ns *= 1000
    assert clock.elapsed == datetime.timedelta.max


@pytest.mark.parametrize("kind", ["virtual", "manual", "real"])
def test_a_closed_clock_tells_when_its_mock_closed_and_cannot_be_moved(kind):
    with mocked(clock=kind) as mock:
        clock = mock.clock
        if kind != "real":
            clock.advance(7)
    closed_at = clock.now(), clock.elapsed, repr(clock)
    for move in (
        lambda: clock.advance(1),
        lambda: clock.advance_to(EPOCH + datetime.timedelta(days=9999)),
        lambda: clock.advance_to(EPOCH),
    ):
        with pytest.raises(
            MockClosed, match=r"^this clock's mock is closed: .*; move it inside\.$"
        ):
            move()
    with clock.real():  # as all time is by now
        assert (clock.now(), clock.elapsed, repr(clock)) == closed_at
    if kind != "real":
        assert clock.elapsed == datetime.timedelta(seconds=7)


def test_a_clock_without_waits_of_its_own_has_real_time_anyway():
    clock = VirtualClock(ServerClock())
    with clock.real() as given:
        clock.advance(5)
    assert given is None
    assert clock._server.elapsed_ns == 5 * SECOND


def test_a_block_of_real_time_is_that_of_the_shared_time():
    clock, other = VirtualClock(ServerClock()), VirtualClock(ServerClock())
    blocks = []
    clock._server.shared_time.run_really = lambda: blocks.append("begun") or ExitStack()
    other._server.join(clock._server.shared_time)
    for each in (clock, other):
        with each.real():
            pass
    other._server.leave()
    with other.real():
        pass
    assert blocks == ["begun"] * 2


# Two runs print the same: what differs from run to run is asked for in a few places only.

ALLOWED = {"session",
           "loopback.other_processes",  # how long another process has waited by its own clock
           "serve.command",  # a token that nobody can guess
           "transports.http_client",  # how long a client has waited by its own clock
           "virtual_time.activation", "virtual_time.client_clock",
           "virtual_time.child_processes", "virtual_time.children", "virtual_time.lookout",
           "virtual_time.outside", "virtual_time.proactor_patches", "virtual_time.process_pools",
           "virtual_time.real_waits",
           "virtual_time.sockets",
           "virtual_time.time_functions"}  # fmt: skip
CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
             "gmtime", "localtime", "strftime", "process_time", "clock_gettime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "uuid": {"uuid1", "uuid4"},
    "os": {"urandom", "getrandom"},
}  # fmt: skip
CHANCE = {"random", "secrets", "uuid"}


def what_differs_from_run_to_run(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in CHANCE]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            if node.module in CHANCE:
                found.append(node.module)
            found += [
                f"{node.module}.{alias.name}"
                for alias in node.names
                if alias.name in CLOCKS.get(node.module, ()) and node.module != "datetime"
            ]
        elif isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else None
            owner = node.value.id if isinstance(node.value, ast.Name) else owner
            if node.attr in CLOCKS.get(owner, ()):
                found.append(f"{owner}.{node.attr}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import time\nx = time.time()",
        "import time\nclock = time.monotonic",
        "from time import time_ns",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.utcnow()",
        "import datetime\ndatetime.date.today()",
        "import random",
        "def f():\n    from random import random",
        "import uuid",
        "from uuid import uuid4",
        "import secrets",
        "import os\nos.urandom(8)",
    ],
)
def test_the_search_finds_what_it_looks_for(source):
    assert what_differs_from_run_to_run(source)


def modules() -> dict[str, Path]:
    package = Path(str(resources.files(pytest_asyncops)))
    return {
        ".".join(path.relative_to(package).with_suffix("").parts): path
        for path in sorted(package.rglob("*.py"))
    }


def test_the_search_looks_at_every_module():
    assert {"virtual_time.clock", "apis.chainloop", "transports.responses", *ALLOWED} <= set(
        modules()
    )


@pytest.mark.parametrize("name", sorted(set(modules()) - ALLOWED))
def test_no_module_reads_the_wall_clock_or_asks_for_chance(name):
    assert what_differs_from_run_to_run(modules()[name].read_text("utf-8")) == []
