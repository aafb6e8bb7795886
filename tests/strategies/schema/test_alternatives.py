"""Alternatives have the values of the schema that they come from, and ``not`` takes none away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.schema_kinds import INTEGER, STRING, obj

from pytest_asyncops import ContractError
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.schema_keywords import TYPES
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.alternatives import alternatives, without_not

REFUSED = [
    ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, "oneOf with alternatives"),
    ({"oneOf": [{**STRING, "nullable": True}, {**INTEGER, "nullable": True}]}, "oneOf with"),
    ({"oneOf": [obj({"a": STRING}), obj({"b": STRING})]}, "oneOf with alternatives"),
    ({**STRING, "not": {"minLength": 2}}, "not of more than types"),
    ({**STRING, "not": STRING}, "not of the very type string"),
    ({"anyOf": [STRING], "not": INTEGER}, "not beside anyOf"),
    (
        {
            "not": {
                "anyOf": [
                    {"type": name}
                    for name in ("array", "boolean", "integer", "number", "object", "string")
                ]
            }
        },
        "not of every type",
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


NUMBER = {"type": "number"}
NAMED = {"named": {**INTEGER, "minimum": 2}}
CONTRACT = Contract(
    Document("own", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, {"": 1})
)
VALUES = [None, True, -3, 0, 1, 2, 3, 0.5, 2.25, "", "a", "bb", [], [1], {}]
VALUES += [{"kind": kind} for kind in ("cat", "dog", 7)] + [{"kind": "cat", "size": 1}]


def fits(schema, value):
    return OAS30Validator({"components": {"schemas": NAMED}, **schema}).is_valid(value)


def kind(*words):
    return obj({"kind": {"enum": [*words]}}, required=["kind"])


PARTS = st.sampled_from(
    [
        INTEGER,
        STRING,
        {**STRING, "nullable": True},
        {**STRING, "maxLength": 1},
        NUMBER,
        {"type": "boolean"},
        {"type": "array", "nullable": True},
        {"enum": ["a", 1]},
        {"enum": ["bb", 2]},
        {"minimum": 1},
        kind("cat"),
        kind("dog", 7),
        obj({"kind": STRING, "size": INTEGER}, required=["size"]),
        {"$ref": "#/components/schemas/named"},
        {"allOf": [NUMBER, {"maximum": 0}]},
    ]
)
BESIDE = st.sampled_from([{}, {"maximum": 2}, {"minLength": 1}, {"title": "t"}, {"nullable": True}])


class RefusedError(Exception):
    """Why something is not generated."""


def tried(function, *arguments):
    """What the function gives, or why it does not."""
    try:
        return function(*arguments, RefusedError), None
    except RefusedError as trouble:
        return None, str(trouble).removesuffix(" is not generated")


@given(st.sampled_from(["anyOf", "oneOf"]), st.lists(PARTS, min_size=1, max_size=3), BESIDE)
def test_alternatives_have_the_values_of_the_schema(word, parts, beside):
    schema = {word: parts, **({} if "nullable" in beside else beside)}
    several, refusal = tried(alternatives, CONTRACT, schema)
    if several is None:
        assert refusal.startswith("oneOf with alternatives that cannot be told apart")
        assert word == "oneOf"
        return
    assert len(several) == len(parts)
    for value in VALUES:
        found = [fits(one, value) for one in several]
        assert any(found) is fits(schema, value), value
        assert word == "anyOf" or sum(found) < 2


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (INTEGER, STRING, True),
        (INTEGER, NUMBER, False),
        (INTEGER, {}, False),
        ({**INTEGER, "nullable": True}, {**STRING, "nullable": True}, False),
        ({**INTEGER, "nullable": True}, STRING, True),
        ({"enum": [1, "a"]}, {"enum": ["b", 2]}, True),
        ({"enum": [1, "a"]}, {"enum": ["a"]}, False),
        ({"enum": [1]}, STRING, False),
        (kind("cat"), kind("dog"), True),
        (kind("cat"), kind("dog", "cat"), False),
        (kind("cat"), obj({"kind": {"enum": ["dog"]}}), False),
        (kind("cat"), obj({}, required=["kind"]), False),
        (obj({"a": kind("cat")}, required=["a"]), obj({"a": kind("dog")}, required=["a"]), True),
        ({"$ref": "#/components/schemas/named"}, STRING, True),
    ],
    ids=str,
)
def test_alternatives_of_which_one_fits_are_told_apart_where_that_is_plain(one, other, apart):
    for parts in ([one, other], [other, one]):
        several, refusal = tried(alternatives, CONTRACT, {"oneOf": parts})
        assert (several is not None) is apart
        assert apart or refusal == "oneOf with alternatives that cannot be told apart"
    assert tried(alternatives, CONTRACT, {"anyOf": [one, other]})[1] is None


@pytest.mark.parametrize("schema", [{}, INTEGER, {"not": STRING}, {"enum": [1]}], ids=str)
def test_a_schema_without_alternatives_has_none(schema):
    assert tried(alternatives, CONTRACT, schema) == (None, None)


BANNED = st.lists(st.sampled_from([*TYPES]), min_size=1, max_size=5, unique=True).map(
    lambda names: [{"type": name} for name in names]
)
NESTED = BANNED.map(
    lambda parts: parts[0] if len(parts) == 1 else {"anyOf": [parts[0], {"anyOf": parts[1:]}]}
)
TYPED = st.sampled_from([{}, {}, *({"type": name} for name in TYPES if name != "number")])


@given(TYPED, NESTED, st.booleans())
def test_without_not_the_values_are_the_same_but_for_null_and_fractions(typed, banned, sized):
    schema = {**typed, "not": banned, **({"minLength": 1, "minimum": 1} if sized else {})}
    found, refusal = tried(without_not, schema)
    if found is None:
        assert refusal == (
            f"not of the very type {typed['type']}" if typed else "not of every type"
        )
        left = [value for value in VALUES if fits(schema, value)]
        assert all(value is None or isinstance(value, float) for value in left)
        return
    assert "not" not in found
    for value in VALUES:
        if fits(found, value):
            assert fits(schema, value), value
        elif value is not None and not isinstance(value, float):
            assert not fits(schema, value), value


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (
            {**STRING, "not": {"minLength": 2}},
            "not of more than types, or of values beside no enum,",
        ),
        ({**INTEGER, "not": NUMBER}, "not of the very type integer"),
        ({**STRING, "not": {"anyOf": [INTEGER, STRING]}}, "not of the very type string"),
        ({"anyOf": [STRING], "not": INTEGER}, "not beside anyOf"),
        ({"not": {"anyOf": [{"type": name} for name in TYPES]}}, "not of every type"),
    ],
    ids=str,
)
def test_what_cannot_be_worked_in_is_named(schema, text):
    assert tried(without_not, schema) == (None, text)


def test_a_schema_without_not_is_left_as_it_is():
    assert without_not(INTEGER, RefusedError) is INTEGER
    assert without_not({**STRING, "not": INTEGER}, RefusedError) == STRING


def test_alternatives_that_contradict_what_is_beside_them_are_refused():
    schema = {**INTEGER, "anyOf": [STRING]}
    assert tried(alternatives, CONTRACT, schema) == (None, "type integer and type string")
