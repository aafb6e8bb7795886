"""What a row of the table of hand-overs consists of.

Each is repeated, and takes no virtual time by itself: the other side is always ready. So at the end
the clock stands where it says, and a clock that jumps while something is on its way shows.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pytest_asyncops import AsyncOpsMock, mocked

from .hanging import not_hanging
from .virtual_seconds import seconds_elapsed

LIMIT = 600
"""The virtual seconds of the deadline, which no hand-over may come near."""

Body = Callable[[AsyncOpsMock, ThreadPoolExecutor], object]
"""Hands things over under a mock; the pool is older than the mock."""


@dataclass(frozen=True)
class HandOver:
    """A way of handing something on.

    Attributes:
        body: does it a number of times.
        ends: the virtual second at which it ends.
    """

    body: Body
    ends: float

    def run(self) -> tuple[float, BaseException | None]:
        """Do it; returns the virtual second at which it was over, and what went wrong."""
        name = self.body.__name__
        with not_hanging(lambda: name), ThreadPoolExecutor(2) as older:
            older.submit(int).result()  # one of its threads is older than the mock as well
            with mocked(apis=["chainloop"]) as mock:
                try:
                    self.body(mock, older)
                except BaseException as error:
                    return seconds_elapsed(mock), error
                return seconds_elapsed(mock), None


HAND_OVERS: dict[str, HandOver] = {}


def hand_over(ends: float = 0) -> Callable[[Body], Body]:
    def decorated(body: Body) -> Body:
        HAND_OVERS[body.__name__] = HandOver(body, ends)
        return body

    return decorated


class Beside:
    """A thread that sleeps until a moment, beside what happens inside of the block."""

    def __init__(self, mock: AsyncOpsMock, seconds: float = 5) -> None:
        self._mock = mock
        self._seconds = seconds
        self._thread = threading.Thread(target=time.sleep, args=(seconds,), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        at = seconds_elapsed(self._mock)
        self._thread.join()
        assert at == 0
        assert seconds_elapsed(self._mock) == self._seconds


class Worker:
    """A thread that does what it is given, one thing after the other."""

    def __init__(self, limit: float | None = LIMIT) -> None:
        self._limit = limit
        self._tasks: queue.Queue[Callable[[], object] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def give(self, task: Callable[[], object]) -> None:
        self._tasks.put(task)

    def _work(self) -> None:
        while task := self._tasks.get(timeout=self._limit):
            task()

    def __enter__(self) -> Worker:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._tasks.put(None)
        self._thread.join()
