"""Resolves ``anyOf``, ``oneOf`` and ``not``, if values can be constructed for them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from ...contract.openapi import Contract
from ...contract.schema_keywords import TYPES, Schema
from ...errors import hides_usage_errors
from .all_of import Contradiction, both, flat
from .refusals import Refuse

__tracebackhide__ = hides_usage_errors


def alternatives(contract: Contract, schema: Schema, refuse: Refuse) -> list[Schema] | None:
    """Schemas that together have the values of a flat one, ``None`` if it has no alternatives.

    Raises:
        ContractError: for alternatives whose values cannot be constructed.
    """
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            rest = {name: value for name, value in schema.items() if name != keyword}
            parts = [flat(contract, part) for part in schema[keyword]]
            if keyword == "oneOf" and not _all_apart(contract, parts):
                raise refuse("oneOf with alternatives that cannot be told apart is not generated")
            try:
                return [both(rest, part) for part in parts]
            except Contradiction as trouble:
                raise refuse(f"{trouble} is not generated") from None
    return None


def _all_apart(contract: Contract, parts: list[Schema]) -> bool:
    return all(_apart(contract, one, other) for one, other in combinations(parts, 2))


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


def without_not(schema: Schema, refuse: Refuse) -> Schema:
    """The schema with its ``not`` expressed by other keywords.

    Raises:
        ContractError: for a ``not`` of more than values or types.
    """
    if "not" not in schema:
        return schema
    rest: dict[str, Any] = {name: value for name, value in schema.items() if name != "not"}
    kinds = set()
    for banned in _banned(schema["not"]):
        if banned.keys() != {"type"}:
            raise refuse("not of more than types, or of values beside no enum, is not generated")
        kinds.add(banned["type"])
    if rest.get("type") in kinds or (rest.get("type") == "integer" and "number" in kinds):
        raise refuse(f"not of the very type {rest['type']} is not generated")
    if rest.get("type") == "number" and "integer" in kinds:
        rest["not"] = {"type": "integer"}  # the numbers that are left have no keyword
    if "type" not in rest:
        if "anyOf" in rest:
            raise refuse("not beside anyOf is not generated")
        if kinds & {"integer", "number"}:
            kinds |= {"integer", "number"}  # an integer is a number too
        left = [kind for kind in TYPES if kind not in kinds]
        if not left:
            raise refuse("not of every type is not generated")
        rest["anyOf"] = [{"type": kind} for kind in left]
    return rest


def _banned(schema: Schema) -> list[Schema]:
    if schema.keys() == {"anyOf"}:
        return [inner for part in schema["anyOf"] for inner in _banned(part)]
    return [schema]
