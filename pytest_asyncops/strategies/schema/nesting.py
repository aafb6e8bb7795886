"""How deep schemas that contain themselves are nested, and what replaces deeper ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from .recipes import Recipe
from .refusals import NoValue

_LEVELS = 4
"""How many levels deep a schema that contains itself is nested, at most."""

_REPEATS = 6
"""How many times schemas that contain each other are nested within themselves, all together."""

MOST_LEVELS = 40
"""How many levels deep schemas that are put together are nested, at most."""


class TooDeep(Exception):
    """A schema that contains itself is nested deep enough: leave it out where that is allowed."""


class Nesting:
    """The schemas that what is being compiled is part of, each with how often it is there.

    Attributes:
        most: how many levels deep endless schemas are nested at most, here.
        levels: how many levels deep they are.
    """

    def __init__(self) -> None:
        self.most: int = MOST_LEVELS
        self.levels: int = 0
        self._around: dict[str, int] = {}

    @property
    def repeats(self) -> int:
        """How many times a schema is within itself, of all schemas together."""
        return sum(self._around.values()) - len(self._around)

    def place(self, key: str, *, is_endless: bool = True) -> object:
        """What tells this nesting from others for the schema with this key: what is left of it.

        Args:
            key: the key.
            is_endless: whether the schema is known to lead to one that contains itself.

        Raises:
            TooDeep: if a schema that contains itself is nested deep enough.
        """
        level = self._around.get(key, 0)
        if not is_endless and not level:
            return key
        is_repeated = level == _LEVELS or (level and self.repeats == _REPEATS)
        if is_repeated or self.levels >= self.most:
            raise TooDeep
        return key, level, self.repeats, self.most - self.levels

    @contextmanager
    def inside(self, key: str, *, is_endless: bool = True) -> Iterator[None]:
        """A block in which what is compiled is part of a value with this key."""
        around, levels = self._around, self.levels
        self._around = {**around, key: around.get(key, 0) + 1}
        self.levels += is_endless
        try:
            yield
        finally:
            self._around, self.levels = around, levels


def able(makers: Iterable[Callable[[], Recipe]]) -> list[Recipe]:
    """What these make, without what is nested too deep here or has no value.

    Raises:
        TooDeep: if nothing is left, and something was nested too deep.
        ContractError: if nothing has a value.
    """
    found, troubles = [], []
    for make in makers:
        try:
            found.append(make())
        except (TooDeep, NoValue) as trouble:
            troubles.append(trouble)
    if not found:
        raise worst(troubles)
    return found


def worst(troubles: Sequence[Exception]) -> Exception:
    """Why there is nothing: too deep if anything is, because elsewhere it may be there."""
    deep = [trouble for trouble in troubles if isinstance(trouble, TooDeep)]
    return next(iter(deep or troubles), TooDeep())
