"""Shapes of objects: which members they have, told in schemas and then made of recipes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, Union

from ...contract.schema_keywords import Schema
from .recipes import NULL, Recipe

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
        least: how many members there are at least.
        most: how many there are at most, ``None`` for no limit.
        fill: from the number of the other members to the undocumented ones, in place of ``extras``
            where members are counted; ``None`` for none.
    """

    required: Mapping[str, P]
    optional: Mapping[str, P]
    extras: Recipe | None = None
    finish: tuple[Finish, ...] = ()
    order: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    unwelcome: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    fill: Callable[[int], Recipe] | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it matters how many members there are."""
        return self.least > len(self.required) or self.most is not None or self.fill is not None

    @property
    def is_possible(self) -> bool:
        """Whether there can be enough members, and need not be too many."""
        enough = self.fill is not None or self.least <= len(self.required) + len(self.optional)
        return enough and (self.most is None or max(self.least, len(self.required)) <= self.most)

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
        """The same shape with this member always present, and with those that come with it."""
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
        unwelcome=tuple(members),
    )


def free_name(name: str, *taken: Container[str]) -> str:
    """The name, made longer until none of these has it."""
    while any(name in names for names in taken):
        name += "_"
    return name


def others_of(schema: Schema) -> Schema | None:
    """The schema of undocumented members, ``None`` if they are not allowed."""
    others = schema.get("additionalProperties", True)
    return None if others is False else {} if others is True else others
