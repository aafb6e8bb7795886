"""Makes objects of their shapes: the members that there are, and the last changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis.strategies import DrawFn

from .recipes import CHOICES_PER_BYTE, Make, Recipe, lookup_table, one_of
from .shapes import Finish, Shape, free_name


def objects(shapes: Sequence[Shape[Recipe]]) -> Recipe:
    """The objects of these shapes, the plainest first.

    The choices of a member have the same place in every shape, so an object keeps its members'
    values while it shrinks to a plainer shape.
    """
    if len(shapes) > CHOICES_PER_BYTE:
        steps = range(0, len(shapes), CHOICES_PER_BYTE)
        return one_of([objects(shapes[step : step + CHOICES_PER_BYTE]) for step in steps])
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
        steps, others, finish, unwelcome, counted = plans[choices[at]]
        if counted is None:
            value = {
                name: inner(draw, choices, at + place)
                for name, gate, place, inner in steps
                if not gate or choices[at + gate] & 1
            }
        else:
            there, others = counted(choices, at)
            value = {
                name: inner(draw, choices, at + place)
                for name, _, place, inner in steps
                if name in there
            }
        if others is not None:
            for name, inner in others.make(draw, choices, at + end).items():
                value[free_name(name, value, unwelcome)] = inner
        for change in finish:
            value = change(value)
        return value

    end = places[None]
    return Recipe(end + extras, make, _known(shapes))


Counted = Callable[[bytes, int], "tuple[set[str], Recipe | None]"]
"""A function from the choices and their place to the members that there are, and to the others."""


class _Plan(NamedTuple):
    """How to make the objects of a shape.

    Attributes:
        steps: for each member its name, the places of its choices, which are that for its presence
            (0 if it is always there) and those for its value, and how the value is made.
        others: the undocumented members.
        finish: the last changes.
        unwelcome: names that undocumented members do not have.
        counted: which members there are, where they are counted; ``None`` where they are not.
    """

    steps: list[tuple[str, int, int, Make]]
    others: Recipe | None
    finish: tuple[Finish, ...]
    unwelcome: frozenset[str]
    counted: Counted | None


def _plan(
    shape: Shape[Recipe], gates: Mapping[str, int], places: Mapping[str | None, int]
) -> _Plan:
    gate_of = {name: gates[shape.presence_of(name)] for name in shape.optional}
    steps = [
        (name, gate_of.get(name, 0), places[name], found.make)
        for name, found in shape.members.items()
    ]
    counted = _counted(shape, gate_of) if shape.is_counted else None
    return _Plan(steps, shape.extras, shape.finish, frozenset(shape.unwelcome), counted)


def _counted(shape: Shape[Recipe], gate_of: Mapping[str, int]) -> Counted:
    together: dict[int, list[str]] = {}
    for name, gate in gate_of.items():
        together.setdefault(gate, []).append(name)

    largest_first = sorted(together, key=lambda gate: -len(together[gate]))

    def chosen(gates: Iterable[int], choices: bytes, at: int) -> set[str]:
        there = {*shape.required}
        for gate in gates:
            names = together[gate]
            is_wanted = choices[at + gate] & 1 or len(there) < shape.least
            if is_wanted and (shape.most is None or len(there) + len(names) <= shape.most):
                there.update(names)
        return there

    def counted(choices: bytes, at: int) -> tuple[set[str], Recipe | None]:
        def is_unwanted(gate: int) -> tuple[bool, int]:
            return not choices[at + gate] & 1, choices[at + gate]

        # First what the choices want, as far as there is room; then others until there are enough.
        there = chosen(sorted(together, key=is_unwanted), choices, at)
        if shape.fill:
            return there, shape.fill(len(there))
        # Where there is no room any more for those that come together, they come first.
        enough = len(there) >= shape.least
        return there if enough else chosen(largest_first, choices, at), None

    return counted


_MANY = 64


def _known(shapes: Sequence[Shape[Recipe]]) -> tuple[Any, ...] | None:
    """All objects of these shapes, ``None`` if they are many."""
    sizes = []
    for shape in shapes:
        members = [found.values for found in shape.members.values()]
        if None in members or shape.extras or shape.finish or shape.is_counted:
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
