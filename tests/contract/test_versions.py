"""OpenAPI 3.0 is read, 3.1 as far as it says the same, and what is neither is told apart."""

from __future__ import annotations

import pytest
from support.own_contracts import HEAD, SCHEMA_LINE, refusal, with_schema

from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.versions import VERSIONS, version_of
from pytest_asyncops.contract.yaml_document import read_document

READ = "it must be a text such as '3.0.3', or '3.1.0', which is read if it means the same as 3.0"


@pytest.mark.parametrize(
    ("text", "line", "pointer", "message"),
    [
        ("a: 1\n", 1, "", "this is not an OpenAPI document: it has no member 'openapi'"),
        ("{}", 1, "", "this is not an OpenAPI document: it has no member 'openapi'"),
        ("- 1\n", 1, "", "an OpenAPI document is a mapping, not [1]"),
        ("openapi", 1, "", "an OpenAPI document is a mapping, not 'openapi'"),
        ("# 2\nswagger: '2.0'\n", 2, "/swagger",
         "this is Swagger 2.0, which is not supported. Convert it to OpenAPI 3.0: "
         "npx swagger2openapi swagger.yaml --outfile openapi.yaml"),
        ("openapi: 3.0\n", 1, "/openapi", f"the version of OpenAPI is 3.0; {READ}"),
        ("a: 1\nopenapi: '3.2.0'\n", 2, "/openapi", f"the version of OpenAPI is '3.2.0'; {READ}"),
        ("openapi: '3.01'\n", 1, "/openapi", f"the version of OpenAPI is '3.01'; {READ}"),
        ("openapi: null\n", 1, "/openapi", f"the version of OpenAPI is None; {READ}"),
    ],
)  # fmt: skip
def test_documents_that_are_not_read(text, line, pointer, message):
    assert refusal(text) == (line, pointer, message)


@pytest.mark.parametrize(
    ("told", "name"),
    [("3.0.0", "3.0"), ("3.0", "3.0"), ("3.0.4-rc1", "3.0"), ("3.1.1", "3.1")],
)
def test_versions_that_are_read(told, name):
    assert version_of({"openapi": told}, None) is VERSIONS[name]


def in_3_1(schema):
    return with_schema(schema).replace("openapi: 3.0.3", "openapi: 3.1.0")


@pytest.mark.parametrize(
    ("schema", "below", "what"),
    [
        ("type: [string, 'null']", "/type", "type"),
        ("type: 'null'", "/type", "type"),
        ("const: 1", "/const", "const"),
        ("items: {exclusiveMinimum: 1}", "/items/exclusiveMinimum", "exclusiveMinimum"),
        ("exclusiveMaximum: true", "/exclusiveMaximum", "exclusiveMaximum"),
        ("type: string\nnullable: true", "/nullable", "nullable"),
        ("if: {}", "/if", "if"),
        ("prefixItems: []", "/prefixItems", "prefixItems"),
        ("patternProperties: {a/b: {}}", "/patternProperties", "patternProperties"),
        ("$id: a", "/$id", "$id"),
        ("items: true", "/items", "items"),
        ("properties: {a: false}", "/properties/a", "the schema False"),
        ("$ref: '#/components/schemas/Job'\nmaxProperties: 1", "", "'maxProperties' beside a $ref"),
    ],
)  # fmt: skip
def test_what_3_1_says_otherwise(schema, below, what):
    line, pointer, message = refusal(in_3_1(schema))
    assert pointer == f"/components/schemas/A{below}"
    assert line >= SCHEMA_LINE - 1
    assert message == (
        f"OpenAPI 3.1 is read if it means the same as 3.0, and this does not: {what}"
    )


def test_what_3_1_says_alike():
    text = in_3_1(
        """
        type: object
        required: [a]
        nullable: false
        properties:
          a: {type: string, minLength: 1, examples: [b], description: one}
          b: {$ref: '#/components/schemas/A', description: another}
          c: {$ref: '#/components/schemas/A/$defs/c'}
        $defs: {c: {type: integer}}
        """
    )
    found = Contract(read_document(text, "own.yaml"))
    schema = found.schema("/components/schemas/A")
    assert found.resolved(schema["properties"]["c"]) == {"type": "integer"}


def test_what_is_not_asked_for_may_be_of_3_1():
    text = in_3_1("const: 1") + "    B: {type: object}\n"
    found = Contract(read_document(text, "own.yaml"))
    assert found.schema("/components/schemas/B") == {"type": "object"}


def test_what_is_wrong_in_both_is_told_as_in_3_0():
    assert refusal(in_3_1("type: strin"))[2].startswith("the type 'strin' is not one of")
    assert refusal(in_3_1("items: 1"))[2] == "1 cannot be the value of items"
    assert refusal(in_3_1("allOf: [1]"))[2] == "a schema must be a mapping, not 1"
    assert refusal(HEAD.replace("{type: object}", "true"))[2] == (
        "a schema must be a mapping, not True"
    )
