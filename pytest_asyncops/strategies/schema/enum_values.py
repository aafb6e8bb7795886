"""The values of an enum that the other keywords of its schema leave."""

from __future__ import annotations

from typing import Any

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema


def fitting_values(contract: Contract, schema: Schema) -> list[Any]:
    """The values of a flat schema with an ``enum``."""
    fits = validator_of(contract, schema).is_valid
    # To JSON 1.0 and 1 are one value, and only the latter is an integer.
    whole = [int(value) for value in schema["enum"] if _is_whole(value) and not fits(value)]
    return [value for value in [*schema["enum"], *whole] if fits(value)]


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
