"""What a discriminator says, in the other keywords of schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema


def tagged(discriminator: Mapping[str, Any], values: list[str]) -> Schema:
    """The schema of values whose discriminator's property has one of these values.

    It chooses nothing for a value that is not an object.
    """
    name = discriminator["propertyName"]
    return {"required": [name], "properties": {name: {"enum": values}}}


def branches_of(contract: Contract, schema: Schema) -> Iterator[tuple[Schema, Schema]]:
    """The schemas that a schema's discriminator chooses, each with the `tagged` that chooses it."""
    values: dict[str, list[str]] = {}
    for value, branch in (contract.branches(schema) or {}).items():
        values.setdefault(branch["$ref"], []).append(value)
    for reference, known in values.items():
        yield {"$ref": reference}, tagged(schema["discriminator"], known)


def own_tag(contract: Contract, schema: Schema, whole: Schema) -> Schema | None:
    """The `tagged` of a schema that is itself what an inherited discriminator chooses.

    Args:
        contract: the contract.
        schema: the schema, which has a schema with a discriminator in its ``allOf``.
        whole: the schema, flat, with that discriminator.
    """
    discriminator = whole["discriminator"]
    for part in _parts(contract, schema):
        if part.get("discriminator") is discriminator:
            return None
        for branch, tag in branches_of(contract, whole):
            if contract.resolved(branch) is part:
                return tag
    return None


def _parts(contract: Contract, schema: Schema) -> Iterator[Schema]:
    """The schema and what its ``allOf`` refers to, the nearest first."""
    ahead = [schema]
    while ahead:
        schema = contract.resolved(ahead.pop(0))
        yield schema
        ahead += schema.get("allOf", ())
