"""References lead to every value of a document and of the files below its folder, not further."""

from __future__ import annotations

import json

import pytest

from pytest_asyncops import ContractError
from pytest_asyncops.contract.openapi import Contract, load_contract
from pytest_asyncops.contract.yaml_document import read_document

OPENAPI = "openapi: 3.0.3\n"


@pytest.fixture
def saved(tmp_path):
    """A function that saves files in a folder, and gives the contract of the first."""

    def save(**texts):
        for name, text in texts.items():
            path = tmp_path / "api" / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return load_contract(str(tmp_path / "api" / f"{next(iter(texts))}.yaml"))

    return save


def refers(name):
    return f"{OPENAPI}components:\n  schemas:\n    A: {{$ref: '{name}'}}\n"


def refusal(contract, location="/components/schemas/A"):
    with pytest.raises(ContractError) as caught:
        contract.schema(location)
    return str(caught.value), caught.value.pointer


@pytest.mark.parametrize(
    "reference",
    [
        "#/paths/~1a~1{id}/get/x",
        "#/paths/~1a~1%7Bid%7D/get/x",
        "#/x-own/0",
        "other.yaml",
        "./other.yaml#",
        "deeper/../other.yaml#/x-part/y",
    ],
)
def test_a_reference_leads_to_any_schema(saved, reference):
    good = "{type: string}"
    text = f"{refers(reference)}paths: {{'/a/{{id}}': {{get: {{x: {good}}}}}}}\nx-own: [{good}]\n"
    found = saved(openapi=text, other=f"type: string\nx-part: {{y: {good}}}\n")
    assert found.resolved(found.schema("/components/schemas/A"))["type"] == "string"


def test_references_of_another_file_are_its_own(saved):
    found = saved(
        openapi=refers("sub/jobs.yaml#/Job") + "    Id: {type: integer}\n",
        sub__jobs="Job: {properties: {a: {$ref: '#/Id'}, b: {$ref: '../ids.yaml'}, "
        "c: {$ref: '../openapi.yaml#/components/schemas/Id'}}}\nId: {type: string}\n",
        ids="{type: boolean}",
    )
    members = found.resolved(found.schema("/components/schemas/A"))["properties"]
    kinds = {name: found.resolved(schema)["type"] for name, schema in members.items()}
    assert kinds == {"a": "string", "b": "boolean", "c": "integer"}
    assert found.pointers[id(found.resolved(members["a"]))] == "sub/jobs.yaml#/Id"
    assert found.place("sub/jobs.yaml#/Id").endswith("/api/sub/jobs.yaml:2 #/Id")


def test_a_mistake_in_another_file_is_told_with_its_place(saved):
    found = saved(openapi=refers("other.yaml#/Job"), other="Job:\n  type: strin\n")
    message, pointer = refusal(found)
    assert "/api/other.yaml:2: the type 'strin' is not one of" in message
    assert pointer == "/Job/type"
    message, pointer = refusal(
        saved(second=refers("bad.yaml"), bad="a: [1\n"),
    )
    assert "/api/bad.yaml:2: this is not valid YAML: " in message


SAVE = (
    "only files below the folder of the document are read. Save it there, and refer to it by its "
    "relative path."
)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        *[
            (reference, f"{reference!r} is not followed: {SAVE}")
            for reference in (
                "https://a.example/b.yaml#/A", "//a.example/b.yaml", "file:///etc/passwd", "/etc/x",
            )
        ],
        ("../b.yaml#/A", "'../b.yaml#/A' leads out of the folder of the document, so it is not "
         "read. Save the file below that folder."),
        ("link.yaml", "'link.yaml' leads out of the folder of the document, so it is not read. "
         "Save the file below that folder."),
        ("#/components/schemas/B", "there is nothing at #/components/schemas/B"),
        ("here.yaml#/B", "there is nothing at here.yaml#/B"),
    ],
)  # fmt: skip
def test_a_reference_that_is_not_followed(saved, tmp_path, reference, message):
    (tmp_path / "b.yaml").write_text("A: {}")
    found = saved(openapi=refers(reference), here="{}")
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "b.yaml")
    told, pointer = refusal(found)
    assert told == f"{tmp_path / 'api' / 'openapi.yaml'}:4: {message}"
    assert pointer == "/components/schemas/A/$ref"


