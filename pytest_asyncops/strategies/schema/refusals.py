"""Refuses a schema whose values cannot be constructed, and says where it stands."""

from __future__ import annotations

from collections.abc import Callable

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema

Refuse = Callable[[str], Exception]
"""A function from a message to the error to raise."""


def refusal(contract: Contract, schema: Schema) -> Refuse:
    """A function from a message to the error with the place of this schema.

    A schema that is not in the contract, but put together by ``allOf``, stands where its first part
    does.
    """
    return lambda message: contract.document.error(message, _pointer(contract, schema))


def _pointer(contract: Contract, schema: Schema) -> str:
    schema = contract.resolved(schema)
    if id(schema) not in contract.pointers and schema.get("allOf"):
        return _pointer(contract, schema["allOf"][0])
    return contract.pointers.get(id(schema), "")
