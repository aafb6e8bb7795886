"""Endless schemas are known, and nested as deep as there are not too many of them."""

from __future__ import annotations

import pytest
from support.own_contracts import checked
from support.samples import anew
from support.schema_kinds import obj

from pytest_asyncops import ContractError
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


NEEDS_ITSELF = obj({"a": refer("A")}, required=["a"])
ENDING = [
    (NEEDS_ITSELF, False),
    ({**NEEDS_ITSELF, "nullable": True}, True),
    ({**NEEDS_ITSELF, "enum": [{}]}, True),
    ({"properties": {"a": refer("A")}, "required": ["a"]}, True),  # it may be a number
    (obj({"a": refer("A")}), True),
    (obj({}, required=["a"]), True),
    ({"type": "object", "additionalProperties": refer("A"), "required": ["a"]}, False),
    ({"type": "object", "additionalProperties": refer("A"), "minProperties": 1}, False),
    ({**obj({"b": {}}), "additionalProperties": refer("A"), "minProperties": 1}, True),
    ({**obj({"b": {}}), "additionalProperties": refer("A"), "minProperties": 2}, False),
    ({**obj({"b": refer("A")}), "additionalProperties": refer("A"), "minProperties": 1}, False),
    ({**obj({"b": refer("A")}), "additionalProperties": {}, "minProperties": 1}, True),
    ({**obj({"b": refer("A")}), "additionalProperties": True, "minProperties": 1}, True),
    ({"type": "object", "minProperties": 1}, True),
    ({"type": "array", "items": refer("A")}, True),
    ({"type": "array", "items": refer("A"), "minItems": 1}, False),
    ({"type": "array", "minItems": 1}, True),
    ({"allOf": [obj({"a": refer("A")}), {"required": ["a"]}]}, False),
    ({"allOf": [{"type": "string"}, {"type": "object"}]}, True),  # it has no value at all
    (
        {
            "allOf": [
                obj({"a": {"allOf": [refer("A"), {"minProperties": 1}]}}),
                {"required": ["a"]},
            ]
        },
        False,
    ),
    ({"anyOf": [NEEDS_ITSELF, {"type": "string"}]}, True),
    ({"oneOf": [NEEDS_ITSELF, {"type": "array", "items": refer("A"), "minItems": 2}]}, False),
    (obj({"a": refer("B")}, required=["a"]), False),
    (obj({"a": refer("C")}, required=["a"]), True),
]


@pytest.mark.parametrize(("schema", "may_end"), ENDING, ids=str)
def test_what_needs_itself_never_ends(schema, may_end):
    told = recursion(
        {
            "A": schema,
            "B": obj({"b": refer("A")}, required=["b"]),
            "C": {"anyOf": [refer("A"), {"type": "string"}]},
        }
    )
    assert told.may_end(refer("A")) is may_end
    assert told.may_end({"type": "array", "items": refer("A"), "minItems": 1}) is may_end
    assert told.may_end({"type": "array", "items": refer("A")})


def test_what_never_ends_is_not_looked_for_in_every_way():
    """Such ways are three times as many with each level, and there would be forty levels."""
    within = {"oneOf": [obj({"b": {}}, required=["b"]), refer("A")]}
    schemas = {
        "A": obj(
            {
                "a": refer("A"),
                "c": obj({"d": refer("A"), "e": within}),
                "d": {"type": "array", "items": within},
            },
            required=["a"],
        ),
        "Around": obj({"a": refer("A"), "b": {"type": "string"}}),
    }
    contract = contract_of(schemas)
    with pytest.raises(ContractError, match="every value of this schema would be endless"):
        payloads(contract, "A")
    around = payloads(contract, "Around", extra="never")
    assert {name for value in anew(around, 20, 1) for name in value} == {"b"}


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


def test_what_has_to_be_nested_deeper_than_is_good_for_others_is():
    wide = {name: obj({other: refer(other) for other in "DEFGHI"}) for name in "DEFGHI"}
    chain = {
        f"C{number}": obj({"next": refer(f"C{number + 1}"), "wide": refer("D")}, required=["next"])
        for number in range(6)
    }
    found = contract_of({**wide, **chain, "C6": obj({"wide": refer("D")})})
    assert recursion({**wide, **chain, "C6": obj({"wide": refer("D")})}).levels(refer("C0")) < 6
    assert min(map(depth, anew(payloads(found, "C0", extra="never"), 20, 2))) >= 6
