"""Undocumented members of objects: their names, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import itemgetter

from hypothesis import strategies as st

from ...contract.schema_keywords import Schema
from .arrays import unlike
from .options import Options
from .recipes import Recipe, choice, combine, constant, one_of
from .shapes import Shape

_PLAUSIBLE = ("x_new", "newField", "labels", "@type", "")


def with_extras(
    shapes: Sequence[Shape[Recipe]], schema: Schema, values: Recipe, options: Options
) -> list[Shape[Recipe]]:
    """The shapes of a schema with undocumented members now and then, which have these values."""
    taken = {*schema.get("properties", ()), *schema.get("required", ())}
    extras = {
        unwelcome: some_extras(extra_names({*taken, *unwelcome}, options), values)
        for unwelcome in {shape.unwelcome for shape in shapes}
    }
    return [replace(shape, extras=extras[shape.unwelcome]) for shape in shapes]


def filled_up(
    shape: Shape[Recipe], values: Recipe, least: int, most: int | None, options: Options
) -> Shape[Recipe]:
    """A shape without optional members, with undocumented ones until there are enough members."""
    names = extra_names(shape.required, options)
    needed = len(shape.required)
    low = max(least - needed, 0)
    high = max(low, options.max_items) if most is None else most - needed
    members = st.tuples(names.strategy(), values.strategy())
    return replace(shape, extras=unlike(members, low, high, itemgetter(0)).mapped(dict))


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
