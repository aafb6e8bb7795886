"""The record of requests and their answers."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterator, Sequence
from typing import overload

from ..durations import from_ns, rfc3339
from ..errors import NothingThere, counted, hides_usage_errors
from ..lifecycle.states import State
from .messages import Request, Response

__tracebackhide__ = hides_usage_errors

KEPT = 10_000
"""How many calls a record keeps: enough for assertions, and bounded over a month of polls."""


class Call:
    """One request, its answer, and when it came.

    Attributes:
        request: what the client sent.
        response: what the stub answered.
        at_ns: the server's time, in nanoseconds since 1970.
        operations: the ids of the operations in the answer.
        states: the state of each of them in the answer.
        operation_id: the id that was asked for, if the request was for one operation; it need not
            exist.
    """

    __slots__ = ("at_ns", "operation_id", "operations", "request", "response", "states")

    def __init__(
        self,
        request: Request,
        response: Response,
        at_ns: int,
        operations: tuple[str, ...],
        *,
        states: tuple[State, ...] = (),
        operation_id: str | None = None,
    ) -> None:
        self.request: Request = request
        self.response: Response = response
        self.at_ns: int = at_ns
        self.operations: tuple[str, ...] = operations
        self.states: tuple[State, ...] = states
        self.operation_id: str | None = operation_id

    @property
    def at(self) -> datetime.datetime:
        """The server's time when the request came, in UTC."""
        return from_ns(self.at_ns)

    def __repr__(self) -> str:
        request = self.request
        return (
            f"<Call {rfc3339(self.at_ns)} {request.method} {request.url} "
            f"-> {self.response.status_code}>"
        )


class Calls(Sequence[Call]):
    """The latest calls, oldest first.

    At most `KEPT` are kept; ``total`` counts them all.
    """

    _changing = ("_kept", "total")

    def __init__(self) -> None:
        self._kept: deque[Call] = deque(maxlen=KEPT)
        self.total: int = 0

    def _add(self, call: Call) -> None:
        """Record a call; what makes calls does this, and no test."""
        self._kept.append(call)
        self.total += 1

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        if isinstance(index, slice):
            return list(self._kept)[index]
        try:
            return self._kept[index]
        except IndexError:
            dropped = self.total - len(self._kept)
            raise NothingThere(
                f"there is no call {index!r}: "
                + (
                    f"{counted(len(self._kept), 'call')} kept"
                    + (f", of {self.total:,}" if dropped else "")
                    + f", from 0 to {len(self._kept) - 1}."
                    if self._kept
                    else "no request has come. Let the code under test send one to the stub's "
                    "base_url, with a client that the mock catches."
                ),
                value=index,
            ) from None

    def __iter__(self) -> Iterator[Call]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"<Calls {self.total}: {list(self._kept)[-3:]!r}>"
