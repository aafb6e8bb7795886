"""Of an object with a discriminator, only the schema that is chosen counts, and it is named."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answering, content
from support.verdicts import rules

from pytest_asyncops import violations
from pytest_asyncops.conformance.body_checker import BodyChecker
from pytest_asyncops.conformance.checker import find_document_checker
from pytest_asyncops.conformance.json_schema import JsonSchema
from pytest_asyncops.conformance.operations import Operation
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.rules.rules import Never

ROUTE = "GET /jobs"


def obj(required=(), **members):
    return {"type": "object", "properties": members, "required": list(required)}


NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
CAT, DOG = obj(["kind"], kind=TEXT, lives=NUMBER), obj(["kind"], kind=TEXT, bark=TEXT)


def choosing(schema, **named):
    return answering(content(schema), components={"schemas": {"Cat": CAT, "Dog": DOG, **named}})


def pet(keyword="oneOf", mapping=None, **more):
    told = {"propertyName": "kind"} | ({} if mapping is None else {"mapping": mapping})
    return {keyword: [refer("Cat"), refer("Dog")], "discriminator": told, **more}


def found(payload, schema, **named):
    return [
        (each.path, each.rule, each.message)
        for each in violations(payload, contract=choosing(schema, **named), route=ROUTE)
    ]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_the_schema_that_is_chosen_counts_alone(keyword):
    mapped = pet(keyword, {"cat": "Cat", "dog": "#/components/schemas/Dog"})
    # A plain oneOf would refuse the first: it fits both.
    for good in ({"kind": "cat"}, {"kind": "cat", "lives": 7}, {"kind": "dog", "lives": "x"}):
        assert found(good, mapped) == []
    assert found({"kind": "cat", "lives": "x"}, mapped) == [
        ("$.lives", "schema.type", "must be an integer (Cat, by kind 'cat')")
    ]
    assert found({"kind": "Dog", "bark": 1}, pet(keyword)) == [
        ("$.bark", "schema.type", "must be a string (Dog, by kind 'Dog')")
    ]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("value", ["cow", "Cat", "", 5, None, ["cat"], {"a": 1}])
def test_a_value_that_chooses_nothing(keyword, value):
    schema = pet(keyword, {"cat": "Cat", "dog": "Dog"})
    assert found({"kind": value, "lives": "x"}, schema) == [
        ("$.kind", "schema.discriminator", "must be 'cat' or 'dog'")
    ]


def test_where_it_is_told():
    contract = choosing(pet())
    [wrong] = violations({"kind": "Cat", "lives": "x"}, contract=contract, route=ROUTE)
    assert wrong.source.endswith("#/components/schemas/Cat/properties/lives/type")
    [wrong] = violations({"kind": "x"}, contract=contract, route=ROUTE)
    assert (wrong.value, wrong.path) == ("x", "$.kind")
    assert wrong.source.endswith("/schema/discriminator")


def test_what_has_not_the_property_is_held_against_the_alternatives():
    loose = {"Cat": obj(["lives"], kind=TEXT), "Dog": obj(["bark"], kind=TEXT)}
    assert found({"bark": 1}, pet(), **loose) == []
    assert [each[1] for each in found({"lives": 1, "bark": 1}, pet(), **loose)] == ["schema.oneOf"]
    assert found({"lives": 1, "bark": 1}, pet("anyOf"), **loose) == []


def test_what_is_no_object_is_held_against_the_alternatives():
    either = {"oneOf": [refer("Cat"), TEXT], "discriminator": {"propertyName": "kind"}}
    assert found("text", either) == found({"kind": "Cat"}, either) == []
    assert [each[:2] for each in found(7, either)] == [("$", "schema.oneOf")]
    assert found(None, pet(type="object", nullable=True)) != []


def test_beside_other_keywords():
    both = pet(type="object", required=["name"], anyOf=[{"required": ["a"]}, {"required": ["b"]}])
    assert [each[:2] for each in found({"kind": "Cat"}, both)] == [
        ("$", "schema.required"),
        ("$", "schema.anyOf"),
    ]
    assert found({"kind": "Cat", "name": 1, "b": 1}, both) == []


def test_the_innermost_of_several_is_named():
    schemas = {
        "Pet": pet(),
        "Walk": obj(["what"], what=TEXT, who=refer("Pet")),
        "Nap": obj(["what"], what=TEXT),
    }
    event = {
        "oneOf": [refer("Walk"), refer("Nap")],
        "discriminator": {"propertyName": "what", "mapping": {"walk": "Walk"}},
    }
    wrong = {"what": "walk", "who": {"kind": "Cat", "lives": "x"}}
    assert found(wrong, event, **schemas) == [
        ("$.who.lives", "schema.type", "must be an integer (Cat, by kind 'Cat')")
    ]
    assert found({"what": "walk", "who": 7}, event, **schemas)[0][2].endswith(
        "(Walk, by what 'walk')"
    )


# --- heirs

ANIMAL = {**obj(["kind"], kind=TEXT), "discriminator": {"propertyName": "kind"}}
HEIRS = {
    "Animal": ANIMAL,
    "Fish": {"allOf": [refer("Animal"), obj(["fins"], fins=NUMBER)]},
    "Shark": {"allOf": [refer("Fish"), obj(teeth=NUMBER)]},
}


def test_a_schema_without_alternatives_chooses_from_its_heirs():
    animal = refer("Animal")
    for good in ({"kind": "Animal", "fins": "x"}, {"kind": "Fish", "fins": 2},
                 {"kind": "Shark", "fins": 2, "teeth": 9}):  # fmt: skip
        assert found(good, animal, **HEIRS) == []
    assert found({"kind": "Fish"}, animal, **HEIRS) == [
        ("$", "schema.required", "must have the member 'fins' (Fish, by kind 'Fish')")
    ]
    assert found({"kind": "Shark", "teeth": "x"}, animal, **HEIRS) == [
        ("$", "schema.required", "must have the member 'fins' (Shark, by kind 'Shark')"),
        ("$.teeth", "schema.type", "must be an integer (Shark, by kind 'Shark')"),
    ]
    assert found({"kind": "Cow"}, animal, **HEIRS) == [
        ("$.kind", "schema.discriminator", "must be 'Animal', 'Fish' or 'Shark'")
    ]
    assert [each[:2] for each in found({}, animal, **HEIRS)] == [("$", "schema.required")]
    # Each violation once, though the heir has the schema of the parent too.
    assert [each[:2] for each in found({"kind": 1}, animal, **HEIRS)] == [
        ("$.kind", "schema.type"),
        ("$.kind", "schema.discriminator"),
    ]


def test_an_heir_that_is_asked_for_itself_is_chosen_already():
    assert found({"kind": "whatever", "fins": 1}, refer("Fish"), **HEIRS) == []
    assert [each[:2] for each in found({"kind": 1}, refer("Shark"), **HEIRS)] == [
        ("$.kind", "schema.type"),
        ("$", "schema.required"),
    ]


def test_what_wraps_a_parent_is_no_heir():
    wrapped = {"allOf": [refer("Animal")], "description": "an animal"}
    assert [each[:2] for each in found({"kind": "Fish"}, wrapped, **HEIRS)] == [
        ("$", "schema.required")
    ]


def test_what_is_chosen_may_lead_back():
    circle = {"allOf": [refer("Animal"), {"allOf": [refer("Animal")]}]}
    assert found({"kind": "Newt"}, refer("Animal"), Animal=ANIMAL, Newt=circle) == []
    contract = choosing(refer("Animal"), Animal=ANIMAL, Newt=circle)
    schema = contract.schema("/components/schemas/Animal")
    with pytest.raises(ValueError, match="leads back to it"):
        JsonSchema(contract, schema, {}, 200)
    # What is mapped need not be an heir.
    mapped = {**ANIMAL, "discriminator": {"propertyName": "kind", "mapping": {"x": "Other"}}}
    other = {"anyOf": [refer("Animal"), TEXT]}
    assert found({"kind": "x"}, refer("Animal"), Animal=mapped, Other=other) == []


def test_members_of_what_is_chosen_are_documented():
    for schema, payload in (
        (pet(), {"kind": "Cat", "lives": 1, "bark": "x"}),
        (refer("Animal"), {"kind": "Fish", "fins": 1, "bark": "x"}),
    ):
        contract = choosing(schema, **HEIRS)
        assert rules(payload, contract=contract, route=ROUTE, extra="forbid") == [
            ("$.bark", "schema.properties")
        ]


def test_open_enums_of_what_is_chosen_are_looked_at():
    named = {"Dog": obj(kind=TEXT, colour={"type": "string", "x-enum": ["red"]})}
    contract = choosing(pet(), **named)
    payload = {"kind": "Dog", "colour": "blue"}
    assert rules(payload, contract=contract, route=ROUTE, unknown="forbid") == [
        ("$.colour", "schema.x-enum")
    ]
    animals = {**HEIRS, "Fish": {"allOf": [refer("Animal"), named["Dog"]]}}
    assert rules(
        {"kind": "Fish", "colour": "blue"},
        contract=choosing(refer("Animal"), **animals),
        route=ROUTE,
        unknown="forbid",
    ) == [("$.colour", "schema.x-enum")]


def test_threads_do_not_disturb_each_other():
    contract = choosing(refer("Animal"), **HEIRS)
    payload, told = {"kind": "Fish"}, []

    def check():
        for _ in range(50):
            told.append(len(violations(payload, contract=contract, route=ROUTE)))

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) == {1}


# --- the quick check

SCHEMAS = {
    "oneOf": pet(mapping={"cat": "Cat"}),
    "anyOf": pet("anyOf"),
    "nullable": pet(type="object", nullable=True),
    "heirs": refer("Animal"),
    "an heir": refer("Shark"),
    "wrapped": {"allOf": [refer("Animal")]},
    "a list": {"type": "array", "items": pet()},
    "heirs as alternatives": {
        "oneOf": [refer("Fish"), refer("Shark")],
        "discriminator": {"propertyName": "kind"},
    },
    "below not": {"not": pet()},
    "an alternative": {"anyOf": [pet(), TEXT]},
}
kinds = st.sampled_from(["cat", "Cat", "Dog", "Fish", "Shark", "Animal", "cow", 1, None])
scalars = st.sampled_from([1, "x", None, 2.5])
pets = st.fixed_dictionaries(
    {}, optional={"kind": kinds, **dict.fromkeys(["lives", "bark", "fins", "teeth"], scalars)}
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_quick_check_never_passes_what_the_thorough_one_refuses(name):
    contract = choosing(SCHEMAS[name], **HEIRS)
    checker = find_document_checker(contract, Operation("GET", "/jobs"), 200).body_checker()
    assert isinstance(checker, BodyChecker)

    @given(st.one_of(pets, st.lists(pets, max_size=2), scalars))
    def law(payload):
        if checker.is_good(payload):
            assert checker.violations(payload) == []

    law()
    good = [{"kind": "Dog"}, [{"kind": "Dog"}], {"kind": "Shark", "fins": 1}]
    assert any(map(checker.is_good, [*good, {"kind": "x"}]))


def test_rules_about_what_is_chosen_are_left_to_the_thorough_check():
    contract = choosing(pet())
    schema = contract.schema("/paths/~1jobs/get/responses/200/content/application~1json/schema")
    kinds = {id(contract.schemas["Cat"]): [Never("lives", (9,))]}
    with pytest.raises(ValueError, match="not told from the others"):
        JsonSchema(contract, {"allOf": [schema]}, kinds, 200)
