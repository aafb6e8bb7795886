"""What is asked of a contract is understood, or refused with its place; the rest does no harm."""

from __future__ import annotations

import pytest
from support.own_contracts import HEAD, contract, refusal, with_schema

from pytest_asyncops import Contract, ContractError, InvalidArgument
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract import yaml_document
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.serving.api import find_route


@pytest.mark.parametrize(
    ("text", "line", "pointer", "message"),
    [
        ("openapi: 3.0.3\npaths:\n", 2, "/paths", "this must be a mapping, not None"),
        ("openapi: 3.0.3\npaths: []\n", 2, "/paths", "this must be a mapping, not []"),
        ("openapi: 3.0.3\ncomponents:\n  schemas: []\n", 3, "/components/schemas",
         "this must be a mapping, not []"),
        ("openapi: 3.0.3\ncomponents: 1\n", 2, "/components/schemas",
         "this must be a mapping, not 1"),
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


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
def test_the_shipped_contracts(api):
    found = load_contract(api.checking.contract)
    assert found is load_contract(api.checking.contract)
    assert found.document.file == f"pytest_asyncops/schemas/{api.checking.contract}"
    for name in ("list", "get"):
        route = find_route(api, name)
        assert found.body(found.response(route.method, route.paths[0], 200)) is not None
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
    # A path that is right from here is given as it is, and another one as a whole.
    assert [repr(one) for one in found] == [
        f"Contract.load({str(tmp_path / 'one' / 'own.yaml')!r})",
        "Contract.load('./own.yaml')",
    ]


def test_a_document_is_read_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "own.yaml"
    file.write_text(HEAD)
    first = Contract.load("own.yaml")
    assert Contract.load(file) is Contract.load(file)
    assert Contract.load("own.yaml") is first
    assert eval(repr(first)) is first
    file.write_text(HEAD.replace("Job", "Other"))
    assert [*first.schemas, *Contract.load("own.yaml").schemas] == ["Job", "Other"]


def test_a_document_in_no_file_prints_its_name():
    assert repr(contract(HEAD)) == "<Contract own.yaml>"
    assert (
        repr(load_contract(CHAINLOOP.checking.contract))
        == "<Contract pytest_asyncops/schemas/chainloop.yaml>"
    )


@pytest.mark.parametrize("path", [None, 1, b"own.yaml", ["own.yaml"]])
def test_what_is_no_path(path):
    with pytest.raises(InvalidArgument) as caught:
        Contract.load(path)
    assert str(caught.value) == f"path must be the path to an OpenAPI document, not {path!r}"
    assert caught.value.value == path


@pytest.mark.parametrize("name", ["own.yaml", "part.yaml"])
def test_a_file_without_end_is_not_read_to_its_end(name, tmp_path, monkeypatch):
    monkeypatch.setattr(yaml_document, "MOST_BYTES", 999)
    (tmp_path / "own.yaml").write_text(with_schema("{$ref: 'part.yaml'}"))
    (tmp_path / "part.yaml").write_text("type: object\n")
    with (tmp_path / name).open("a") as file:
        file.write("#" * 5000)
    with pytest.raises(ContractError, match=f"{name}: the document has more than 999 bytes"):
        Contract.load(tmp_path / "own.yaml").schema("/components/schemas/A")


FORMATS = """\
openapi: 3.0.3
paths:
  /a:
    get:
      responses:
        200: {content: {text/plain: {schema: {type: string, format: color}}, a/b: {}}}
  /d: {get: {responses: {200: {$ref: '#/nowhere'}}}}
  /b: {post: {responses: {default: {content: {a/b: {schema: {$ref: '#/x-own'}}}}}}}
  /c: 1
x-own: {type: string, format: int64}
components:
  schemas:
    A:
      properties:
        a: {type: string, format: color}
        b: {type: string, format: uri}
        c: {type: integer, format: uri}
        d: {format: int32}
        e: {type: string, format: password}
        f: {type: number, format: binary}
    B: {type: strin, format: color}
"""


def test_formats_that_constrain_nothing_are_told_when_asked():
    found = Contract(read_document(FORMATS, "own.yaml"))
    at = "#/components/schemas/A/properties"
    assert found.unchecked_formats() == {
        "color": [
            f"own.yaml:15 {at}/a/format",
            "own.yaml:6 #/paths/~1a/get/responses/200/content/text~1plain/schema/format",
        ],
        "int64": ["own.yaml:10 #/x-own/format"],
        "uri": [f"own.yaml:17 {at}/c/format"],
    }


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
