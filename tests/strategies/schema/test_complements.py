"""What does not fit a schema is what its complement has."""

from __future__ import annotations

import pytest
from openapi_schema_validator import OAS30Validator
from support.schema_kinds import INTEGER, STRING, obj

from pytest_asyncops.contract.formats import matches_format
from pytest_asyncops.strategies.schema.complements import complement

NUMBER = {"type": "number"}
VALUES = [None, True, -3, 0, 1, 2, 3, 0.5, 2.25, 2**40, -(2**70), "", "a", "bb", "2026-01-01"]
VALUES += [[], [1], [1, 1], [1, "a", 2], {}, {"a": 1}, {"a": "b"}, {"x_new": 1}, {"a": 1, "b": 2}]

EXACT = [
    *({"type": name} for name in ("array", "boolean", "number", "object", "string")),
    {**STRING, "nullable": True},
    *({limit: 1, shut: True} for limit, shut in [("minimum", "exclusiveMinimum")]),
    {"minimum": 1},
    {"maximum": 1},
    {"maximum": 1, "exclusiveMaximum": True},
    *({f"{end}Length": size} for end in ("min", "max") for size in (0, 1)),
    *({f"{end}Items": size} for end in ("min", "max") for size in (0, 1)),
    *({f"{end}Properties": size} for end in ("min", "max") for size in (0, 1)),
    {"required": ["a", "b"]},
    {"properties": {"a": STRING}},
    {"anyOf": [STRING, INTEGER]},
    {"oneOf": [INTEGER, {"minimum": 2}]},
    {"not": STRING},
    {"allOf": []},
    {"title": "anything"},
]


def fits(schema, value):
    return OAS30Validator(schema).is_valid(value)


@pytest.mark.parametrize("schema", [one for one in EXACT if one != {"allOf": []}], ids=str)
def test_exactly_what_does_not_fit(schema):
    found = complement(schema)
    assert found.exact
    for value in VALUES:
        assert any(fits(one, value) for one in found.schemas) is not fits(schema, value), value


ROUGH = [
    INTEGER,
    {"enum": [1, "a"]},
    {"multipleOf": 2},
    {"pattern": "a"},
    {"uniqueItems": True},
    {**STRING, "minLength": 1, "pattern": "b"},
    {"allOf": [{"pattern": "a"}]},
]


@pytest.mark.parametrize("schema", ROUGH, ids=str)
def test_all_that_does_not_fit_and_more(schema):
    found = complement(schema)
    assert not found.exact
    for value in VALUES:
        if not fits(schema, value):
            assert any(fits(one, value) for one in found.schemas), value


SOME = [
    ({"items": STRING}, [1]),
    (obj({"a": INTEGER}, additionalProperties=False), {"x_new": 1}),
    (obj({"x_new": INTEGER}, additionalProperties=STRING), {"x_new_": 1}),
    ({"additionalProperties": True}, None),
]


@pytest.mark.parametrize(("schema", "example"), SOME, ids=str)
def test_nothing_that_fits(schema, example):
    found = complement(schema)
    assert found.exact
    met = [value for value in [*VALUES, example] if any(fits(one, value) for one in found.schemas)]
    assert not any(fits(schema, value) for value in met)
    assert (example in met) is (example is not None)


@pytest.mark.parametrize("form", ["int32", "int64", "date", "password"])
def test_what_has_not_a_format(form):
    kind = "integer" if form.startswith("int") else "string"
    found = complement({"type": kind, "format": form})
    for value in VALUES:
        if isinstance(value, bool) or not isinstance(value, int if kind == "integer" else str):
            continue
        met = any(fits(one, value) for one in found.schemas if one.get("type") == kind)
        assert met is not matches_format(value, form)
