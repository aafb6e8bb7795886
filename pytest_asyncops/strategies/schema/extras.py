"""Undocumented members of objects: how many there are. Their names are made free by `objects`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

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


def map_members(values: Recipe, options: Options) -> Recipe:
    """Members of an object that is a map: up to ``max_items``."""
    several = _so_many(values, options, 0, options.max_items)
    return one_of([*_first_extras(values, options)[: options.max_items + 1], several])


def filled_up(
    shape: Shape[Recipe],
    values: Recipe | None,
    least: int,
    most: int | None,
    options: Options,
    *,
    only_needed: bool,
) -> Shape[Recipe]:
    """A shape with at least and at most so many members.

    Args:
        shape: the shape.
        values: the values of undocumented members, ``None`` for none.
        least: how many members there are at least.
        most: how many there are at most, ``None`` for no limit.
        options: the options of the user.
        only_needed: whether there are undocumented members only where others are too few.
    """

    @lru_cache(maxsize=64)
    def fill(count: int) -> Recipe:
        low = max(least - count, 0)
        high = low if only_needed else max(low, options.max_items)
        high = high if most is None else min(high, most - count)
        return constant({}) if values is None else _so_many(values, options, low, high)

    fills = None if values is None else fill
    return replace(shape, extras=None, least=least, most=most, fill=fills)


def _first_extras(values: Recipe, options: Options) -> list[Recipe]:
    """No member, one, and two."""
    names = extra_names(options)
    one = combine(lambda *member: [member], names, values)
    two = combine(lambda *parts: [parts[:2], parts[2:]], names, values, names, values)
    return [constant(()).mapped(_named), one.mapped(_named), two.mapped(_named)]


def _so_many(values: Recipe, options: Options, least: int, most: int) -> Recipe:
    members = st.tuples(extra_names(options).strategy(), values.strategy())
    return from_strategy(st.lists(members, min_size=least, max_size=most)).mapped(_named)


def _named(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        found[free_name(name, found)] = value
    return found
