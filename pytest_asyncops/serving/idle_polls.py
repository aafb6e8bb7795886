"""Polls that see nothing new move the clock, for clients whose waits cannot be skipped."""

from __future__ import annotations

from collections.abc import Callable

from ..lifecycle.states import AnyState
from ..virtual_time.server_clock import ServerClock
from .api import Api
from .calls import Call
from .operations import OperationStore


class IdlePolls:
    """Moves the clock to the next change of the operations that a poll has seen unchanged.

    So the next poll sees the change. A poll that sees an operation for the first time sees
    something new. The clock does not move for operations that are done.

    Args:
        clock: the servers' clock.
        store: the operations of an API.
    """

    _changing = ("_seen",)

    def __init__(self, clock: ServerClock, store: Callable[[Api], OperationStore]) -> None:
        self._clock = clock
        self._store = store
        self._seen: dict[tuple[str, str], AnyState] = {}

    def called(self, call: Call) -> None:
        """Note a call, which is being answered."""
        api = call.response.api
        keys = [(api.name, name) for name in call.operations]
        before = [self._seen.get(key) for key in keys]
        self._seen.update(zip(keys, call.states, strict=True))
        if before == list(call.states):
            waiting = [
                name for name, state in zip(call.operations, call.states, strict=True)
                if not state.done
            ]  # fmt: skip
            change = self._store(api).next_change(waiting)
            if change is not None:
                shared_time = self._clock.shared_time
                shared_time.try_to_reach(shared_time.skipped_ns + change - self._clock.now_ns)
