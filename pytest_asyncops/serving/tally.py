"""What is known of all polls of an operation, however many there were.

Calls are dropped in the end, so everything that a test can assert about all polls is counted as
they come, at a constant cost and in little memory.
"""

from __future__ import annotations

import datetime
import email.utils
from bisect import bisect_left
from collections.abc import Container, Mapping
from typing import NamedTuple

from ..durations import SECOND, to_ns
from ..lifecycle.states import AnyState
from .calls import Call

_MOST_STEPS = 200
"""How many steps are kept: no real poller has a tenth of them, but one whose intervals grow by the
same length for ever has more."""

_MOST_STRANGERS = 1_000
"""For how many unknown ids polls are counted. Their operations may be started later."""


class Interval(NamedTuple):
    """The time from one poll to the next.

    Attributes:
        number: the number of the later poll, from 1.
        length: how long it is, in nanoseconds.
        before: the length of the interval before, ``None`` if it is not known.
    """

    number: int
    length: int
    before: int | None = None

    @property
    def growth(self) -> float:
        """How many times it is as long as the one before.

        Half a nanosecond is added: intervals are not finer, and clients round what they compute.
        """
        return (2 * self.length + 1) / (2 * self.before) if self.before else float("inf")


class TooSoon(NamedTuple):
    """A poll that came before the time that the previous answer had named.

    Attributes:
        number: its number, from 1.
        length: the nanoseconds since the previous poll.
        retry_after: the ``Retry-After`` of the previous answer.
    """

    number: int
    length: int
    retry_after: str


class Growth:
    """The steps from one interval to the next that may have grown too little.

    How much is too little, and from which length on it does not matter, is only known when a test
    asserts it. A step is kept unless another one that is not longer has not grown more. The kept
    steps are in order: the longer, the less growth.
    """

    __slots__ = ("_lengths", "_own", "_steps")

    def __init__(self) -> None:
        self._lengths: list[int] = []
        self._steps: list[tuple[float, Interval]] = []
        # The growth of the steps of these lengths themselves, even if they were merged.
        self._own: list[float] = []

    def add(self, step: Interval) -> None:
        """Note a step."""
        # A test cannot ask for less than no growth, so all steps that have shrunk are equal.
        growth = step.growth
        if growth < 1:
            growth = 0.0
        lengths, steps = self._lengths, self._steps
        start = bisect_left(lengths, step.length)
        if start < len(steps) and lengths[start] == step.length and steps[start][0] <= growth:
            return
        if start and steps[start - 1][0] <= growth:
            return
        end = start
        while end < len(steps) and steps[end][0] >= growth:
            end += 1
        lengths[start:end] = [step.length]
        steps[start:end] = [(growth, step)]
        self._own[start:end] = [growth]
        if len(steps) > _MOST_STEPS:
            self._merge()

    def _merge(self) -> None:
        """Merge the two that differ least: as short as one, with as little growth as the other.

        An assertion between the two is then checked too strictly, and all others exactly.
        """
        steps, own = self._steps, self._own
        at = min(range(len(steps) - 1), key=lambda at: own[at] - steps[at + 1][0])
        del self._lengths[at + 1], own[at + 1], steps[at]

    def least(self, below: int | None) -> Interval | None:
        """The step that has grown least, of all or of those shorter than this."""
        end = len(self._steps) if below is None else bisect_left(self._lengths, below)
        return self._steps[end - 1][1] if end else None

    def copy(self) -> Growth:
        """The same, apart from this."""
        other = Growth()
        other._lengths, other._steps = self._lengths.copy(), self._steps.copy()
        other._own = self._own.copy()
        return other


