"""Objects: which members are there, and what is seen to once they are all drawn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .options import Options

Finish = Callable[[dict[str, Any]], dict[str, Any]]
Strategies = Mapping[str, SearchStrategy[Any]]


NULL: SearchStrategy[None] = st.none()
"""The strategy of members that are null if they are there at all."""


@dataclass(frozen=True)
class Shape:
    """One way in which the members of an object can be there.

    Attributes:
        required: the members that are there.
        optional: the members that may be there.
        extras: the members that nobody documents, ``None`` for none.
        finish: what is done with an object once it is drawn.
        order: the order of the members.
    """

    required: Strategies
    optional: Strategies
    extras: SearchStrategy[dict[str, Any]] | None = None
    finish: tuple[Finish, ...] = ()
    order: tuple[str, ...] = ()

    def strategy(self) -> SearchStrategy[dict[str, Any]]:
        """Objects of this shape."""
        # Each optional member is absent or not by itself, so that what is of no account shrinks
        # away. They are drawn first, because that is what the shapes of a schema have in common.
        maybe = {name: _ABSENTLY | found for name, found in self.optional.items()}
        found: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({**maybe, **self.required})
        if maybe:
            order = dict.fromkeys([*self.order, *self.required, *self.optional])
            names = [name for name in order if self.takes(name)]
            found = found.map(partial(_those_there, names))
        if self.extras is not None:
            found = st.builds(_with_extras, found, self.extras)
        return found.map(self._finished) if self.finish else found

    @property
    def members(self) -> Strategies:
        """All members that can be there."""
        return {**self.optional, **self.required}

    def really_takes(self, member: str) -> bool:
        """Whether the member can be there and be more than null."""
        return self.takes(member) and self.members[member] is not NULL

    def takes(self, member: str) -> bool:
        """Whether the member can be there."""
        return member in self.required or member in self.optional

    def with_(self, member: str, found: SearchStrategy[Any]) -> Shape:
        """The same with another strategy for a member that it takes."""
        if member in self.required:
            return replace(self, required={**self.required, member: found})
        return replace(self, optional={**self.optional, member: found})

    def having(self, member: str, found: SearchStrategy[Any] | None = None) -> Shape:
        """The same with this member always there."""
        if found is None:
            found = self.members[member]
        optional = {name: other for name, other in self.optional.items() if name != member}
        return replace(self, required={**self.required, member: found}, optional=optional)

    def lacking(self, member: str) -> Shape:
        """The same with this member never there."""
        required = {name: other for name, other in self.required.items() if name != member}
        optional = {name: other for name, other in self.optional.items() if name != member}
        return replace(self, required=required, optional=optional)

    def _finished(self, value: dict[str, Any]) -> dict[str, Any]:
        for finish in self.finish:
            value = finish(value)
        return value


_ABSENT = object()
_ABSENTLY: SearchStrategy[Any] = st.just(_ABSENT)


def _those_there(names: list[str], value: dict[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in names if value[name] is not _ABSENT}


def _with_extras(value: dict[str, Any], extras: Mapping[str, Any]) -> dict[str, Any]:
    return {**extras, **value}


_PLAIN = 5
"""How many times as often there are none."""

_PLAUSIBLE = ("x_new", "newField", "labels", "@type", "")


def extra_names(taken: Collection[str], options: Options) -> SearchStrategy[str]:
    """Names of members that are none of these."""

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    return (st.sampled_from(_PLAUSIBLE) | options.texts()).map(free)


def some_extras(
    names: SearchStrategy[str], values: SearchStrategy[Any]
) -> SearchStrategy[dict[str, Any]]:
    """Mostly no member, and now and then one or two, because they cost as much as all others."""
    none: list[SearchStrategy[dict[str, Any]]] = [st.just({}) for _ in range(_PLAIN)]
    return st.one_of(*none, st.dictionaries(names, values, min_size=1, max_size=2))


_MOST_SHAPES = 64


def counted(shape: Shape, least: int, most: int | None) -> list[Shape] | None:
    """The shapes of at least and at most so many members; ``None`` where there are too many.

    A shape with extra members is left out where they would count.
    """
    needed = len(shape.required)
    shapes = [shape]
    if most is not None and needed + len(shape.optional) > most:
        keep = max(most - needed, 0)
        shapes = [
            replace(shape, optional={name: shape.optional[name] for name in names})
            for names in itertools.islice(
                itertools.combinations(shape.optional, keep), _MOST_SHAPES + 1
            )
        ]
    if least > needed:
        shapes = [
            _having_all(one, names)
            for one in shapes
            for names in itertools.islice(
                itertools.combinations(one.optional, least - needed), _MOST_SHAPES + 1
            )
        ]
    return shapes if len(shapes) <= _MOST_SHAPES else None


def _having_all(shape: Shape, members: Iterable[str]) -> Shape:
    for member in members:
        shape = shape.having(member)
    return shape
