"""Files count as ready for what is waited for, and who waits for files and time gets both."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from pytest_asyncops.virtual_time.file_waits import PATIENCE, are_ready, wait_for_files

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_files_that_have_something_to_read_are_ready(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, other = pair
    assert not are_ready([(one.fileno(), READ)])
    other.send(b"x")
    assert are_ready([(one.fileno(), READ)])
    assert are_ready([(other.fileno(), READ), (one.fileno(), READ)])
    one.recv(9)
    assert not are_ready([(one.fileno(), READ)])


def test_a_file_is_ready_for_the_events_that_count_and_for_no_others(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, _ = pair
    assert are_ready([(one.fileno(), WRITE)])
    assert are_ready([(one.fileno(), READ | WRITE)])
    assert not are_ready([(one.fileno(), READ)])


def test_a_closed_file_does_not_hide_a_ready_one(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, _ = pair
    closed = -1
    assert are_ready([(closed, READ), (one.fileno(), WRITE)])
    assert are_ready([(one.fileno(), WRITE), (closed, READ)])


def test_a_file_that_has_just_been_closed_is_not_ready() -> None:
    one, other = socket.socketpair()
    with one, other:
        file = one.fileno()
        other.send(b"x")
        assert are_ready([(file, 1)])
        assert not are_ready([])
    assert not are_ready([(file, 1)])


class _Scheduler:
    """One in which a wait consists of asking for so many real seconds, one after the other."""

    def __init__(self, *limits: float) -> None:
        self.limits = limits
        self.seconds: list[float] = []
        self.patience: list[float] = []
        self.came: list[bool] = []
        self.over: list[Callable[[], bool]] = []

    def wait(
        self,
        seconds: float,
        arrives: Callable[[float], bool],
        *,
        over: Callable[[], bool],
        patience: float,
    ) -> bool:
        self.seconds.append(seconds)
        self.patience.append(patience)
        self.over.append(over)
        self.came += map(arrives, self.limits)
        return any(self.came)

    def wait_forever(self, until: Callable[[], Any], *, over: Callable[[], bool]) -> Any:
        self.over.append(over)
        return until()


class _Sockets:
    """Those of which something is known, and those that are about to be answered."""

    def __init__(self, *known: int, awaited: Sequence[int] = ()) -> None:
        self.known = known
        self.awaited = awaited

    def knows(self, file: int) -> bool:
        return file in self.known

    def are_awaited(self, files: Sequence[int]) -> bool:
        return any(file in self.awaited for file in files)


def _wait(
    scheduler: _Scheduler,
    *,
    real: Callable[[float | None], Any] = lambda limit: [],
    seconds: float | None = 30,
    files: Sequence[int] = (3, 4),
    ready: Callable[[], bool] = lambda: False,
    sockets: _Sockets | None = None,
) -> Any:
    fakes: dict[str, Any] = {"scheduler": scheduler, "sockets": sockets or _Sockets()}
    return wait_for_files(**fakes, real=real, seconds=seconds, files=files, ready=ready)


def test_a_wait_with_a_limit_gives_what_happened_last() -> None:
    asked: list[float | None] = []
    happens: list[list[str]] = [[], ["a"], ["b"]]

    def real(limit: float | None) -> list[str]:
        asked.append(limit)
        return happens[len(asked) - 1]

    scheduler = _Scheduler(0, 0.001, 0.002)
    assert _wait(scheduler, real=real) == ["b"]
    assert asked == [0, 0.001, 0.002]
    assert scheduler.seconds == [30]
    assert scheduler.came == [False, True, True]


def test_a_wait_for_ever_is_one_real_wait_without_a_limit() -> None:
    asked: list[float | None] = []

    def real(limit: float | None) -> str:
        asked.append(limit)
        return "came"

    scheduler = _Scheduler(0, 0.001)
    assert _wait(scheduler, real=real, seconds=None) == "came"
    assert asked == [None]
    assert scheduler.seconds == []


@pytest.mark.parametrize(
    ("known", "patience"), [((), PATIENCE), ((3,), PATIENCE), ((3, 4), 0), ((3, 4, 5), 0)]
)
def test_files_of_which_nothing_is_known_are_given_some_time_but_not_the_loops_own(
    known: tuple[int, ...], patience: float
) -> None:
    scheduler = _Scheduler()
    _wait(scheduler, files=(3, 4, 5), sockets=_Sockets(*known))
    assert scheduler.patience == [patience]


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize(("awaited", "awaits"), [((), False), ((4,), True), ((9,), False)])
def test_the_clock_holds_while_a_file_is_ready_or_about_to_be_answered(
    ready: bool, awaited: tuple[int, ...], awaits: bool
) -> None:
    scheduler = _Scheduler()
    _wait(scheduler, ready=lambda: ready, sockets=_Sockets(awaited=awaited))
    _wait(scheduler, ready=lambda: ready, sockets=_Sockets(awaited=awaited), seconds=None)
    limited, for_ever = scheduler.over
    assert limited() == (awaits or ready)
    assert for_ever() == ready
