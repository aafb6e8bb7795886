"""A refusal says where the schema stands, even of one that was put together."""

from __future__ import annotations

import pytest
from support.own_contracts import checked

from pytest_asyncops import ContractError
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies.schema.refusals import refusal

PART = {"type": "integer"}
NAMED = {"a": {"type": "string"}, "b": {"allOf": [PART]}, "c": {"$ref": "#/components/schemas/a"}}
PLACE = "/components/schemas"
LINES = {"": 1, f"{PLACE}/a": 4, f"{PLACE}/b": 5, f"{PLACE}/b/allOf/0": 6}
CONTRACT = checked(
    Contract(Document("own.yaml", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, LINES))
)


@pytest.mark.parametrize(
    ("schema", "pointer", "line"),
    [
        (NAMED["a"], "/a", 4),
        ({"$ref": "#/components/schemas/a"}, "/a", 4),
        (NAMED["c"], "/a", 4),
        (NAMED["b"], "/b", 5),
        (PART, "/b/allOf/0", 6),
        ({"allOf": [PART, {"minimum": 1}]}, "/b/allOf/0", 6),
        ({"allOf": [{"$ref": "#/components/schemas/b"}, {}]}, "/b", 5),
        ({"allOf": [{"allOf": [PART]}]}, "/b/allOf/0", 6),
    ],
    ids=str,
)
def test_where_a_schema_stands(schema, pointer, line):
    error = refusal(CONTRACT, schema)("no")
    assert isinstance(error, ContractError)
    assert (error.pointer, error.line) == (PLACE + pointer, line)
    assert str(error) == f"own.yaml:{line}: no"


@pytest.mark.parametrize("schema", [{}, {"allOf": []}, {"type": "string"}], ids=str)
def test_a_schema_from_elsewhere_stands_nowhere(schema):
    assert refusal(CONTRACT, schema)("no").pointer == ""
