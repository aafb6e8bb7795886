"""Shapes of objects: which members they have, told in schemas and then made of recipes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, Union

from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors
from .recipes import NULL, Recipe
from .refusals import Refuse

__tracebackhide__ = hides_usage_errors

Finish = Callable[[dict[str, Any]], dict[str, Any]]
Recipes = Mapping[str, Recipe]
Part = Union[Schema, Recipe]
"""The values of a member: by their schema, which is still to be compiled, or by their recipe."""
P = TypeVar("P")


@dataclass(frozen=True)
class Shape(Generic[P]):
    """A shape of objects: which members they have.

    Attributes:
        required: the members that are there.
        optional: the members that may be there.
        extras: undocumented members, ``None`` for none.
        finish: functions that change an object once all members are made.
        order: the order of the members.
        groups: optional members that come together or not at all.
        unwelcome: names that undocumented members do not have.
    """

    required: Mapping[str, P]
    optional: Mapping[str, P]
    extras: Recipe | None = None
    finish: tuple[Finish, ...] = ()
    order: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    unwelcome: tuple[str, ...] = ()

    @property
    def members(self) -> Mapping[str, P]:
        """All members that can be there, in order."""
        found = {**self.optional, **self.required}
        return {name: found[name] for name in dict.fromkeys([*self.order, *found]) if name in found}

    def can_be_set(self, member: str) -> bool:
        """Whether the member can be there with a value other than null."""
        return self.has(member) and self.members[member] is not NULL

    def has(self, member: str) -> bool:
        """Whether the member can be there."""
        return member in self.required or member in self.optional

    def replacing(self, member: str, found: P) -> Shape[P]:
        """The same shape with other values of a member that it has."""
        if member in self.required:
            return replace(self, required={**self.required, member: found})
        return replace(self, optional={**self.optional, member: found})

    def requiring(self, member: str, found: P | None = None) -> Shape[P]:
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

    def grouped(self, groups: Iterable[tuple[str, ...]]) -> Shape[P]:
        """The same shape with groups of members that come together or not at all."""
        shape = replace(self, groups=tuple(groups))
        for group in shape.groups:
            for member in group:
                if member in shape.required:
                    shape = shape.requiring(member)
        return shape

    def without(self, member: str) -> Shape[P]:
        """The same shape without this member, and without those that come only with it."""
        gone = {member}.union(*(group for group in self.groups if member in group))
        return replace(
            self,
            required={name: other for name, other in self.required.items() if name not in gone},
            optional={name: other for name, other in self.optional.items() if name not in gone},
            groups=tuple(group for group in self.groups if member not in group),
        )

    def presence_of(self, member: str) -> str:
        """The member whose choice decides whether this member is there: the first of its group."""
        together = (group for group in self.groups if member in group)
        return next((one for group in together for one in group if self.has(one)), member)

    def with_recipes(self, recipes: Mapping[int, Recipe]) -> Shape[Recipe] | None:
        """The same shape with recipes for its parts, which are given by the ``id()`` of the part.

        A member without a recipe is left out; if it is required, there is no such shape: ``None``.
        """
        shape = self
        for name, part in self.members.items():
            if id(part) not in recipes:
                if name in self.required:
                    return None
                shape = shape.without(name)
        return Shape(
            {name: recipes[id(part)] for name, part in shape.required.items()},
            {name: recipes[id(part)] for name, part in shape.optional.items()},
            finish=shape.finish,
            order=shape.order,
            groups=shape.groups,
            unwelcome=shape.unwelcome,
        )


def documented(schema: Schema) -> Shape[Part]:
    """The shape of a flat schema's objects, by ``properties`` and ``required`` alone."""
    properties = schema.get("properties", {})
    needed = schema.get("required", ())
    others = {name: others_of(schema) or {} for name in needed if name not in properties}
    members: dict[str, Part] = {**properties, **others}
    return Shape(
        {name: part for name, part in members.items() if name in needed},
        {name: part for name, part in members.items() if name not in needed},
        order=tuple(members),
    )


def others_of(schema: Schema) -> Schema | None:
    """The schema of undocumented members, ``None`` if they are not allowed."""
    others = schema.get("additionalProperties", True)
    return None if others is False else {} if others is True else others


_MOST_SHAPES = 64


def counted(
    shape: Shape[Recipe], least: int, most: int | None, refuse: Refuse
) -> list[Shape[Recipe]]:
    """The shapes with at least and at most so many members, none of them undocumented.

    Raises:
        ContractError: if there are not so many members.
    """
    needed = len(shape.required)
    if least > needed + len(shape.optional):
        raise refuse(f"minProperties {least} beyond the documented members, and no others allowed")
    shapes = [replace(shape, extras=None)]
    if most is not None and needed + len(shape.optional) > most:
        keep = max(most - needed, 0)
        shapes = [
            replace(one, optional={name: shape.optional[name] for name in names})
            for one in shapes
            for names in _some_combinations(shape.optional, keep)
        ]
    if least > needed:
        shapes = [
            _having_all(one, names)
            for one in shapes
            for names in _some_combinations(one.optional, least - needed)
        ]
    return shapes


def _some_combinations(names: Iterable[str], size: int) -> Iterable[tuple[str, ...]]:
    """Ways to choose so many names: all, or some with each name if they are too many."""
    known = list(names)
    if math.comb(len(known), size) <= _MOST_SHAPES:
        return itertools.combinations(known, size)
    return [tuple([*known[at:], *known[:at]][:size]) for at in range(len(known))]


def _having_all(shape: Shape[Recipe], members: Iterable[str]) -> Shape[Recipe]:
    for member in members:
        shape = shape.requiring(member)
    return shape
