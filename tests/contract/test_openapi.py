"""A contract is understood whole, or refused with the place of what is not."""

from __future__ import annotations

import errno
import os
import re
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import ContractError
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import Contract, load_contract
from pytest_asyncops.contract.schema_keywords import FORMATS, pattern
from pytest_asyncops.contract.yaml_document import read_document

HEAD = """\
openapi: 3.0.3
paths:
  /jobs/{id}:
    summary: one job
    get:
      responses:
        200: {content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}
        204: {description: nothing}
        4XX: {content: {application/json: {schema: {type: string}}}}
        default: {content: {}}
components:
  schemas:
    Job: {type: object}
"""
SCHEMA_LINE = HEAD.count("\n") + 2


def no_pattern(text):
    """Why a text is not a regular expression, in Python's words."""
    with pytest.raises(re.error) as caught:
        re.compile(text)
    return str(caught.value)


def contract(text):
    return Contract(read_document(text, "own.yaml"))


def no_format(form, kind):
    return f"the format {form} is not understood with type {kind}; understood are {FORMAT_NAMES}"


def with_schema(text):
    return f"{HEAD}    A:\n{indent(dedent(text).strip(), ' ' * 6)}\n"


def refusal(text):
    """Line, pointer and message of the error."""
    with pytest.raises(ContractError) as caught:
        contract(text)
    error = caught.value
    assert error.file == "own.yaml"
    prefix = f"own.yaml:{error.line}: "
    assert str(error).startswith(prefix)
    return error.line, error.pointer, str(error).removeprefix(prefix)


KEYWORDS = (
    "$ref, additionalProperties, allOf, anyOf, default, deprecated, description, enum, example, "
    "exclusiveMaximum, exclusiveMinimum, externalDocs, format, items, maxItems, maxLength, "
    "maxProperties, maximum, minItems, minLength, minProperties, minimum, multipleOf, not, "
    "nullable, oneOf, pattern, properties, readOnly, required, title, type, uniqueItems, "
    "writeOnly or x-enum"
)
UNKNOWN = f"is not understood; understood are {KEYWORDS}"
FORMAT_NAMES = "int32, int64, float, double, byte, binary, date, date-time, password or uuid"


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
            "$ref: '#/components/schemas/Job'\ntype: object\nnullable: true",
            -1,
            "",
            "beside a $ref nothing counts in OpenAPI 3.0, so 'type' or 'nullable' would be skipped",
        ),
        *[
            (
                f"$ref: '{target}'",
                0,
                "$ref",
                f"only references to #/components/schemas/ are followed, not '{target}'",
            )
            for target in ("https://a.example/b.yaml", "other.yaml#/A", "#/components/responses/A")
        ],
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
            "type: string\nformat: email",
            1,
            "format",
            no_format("'email'", "'string'"),
        ),
        (
            "type: string\nformat: int32",
            1,
            "format",
            no_format("'int32'", "'string'"),
        ),
        (
            "format: byte",
            0,
            "format",
            no_format("'byte'", "None"),
        ),
        (
            "enum: [a]\nnullable: true",
            1,
            "nullable",
            "nullable counts only beside a type (OpenAPI 3.0.3, 4.7.24)",
        ),
        (
            "type: string\npattern: '(a'",
            1,
            "pattern",
            f"this is not a regular expression: {no_pattern('(a')}",
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


LOOPS = [
    "{$ref: '#/components/schemas/A'}",
    "{allOf: [{type: object}, {$ref: '#/components/schemas/A'}]}",
    "{oneOf: [{not: {anyOf: [{$ref: '#/components/schemas/A'}]}}]}",
]
ROUND = "refers back to itself for one and the same value, without end"


@pytest.mark.parametrize("schema", LOOPS)
def test_a_schema_that_would_never_end(schema):
    at = "/components/schemas/A"
    line = SCHEMA_LINE - 1
    assert refusal(f"{HEAD}    A: {schema}\n") == (line, at, f"A {ROUND}")
    # The same by way of another one, whose name has to be escaped in a pointer.
    detour = schema.replace("/A'", "/b~1~0c'")
    both = f"{HEAD}    A: {detour}\n    b/~c: {{$ref: '#/components/schemas/A'}}\n"
    assert refusal(both) == (line, at, f"A {ROUND}")


def test_a_schema_may_lead_into_a_loop_of_others():
    text = f"{HEAD}    A: {{$ref: '#/components/schemas/B'}}\n    B: {LOOPS[0]}\n"
    assert refusal(text)[1:] == ("/components/schemas/A", f"A {ROUND}")
    text = text.replace("A'}\n", "C'}\n    C: {$ref: '#/components/schemas/C'}\n")
    assert refusal(text)[1:] == ("/components/schemas/C", f"C {ROUND}")


def test_a_schema_may_have_itself_as_a_part():
    found = contract(
        with_schema("properties: {a: {$ref: '#/components/schemas/A'}}\n"
                    "items: {anyOf: [{$ref: '#/components/schemas/A'}]}")
    )  # fmt: skip
    assert found.schema_paths(found.schemas["A"]) == {"A": [("a",), ()]}


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
  d: {allOf: [{not: {}}], anyOf: [{}], oneOf: [{}], additionalProperties: true}
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
    ("form", "kind"), [(form, kind) for form, kinds in FORMATS.items() for kind in kinds]
)
def test_formats_belong_to_types(form, kind):
    contract(with_schema(f"type: {kind}\nformat: {form}"))
    assert refusal(with_schema(f"type: boolean\nformat: {form}"))[2].startswith(
        f"the format '{form}' is not understood with type 'boolean'"
    )


