"""What holds the clock: threads that run, and whatever has been given and has not been taken.

Time may move only when nobody of the test runs and nothing is on its way to anybody. So everything
of that kind is counted, and it is counted here: a thread from its start until it waits or ends, a
notice, a result or a turn from when it is given until its thread has taken it, a task from its
submission until a worker has done it. What gives something is in motion itself while it gives, so
at no moment is a hand-over seen by neither side.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator


class InMotion:
    """The tokens of all that is in motion: a thread's identity, or any object for what was given.

    Each method makes one change that can be made again, because a signal's handler may come in
    between and raise an error.

    Attributes:
        latest: the number under which something last came into motion.
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
        """All tokens, each with a number that is another one whenever it was added anew."""
        return self._tokens.copy()

    def __contains__(self, token: Hashable) -> bool:
        return token in self._tokens

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.numbered())

    def __len__(self) -> int:
        return len(self._tokens)
