"""Finds the schema against which a value is checked, by its discriminator."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..contract.discriminators import alternatives_of
from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema, name_of


class Chosen(NamedTuple):
    """What the property of a discriminator chooses for a value.

    Attributes:
        member: the name of the property.
        value: its value.
        choices: the values that choose a schema.
        schema: the schema that is chosen, a reference; ``None`` if none is.
    """

    member: str
    value: Any
    choices: tuple[str, ...]
    schema: Schema | None

    def __str__(self) -> str:
        assert self.schema is not None
        name = name_of(self.schema["$ref"]).rpartition("/")[2]
        return f"{name}, by {self.member} {self.value!r}"


def choose(contract: Contract, schema: Schema, value: Any) -> Chosen | None:
    """What the discriminator of a schema chooses for a value; ``None`` if nothing.

    It chooses nothing for a value that is not an object, and for an object without the property:
    the meaning is then undefined (OpenAPI 3.0.4, 4.7.25), and real services leave the property out
    if it is optional.
    """
    branches = contract.branches(schema)
    if branches is None or not isinstance(value, dict):
        return None
    member = schema["discriminator"]["propertyName"]
    if member not in value:
        return None
    said = value[member]
    chosen = branches.get(said) if isinstance(said, str) else None
    return Chosen(member, said, tuple(branches), chosen)


def is_heir(contract: Contract, schema: Schema, parent: Schema) -> bool:
    """Whether a schema is a choice of the discriminator of a schema in its ``allOf``.

    Then that discriminator chooses nothing more: the choice was already made.
    """
    parent = contract.resolved(parent)
    branches = None if alternatives_of(parent) else contract.branches(parent)
    return any(contract.resolved(one) is schema for one in (branches or {}).values())
