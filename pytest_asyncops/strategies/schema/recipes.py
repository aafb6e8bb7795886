"""Recipes make values with few draws: one draw for all choices, and others for free values.

The cost of a draw hardly depends on what is drawn. So all small choices of a value, such as which
members are there and which enum value one of them has, are read from a single draw of bytes, the
choices. Each byte shrinks by itself towards 0, which stands for the plainest choice.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

Make = Callable[[DrawFn, bytes, int], Any]
"""A function from a draw function, the choices, and the place of its own choices, to a value."""

CHOICES_PER_BYTE = 256
"""Between how many values a byte can choose."""

_LARGE = 128


@dataclass(frozen=True, eq=False)
class Recipe:
    """How to make a value.

    Attributes:
        size: how many choices it takes.
        make: makes the value.
        values: all values that it can make, ``None`` if they are many.
    """

    size: int
    make: Make
    values: tuple[Any, ...] | None = None

    @cached_property
    def choices(self) -> SearchStrategy[bytes]:
        """The strategy that the choices are drawn from."""
        return st.binary(min_size=self.size, max_size=self.size)

    @cached_property
    def known(self) -> SearchStrategy[int] | None:
        """Which of its values it is, if they are known: once Hypothesis has seen all, it stops."""
        return None if self.values is None else st.sampled_from(range(len(self.values)))

    def drawn_by(self, draw: DrawFn) -> Any:
        """Make a value."""
        if self.known is not None and self.values is not None:
            return fresh(self.values[draw(self.known)])
        return self.make(draw, draw(self.choices) if self.size else b"", 0)

    def strategy(self) -> SearchStrategy[Any]:
        """The values as a strategy."""

        def value(draw: DrawFn, size: int = self.size) -> Any:
            return self.drawn_by(draw)

        # Hypothesis treats strategies of one function as the same unless its defaults differ, and
        # copies the draws of one to the other.
        return st.composite(value)()

    def mapped(self, change: Callable[[Any], Any]) -> Recipe:
        """The same recipe, with each value changed."""
        make = self.make
        return Recipe(self.size, lambda draw, choices, at: change(make(draw, choices, at)))

    def with_own_draw(self) -> Recipe:
        """The same recipe; if it takes many choices, they are drawn only when they are needed."""
        return from_strategy(self.strategy()) if self.size > _LARGE else self


def fresh(value: T) -> T:
    """The value, or a copy if the user can change it."""
    return copy.deepcopy(value) if isinstance(value, (dict, list)) else value


def constant(value: Any) -> Recipe:
    """The recipe for one value."""
    if isinstance(value, (dict, list)):
        return Recipe(0, lambda draw, choices, at: fresh(value), (value,))
    return Recipe(0, lambda draw, choices, at: value, (value,))


NULL = constant(None)


def from_strategy(found: SearchStrategy[Any]) -> Recipe:
    """The recipe for the values of a strategy."""
    return Recipe(0, lambda draw, choices, at: draw(found))


def choice(values: Sequence[Any]) -> Recipe:
    """The recipe for one of these values, the plainest first."""
    if len(values) > CHOICES_PER_BYTE:
        return from_strategy(st.sampled_from(values)).mapped(fresh)
    return one_of([constant(value) for value in values])


def one_of(recipes: Sequence[Recipe]) -> Recipe:
    """The recipe for a value of one of these recipes, the plainest first."""
    if len(recipes) == 1:
        return recipes[0]
    if len(recipes) > CHOICES_PER_BYTE:
        return from_strategy(st.one_of([recipe.strategy() for recipe in recipes]))
    table = lookup_table([recipe.make for recipe in recipes])
    known = [recipe.values for recipe in recipes]
    return Recipe(
        1 + max(recipe.size for recipe in recipes),
        lambda draw, choices, at: table[choices[at]](draw, choices, at + 1),
        None if None in known else tuple(value for values in known for value in values or ()),
    )


def number(size: int) -> Recipe:
    """The recipe for whole numbers of this many bytes."""
    return Recipe(size, lambda draw, choices, at: int.from_bytes(choices[at : at + size], "big"))


def combine(function: Callable[..., Any], *recipes: Recipe) -> Recipe:
    """The recipe for what a function makes of the values of these recipes."""
    places = [sum(recipe.size for recipe in recipes[:index]) for index in range(len(recipes))]
    parts = [(recipe.make, place) for recipe, place in zip(recipes, places, strict=True)]
    return Recipe(
        sum(recipe.size for recipe in recipes),
        lambda draw, choices, at: function(
            *[make(draw, choices, at + place) for make, place in parts]
        ),
    )


def lookup_table(values: Sequence[T]) -> tuple[T, ...]:
    """The value for each byte: in turn, because shrinking always tries the first bytes."""
    times = -(-CHOICES_PER_BYTE // len(values))
    return (tuple(values) * times)[:CHOICES_PER_BYTE]
