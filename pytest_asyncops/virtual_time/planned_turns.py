"""The turns that are planned for some virtual time, earliest first."""

from __future__ import annotations

import heapq
import itertools

from .waits import Wait


class PlannedTurns:
    """Waits by their deadlines; of two with the same deadline, the lower number is first.

    Each change is a single call into C, so that no signal's handler can split it.
    """

    __slots__ = ("_heap", "_numbers")

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._heap: list[tuple[int, int, Wait]] = []

    def number(self, wait: Wait) -> None:
        """Give a wait its number."""
        wait.number = next(self._numbers)

    def plan(self, wait: Wait, deadline: int) -> None:
        """Plan the turn of a numbered wait, for this number of skipped nanoseconds."""
        wait.deadline = deadline
        heapq.heappush(self._heap, (deadline, wait.number, wait))

    def first(self) -> Wait | None:
        """The wait with the earliest deadline that has not ended."""
        while self._heap:
            wait = self._heap[0][2]
            if not (wait.ended or wait.due):
                return wait
            heapq.heappop(self._heap)
        return None

    def any_by(self, instant: int) -> bool:
        """Whether a turn may be planned for this instant, or for an earlier one."""
        return bool(self._heap) and self._heap[0][0] <= instant

    def keep_only(self, thread: int) -> None:
        """Forget the waits of all other threads."""
        self._heap = [entry for entry in self._heap if entry[2].thread == thread]
        heapq.heapify(self._heap)

    def __bool__(self) -> bool:
        return bool(self._heap)
