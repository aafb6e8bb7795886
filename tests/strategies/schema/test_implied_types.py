"""A schema without a type means those whose keywords it has."""

from __future__ import annotations

import pytest

from pytest_asyncops.contract.schema_keywords import Schema
from pytest_asyncops.strategies.schema.implied_types import implied_types


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({}, []),
        ({"description": "anything", "nullable": True}, []),
        ({"minLength": 0}, ["string"]),
        ({"x-enum": []}, ["string"]),
        ({"multipleOf": 2}, ["number"]),
        ({"items": {}}, ["array"]),
        ({"uniqueItems": False}, ["array"]),
        ({"required": ["a"]}, ["object"]),
        ({"additionalProperties": False}, ["object"]),
        ({"maximum": 1, "pattern": "a"}, ["string", "number"]),
        ({"properties": {}, "maxItems": 1}, ["array", "object"]),
    ],
)
def test_keywords_imply_the_types_that_they_constrain(schema: Schema, types: list[str]) -> None:
    assert implied_types(schema) == types
