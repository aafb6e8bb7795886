"""A server of this package's own, whose thread keeps real time, and its clients in virtual time.

A client that has sent a request stops the clock until its answer has come. The server answers in
one step, so what has come is the whole answer, and the clock need not wait for more of it. An
answer is late in virtual time only, so a late answer does not stop the clock until its turn comes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from ..durations import SECOND
from .in_motion import InMotion
from .scheduler import Scheduler
from .sockets import Sockets
from .waits import Wait


class _LateAnswer(Wait):
    """The turn of an answer that is late."""

    __slots__ = ("_call",)

    def __init__(self, in_motion: InMotion, call: Callable[[_LateAnswer], object]) -> None:
        super().__init__(in_motion)
        self._call = call

    def give_turn(self) -> None:
        self._in_motion.add(self)  # until it has been sent
        self.due = True
        self._call(self)


class OwnServer:
    """The link between such a server and virtual time.

    Args:
        scheduler: plans the turns of late answers.
        sockets: what the clients expect.
        call: calls a function in the server's thread.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        sockets: Sockets,
        call: Callable[[Callable[[], object]], object],
    ) -> None:
        self._scheduler = scheduler
        self._sockets = sockets
        self._call = call

    def listens(self, listening: socket.socket) -> None:
        """Note a socket at which the server accepts its clients."""
        self._sockets.whole.add(listening)

    def note_sending(self, client: Any, more: bool) -> None:
        """Note whether a client gets its answer in several pieces.

        Args:
            client: its address.
            more: whether there is more to come.
        """
        self._sockets.note_whole(client, not more)

    def has_client(self, client: Any) -> bool:
        """Whether the client with this address is in this process, as far as Python knows."""
        return self._sockets.is_client(client)

    def later(self, client: Any, seconds: float, send: Callable[[], object]) -> None:
        """Send a late answer in the server's thread, once this virtual time has passed.

        Args:
            client: the address of the client that waits for it.
            seconds: the virtual time.
            send: sends it.
        """
        scheduler = self._scheduler

        def send_and_settle(turn: _LateAnswer) -> None:
            try:
                send()
            finally:
                scheduler.settle(turn)

        turn = _LateAnswer(
            scheduler.in_motion, lambda turn: self._call(lambda: send_and_settle(turn))
        )
        scheduler.plan(turn, round(seconds * SECOND))
        self._sockets.expects_nothing(client)
