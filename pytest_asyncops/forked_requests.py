"""Requests of a forked process, which its own copy of a stub answers, where no test sees them."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress

from .errors import ForkedRequestsWarning, counted
from .forks import prepared_for_fork, renewed_at_fork

_MOST = 65_536  # as many as a pipe takes without a reader


class ForkedRequests:
    """Counts such requests, in the process that has opened the mock."""

    def __init__(self) -> None:
        self._pipe: tuple[int, int] | None = None
        self._is_child = False
        prepared_for_fork.add(self)
        renewed_at_fork.add(self)

    def prepare(self) -> None:
        """Make the pipe through which children tell of their requests."""
        if self._pipe is None:
            self._pipe = os.pipe()
            for file in self._pipe:
                os.set_blocking(file, False)

    def renew(self) -> None:
        """Tell of requests from here on."""
        self._is_child = True

    def note(self, call: object = None) -> None:
        """Note a request, or its call."""
        if self._is_child and self._pipe is not None:
            with suppress(BlockingIOError):  # too many to be counted
                os.write(self._pipe[1], b".")

    def close(self) -> None:
        """Be done with it.

        Warns:
            ForkedRequestsWarning: if there were any.
        """
        prepared_for_fork.discard(self)
        renewed_at_fork.discard(self)
        if self._pipe is None:
            return
        pipe, self._pipe = self._pipe, None
        count = 0
        if not self._is_child:  # what it read would be lost to the test
            with suppress(BlockingIOError):
                count = len(os.read(pipe[0], _MOST))
        for file in pipe:
            os.close(file)
        if count:
            warnings.warn(
                f"{counted(count, 'request')} came from a process that was forked while the mock "
                "was open. Its own copy of the stub has answered, with a clock of its own; the "
                "calls of this test do not show it. Send requests from a thread instead, or from "
                "a process that asks a server.",
                ForkedRequestsWarning,
                stacklevel=2,
            )
