"""The places in a value at which the named schemas of a contract apply."""

from __future__ import annotations

from collections.abc import Mapping

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema, name_of
from ..schema.shapes import documented, free_name
from .edits import ITEM, Path


def places(contract: Contract, schema: Schema) -> Mapping[str, list[Path]]:
    """For each named schema, the places in a value of this schema to which it applies.

    What may stand there or not, as the alternatives of ``oneOf``, has no place. A map has one
    value, under a name of its own.

    Args:
        contract: the contract.
        schema: the schema, as the contract has it.
    """
    found: dict[str, list[Path]] = {}
    _visit(contract, schema, (), (), found)
    for name, named in contract.schemas.items():
        if named is schema:
            found.setdefault(name, []).append(())
    return found


def _visit(
    contract: Contract,
    schema: Schema,
    path: Path,
    within: tuple[str, ...],
    found: dict[str, list[Path]],
) -> None:
    if "$ref" in schema:
        name = name_of(schema["$ref"])
        if name not in within:  # else it contains itself
            found.setdefault(name, []).append(path)
            referred = contract.referred(schema["$ref"])
            _visit(contract, referred, path, (*within, name), found)
        return
    for name, inner in schema.get("properties", {}).items():
        _visit(contract, inner, (*path, name), within, found)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        _visit(contract, others, (*path, new_name(schema)), within, found)
    if "items" in schema:
        _visit(contract, schema["items"], (*path, ITEM), within, found)
    for inner in schema.get("allOf", []):
        _visit(contract, inner, path, within, found)


def new_name(schema: Schema) -> str:
    """A name that a schema does not document."""
    return free_name("x_new", documented(schema).members)
