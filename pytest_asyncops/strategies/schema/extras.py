"""Undocumented members of objects: how many there are. Their names are made free by `objects`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .arrays import arrays
from .options import Options
from .recipes import Recipe, choice, combine, constant, from_strategy, one_of
from .shapes import Shape, free_name

_PLAUSIBLE = ("x_new", "newField", "labels", "@type", "")


def extra_names(options: Options) -> Recipe:
    """Names of members."""
    known = choice(_PLAUSIBLE)
    return one_of([known, known, options.texts()])


def some_extras(values: Recipe, options: Options) -> Recipe:
    """Mostly no member, sometimes one or two."""
    none, one, two = _first_extras(values, options)
    return one_of([none, none, none, none, none, one, two])


def map_members(values: Recipe, options: Options, most: int) -> Recipe:
    """Members of an object that is a map, up to this many."""
    several = _so_many(values, options, 0, most)
    return one_of([*_first_extras(values, options)[: most + 1], several])


def filled_up(
    shape: Shape[Recipe],
    values: Recipe | None,
    least: int,
    most: int | None,
    options: Options,
    usual: int,
) -> Shape[Recipe]:
    """A shape with a least and a most number of members.

    Args:
        shape: the shape.
        values: the values of undocumented members, ``None`` for none.
        least: how many members there are at least.
        most: how many there are at most, ``None`` for no limit.
        options: the options of the user.
        usual: how many undocumented members there are at most, unless others are too few.
    """
    counted = replace(shape, extras=None, least=least, most=most)
    if values is None:
        return counted

    @lru_cache(maxsize=64)
    def fill(count: int) -> Recipe:
        low = max(least - count, 0)
        high = max(low, usual)
        high = high if most is None else min(high, most - count)
        ways = dict.fromkeys((low, min(low + 1, high), high))  # mostly few, as elsewhere
        found = one_of([_so_many(values, options, low, way) for way in ways])
        return from_strategy(found.strategy())  # how many choices it takes is not known before

    return replace(counted, fill=fill)


def _first_extras(values: Recipe, options: Options) -> list[Recipe]:
    """No member, one, and two."""
    names = extra_names(options)
    one = combine(lambda *member: [member], names, values)
    two = combine(lambda *parts: [parts[:2], parts[2:]], names, values, names, values)
    return [constant(()).mapped(_named), one.mapped(_named), two.mapped(_named)]


def _so_many(values: Recipe, options: Options, least: int, most: int) -> Recipe:
    member = combine(lambda *parts: [*parts], extra_names(options), values)
    return arrays(member, least, most).mapped(_named)


def _named(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    times = Counter[str]()
    for name, value in members:
        times[name] += 1
        new = name if times[name] == 1 else f"{name}_{times[name]}"
        found[free_name(new, found)] = value
    return found
