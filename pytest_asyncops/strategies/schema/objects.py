"""Makes objects of their shapes: the members that there are, and the last changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis.strategies import DrawFn

from .recipes import Make, Recipe, lookup_table
from .shapes import Finish, Shape


def objects(shapes: Sequence[Shape[Recipe]]) -> Recipe:
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
    return Recipe(end + extras, make, _known(shapes))


def _plan(
    shape: Shape[Recipe], gates: Mapping[str, int], places: Mapping[str | None, int]
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


_MANY = 64


def _known(shapes: Sequence[Shape[Recipe]]) -> tuple[Any, ...] | None:
    """All objects of these shapes, ``None`` if they are many."""
    sizes = []
    for shape in shapes:
        members = [found.values for found in shape.members.values()]
        if None in members or shape.extras or shape.finish:
            return None
        gates = {shape.presence_of(name) for name in shape.optional}
        sizes.append(2 ** len(gates) * math.prod(len(values or ()) for values in members))
    if sum(sizes) > _MANY:
        return None
    return tuple(value for shape in shapes for value in _each(shape))


def _each(shape: Shape[Recipe]) -> Iterator[dict[str, Any]]:
    """Each object of a shape whose members' values are all known."""
    gates = list(dict.fromkeys(shape.presence_of(name) for name in shape.optional))
    for there in itertools.product((False, True), repeat=len(gates)):
        is_open = dict(zip(gates, there, strict=True))
        members = {
            name: found.values or ()
            for name, found in shape.members.items()
            if name in shape.required or is_open[shape.presence_of(name)]
        }
        for values in itertools.product(*members.values()):
            yield dict(zip(members, values, strict=True))
