"""How deep schemas that contain themselves are nested, and what becomes of what would be deeper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from .recipes import Recipe
from .refusals import NoValue

_LEVELS = 4
"""How many levels deep a schema that contains itself is nested, at most."""

_REPEATS = 6
"""How many times schemas that contain each other are nested within themselves, all together."""

_MOST_LEVELS = 40
"""How many levels deep schemas that are put together are nested, at most."""


class TooDeep(Exception):
    """A schema that contains itself is nested deep enough: leave it out where that is allowed."""


class Nesting:
    """The schemas that what is being compiled is part of, each with how often it is there."""

    def __init__(self) -> None:
        self._around: dict[str, int] = {}

    @property
    def repeats(self) -> int:
        """How many times a schema is within itself, of all schemas together."""
        return sum(self._around.values()) - len(self._around)

    def place(self, key: str) -> object:
        """What tells this nesting from others for the schema with this key.

        Raises:
            TooDeep: if a schema that contains itself is nested deep enough.
        """
        level = self._around.get(key, 0)
        is_repeated = level == _LEVELS or (level and self.repeats == _REPEATS)
        if is_repeated or sum(self._around.values()) == _MOST_LEVELS:
            raise TooDeep
        return key, tuple(self._around.items())

    @contextmanager
    def inside(self, key: str) -> Iterator[None]:
        """A block in which what is compiled is part of a value with this key."""
        around = self._around
        self._around = {**around, key: around.get(key, 0) + 1}
        try:
            yield
        finally:
            self._around = around


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
