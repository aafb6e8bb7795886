"""What the stubs and the virtual clock cost a test, and a skipped wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from time import perf_counter_ns

from pytest_asyncops import mocked
from pytest_asyncops.clock import VirtualClock
from pytest_asyncops.configure import settle
from pytest_asyncops.mocking import AsyncOpsMock
from pytest_asyncops.virtual_time import VirtualTime

from .measure import compare, looped
from .report import Figure, Ratio, Row

_ROUNDS = 30


def run() -> Iterator[Row]:
    def on_and_off(clock: str) -> None:
        with mocked(clock=clock):
            pass

    def clock_alone() -> None:
        virtual = VirtualTime(VirtualClock())
        virtual.start()
        virtual.stop()

    def open_and_close() -> None:
        mock = AsyncOpsMock()
        mock.open(settled_settings)
        mock.close()

    settled_settings = settle({"clock": "manual"})
    parts = {
        "mocked(), on and off": lambda: on_and_off("virtual"),
        "  with clock='manual'": lambda: on_and_off("manual"),
        "  settings alone": lambda: settle({"clock": "manual"}),
        "  stubs and transport alone": open_and_close,
        "  virtual clock alone": clock_alone,
    }
    for what, times in compare(parts, rounds=_ROUNDS, times=50).items():
        yield Figure(what, times)
    real_sleep, real_monotonic = time.sleep, time.monotonic
    with mocked():
        skipped = compare(
            {
                "sleep": lambda: time.sleep(5),
                "real sleep": lambda: real_sleep(0),
                "monotonic": time.monotonic,
                "real monotonic": real_monotonic,
            },
            rounds=_ROUNDS,
            times=1_000,
            clock=perf_counter_ns,
        )
        yield Ratio("a skipped sleep", skipped["sleep"], "sleep(0)", skipped["real sleep"])
        yield Ratio(
            "time.monotonic() when virtual",
            skipped["monotonic"],
            "real",
            skipped["real monotonic"],
        )
        wall = [looped(time.time, 1_000) for _ in range(_ROUNDS)]
    plain = [looped(time.time, 1_000) for _ in range(_ROUNDS)]
    yield Ratio("time.time() when virtual", wall, "real", plain)
