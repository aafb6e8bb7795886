"""What the property of a discriminator says of a value."""

from __future__ import annotations

import pytest
from support.documents import answering, content

from pytest_asyncops.conformance.branches import choose, is_heir
from pytest_asyncops.contract.schema_keywords import refer

SCHEMAS = {
    "Cat": {"type": "object"},
    "Dog": {"type": "object"},
    "Pet": {
        "oneOf": [refer("Cat"), refer("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
    },
    "Animal": {"type": "object", "discriminator": {"propertyName": "kind"}},
    "Whale": {"allOf": [refer("Animal")]},
    "Plain": {"oneOf": [refer("Cat")]},
}
CONTRACT = answering(content({}), components={"schemas": SCHEMAS})
NAMED = {name: CONTRACT.schema(f"/components/schemas/{name}") for name in SCHEMAS}


@pytest.mark.parametrize(
    ("value", "said", "schema"),
    [
        ({"kind": "cat"}, "cat", refer("Cat")),
        ({"kind": "Dog", "more": 1}, "Dog", refer("Dog")),
        ({"kind": "Cat"}, "Cat", None),
        ({"kind": ["cat"]}, ["cat"], None),
        ({"kind": None}, None, None),
    ],
)
def test_what_is_chosen(value, said, schema):
    assert choose(CONTRACT, NAMED["Pet"], value) == ("kind", said, ("cat", "Dog"), schema)


@pytest.mark.parametrize("value", [None, "cat", ["cat"], 1, {}, {"Kind": "cat"}])
def test_of_what_has_not_its_property_a_discriminator_says_nothing(value):
    assert choose(CONTRACT, NAMED["Pet"], value) is None


def test_without_a_discriminator_nothing_is_chosen():
    assert choose(CONTRACT, NAMED["Plain"], {"kind": "cat"}) is None


def test_what_is_chosen_has_a_name():
    assert str(choose(CONTRACT, NAMED["Pet"], {"kind": "cat"})) == "Cat, by kind 'cat'"


def test_who_has_a_schema_in_its_all_of_is_an_heir():
    assert is_heir(CONTRACT, NAMED["Whale"], NAMED["Animal"])
    assert is_heir(CONTRACT, NAMED["Whale"], refer("Animal"))
    assert not is_heir(CONTRACT, NAMED["Cat"], NAMED["Animal"])
    assert not is_heir(CONTRACT, NAMED["Cat"], NAMED["Pet"])
    assert not is_heir(CONTRACT, NAMED["Cat"], NAMED["Plain"])
