"""A discriminator chooses a schema: by its mapping first, then by the names of the schemas."""

from __future__ import annotations

import json

import pytest
from support.own_contracts import contract, refusal

from pytest_asyncops.contract.discriminators import alternatives_of
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import refer

HEAD = """\
openapi: 3.0.3
components:
  schemas:
    Cat: {type: object}
    Dog: {type: object}
    v1.Fish: {type: object}
"""


def chosen(schema, more=""):
    found = contract(f"{HEAD}    A: {schema}\n{more}")
    branches = found.branches(found.schemas["A"])
    return branches and {value: one["$ref"].rpartition("/")[2] for value, one in branches.items()}


def refers(*names):
    return json.dumps([refer(name) for name in names])


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (None, {"Cat": "Cat", "v1.Fish": "v1.Fish"}),
        ("{}", {"Cat": "Cat", "v1.Fish": "v1.Fish"}),
        ("{kitty: Cat}", {"kitty": "Cat", "v1.Fish": "v1.Fish"}),
        ("{fish: v1.Fish, kitty: Cat, cat: Cat}",
         {"fish": "v1.Fish", "kitty": "Cat", "cat": "Cat"}),
        ("{fish: '#/components/schemas/v1.Fish', Cat: '#/components/schemas/Cat'}",
         {"fish": "v1.Fish", "Cat": "Cat"}),
        # What is mapped need not be an alternative: it may be one of an alternative's own.
        ("{Cat: Dog}", {"Cat": "Dog", "v1.Fish": "v1.Fish"}),
    ],
)  # fmt: skip
def test_the_mapping_comes_first_and_then_the_names(keyword, mapping, expected):
    told = "" if mapping is None else f", mapping: {mapping}"
    text = f"{{{keyword}: {refers('Cat', 'v1.Fish')}, discriminator: {{propertyName: kind{told}}}}}"
    assert chosen(text) == expected
    assert list(chosen(text)) == list(expected)
    assert alternatives_of({keyword: []}) == keyword


def test_what_stands_there_itself_has_no_name():
    alternatives = "[{type: object}, {$ref: '#/components/schemas/Cat'}]"
    assert chosen(f"{{oneOf: {alternatives}, discriminator: {{propertyName: kind}}}}") == {
        "Cat": "Cat"
    }
    assert chosen("{oneOf: [{type: object}], discriminator: {propertyName: kind}}") is None
    assert chosen("{oneOf: [{type: object}]}") is None


HEIRS = f"""\
    B: {{allOf: {refers("A")}}}
    C: {{allOf: {refers("Cat", "B")}}}
    D: {{allOf: [{{type: object}}]}}
"""


def test_a_schema_without_alternatives_chooses_from_its_heirs_and_itself():
    assert chosen("{discriminator: {propertyName: kind}}", HEIRS) == {"A": "A", "B": "B", "C": "C"}
    mapped = "{discriminator: {propertyName: kind, mapping: {b: B}}}"
    assert chosen(mapped, HEIRS) == {"b": "B", "C": "C"}
    assert chosen("{discriminator: {propertyName: kind}}") is None
    assert alternatives_of({"discriminator": {}}) is None


def test_a_schema_with_the_same_discriminator_has_the_same_branches():
    found = contract(f"{HEAD}    A: {{discriminator: {{propertyName: kind}}}}\n{HEIRS}")
    schema = found.schemas["A"]
    assert found.branches({**schema, "type": "object"}) == found.branches(schema)


@pytest.mark.parametrize(
    ("discriminator", "below", "message"),
    [
        ("{}", "",
         "a discriminator must have the name of a property as its propertyName, not None"),
        ("{propertyName: 1}", "",
         "a discriminator must have the name of a property as its propertyName, not 1"),
        ("{propertyName: a, mapping: []}", "/mapping",
         "[] cannot be the mapping of a discriminator"),
        ("{propertyName: a, mapping: {b: 1}}", "/mapping/b",
         "this must be the name of a schema or a reference, not 1"),
        ("{propertyName: a, mapping: {b/c: Dogg}}", "/mapping/b~1c",
         "unknown schema 'Dogg'. Did you mean 'Dog'? Choose 'Cat', 'Dog', 'v1.Fish' or 'A'."),
        ("{propertyName: a, mapping: {b: '#/components/schemas/Dogg'}}", "/mapping/b",
         "there is nothing at #/components/schemas/Dogg"),
    ],
)  # fmt: skip
def test_what_is_not_understood(discriminator, below, message):
    found = refusal(f"{HEAD}    A: {{oneOf: [], discriminator: {discriminator}}}\n")
    assert found == (7, f"/components/schemas/A/discriminator{below}", message)


def test_what_a_discriminator_chooses_is_understood_too():
    text = f"{HEAD}    A: {{discriminator: {{propertyName: a, mapping: {{a: '#/x'}}}}}}\n"
    assert refusal(f"{text}x: {{type: strin}}\n")[1] == "/x/type"


def test_other_files_have_names_as_well(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "cat.v1.yaml").write_text("type: object\n")
    (tmp_path / "sub" / "pets.yaml").write_text(
        "Pet:\n"
        "  oneOf: [{$ref: 'cat.v1.yaml'}, {$ref: '#/x~1y'}]\n"
        "  discriminator: {propertyName: kind, mapping: {dog: '../own.yaml#/Dog', Cat: Cat}}\n"
        "x/y: {type: object}\n"
        "Parent: {discriminator: {propertyName: kind}}\n"
    )
    (tmp_path / "own.yaml").write_text(
        f"{HEAD}    Child: {{allOf: [{{$ref: 'sub/pets.yaml#/Parent'}}]}}\n"
        "    A: {items: {$ref: 'sub/pets.yaml#/Pet'}, not: {$ref: 'sub/pets.yaml#/Parent'}}\n"
        "Dog: {type: object}\n"
    )
    found = load_contract(str(tmp_path / "own.yaml"))
    schema = found.schema("/components/schemas/A")
    branches = found.branches(found.resolved(schema["items"]))
    assert {value: one["$ref"] for value, one in branches.items()} == {
        "dog": "own.yaml#/Dog",
        "Cat": "#/components/schemas/Cat",
        "cat.v1": "sub/cat.v1.yaml",
        "x/y": "sub/pets.yaml#/x~1y",
    }
    assert found.branches(found.resolved(schema["not"])) == {
        "Parent": {"$ref": "sub/pets.yaml#/Parent"},
        "Child": {"$ref": "#/components/schemas/Child"},
    }
