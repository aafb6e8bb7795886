"""The value of a discriminator's property agrees with the schema that it chooses."""

from __future__ import annotations

import pytest
from support.discriminated import PETS
from support.other_dialect import judge
from support.own_contracts import contract
from support.samples import anew

from pytest_asyncops import ContractError
from pytest_asyncops.strategies import payloads
from pytest_asyncops.strategies.schema.all_of import flat
from pytest_asyncops.strategies.schema.discriminators import branches_of, own_tag, tagged

CONTRACT = contract(PETS)
KIND = {"propertyName": "kind"}


def untold(schema):
    """The schema without its discriminator, which decides if a value fits several of ``oneOf``."""
    parts = schema.get("oneOf") if "discriminator" in schema else None
    left = {word: inner for word, inner in schema.items() if word != "discriminator"}
    return {**left, "oneOf": [{"anyOf": parts}]} if parts else left


def drawn(name, **said):
    """Payloads of a named schema, which fit it to a judge that does not know discriminators."""
    found = anew(payloads(CONTRACT, name, **said), 100)
    plain = {key: untold(schema) for key, schema in CONTRACT.schemas.items()}
    is_valid = judge({"$ref": f"#/components/schemas/{name}"}, plain).is_valid
    assert all(map(is_valid, found))
    return found


def shapes(found):
    """For each kind, the members that values of it always have."""
    always = {}
    for value in found:
        kind = value.get("kind", value.get("type"))
        always[kind] = always.get(kind, value.keys()) & value.keys() - {"kind", "type"}
    return always


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OneOf", {"Cat": {"claws"}, "Dog": {"tail"}}),
        ("AnyOf", {"kitty": {"claws"}, "tiger": {"claws"}, "dog": {"tail"}}),
        ("Beside", {"Cat": {"claws", "name"}, "Dog": {"tail", "name"}}),
        ("Narrower", {"Cat": {"claws"}, "Dog": {"tail"}, "puppy": {"age", "tail"}}),
        ("Merged", {"Cat": {"claws", "tail"}, "Dog": {"tail"}}),
        ("Job", {"Job": set(), "Import": {"url"}, "Retry": {"url", "of"}}),
        ("Event", {"made": {"of"}, "gone": {"gone"}}),
        # Only the chosen one counts, so that all may be alike.
        ("Alike", {"Dog": {"tail"}, "Twin": {"tail"}}),
        # What is chosen itself has the value that chooses it.
        ("Import", {"Import": {"url"}}),
        ("Retry", {"Retry": {"url", "of"}}),
        ("Made", {"made": {"of"}}),
    ],
)
@pytest.mark.parametrize("extra", ["never", "sometimes"])
def test_the_value_chooses_the_schema(name, expected, extra):
    assert shapes(drawn(name, extra=extra)) == expected


def test_what_is_not_chosen_itself_has_what_is_chosen_beside_it():
    found = [value["event"] for value in drawn("Box")]
    assert shapes(found) == {"made": {"of", "at"}, "gone": {"gone", "at"}}


def test_what_is_no_object_is_chosen_by_nothing():
    found = drawn("Lists")
    assert shapes([value for value in found if isinstance(value, dict)]) == {"Cat": {"claws"}}
    assert any(isinstance(value, list) for value in found)


def test_a_discriminator_that_has_nothing_to_choose_from_says_nothing():
    assert shapes(drawn("Nothing", extra="never")) == {None: {"a"}}


def test_lists_have_all_kinds():
    kinds = {one["kind"] for value in drawn("Jobs") for one in value}
    assert kinds == {"Job", "Import", "Retry"}


def test_what_no_branch_fits_is_refused_by_name():
    message = "no value fits discriminator and the keywords beside it"
    with pytest.raises(ContractError, match=message):
        payloads(CONTRACT, "Never")


# --- the parts


def test_branches_have_all_values_that_choose_them():
    found = [*branches_of(CONTRACT, CONTRACT.schemas["AnyOf"])]
    assert found == [
        (
            {"$ref": "#/components/schemas/Cat"},
            tagged({"propertyName": "kind"}, ["kitty", "tiger"]),
        ),
        ({"$ref": "#/components/schemas/Dog"}, tagged(KIND, ["dog"])),
    ]
    assert [*branches_of(CONTRACT, CONTRACT.schemas["Cat"])] == []


@pytest.mark.parametrize(
    ("name", "value"), [("Job", None), ("Import", "Import"), ("Retry", "Retry")]
)
def test_the_own_value_is_that_of_the_nearest(name, value):
    schema = CONTRACT.schemas[name]
    around = {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "description": "a note"}
    whole = {"discriminator": CONTRACT.schemas["Job"]["discriminator"]}
    expected = None if value is None else tagged(whole["discriminator"], [value])
    for one in (schema, around):
        assert own_tag(CONTRACT, one, whole) == expected
    assert ("discriminator" in flat(CONTRACT, around)) is (value is None)


def test_what_is_chosen_by_nothing_has_no_value_of_its_own():
    event = CONTRACT.schemas["Event"]
    beside = {"allOf": [{"required": ["at"]}, event]}
    assert own_tag(CONTRACT, beside, {"discriminator": event["discriminator"]}) is None
    other = {"discriminator": CONTRACT.schemas["OneOf"]["discriminator"]}
    assert own_tag(CONTRACT, {"allOf": [{}]}, other) is None
