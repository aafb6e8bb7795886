"""Every schema within another is met once, at its place, and a part of a value is not the value."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.schema_keywords import check_schema, refer, same_value
from pytest_asyncops.contract.yaml_document import read_document

names = st.text(alphabet="ab/~ '", max_size=3)
nested = st.recursive(
    st.sampled_from([{}, {"type": "string"}, {"enum": [{"not": 1}]}, {"example": {"items": {}}}]),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"additionalProperties": inner | st.booleans()}),
        st.dictionaries(names, inner, max_size=3).map(lambda some: {"properties": some}),
        st.tuples(st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(inner, max_size=3)).map(
            lambda pair: {pair[0]: pair[1]}
        ),
        st.fixed_dictionaries({"items": inner, "not": inner}),
    ),
    max_leaves=8,
)


def schemas_in(schema):
    """The schema and all below it, in no order in particular."""
    yield schema
    for keyword, value in schema.items():
        if keyword in ("allOf", "anyOf", "oneOf"):
            below = value
        elif keyword == "properties":
            below = value.values()
        elif keyword in ("items", "not", "additionalProperties") and isinstance(value, dict):
            below = [value]
        else:
            below = []
        for inner in below:
            yield from schemas_in(inner)


@given(nested)
def test_every_schema_below_another_is_met_once_at_its_place(schema):
    document = read_document(json.dumps({"here": schema}), "own.yaml")
    met = list(check_schema(document, "/here", document.root["here"]))
    places = [pointer for pointer, _ in met]
    assert len(set(places)) == len(places)
    for pointer, found in met:
        there = document.root
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            there = there[int(name)] if isinstance(there, list) else there[name]
        assert there is found
    expected = map(json.dumps, schemas_in(schema))
    assert sorted(json.dumps(found) for _, found in met) == sorted(expected)


parts = st.sampled_from(["items", "additionalProperties"])
held = st.recursive(
    names.map(lambda name: (refer(name), [refer(name)["$ref"]]))
    | st.just(({"type": "string"}, [])),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(inner, max_size=3)).map(
            lambda pair: (
                {pair[0]: [schema for schema, _ in pair[1]]},
                [name for _, found in pair[1] for name in found],
            )
        ),
        inner.map(lambda pair: ({"not": pair[0]}, pair[1])),
        # A part of a value is not the value itself.
        st.tuples(parts, inner).map(lambda pair: ({pair[0]: pair[1][0]}, [])),
        inner.map(lambda pair: ({"properties": {"a": pair[0]}}, [])),
    ),
    max_leaves=8,
)


@given(held)
def test_a_value_itself_is_held_against_what_is_referred_to_and_a_part_is_not(pair):
    schema, expected = pair
    assert list(same_value(schema)) == expected


def test_a_reference_is_one_that_is_followed():
    assert refer("a/b") == {"$ref": "#/components/schemas/a~1b"}
    found = Contract(
        read_document(
            json.dumps(
                {
                    "openapi": "3.0.3",
                    "components": {"schemas": {"a/b": {"title": "it"}, "A": refer("a/b")}},
                }
            ),
            "own.yaml",
        )
    )
    assert found.resolved(found.schemas["A"]) == {"title": "it"}
