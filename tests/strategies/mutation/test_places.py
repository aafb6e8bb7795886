"""Where in a value the named schemas of a contract apply."""

from __future__ import annotations

from support.own_contracts import contract, with_schema

from pytest_asyncops.strategies.mutation.places import new_name, places


def test_named_schemas_apply_where_they_are_referred_to():
    found = contract(
        with_schema(
            """
            type: object
            properties:
              one: {$ref: '#/components/schemas/Job'}
              many: {type: array, items: {allOf: [{$ref: '#/components/schemas/Job'}]}}
              inner: {$ref: '#/components/schemas/A'}
              map: {type: object, additionalProperties: {$ref: '#/components/schemas/Job'}}
            """
        )
    )
    # A is where it is asked for, and once within itself: it is not followed for ever.
    assert places(found, found.at("/components/schemas/A")) == {
        "Job": [
            ("one",),
            ("many", "*"),
            ("inner", "one"),
            ("inner", "many", "*"),
            ("inner", "map", "x_new"),
            ("map", "x_new"),
        ],
        "A": [("inner",), ()],
    }
    body = found.body(found.response("GET", "/jobs/{id}", 200))
    assert places(found, found.at(body)) == {"Job": [()]}


def test_what_may_stand_there_or_not_has_no_place():
    found = contract(
        with_schema("properties: {a: {$ref: '#/components/schemas/A'}}\n"
                    "items: {anyOf: [{$ref: '#/components/schemas/A'}]}")
    )  # fmt: skip
    assert places(found, found.schemas["A"]) == {"A": [("a",), ()]}


def test_a_new_name_is_one_that_is_not_documented():
    assert new_name({}) == "x_new"
    assert new_name({"properties": {"x_new": {}}}) == "x_new_"
