"""What the stubs and the virtual clock cost a test, a skipped wait, and a month of polls."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import requests

from pytest_asyncops import Lifecycle, mocked
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.mocking import AsyncOpsMock, Switch
from pytest_asyncops.serving.record import Record
from pytest_asyncops.virtual_time.activation import VirtualTime
from pytest_asyncops.virtual_time.server_clock import ServerClock

from .measure import ROOT, compare, elsewhere, looped, once, rounds_of
from .report import Figure, Ratio, Row

_ROUNDS = 30
_TIMES = 50
_PROCESSES = 10
_POLLS = 1_000
_EVERY = 5
_MONTH = 30 * 86_400

# In virtual time Python's usual clocks are virtual wherever they are held; the raw one stays real.
_WALL = partial(time.clock_gettime_ns, getattr(time, "CLOCK_MONOTONIC_RAW", time.CLOCK_MONOTONIC))
_CLOCKS = {name: getattr(time, name) for name in ("monotonic", "perf_counter", "time")}
_HEADERS = {"Authorization": "Bearer token"}


def run() -> Iterator[Row]:
    first = [elsewhere("virtual_time:first_use") for _ in range(_PROCESSES)]
    for what in first[0]:
        yield Figure(what, [took[what] for took in first], note="in a fresh process")
    settings = resolve_settings({"clock": "manual"})

    def on_and_off(clock: str) -> None:
        with mocked(clock=clock):
            pass

    def open_and_close() -> None:
        switch = Switch()
        switch.open(settings)
        switch.close()

    def clock_alone() -> None:
        virtual = VirtualTime(ServerClock(), lambda length, total: None)
        virtual.start()
        virtual.stop()

    parts = {
        "mocked(), on and off": lambda: on_and_off("virtual"),
        "  with clock='manual'": lambda: on_and_off("manual"),
        "  settings alone": lambda: resolve_settings({"clock": "manual"}),
        "  stubs and transport alone": open_and_close,
        "  virtual clock alone": clock_alone,
    }
    bars = {"mocked(), on and off": 1e-3}
    for what, times in compare(parts, rounds=_ROUNDS, times=_TIMES).items():
        yield Figure(what, times, bar=bars.get(what))
    yield from _inside()
    yield from _threads()
    yield from _recorded()
    yield from _a_month_of_polls()
    yield from _idioms()


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
    with mocked(max_virtual_time=1e9):
        slept = [looped(_sleep, 1_000, _WALL) for _ in range(_ROUNDS)]
    yield Figure("time.sleep(5), skipped", slept, bar=20e-6)
    for name in _CLOCKS:
        yield Ratio(f"time.{name}()", samples["virtual", name], "real clock", samples["real", name])


def _sleep() -> None:
    time.sleep(_EVERY)


def _threads() -> Iterator[Row]:
    """What it costs that threads take turns."""

    def poll_in(threads: int) -> float:
        """Seconds for each poll and the wait after it."""
        polls = 640 // threads
        with mocked(apis=["chainloop"]) as mock:
            operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
            url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

            def work() -> None:
                with requests.Session() as session:
                    for _ in range(polls):
                        session.get(url, headers=_HEADERS)
                        time.sleep(_EVERY)

            workers = [threading.Thread(target=work) for _ in range(threads)]
            began = _WALL()
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            took = _WALL() - began
            assert mock.clock.elapsed.total_seconds() == polls * _EVERY
        return took / 1e9 / polls / threads

    def wait_in_one_of_two() -> float:
        with mocked(max_virtual_time=1e9):
            done, event = threading.Event(), threading.Event()
            other = threading.Thread(target=done.wait)
            other.start()
            took = looped(lambda: event.wait(_EVERY), 1_000, _WALL)
            done.set()
            other.join()
        return took

    def sleep_alone() -> float:
        with mocked(max_virtual_time=1e9):
            return looped(_sleep, 1_000, _WALL)

    samples = rounds_of(
        9,
        {
            "2": lambda: poll_in(2),
            "64": lambda: poll_in(64),
            "event": wait_in_one_of_two,
            "sleep": sleep_alone,
        },
    )
    yield Ratio("a poll and its wait, 64 threads", samples["64"], "2 threads", samples["2"], bar=2)
    yield Ratio(
        "Event.wait(5) in one of two threads", samples["event"], "time.sleep(5)", samples["sleep"],
        bar=15,
    )  # fmt: skip


def _recorded() -> Iterator[Row]:
    """What a test that passes pays for the timeline that it does not show."""

    def poll() -> float:
        with mocked(apis=["chainloop"]) as mock, requests.Session() as session:
            operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
            url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

            def once_more() -> None:
                session.get(url, headers=_HEADERS)
                _sleep()

            return looped(once_more, 200)

    def without() -> float:
        waited = Record.waited
        Record.waited = lambda self, length: None  # type: ignore[method-assign]
        try:
            return poll()
        finally:
            Record.waited = waited  # type: ignore[method-assign]

    samples = rounds_of(_ROUNDS, {"with": poll, "without": without}, warm=2)
    yield Ratio(
        "a poll and its wait, recorded", samples["with"], "not recorded", samples["without"],
        bar=1.02,
    )  # fmt: skip


def _a_month_of_polls() -> Iterator[Row]:
    """Every 5 seconds for 30 days are 518,400 polls; of these a sample, spread over the month."""
    stretches = 10

    def poll(clock: str, wait: Callable[[AsyncOpsMock], None]) -> float:
        took = []
        with mocked(clock=clock, apis=["chainloop"]) as mock, requests.Session() as session:
            operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=_MONTH))
            url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

            def once_more() -> None:
                answer = session.get(url, headers=_HEADERS).json()["operation"]
                assert answer["status"] == "ASYNC_OPERATION_STATUS_RUNNING"
                wait(mock)

            for _ in range(stretches):
                took.append(looped(once_more, _POLLS // stretches))
                mock.clock.advance(_MONTH / stretches - _EVERY * _POLLS / stretches - 1)
            assert _MONTH - mock.clock.elapsed.total_seconds() == stretches
        return sum(took) / stretches

    samples = rounds_of(
        9,
        {
            "virtual": lambda: poll("virtual", lambda mock: time.sleep(_EVERY)),
            "manual": lambda: poll("manual", lambda mock: mock.clock.advance(_EVERY)),
        },
    )
    yield Ratio("a poll and its wait", samples["virtual"], "moved by hand", samples["manual"])
    whole = [each * _MONTH / _EVERY for each in samples["virtual"]]
    yield Figure("30 days, polled every 5 s", whole, note="reckoned from the sample")


def _idioms() -> Iterator[Row]:
    """What a test takes by the wall whose poller waits in each of the ways that are tested."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from support.library_idioms import LIBRARIES
        from support.waiting_idioms import POLLERS
    finally:
        sys.path.pop(0)

    def poll(poller: Callable[[Callable[[], bool]], object]) -> None:
        with mocked(apis=["chainloop"]) as mock:
            operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=2, running=30))
            url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"

            def done() -> bool:
                answer = requests.get(url, headers=_HEADERS, timeout=30).json()["operation"]
                return bool(answer["status"] == "ASYNC_OPERATION_STATUS_COMPLETED")

            poller(done)

    for name, poller in {**POLLERS, **LIBRARIES}.items():
        poll(poller)
        times = [looped(partial(poll, poller), 1, _WALL) for _ in range(5)]
        yield Figure(f"8 polls: {name}", times, bar=50e-3)


def first_use() -> dict[str, float]:
    """Seconds of what the first test of a session pays once."""
    took, imported = once(lambda: __import__("pytest_asyncops.transports.responses"))
    assert imported

    def on_and_off() -> None:
        with mocked():
            pass

    return {"importing the transport": took, "mocked(), the first time": once(on_and_off)[0]}
