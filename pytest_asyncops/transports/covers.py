"""Functions of client libraries, covered by others that take the stubs' requests first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Covering = Callable[[Any], Any]
"""Makes of what is covered what stands over it."""


class Cover:
    """One that has been placed.

    Attributes:
        beneath: what it covers.
        above: what stands in its place.
        users: how many transports it serves that have not stopped.
    """

    def __init__(self, beneath: Any, above: Any) -> None:
        self.beneath = beneath
        self.above = above
        self.users = 0


class Covers:
    """The covers over one function of a class.

    One cover serves all mocks that are open, unless something else has been put over it in between.
    The mocks may close in any order.

    Args:
        owner: the class.
        name: the function's name.
        covering: makes a cover.
    """

    def __init__(self, owner: Any, name: str, covering: Covering) -> None:
        self._owner = owner
        self._name = name
        self._covering = covering
        self._placed: list[Cover] = []

    def placed(self) -> Cover:
        """The cover that is on top, for one more transport."""
        beneath = getattr(self._owner, self._name)
        if not self._placed or beneath is not self._placed[-1].above:
            self._placed.append(Cover(beneath, self._covering(beneath)))
            self._put(self._placed[-1].above)
        top = self._placed[-1]
        top.users += 1
        return top

    def leave(self, cover: Cover) -> None:
        """Serve one transport less; what serves none and is on top is taken away."""
        cover.users -= 1
        while self._placed and not self._placed[-1].users:
            last = self._placed.pop()
            if getattr(self._owner, self._name) is last.above:  # not if something stands over it
                self._put(last.beneath)

    def _put(self, value: Any) -> None:
        setattr(self._owner, self._name, value)
