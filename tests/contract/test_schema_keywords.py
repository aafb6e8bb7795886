"""Each keyword of a schema is understood or refused with its place, and patterns are ECMA's."""

from __future__ import annotations

import re

import pytest
from support.own_contracts import SCHEMA_LINE, contract, refusal, with_schema

from pytest_asyncops.contract.yaml_document import read_document

KEYWORDS = (
    "$comment, $defs, $ref, additionalProperties, allOf, anyOf, contentEncoding, "
    "contentMediaType, default, definitions, deprecated, description, discriminator, enum, "
    "example, examples, exclusiveMaximum, exclusiveMinimum, externalDocs, format, items, "
    "maxItems, maxLength, maxProperties, maximum, minItems, minLength, minProperties, minimum, "
    "multipleOf, not, nullable, oneOf, pattern, properties, readOnly, required, title, type, "
    "uniqueItems, writeOnly, x-enum or xml"
)


UNKNOWN = f"is not understood, only {KEYWORDS}"


@pytest.mark.parametrize(
    ("schema", "line", "below", "message"),
    [
        ("const: 1", 0, "const", f"the keyword 'const' {UNKNOWN}"),
        (
            "type: object\nproperties:\n  a: {type: string}\n  b:\n    minLenght: 1",
            4,
            "properties/b/minLenght",
            f"the keyword 'minLenght' {UNKNOWN}",
        ),
        ("a/b~: 1", 0, "a~1b~0", f"the keyword 'a/b~' {UNKNOWN}"),
        (
            "$ref: '#/components/schemas/Job'\ntype: string\nenum: []",
            -1,
            "",
            "OpenAPI 3.0 ignores what is beside a $ref, so 'type' or 'enum' would be skipped. "
            "Write allOf with the reference and with what should apply",
        ),
        (
            "items: {$ref: '#/components/schemas/Jobs'}",
            0,
            "items/$ref",
            "there is nothing at #/components/schemas/Jobs",
        ),
        (
            "type: file",
            0,
            "type",
            "the type 'file' is not one of OpenAPI 3.0's: array, boolean, integer, number, object "
            "or string",
        ),
        ("type: 'null'", 0, "type", "the type 'null' is not one of OpenAPI 3.0's: array, boolean, "
         "integer, number, object or string"),
        (
            "type: string\npattern: '(a'",
            1,
            "pattern",
            "this pattern is not understood: a group is not closed, at character 2",
        ),
        ("properties: {a: 1}", 0, "properties/a", "a schema must be a mapping, not 1"),
        ("items: {not: {items: {x: 1}}}", 0, "items/not/items/x",
         f"the keyword 'x' {UNKNOWN}"),
        ("additionalProperties: {x: 1}", 0, "additionalProperties/x",
         f"the keyword 'x' {UNKNOWN}"),
        ("oneOf:\n- {}\n- null", 2, "oneOf/1", "a schema must be a mapping, not None"),
        ("anyOf:\n- {}\n- {x: 1}", 2, "anyOf/1/x",
         f"the keyword 'x' {UNKNOWN}"),
        ("allOf: [[]]", 0, "allOf/0", "a schema must be a mapping, not []"),
    ],
)  # fmt: skip
def test_what_is_not_understood(schema, line, below, message):
    pointer = f"/components/schemas/A/{below}".rstrip("/")
    assert refusal(with_schema(schema)) == (SCHEMA_LINE + line, pointer, message)


def test_the_schema_of_a_body_is_read_as_named_ones_are():
    text = (
        "openapi: 3.0.3\npaths: {/a: {post: {responses: {200: {content: {application/json: "
        "{schema:\n {x: 1}}}}}}}}\n"
    )
    assert refusal(text) == (
        3,
        "/paths/~1a/post/responses/200/content/application~1json/schema/x",
        f"the keyword 'x' {UNKNOWN}",
    )


