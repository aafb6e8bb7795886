"""What is asked of a contract is understood, or refused with its place; the rest does no harm."""

from __future__ import annotations

import errno
import os

import pytest
from support.own_contracts import HEAD, SCHEMA_LINE, contract, refusal, with_schema

from pytest_asyncops import ContractError
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract

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
    assert refusal(both)[2] == f"b/~c {ROUND}"


def test_a_schema_may_lead_into_a_loop_of_others():
    text = f"{HEAD}    A: {{$ref: '#/components/schemas/B'}}\n    B: {LOOPS[0]}\n"
    assert refusal(text)[1:] == ("/components/schemas/B", f"B {ROUND}")
    text = text.replace("A'}\n", "C'}\n    C: {$ref: '#/components/schemas/C'}\n")
    assert refusal(text)[1:] == ("/components/schemas/C", f"C {ROUND}")


def test_a_schema_may_have_itself_as_a_part():
    found = contract(
        with_schema("properties: {a: {$ref: '#/components/schemas/A'}}\n"
                    "items: {anyOf: [{$ref: '#/components/schemas/A'}]}")
    )  # fmt: skip
    assert found.schema_paths(found.schemas["A"]) == {"A": [("a",), ()]}


@pytest.mark.parametrize(
    ("text", "line", "pointer", "message"),
    [
        ("a: 1\n", 1, "/openapi", "this is not an OpenAPI 3.0 document: openapi is None"),
        ("# 2\nswagger: '2.0'\nopenapi: 3.0\n", 3, "/openapi",
         "this is not an OpenAPI 3.0 document: openapi is 3.0"),
        ("paths: {}\nopenapi: 3.1.0\n", 2, "/openapi",
         "this is not an OpenAPI 3.0 document: openapi is '3.1.0'"),
        ("- 1\n", 1, "", "here must be a mapping, not [1]"),
        ("openapi", 1, "", "here must be a mapping, not 'openapi'"),
        ("openapi: 3.0.3\npaths:\n", 2, "/paths", "here must be a mapping, not None"),
        ("openapi: 3.0.3\npaths: []\n", 2, "/paths", "here must be a mapping, not []"),
        ("openapi: 3.0.3\ncomponents:\n  schemas: []\n", 3, "/components/schemas",
         "here must be a mapping, not []"),
        ("openapi: 3.0.3\ncomponents: 1\n", 2, "/components/schemas",
         "here must be a mapping, not 1"),
        ("openapi: 3.0.3\npaths: {/a: {put: {responses: {\n  200: {content:\n"
         "    {application/json: {}}}}}}}\n", 4,
         "/paths/~1a/put/responses/200/content/application~1json/schema",
         "there is nothing at #/paths/~1a/put/responses/200/content/application~1json/schema"),
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


def test_a_relative_path_counts_from_the_current_directory(tmp_path, monkeypatch):
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own.yaml").write_text(HEAD.replace("Job", name))
        monkeypatch.chdir(tmp_path / name)
        found.append(load_contract("./own.yaml"))
        assert found[-1] is load_contract("./own.yaml")
        assert found[-1].document.file == "./own.yaml"
    assert [set(each.schemas) for each in found] == [{"one"}, {"two"}]
    assert load_contract("./own.yaml", str(tmp_path / "one")) is found[0]


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


WRITE_ONLY = """
openapi: 3.0.3
components:
  schemas:
    Secret: {type: string, writeOnly: true}
    Wrapped: {allOf: [{type: string}, {$ref: '#/components/schemas/Secret'}]}
    A:
      required: [a, b, c, d, e]
      properties:
        a: {writeOnly: true}
        b: {$ref: '#/components/schemas/Secret'}
        c: {$ref: '#/components/schemas/Wrapped'}
        d: {readOnly: true, writeOnly: false}
"""


def test_what_only_requests_have_is_not_required_of_responses():
    found = contract(WRITE_ONLY)
    assert found.required(found.schemas["A"]) == ["d", "e"]
    assert found.required(found.schemas["Secret"]) == []
