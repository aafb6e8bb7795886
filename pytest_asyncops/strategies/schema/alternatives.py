"""Resolves ``anyOf``, ``oneOf`` and ``not``, if values can be constructed for them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from ...contract.openapi import Contract
from ...contract.schema_keywords import TYPES, Schema
from .all_of import Contradiction, both, flat


def alternatives(contract: Contract, schema: Schema) -> list[Schema] | None:
    """Schemas that together have the values of this one, ``None`` if it has no alternatives.

    Raises:
        Contradiction: for alternatives whose values cannot be constructed.
    """
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            rest = {name: value for name, value in schema.items() if name != keyword}
            parts = [flat(contract, part) for part in schema[keyword]]
            if keyword == "oneOf":
                _check_apart(contract, parts)
            return [both(rest, part) for part in parts]
    return None


def _check_apart(contract: Contract, parts: list[Schema]) -> None:
    for one, other in combinations(parts, 2):
        if not _apart(contract, one, other):
            raise Contradiction("oneOf with alternatives that cannot be told apart")


def _apart(contract: Contract, one: Schema, other: Schema) -> bool:
    """Whether it is certain that no value fits both."""
    if "enum" in one and "enum" in other:
        return not any(value in other["enum"] for value in one["enum"])
    if one.get("nullable") and other.get("nullable"):
        return False
    kinds = {one.get("type"), other.get("type")}
    if None not in kinds and len(kinds) == 2 and kinds != {"integer", "number"}:
        return True
    if kinds != {"object"}:
        return False
    shared = {*one.get("required", ())} & {*other.get("required", ())}
    return any(
        _apart(contract, flat(contract, one["properties"][name]), flat(contract, inner))
        for name, inner in other.get("properties", {}).items()
        if name in shared and name in one.get("properties", {})
    )


def without_not(schema: Schema) -> Schema:
    """The schema with its ``not`` expressed by other keywords.

    Raises:
        Contradiction: for a ``not`` of more than values or types.
    """
    if "not" not in schema:
        return schema
    rest: dict[str, Any] = {name: value for name, value in schema.items() if name != "not"}
    kinds = set()
    for banned in _banned(schema["not"]):
        if banned.keys() != {"type"}:
            raise Contradiction("not of more than types, or of values beside no enum,")
        kinds.add(banned["type"])
    if rest.get("type") in kinds or (rest.get("type") == "integer" and "number" in kinds):
        raise Contradiction(f"not of the very type {rest['type']}")
    if "type" not in rest:
        if "anyOf" in rest:
            raise Contradiction("not beside anyOf")
        if kinds & {"integer", "number"}:
            kinds |= {"integer", "number"}  # an integer is a number too
        left = [kind for kind in TYPES if kind not in kinds]
        if not left:
            raise Contradiction("not of every type")
        rest["anyOf"] = [{"type": kind} for kind in left]
    return rest


def _banned(schema: Schema) -> list[Schema]:
    if schema.keys() == {"anyOf"}:
        return [inner for part in schema["anyOf"] for inner in _banned(part)]
    return [schema]
