"""Functions of client libraries, covered by others that take the stubs' requests first."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

Covering = Callable[[Any], Any]
"""Makes a cover from the function that it covers."""


class MissingPart(Exception):
    """Another package does not have the part to be covered: its version is another one."""


class Cover:
    """A cover that is in place.

    Attributes:
        beneath: the covered function.
        above: the function in its place.
        users: how many active transports it serves.
    """

    def __init__(self, beneath: Any, above: Any) -> None:
        self.beneath = beneath
        self.above = above
        self.users = 0


class Covers:
    """The covers over one function of a class or a module.

    One cover serves all open mocks, unless something else was put over it in between. The mocks may
    close in any order.

    Args:
        owner: the class or the module.
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
        self._clear()
        beneath = self._there()
        if not self._placed or beneath is not self._placed[-1].above:
            self._placed.append(Cover(beneath, self._covering(beneath)))
            self._put(self._placed[-1].above)
        top = self._placed[-1]
        top.users += 1
        return top

    def leave(self, cover: Cover) -> None:
        """Serve one transport less; what serves none and is on top is taken away."""
        cover.users -= 1
        self._clear()

    def _clear(self) -> None:
        # Not if something else stands over it; then later, once that is gone.
        while self._placed and not self._placed[-1].users:
            if self._there() is not self._placed[-1].above:
                return
            self._put(self._placed.pop().beneath)

    def _there(self) -> Any:
        # Of a class method not what it is bound to.
        there = vars(self._owner).get(self._name)
        return getattr(self._owner, self._name) if there is None else there

    def _put(self, value: Any) -> None:
        setattr(self._owner, self._name, value)


def covers_of(module: ModuleType, name: str, covering: Covering) -> Covers:
    """The covers over a function of a module.

    Args:
        module: the module.
        name: the function's dotted name in it, such as ``"Session.send"``.
        covering: makes a cover.

    Raises:
        MissingPart: if the module has no such function.
    """
    *owners, last = name.split(".")
    owner: Any = module
    for each in owners:
        owner = getattr(owner, each, None)
    if not hasattr(owner, last):
        raise MissingPart(f"{module.__name__}.{name}")
    return Covers(owner, last, covering)