def test_a_reference_of_another_file_that_is_not_followed(saved):
    found = saved(openapi=refers("sub/b.yaml"), sub__b="items: {$ref: 'https://a.example/c'}\n")
    told, pointer = refusal(found)
    assert f"/api/sub/b.yaml:1: 'https://a.example/c' is not followed: {SAVE}" in told
    assert pointer == "/items/$ref"


def test_a_file_that_cannot_be_read(saved):
    assert "'none.yaml' cannot be read: " in refusal(saved(openapi=refers("none.yaml")))[0]
    alone = Contract(read_document(refers("none.yaml"), "own.yaml"))
    assert refusal(alone)[0] == (
        "own.yaml:4: 'none.yaml' is in another file, and this document was not read from a file"
    )


def test_there_is_an_end_of_files(saved):
    numbers = range(1001)
    parts = {f"a{number}": {"$ref": f"f{number}.yaml"} for number in numbers}
    files = {f"f{number}": "{}" for number in numbers}
    text = json.dumps({"properties": parts})
    found = saved(openapi=f"{OPENAPI}components: {{schemas: {{A: {text}}}}}\n", **files)
    assert "it refers to more than 1,000 other files" in refusal(found)[0]


def test_responses_and_paths_may_be_references(saved):
    responses = "{200: {$ref: '#/components/responses/Good'}, x-note: 1}"
    text = f"""{OPENAPI}
paths:
  /a: {{$ref: '#/x-items/a'}}
  /b: {{get: {{responses: {{200: {{$ref: '#/components/responses/Round'}}}}}}}}
x-items:
  a: {{get: {{responses: {responses}}}}}
components:
  responses:
    Good: {{content: {{application/json: {{schema: {{type: string}}}}}}}}
    Round: {{$ref: '#/paths/~1b/get/responses/200'}}
"""
    found = saved(openapi=text)
    assert found.statuses("GET", "/a") == {"200": "/components/responses/Good"}
    assert found.response_schema("GET", "/a", 200) == {"type": "string"}
    with pytest.raises(ContractError, match="this reference leads back to itself"):
        found.statuses("GET", "/b")


def test_what_nobody_asks_for_does_no_harm(saved):
    text = f"""{OPENAPI}
paths:
  /a: {{get: {{responses: {{200: {{content: {{text/plain: {{schema: {{type: file}}}}}}}}}}}}}}
  /b: 1
components:
  schemas:
    A: {{type: string}}
    B: {{type: strin}}
"""
    found = saved(openapi=text)
    assert found.schema("/components/schemas/A") == {"type": "string"}
    assert found.content(found.response("GET", "/a", 200)) == {
        "text/plain": "/paths/~1a/get/responses/200/content/text~1plain"
    }
    assert "the type 'strin' is not one of" in refusal(found, "/components/schemas/B")[0]


def test_a_schema_of_nobodys_file_refers_to_the_document(tmp_path):
    found, again = contract_beside(tmp_path, "own.yaml"), contract_beside(tmp_path, "schema")
    for contract in (found, again):
        beside, reference = contract.with_schema({"items": {"$ref": "#/A"}})
        assert beside.place(reference["$ref"]).startswith("schema:1 #")
        with pytest.raises(ContractError) as caught:
            beside.schema(reference["$ref"])
        assert caught.value.pointer == "/A/type"
    assert again.with_schema({})[1] == {"$ref": "schema_#"}


def contract_beside(folder, name):
    path = folder / name
    path.write_text(f"{OPENAPI}A: {{type: strin}}\n")
    return load_contract(str(path))