@pytest.mark.parametrize(
    ("text", "line", "pointer", "message"),
    [
        ("a: 1\n", 1, "/openapi", "this is no OpenAPI 3.0 document: openapi is None"),
        ("# 2\nswagger: '2.0'\nopenapi: 3.0\n", 3, "/openapi",
         "this is no OpenAPI 3.0 document: openapi is 3.0"),
        ("paths: {}\nopenapi: 3.1.0\n", 2, "/openapi",
         "this is no OpenAPI 3.0 document: openapi is '3.1.0'"),
        ("- 1\n", 1, "", "here must be a mapping, not [1]"),
        ("openapi", 1, "", "here must be a mapping, not 'openapi'"),
        ("openapi: 3.0.3\npaths:\n", 2, "/paths", "here must be a mapping, not None"),
        ("openapi: 3.0.3\npaths: []\n", 2, "/paths", "here must be a mapping, not []"),
        ("openapi: 3.0.3\npaths:\n  /a: 1\n", 3, "/paths/~1a", "here must be a mapping, not 1"),
        ("openapi: 3.0.3\npaths:\n  /a:\n    get: x\n", 4, "/paths/~1a/get/responses",
         "here must be a mapping, not 'x'"),
        ("openapi: 3.0.3\ncomponents:\n  schemas: []\n", 3, "/components/schemas",
         "here must be a mapping, not []"),
        ("openapi: 3.0.3\ncomponents: 1\n", 2, "/components/schemas",
         "here must be a mapping, not 1"),
        ("openapi: 3.0.3\npaths: {/a: {get: {responses:\n {200: {$ref: '#/x'}}}}}\n", 3,
         "/paths/~1a/get/responses/200", "a response cannot be a $ref; write it out"),
        ("openapi: 3.0.3\npaths: {/a: {get: {responses: {200: {content:\n {text/html: {}}}}}}}\n",
         3, "/paths/~1a/get/responses/200/content/text~1html",
         "the content type 'text/html' is not understood, only application/json is"),
        ("openapi: 3.0.3\npaths: {/a: {put: {responses: {\n  200: {content:\n"
         "    {application/json: {}}}}}}}\n", 4,
         "/paths/~1a/put/responses/200/content/application~1json/schema",
         "there is nothing at #/paths/~1a/put/responses/200/content/application~1json/schema"),
        ("openapi: 3.0.3\npaths: {/a: {post: {responses: {200: {content: {application/json: "
         "{schema:\n {x: 1}}}}}}}}\n", 3,
         "/paths/~1a/post/responses/200/content/application~1json/schema/x",
         f"the keyword 'x' {UNKNOWN}"),
    ],
)  # fmt: skip
def test_documents_that_are_no_contract(text, line, pointer, message):
    assert refusal(text) == (line, pointer, message)


def test_responses_of_an_operation():
    found = contract(HEAD)
    at = "/paths/~1jobs~1{id}/get/responses"
    assert found.statuses("GET", "/jobs/{id}") == {
        status: f"{at}/{status}" for status in ("200", "204", "4XX", "default")
    }
    for status_code, key in {200: "200", 204: "204", 201: "default", 404: "4XX"}.items():
        assert found.response("GET", "/jobs/{id}", status_code) == f"{at}/{key}"
    assert found.body(f"{at}/200") == f"{at}/200/content/application~1json/schema"
    assert found.body(f"{at}/204") is found.body(f"{at}/default") is None
    only = contract(HEAD.replace("default:", "x:"))
    assert only.response("get", "/jobs/{id}", 500) is None
    job = found.schemas["Job"]
    assert found.resolved(found.at(f"{at}/200/content/application~1json/schema")) is job


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/paths/~1jobs~1{id}/get/responses/418", "/openapi/x"]
)
def test_nothing_there(pointer):
    with pytest.raises(ContractError) as caught:
        contract(HEAD).at(pointer)
    assert str(caught.value).endswith(f": there is nothing at #{pointer}")


