"""Objects: which members they have, and the last changes once all members are made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis.strategies import DrawFn

from .options import Options
from .recipes import NULL, Make, Recipe, choice, combine, constant, lookup_table, one_of

Finish = Callable[[dict[str, Any]], dict[str, Any]]
Recipes = Mapping[str, Recipe]


@dataclass(frozen=True)
class Shape:
    """A shape of objects: which members they have.

    Attributes:
        required: the members that are there.
        optional: the members that may be there.
        extras: undocumented members, ``None`` for none.
        finish: functions that change an object once all members are made.
        order: the order of the members.
        groups: optional members that come together or not at all.
    """

    required: Recipes
    optional: Recipes
    extras: Recipe | None = None
    finish: tuple[Finish, ...] = ()
    order: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def members(self) -> Recipes:
        """All members that can be there, in order."""
        found = {**self.optional, **self.required}
        return {name: found[name] for name in dict.fromkeys([*self.order, *found]) if name in found}

    def can_be_set(self, member: str) -> bool:
        """Whether the member can be there with a value other than null."""
        return self.has(member) and self.members[member] is not NULL

    def has(self, member: str) -> bool:
        """Whether the member can be there."""
        return member in self.required or member in self.optional

    def replacing(self, member: str, found: Recipe) -> Shape:
        """The same shape with another recipe for a member that it has."""
        if member in self.required:
            return replace(self, required={**self.required, member: found})
        return replace(self, optional={**self.optional, member: found})

    def requiring(self, member: str, found: Recipe | None = None) -> Shape:
        """The same shape with this member always there, and with those that come with it."""
        shape = self
        for group in self.groups:
            if member in group:
                shape = replace(self, groups=tuple(one for one in self.groups if one != group))
                for other in group:
                    shape = shape.requiring(other)
        if found is None:
            found = shape.members[member]
        optional = {name: other for name, other in shape.optional.items() if name != member}
        return replace(shape, required={**shape.required, member: found}, optional=optional)

    def grouped(self, groups: Iterable[tuple[str, ...]]) -> Shape:
        """The same shape with groups of members that come together or not at all."""
        shape = replace(self, groups=tuple(groups))
        for group in shape.groups:
            for member in group:
                if member in shape.required:
                    shape = shape.requiring(member)
        return shape

    def without(self, member: str) -> Shape:
        """The same shape without this member."""
        required = {name: other for name, other in self.required.items() if name != member}
        optional = {name: other for name, other in self.optional.items() if name != member}
        return replace(self, required=required, optional=optional)

    def presence_of(self, member: str) -> str:
        """The member whose choice decides whether this member is there: the first of its group."""
        together = (group for group in self.groups if member in group)
        return next((one for group in together for one in group if self.has(one)), member)


def objects(shapes: Sequence[Shape]) -> Recipe:
    """The objects of these shapes, the plainest first.

    The choices of a member have the same place in every shape, so an object keeps its members'
    values while it shrinks to a plainer shape.
    """
    sizes: dict[str, int] = {}
    for shape in shapes:
        for name, found in shape.members.items():
            sizes[name] = max(found.size, sizes.get(name, 0))
    gates = {name: index for index, name in enumerate(sizes, 1)}
    ends = itertools.accumulate(sizes.values(), initial=1 + len(sizes))
    places = dict(zip([*sizes, None], ends, strict=True))
    plans = lookup_table([_plan(shape, gates, places) for shape in shapes])
    extras = max(shape.extras.size if shape.extras else 0 for shape in shapes)

    def make(draw: DrawFn, choices: bytes, at: int) -> dict[str, Any]:
        steps, others, finish = plans[choices[at]]
        value = {
            name: inner(draw, choices, at + place)
            for name, gate, place, inner in steps
            if not gate or choices[at + gate] & 1
        }
        if others is not None:
            value.update(others.make(draw, choices, at + end))
        for change in finish:
            value = change(value)
        return value

    end = places[None]
    return Recipe(end + extras, make)


def _plan(
    shape: Shape, gates: Mapping[str, int], places: Mapping[str | None, int]
) -> tuple[list[tuple[str, int, int, Make]], Recipe | None, tuple[Finish, ...]]:
    """For each member the places of its choices: for its presence (0 if always), and its value."""
    steps = [
        (
            name,
            gates[shape.presence_of(name)] if name in shape.optional else 0,
            places[name],
            found.make,
        )
        for name, found in shape.members.items()
    ]
    return steps, shape.extras, shape.finish


_PLAUSIBLE = ("x_new", "newField", "labels", "@type", "")


def extra_names(taken: Collection[str], options: Options) -> Recipe:
    """Names of members, other than these."""

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    known = choice(_PLAUSIBLE)
    return one_of([known, known, options.texts()]).mapped(free)


def some_extras(names: Recipe, values: Recipe) -> Recipe:
    """Mostly no member, sometimes one or two."""
    none = constant(())
    one = combine(lambda *member: [member], names, values)
    two = combine(lambda *parts: [parts[:2], parts[2:]], names, values, names, values)
    return one_of([none, none, none, none, none, one, two]).mapped(dict)


_MOST_SHAPES = 64


def counted(shape: Shape, least: int, most: int | None) -> list[Shape] | None:
    """The shapes with at least and at most so many members, ``None`` if these are too many."""
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
        shape = shape.requiring(member)
    return shape
