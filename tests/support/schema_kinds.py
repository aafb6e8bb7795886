"""Schemas of every kind, and an API that has nothing but schemas."""

from __future__ import annotations

import json

from pytest_asyncops import Api
from pytest_asyncops.serving.api import Checking

INTEGER = {"type": "integer"}
STRING = {"type": "string"}


def obj(properties, **words):
    return {"type": "object", "properties": properties, **words}


GOOD = {
    "anything": {},
    "string": {**STRING, "minLength": 2, "maxLength": 4},
    "class": {**STRING, "pattern": "^[a-z0-9_]{2,8}$", "maxLength": 5},
    "digits": {**STRING, "pattern": r"^\d+$"},
    "twice": {**STRING, "pattern": "^[ab]{3}$"},
    "from": {**STRING, "pattern": "^[ab]{3,}$"},
    "pattern": {**STRING, "pattern": "^(?:GET|POST) /[a-z]*$"},
    "untyped pattern": {"pattern": "x"},
    "byte": {**STRING, "format": "byte"},
    "date": {**STRING, "format": "date"},
    "date-time": {**STRING, "format": "date-time"},
    "uuid": {**STRING, "format": "uuid"},
    "password": {**STRING, "format": "password", "minLength": 1},
    "nullable": {**STRING, "nullable": True},
    "x-enum": {**STRING, "x-enum": ["One", "Two"]},
    "enum": {"type": "integer", "enum": [1, 2, "3"]},
    "int32": {**INTEGER, "format": "int32", "minimum": 2**31 - 3},
    "int64": {**INTEGER, "format": "int64"},
    "open": {**INTEGER, "minimum": 1, "exclusiveMinimum": True},
    "closed": {**INTEGER, "maximum": 9, "exclusiveMaximum": True, "minimum": 7},
    "step": {**INTEGER, "multipleOf": 7, "minimum": -20, "maximum": 20},
    "number": {"type": "number"},
    "float": {"type": "number", "format": "float"},
    "narrow": {"type": "number", "minimum": 0.25, "maximum": 0.5, "exclusiveMaximum": True},
    "quarters": {"type": "number", "multipleOf": 0.25, "minimum": -1, "maximum": 1},
    "tens": {"type": "number", "multipleOf": 10},
    "boolean": {"type": "boolean"},
    "array": {"type": "array", "items": INTEGER, "minItems": 1, "maxItems": 3},
    "loose array": {"type": "array"},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    "unique texts": {
        "type": "array",
        "uniqueItems": True,
        "minItems": 3,
        "items": {**STRING, "maxLength": 1},
    },
    "unique values": {"type": "array", "uniqueItems": True, "maxItems": 4},
    "object": obj({"a": INTEGER, "b": STRING}, required=["a"]),
    "map": {"type": "object", "additionalProperties": INTEGER},
    "small map": {"type": "object", "minProperties": 2, "maxProperties": 3},
    "closed object": obj({"a": INTEGER}, additionalProperties=False),
    "undocumented": obj({"a": INTEGER}, required=["b"]),
    "some": obj({"a": INTEGER, "b": INTEGER, "c": INTEGER}, minProperties=2, maxProperties=2),
    "allOf": {
        "allOf": [obj({"a": INTEGER}, required=["a"]), obj({"b": STRING, "a": {"minimum": 3}})]
    },
    "allOf numbers": {
        "allOf": [{"type": "number", "minimum": 1}, {**INTEGER, "maximum": 5, "multipleOf": 2}]
    },
    "anyOf": {"anyOf": [{**INTEGER, "minimum": 5}, {**STRING, "maxLength": 2}]},
    "oneOf": {"oneOf": [INTEGER, STRING, {"type": "array"}]},
    "oneOf told": {
        "oneOf": [
            obj({"kind": {"enum": ["cat"]}, "lives": INTEGER}, required=["kind"]),
            obj({"kind": {"enum": ["dog"]}}, required=["kind"]),
        ]
    },
    "not types": {"not": {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "number"}]}},
    "not a type": {"not": {"type": "string"}},
    "a few": obj({"a": INTEGER, "b": INTEGER}, minProperties=1, maxProperties=3, required=["a"]),
    "not words": {"enum": ["a", "b"], "not": {"enum": ["b"]}},
    "deep anyOf": obj(
        {
            "a": {"type": "array", "items": {"anyOf": [{**INTEGER, "minimum": 5}, STRING]}},
            "b": {"allOf": [{**STRING, "nullable": True}, {"not": {"type": "integer"}}]},
        },
        anyOf=[{"required": ["a"]}, {"required": ["b"]}],
        additionalProperties={"oneOf": [INTEGER, STRING]},
    ),
}


def own_api(tmp_path, schemas):
    path = tmp_path / "own.yaml"
    document = {"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}}
    path.write_text(json.dumps(document))
    return Api(
        name="own",
        base_url="https://own.example",
        routes=(),
        statuses={},
        render=lambda readings: lambda operation, snapshot: {},
        envelope=lambda error: {},
        credential=lambda request: "",
        unmatched=lambda request, routes: ValueError(),
        new_id=str,
        checking=Checking(contract=str(path)),
    )


TREE = obj(
    {
        "value": INTEGER,
        "left": {"$ref": "#/components/schemas/schema"},
        "right": {"$ref": "#/components/schemas/schema"},
        "more": {"type": "array", "items": {"$ref": "#/components/schemas/schema"}},
    },
    required=["value"],
)
