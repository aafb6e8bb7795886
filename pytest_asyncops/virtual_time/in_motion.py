"""What stops the clock: threads that run, and things that were given and not yet taken.

Time may move only when no thread of the test runs and nothing is on its way to one. So all of these
are counted here: a thread from its start until it waits or ends; a notice, a result or a turn from
the moment when it is given until its thread has taken it; a task from its submission until a worker
has done it. The code that gives something is itself in motion while it gives it, so a hand-over is
always seen on one side at least.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator


class InMotion:
    """The tokens of all that is in motion: a thread's identity, or any object for what was given.

    Each method makes one change that can be repeated, because a signal's handler may interrupt it
    and raise an error.

    Attributes:
        latest: the number of what came into motion last.
    """

    __slots__ = ("_numbers", "_tokens", "latest")

    def __init__(self) -> None:
        self.latest: int = 0
        self._numbers = itertools.count(1)
        self._tokens: dict[Hashable, int] = {}

    def add(self, token: Hashable) -> None:
        """Note that something is in motion."""
        self.latest = number = next(self._numbers)
        self._tokens[token] = number

    def discard(self, token: Hashable) -> None:
        """Note that something is in motion no longer."""
        self._tokens.pop(token, None)

    def keep_only(self, token: Hashable) -> None:
        """Forget everything else, as a forked process does."""
        self._tokens = {token: next(self._numbers)}

    def is_only(self, token: Hashable) -> bool:
        """Whether this is in motion, and nothing else is."""
        return len(self._tokens) == 1 and token in self._tokens

    def numbered(self) -> dict[Hashable, int]:
        """All tokens, each with a number that changes whenever the token is added again."""
        return self._tokens.copy()

    def __contains__(self, token: Hashable) -> bool:
        return token in self._tokens

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.numbered())

    def __len__(self) -> int:
        return len(self._tokens)