@pytest.mark.parametrize("index", ["2", "x", "-"])
def test_nothing_at_such_an_index(index):
    found = contract(with_schema("enum: [a, b]"))
    assert found.at("/components/schemas/A/enum/1") == "b"
    with pytest.raises(ContractError, match=rf"nothing at #/components/schemas/A/enum/{index}"):
        found.at(f"/components/schemas/A/enum/{index}")


def test_sites_of_named_schemas():
    found = contract(
        with_schema(
            """
            type: object
            properties:
              one: {$ref: '#/components/schemas/Job'}
              many: {type: array, items: {allOf: [{$ref: '#/components/schemas/Job'}]}}
              inner: {$ref: '#/components/schemas/A'}
            """
        )
    )
    # A is where it is asked for, and once within itself: it is not followed for ever.
    assert found.schema_paths(found.at("/components/schemas/A")) == {
        "Job": [("one",), ("many", "*"), ("inner", "one"), ("inner", "many", "*")],
        "A": [("inner",), ()],
    }
    body = found.body(found.response("GET", "/jobs/{id}", 200))
    assert found.schema_paths(found.at(body)) == {"Job": [()]}


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
def test_the_shipped_contracts(api):
    found = load_contract(api.checking.contract)
    assert found is load_contract(api.checking.contract)
    assert found.document.file == f"schemas/{api.checking.contract}"
    for route in api.routes:
        body = found.body(found.response(route.method, route.paths[0], 200))
        sites = found.schema_paths(found.at(body))
        assert api.checking.history.schema in sites
    for rule in api.checking.rules:
        assert rule.on in found.schemas
        assert found.at(rule.source) is not None


def test_a_contract_of_ones_own(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(HEAD)
    assert load_contract(str(file)).document.file == str(file)
    file.with_name("bad.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(ContractError) as caught:
        load_contract(str(tmp_path / "bad.yaml"))
    assert str(caught.value).startswith(f"{tmp_path / 'bad.yaml'}:2: this is not valid UTF-8: ")


@pytest.mark.parametrize(
    ("name", "label", "reason", "advice"),
    [
        (
            "nothing.yaml",
            "schemas/nothing.yaml",
            errno.ENOENT,
            "A bare name is one of the package's own; for a file of yours write './nothing.yaml'.",
        ),
        (
            "./nothing.yaml",
            "./nothing.yaml",
            errno.ENOENT,
            "Give the path to a YAML file.",
        ),
        ("./", "./", errno.EISDIR, "Give the path to a YAML file."),
    ],
)
def test_a_file_that_cannot_be_read(name, label, reason, advice):
    with pytest.raises(ContractError) as caught:
        load_contract(name)
    assert str(caught.value) == (
        f"{label}: the contract cannot be read: {os.strerror(reason)}. {advice}"
    )
    assert caught.value.line is None


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("^a$", ["a"], ["a\n", "ba", "aa"]),
        ("a$|b$", ["xa", "b"], ["a\n", "b\n"]),
        (r"^a\$$", ["a$"], ["a", "a$\n"]),
        ("^[$]$", ["$"], ["", "\n", "$\n"]),
        (r"^[\]$]$", ["$", "]"], ["\\"]),
        (r"^[^$]$", ["a", "\n"], ["$"]),
        (r"^\d$", ["7"], ["\N{ARABIC-INDIC DIGIT ONE}", "a"]),
        (r"^\w$", ["e", "_"], ["\N{LATIN SMALL LETTER E WITH ACUTE}"]),
        (r"^\\$", ["\\"], ["\\\n"]),
        ("^(?:[$]|x$)", ["$a", "x"], ["x\n"]),
        ("", ["", "a\n"], []),
    ],
)
def test_patterns_mean_what_they_mean_in_ecma_262(text, yes, no):
    assert all(pattern(text).search(each) for each in yes)
    assert not any(pattern(text).search(each) for each in no)


@given(st.text(alphabet="a$\n", max_size=4))
def test_the_end_is_the_very_end(text):
    assert bool(pattern("^[a$\n]*a$").search(text)) == text.endswith("a")
