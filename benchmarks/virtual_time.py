"""What the stubs and the virtual clock cost a test, and a skipped wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from pytest_asyncops import mocked
from pytest_asyncops.clock import VirtualClock
from pytest_asyncops.configure import settle
from pytest_asyncops.mocking import AsyncOpsMock
from pytest_asyncops.virtual_time import VirtualTime

from .measure import compare, elsewhere, looped, once, rounds_of
from .report import Figure, Ratio, Row

_ROUNDS = 30
_TIMES = 50
_PROCESSES = 10

# In virtual time the names of Python's clocks lead to virtual ones wherever they are bound, so
# these are real ones that go by no name.
_WALL = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)
_CLOCKS = {name: getattr(time, name) for name in ("monotonic", "perf_counter", "time")}


def run() -> Iterator[Row]:
    first = [elsewhere("virtual_time:first_use") for _ in range(_PROCESSES)]
    for what in first[0]:
        yield Figure(what, [took[what] for took in first], note="in a fresh process")
    settings = settle({"clock": "manual"})

    def on_and_off(clock: str) -> None:
        with mocked(clock=clock):
            pass

    def open_and_close() -> None:
        mock = AsyncOpsMock()
        mock.open(settings)
        mock.close()

    def clock_alone() -> None:
        virtual = VirtualTime(VirtualClock())
        virtual.start()
        virtual.stop()

    parts = {
        "mocked(), on and off": lambda: on_and_off("virtual"),
        "  with clock='manual'": lambda: on_and_off("manual"),
        "  settings alone": lambda: settle({"clock": "manual"}),
        "  stubs and transport alone": open_and_close,
        "  virtual clock alone": clock_alone,
    }
    for what, times in compare(parts, rounds=_ROUNDS, times=_TIMES).items():
        yield Figure(what, times)
    yield from _inside()


def _inside() -> Iterator[Row]:
    """What waits and clocks cost while time is virtual."""
    real = {name: (lambda read=read: looped(read, 1_000)) for name, read in _CLOCKS.items()}

    def virtual(name: str) -> float:
        with mocked():
            return looped(getattr(time, name), 1_000)

    samples = rounds_of(
        _ROUNDS,
        {
            **{("real", name): read for name, read in real.items()},
            **{("virtual", name): partial(virtual, name) for name in _CLOCKS},
        },
    )
    with mocked():
        yield Figure(
            "time.sleep(5), skipped", [looped(_sleep, 1_000, _WALL) for _ in range(_ROUNDS)]
        )
    for name in _CLOCKS:
        yield Ratio(f"time.{name}()", samples["virtual", name], "real clock", samples["real", name])


def _sleep() -> None:
    time.sleep(5)


def first_use() -> dict[str, float]:
    """Seconds of what the first test of a session pays once."""
    took, imported = once(lambda: __import__("pytest_asyncops.transports.responses"))
    assert imported

    def on_and_off() -> None:
        with mocked():
            pass

    return {"importing the transport": took, "mocked(), the first time": once(on_and_off)[0]}
