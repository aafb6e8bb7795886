"""How long a client waits for a late answer: at most for its own timeout."""

from __future__ import annotations

from typing import NamedTuple


class Wait(NamedTuple):
    """A client's wait for an answer.

    Attributes:
        seconds: how long it waits.
        is_in_vain: whether its timeout comes first, or at the same time.
    """

    seconds: float
    is_in_vain: bool


def waiting(late: float, limit: float | None) -> Wait:
    """How long a client waits.

    Args:
        late: how many seconds late the answer is.
        limit: how many seconds the client waits at most, ``None`` for no limit.

    >>> waiting(3, limit=5), waiting(45, limit=5)
    (Wait(seconds=3, is_in_vain=False), Wait(seconds=5, is_in_vain=True))
    """
    if not late or limit is None or late < limit:
        return Wait(late, False)
    return Wait(limit, True)
