"""The events of a test, and what is to be known beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..lifecycle.states import AnyState
from .events import Event

if TYPE_CHECKING:
    from typing_extensions import Self


class Ending(NamedTuple):
    """How an operation stands at the end.

    Attributes:
        operation_id: its id.
        state: its state.
        polls: how many answers have shown it.
    """

    operation_id: str
    state: AnyState
    polls: int


class Happened(tuple[Event, ...]):
    """Events in order.

    Attributes:
        epoch_ns: where the servers' clock began, in nanoseconds since 1970.
        now_ns: where it was when this was made.
        dropped: how many calls are no longer kept, and so not in here; the oldest go first.
        left_out: of how many operations nothing is told, because there are too many.
        endings: how the operations stand that are told of.
    """

    epoch_ns: int
    now_ns: int
    dropped: int
    left_out: int
    endings: tuple[Ending, ...]

    def __new__(
        cls,
        events: Iterable[Event],
        *,
        epoch_ns: int,
        now_ns: int,
        dropped: int = 0,
        left_out: int = 0,
        endings: Iterable[Ending] = (),
    ) -> Self:
        """The events, and what is to be known beside them."""
        made = super().__new__(cls, events)
        made.epoch_ns = epoch_ns
        made.now_ns = now_ns
        made.dropped = dropped
        made.left_out = left_out
        made.endings = tuple(endings)
        return made
