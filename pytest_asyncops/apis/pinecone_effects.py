"""The effects of Pinecone Assistant's operations on files and assistants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..lifecycle.states import AnyState, State
from . import Exchange, Operation


class Effect(NamedTuple):
    """The effect of an operation at one moment.

    Attributes:
        operation: the operation.
        kind: its type.
        state: its state, or the one that it had before it was purged.
        changed_ns: when it began, or ended if it has ended, in nanoseconds since 1970.
        percent: its percentage.
        message: why it failed, if it has failed.
    """

    operation: Operation
    kind: object
    state: AnyState
    changed_ns: int
    percent: int | None
    message: str | None


def effects(exchange: Exchange, where: Mapping[str, object]) -> Mapping[int, Effect]:
    """The effects of the operations with these field values, by number, oldest first."""
    return {
        number: _effect(exchange, operation)
        for number, operation in exchange.related(where).items()
    }


def _effect(exchange: Exchange, operation: Operation) -> Effect:
    snapshot = exchange.snapshot(operation)
    state, message = snapshot.state, snapshot.message
    if state is State.PURGED:
        last = next(one for one in operation.lifecycle.plan[::-1] if one.state is not State.PURGED)
        state, message = last.state, last.message
    return Effect(
        operation,
        operation.fields["operation_type"],
        state,
        operation.created_ns + (snapshot.finished or 0),
        snapshot.percent,
        message,
    )


def tell(exchange: Exchange, operation: Operation | None) -> None:
    """Note that the answer tells of an operation, if it can still be found.

    Clients poll a file or an assistant instead of its operation. Once they have seen the end of the
    operation, their requests are not polls any more.
    """
    if operation is None or exchange.has_told_end(operation):
        return
    if exchange.find(operation.id) is operation:
        exchange.look(operation)
