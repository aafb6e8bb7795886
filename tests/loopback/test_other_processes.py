"""Clients of other processes: for how long they get nowhere while the clock stands still."""

from __future__ import annotations

from pytest_asyncops.loopback import other_processes
from pytest_asyncops.loopback.other_processes import OtherProcesses
from pytest_asyncops.virtual_time.server_clock import ServerClock

OURS, THEIRS = ("127.0.0.1", 1), ("127.0.0.1", 2)


def test_how_long_they_get_nowhere(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(other_processes, "_real_monotonic", lambda: now[0])
    clock = ServerClock()
    others = OtherProcesses(clock, lambda client: client == OURS)
    assert others.polled(THEIRS) == ("127.0.0.1:2", 0)
    now[0] += 3
    assert others.polled(OURS) is None
    assert others.polled(THEIRS) == ("127.0.0.1:2", 3)
    clock.advance(1)
    assert others.polled(THEIRS) == ("127.0.0.1:2", 0)
