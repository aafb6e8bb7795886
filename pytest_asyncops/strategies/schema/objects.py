"""Makes objects of their shapes: the members that there are, and the last changes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
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
    return Recipe(end + extras, make)


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
