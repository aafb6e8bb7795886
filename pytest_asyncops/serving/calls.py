"""The record of requests and their answers."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

from ..durations import from_ns, rfc3339
from ..errors import NothingThere, counted, hides_usage_errors
from ..lifecycle.states import AnyState
from ..virtual_time.server_clock import ServerClock
from .messages import Request, Response
from .secret_texts import shown

__tracebackhide__ = hides_usage_errors


class Kept(NamedTuple):
    """How much a record keeps: enough for assertions, and bounded over a month of polls.

    Attributes:
        calls: the most calls.
        bytes: the most bytes of the bodies of these calls, requests and answers together. The
            latest call is kept whatever its size.
    """

    calls: int = 10_000
    bytes: int = 32_000_000


KEPT = Kept()
"""What is kept unless a test says otherwise."""


class Call:
    """One request, its answer, and when it came.

    Attributes:
        request: what the client sent.
        response: what the stub answered.
        at_ns: the server's time, in nanoseconds since 1970.
        operations: the ids of the operations in the answer.
        states: the state of each of them in the answer.
        operation_id: the id that the request was for, if it was for one operation, which need not
            exist. ``None`` for a list, and for several operations at once.
    """

    __slots__ = (
        "_asked_for",
        "_is_list",
        "_number",
        "_size",
        "at_ns",
        "operation_id",
        "operations",
        "request",
        "response",
        "states",
    )

    def __init__(
        self,
        request: Request,
        response: Response,
        at_ns: int,
        operations: tuple[str, ...],
        states: tuple[AnyState, ...] = (),
        asked_for: tuple[str, ...] = (),
        is_list: bool = False,
    ) -> None:
        self.request: Request = request
        self.response: Response = response
        self.at_ns: int = at_ns
        self.operations: tuple[str, ...] = operations
        self.states: tuple[AnyState, ...] = states
        self.operation_id: str | None = asked_for[0] if len(asked_for) == 1 else None
        self._asked_for = asked_for
        self._is_list = is_list
        self._number = 0  # among the polls of its operation; known when it is counted
        # Taken once: what is counted in has to be counted out.
        self._size = len(request.body) + len(response.content)

    @property
    def at(self) -> datetime.datetime:
        """The server's time when the request came, in UTC."""
        return from_ns(self.at_ns)

    def __repr__(self) -> str:
        request = self.request
        return (
            f"<Call {rfc3339(self.at_ns)} {request.method} {shown(request.url)} "
            f"-> {self.response.status_code}>"
        )


class Calls(Sequence[Call]):
    """The latest calls, oldest first.

    ``total`` counts all calls, and ``dropped`` those that are no longer kept. The settings
    ``max_calls_kept`` and ``max_bytes_kept`` say how many are kept. Each reading shows one moment,
    even while other threads send requests.
    """

    _changing = ("_kept", "_bytes", "total")

    def __init__(self, clock: ServerClock, kept: Kept = KEPT) -> None:
        self._clock = clock
        self._most, self._most_bytes = kept
        self._kept: deque[Call] = deque(maxlen=kept.calls)
        self._bytes = 0
        self.total: int = 0

    def _add(self, call: Call) -> None:
        """Record a call, within the clock's lock. The server does this, tests do not."""
        kept = self._kept
        if len(kept) == self._most:
            self._bytes -= kept[0]._size  # it makes room by itself
        kept.append(call)
        self.total += 1
        self._bytes += call._size
        while self._bytes > self._most_bytes and len(kept) > 1:
            self._bytes -= kept.popleft()._size

    def _now(self) -> tuple[list[Call], int]:
        """The calls that are kept at this moment, and the number of all."""
        with self._clock.lock:
            return list(self._kept), self.total

    @property
    def dropped(self) -> int:
        """How many calls are no longer kept; the oldest go first."""
        kept, total = self._now()
        return total - len(kept)

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        if isinstance(index, slice):
            return self._now()[0][index]
        with self._clock.lock:
            if -len(self._kept) <= index < len(self._kept):
                return self._kept[index]
            raise _nothing_at(index, len(self._kept), self.total)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._now()[0])

    def __len__(self) -> int:
        with self._clock.lock:  # one that is added may push another one out
            return len(self._kept)

    # `Sequence` would do this with indexes and lengths, which belong to several moments.

    def __contains__(self, value: object) -> bool:
        return value in self._now()[0]

    def __reversed__(self) -> Iterator[Call]:
        return reversed(self._now()[0])

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The index of a call among those that are kept."""
        kept = self._now()[0]
        return kept.index(value, start, len(kept) if stop is None else stop)

    def count(self, value: Any) -> int:
        """How often a call is among those that are kept."""
        return self._now()[0].count(value)

    def __repr__(self) -> str:
        kept, total = self._now()
        dropped = total - len(kept)
        gone = f", the first {dropped:,} no longer kept" if dropped else ""
        before = "…, " if len(kept) > _SHOWN else ""
        return f"<Calls {total:,}{gone}: [{before}{', '.join(map(repr, kept[-_SHOWN:]))}]>"


_SHOWN = 3


def _nothing_at(index: int, kept: int, total: int) -> NothingThere:
    if kept:
        of = f", of {total:,}" if total > kept else ""
        there = f"{counted(kept, 'call')} kept{of}, from 0 to {kept - 1}."
    else:
        there = (
            "no request has come. Let the code under test send one to the stub's base_url, with a "
            "client that the mock answers."
        )
    return NothingThere(f"there is no call {index!r}: {there}", value=index)
