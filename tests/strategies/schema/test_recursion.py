"""Endless schemas are known, and nested as deep as there are not too many of them."""

from __future__ import annotations

import pytest
from support.own_contracts import checked
from support.samples import anew
from support.schema_kinds import obj

from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import payloads
from pytest_asyncops.strategies.schema.recursion import Recursion


def contract_of(schemas):
    root = {"openapi": "3.0.3", "components": {"schemas": schemas}}
    return checked(Contract(Document("own.yaml", root, {"": 1})))


def recursion(schemas):
    return Recursion(contract_of(schemas), refer)


SOME = {
    "Leaf": {"type": "string"},
    "Flat": obj({"one": refer("Leaf"), "other": {"anyOf": [refer("Leaf")]}}),
    "Tree": obj({"below": {"type": "array", "items": refer("Tree")}, "leaf": refer("Leaf")}),
    "Above": obj({"tree": {"allOf": [refer("Tree")]}}),
    "Cat": {"allOf": [refer("Pet"), obj({"claws": refer("Leaf")})]},
    "Pet": {"type": "object", "discriminator": {"propertyName": "kind"}},
    "Map": {"type": "object", "additionalProperties": {"not": refer("Map")}},
    "Said": obj({"$ref": refer("Leaf"), "x": {"enum": [{"$ref": "#/nowhere"}]}}),
}


@pytest.mark.parametrize(
    ("name", "is_endless"),
    [
        *(("Leaf", False), ("Flat", False), ("Tree", True), ("Above", True), ("Map", True)),
        *(("Pet", True), ("Cat", True), ("Said", False)),
    ],
)
def test_endless_is_what_leads_to_itself(name, is_endless):
    found = recursion(SOME)
    for _ in range(2):
        assert found.is_endless(refer(name)) is is_endless
    assert recursion(SOME).is_endless({"type": "array", "items": refer(name)}) is is_endless
    everything = {"allOf": [refer(other) for other in SOME]}
    assert found.is_endless(everything)
    assert found.is_endless(refer(name)) is is_endless


def test_what_a_name_stands_for_counts_too():
    more = {"allOf": [refer("Leaf"), obj({"again": refer("Flat")})]}
    found = Recursion(contract_of(SOME), lambda name: more if name == "Leaf" else refer(name))
    assert found.is_endless(refer("Flat"))


def test_few_schemas_are_nested_deep_and_many_are_not():
    assert recursion(SOME).levels(refer("Leaf")) == 0
    assert recursion(SOME).levels(refer("Tree")) == 256
    names = [f"S{number}" for number in range(40)]
    each = {name: obj({other: refer(other) for other in names}) for name in names}
    assert recursion(each).levels(refer("S0")) == 2  # 1 + 40, and 1,600 more would be too many


def depth(value):
    return 1 + max(map(depth, value.values()), default=0) if isinstance(value, dict) else 0


def test_hundreds_of_schemas_that_contain_each_other_are_compiled_at_once():
    names = [f"S{number}" for number in range(300)]
    near = [[names[(place * 7 + step) % 300] for step in range(1, 12)] for place in range(300)]
    found = contract_of(
        {
            name: obj({"id": {"enum": [1]}, **{other: {"anyOf": [refer(other)]} for other in some}})
            for name, some in zip(names, near, strict=True)
        }
    )
    deepest = max(map(depth, anew(payloads(found, "S0", extra="never"), 20, 2)))
    assert 2 <= deepest <= 3


def test_what_has_to_be_nested_deep_is():
    names = [f"S{number}" for number in range(300)]
    many = {name: obj({other: refer(other) for other in names[:40]}) for name in names[:40]}
    chain = {
        f"C{number}": obj({"next": refer(f"C{number + 1}")}, required=["next"])
        for number in range(12)
    }
    found = contract_of({**many, **chain, "C12": obj({"some": refer("S0"), "again": refer("C0")})})
    assert {*map(depth, anew(payloads(found, "C0", extra="never"), 20, 2))} >= {13}
