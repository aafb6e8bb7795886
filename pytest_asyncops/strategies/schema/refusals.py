"""Refuses a schema that has no value or of which none is found, and says where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ...errors import ContractError

Refuse = Callable[[str], Exception]
"""A function from a message to the error to raise."""


class NoValue(ContractError):
    """A schema that has no value, or of which none is found.

    An alternative that has none is left out, and so is an optional member.
    """


class NeverEnds(NoValue):
    """A schema of which each value has another one within it."""


def refusal(contract: Contract, schema: Schema) -> Refuse:
    """A function from a message to the error with the place of this schema.

    A schema that is not in the contract, but put together by ``allOf``, stands where its first part
    does.
    """

    def refuse(message: str) -> NoValue:
        return NoValue(message, **_place(contract, schema))

    return refuse


def never_ends(contract: Contract, schema: Schema) -> NeverEnds:
    """The error for a schema that needs itself, with its place."""
    return NeverEnds("every value of this schema would be endless", **_place(contract, schema))


def _place(contract: Contract, schema: Schema) -> dict[str, Any]:
    error = contract.error("", _pointer(contract, schema))
    return {"file": error.file, "line": error.line, "pointer": error.pointer}


def _pointer(contract: Contract, schema: Schema) -> str:
    schema = contract.resolved(schema)
    if id(schema) not in contract.pointers and schema.get("allOf"):
        return _pointer(contract, schema["allOf"][0])
    return contract.pointers.get(id(schema), "")
