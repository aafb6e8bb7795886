"""The values of an enum that the other keywords of its schema leave."""

from __future__ import annotations

from typing import Any

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema


def fitting_values(contract: Contract, schema: Schema) -> list[Any]:
    """The values of a flat schema with an ``enum``."""
    fits = validator_of(contract, schema).is_valid
    return [value for value in schema["enum"] if fits(value)]