BAD_VALUES = {
    "type": ["[string]", "null"],
    "format": ["1"],
    "pattern": ["1"],
    "enum": ["a", "{}"],
    "x-enum": ["a"],
    "required": ["true", "[1]", "[[a]]", "a"],
    "minimum": ["'1'", "true"],
    "maximum": ["1e999", "null"],
    "multipleOf": ["0", "-0.5", "true"],
    "exclusiveMinimum": ["1"],
    "exclusiveMaximum": ["0"],
    "uniqueItems": ["1"],
    "nullable": ["yes"],
    "minLength": ["1.0", "-1", "true"],
    "maxLength": ["true"],
    "minItems": ["-1"],
    "maxItems": ["'1'"],
    "minProperties": ["-1"],
    "maxProperties": ["[]"],
    "properties": ["[]"],
    "items": ["[{}]", "true"],
    "additionalProperties": ["a"],
    "allOf": ["{}"],
    "anyOf": ["{}"],
    "oneOf": ["{}"],
    "not": ["[]", "false"],
    "$ref": ["1"],
    "discriminator": ["a"],
}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [(keyword, value) for keyword, values in BAD_VALUES.items() for value in values],
)
def test_values_that_a_keyword_cannot_have(keyword, value):
    text = with_schema(f"{keyword}: {value}")
    read = read_document(text, "own.yaml").root["components"]["schemas"]["A"][keyword]
    assert refusal(text) == (
        SCHEMA_LINE,
        f"/components/schemas/A/{keyword}",
        f"{read!r} cannot be the value of {keyword}",
    )


GOOD = """\
title: A
description: all that there is
default: {}
example: {x-any: thing}
deprecated: true
externalDocs: {url: 'https://a.example'}
xml: {name: a}
readOnly: true
writeOnly: false
type: object
nullable: true
required: [a]
minProperties: 0
maxProperties: 9
properties:
  a: {type: string, format: byte, pattern: '^a$', minLength: 0, maxLength: 3, enum: [a, null]}
  b: {type: integer, format: int32, minimum: 0, maximum: 1.5, multipleOf: 0.5,
      exclusiveMinimum: true, exclusiveMaximum: false, x-enum: [1]}
  c: {type: array, items: {}, minItems: 0, maxItems: 1, uniqueItems: true}
  d: {allOf: [{not: {}}], anyOf: [{}], oneOf: [{}], additionalProperties: true,
      discriminator: {propertyName: kind}}
additionalProperties: {type: boolean}
"""


def test_all_that_is_understood():
    found = contract(with_schema(GOOD))
    schema = found.at("/components/schemas/A")
    for pointer in ("", "/properties/a", "/properties/d/allOf/0/not", "/additionalProperties"):
        at = f"/components/schemas/A{pointer}"
        assert found.pointers[id(found.at(at))] == at
    assert set(BAD_VALUES) - {"$ref"} <= set(re.findall(r"([-\w]+):", GOOD))  # none is forgotten
    assert found.resolved(schema) is schema


@pytest.mark.parametrize(
    "schema",
    [
        "{$ref: '#/components/schemas/Job', description: one, x-note: {type: 1}}",
        "{type: string, x-go-type: Time, x-enum: [a]}",
        "{type: string, format: hex}",
        "{type: string, format: int64}",
        "{format: byte}",
        # These make no value good that is not good without them (3.0.3, 4.7.24).
        "{$ref: '#/components/schemas/Job', nullable: true}",
        # And this says what is referred to, once more.
        "{$ref: '#/components/schemas/Job', type: object}",
        "{allOf: [{type: object}], nullable: true}",
        "{enum: [a], nullable: false}",
        "{examples: [1], $comment: none, contentEncoding: base64, $defs: {a: {const: 1}}}",
    ],
)
def test_what_constrains_nothing_is_passed_over(schema):
    found = contract(with_schema(schema))
    assert "/components/schemas/A" in found.pointers.values()