class Tally:
    """All polls of one operation.

    Attributes:
        count: how many there are.
        first_ns: when the first came, in nanoseconds since 1970.
        shortest: the shortest time between two polls, ``None`` if there are not two.
        longest: the longest.
        done: the number of the first poll that saw it done, ``None`` if none has.
        too_soon: the first poll that did not wait as long as a ``Retry-After`` asked.
        growth: the intervals, compared with those before them.
    """

    __slots__ = (
        "_before",
        "_last_ns",
        "_length",
        "_plain",
        "_shown",
        "_states",
        "_wanted",
        "count",
        "done",
        "first_ns",
        "growth",
        "longest",
        "shortest",
        "too_soon",
    )

    def __init__(self) -> None:
        self.count: int = 0
        self.first_ns: int = 0
        self.shortest: Interval | None = None
        self.longest: Interval | None = None
        self.done: int | None = None
        self.too_soon: TooSoon | None = None
        self.growth: Growth = Growth()
        self._last_ns = 0
        self._length: int | None = None
        self._before: int | None = None
        self._wanted: tuple[int, str] | None = None
        self._plain: Mapping[str, str] | None = None
        self._states: tuple[AnyState, ...] = ()
        self._shown: tuple[str, ...] = ()

    def add(self, name: str, call: Call) -> None:
        """Count a poll of the operation with this id."""
        number = self.count = self.count + 1
        at = call.at_ns
        if number == 1:
            self.first_ns = at
        else:
            length = at - self._last_ns
            if length != self._length or length != self._before:  # else there is nothing new
                self._space(length)
            if self._wanted is not None and self.too_soon is None and length < self._wanted[0]:
                self.too_soon = TooSoon(number, length, self._wanted[1])
        self._last_ns = at
        # Most answers are like the previous one: these checks are quicker than reading them.
        headers = call.response.headers
        self._wanted = None if headers is self._plain else retry_after(call)
        if self._wanted is None:
            self._plain = headers
        if call.states != self._states or call.operations != self._shown:
            self._states, self._shown = call.states, call.operations
            self._see(name, call)

    def _see(self, name: str, call: Call) -> None:
        if self.done is None and any(
            shown == name and state.done
            for shown, state in zip(call.operations, call.states, strict=True)
        ):
            self.done = self.count

    def _space(self, length: int) -> None:
        before = self._before = self._length
        self._length = length
        interval = Interval(self.count, length, before)
        if self.shortest is None or length < self.shortest.length:
            self.shortest = interval
        if self.longest is None or length > self.longest.length:
            self.longest = interval
        if before is not None:
            self.growth.add(interval)

    def copy(self) -> Tally:
        """The same, apart from this."""
        other = Tally()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other.growth = self.growth.copy()
        return other


class Tallies:
    """The tallies of the operations of one stub, by id.

    Args:
        known: the ids that operations have.
    """

    def __init__(self, known: Container[str]) -> None:
        self._known = known
        self._tallies: dict[str, Tally] = {}
        self._strangers: dict[str, None] = {}

    def add(self, call: Call) -> None:
        """Count a call for each operation that it was for."""
        for name in call._asked_for:
            tally = self._tallies.get(name)
            if tally is None:
                tally = self._tallies[name] = Tally()
                if name not in self._known:
                    self._note_stranger(name)
            tally.add(name, call)
            if tally.count > call._number:  # noqa: PLR1730 - quicker than max(), at every poll
                call._number = tally.count

    def _note_stranger(self, name: str) -> None:
        self._strangers[name] = None
        if len(self._strangers) > _MOST_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            if oldest not in self._known:
                del self._tallies[oldest]

    def of(self, name: str) -> Tally:
        """The tally of the operation with this id."""
        return self._tallies.get(name) or Tally()

    def copy(self) -> Tallies:
        """The same, apart from these."""
        other = Tallies(self._known)
        other._tallies = {name: tally.copy() for name, tally in self._tallies.items()}
        other._strangers = self._strangers.copy()
        return other


def retry_after(call: Call) -> tuple[int, str] | None:
    """The nanoseconds that an answer asks to wait, and the text that says so.

    The text has either form of RFC 9110, 10.2.3. An invalid one asks for nothing.
    """
    headers = call.response.headers
    if "Retry-After" not in headers:
        return None
    value = headers["Retry-After"]
    try:
        if value.isdecimal():
            # More digits than Python reads at once are a long time too.
            return int(value.lstrip("0")[:18] or 0) * SECOND, value
        until = email.utils.parsedate_to_datetime(value)
        if until.tzinfo is None:  # -0000: in UTC, from a server that does not say where it is
            until = until.replace(tzinfo=datetime.timezone.utc)
        return to_ns(max(until - call.at, datetime.timedelta())), value
    except (ValueError, OverflowError):
        return None
