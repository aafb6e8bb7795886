"""Strings and numbers are those of their schemas; which none has is refused by its keyword."""

from __future__ import annotations

import base64
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING

from pytest_asyncops import ContractError
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.options import Options, make_options
from pytest_asyncops.strategies.schema.scalars import (
    PLAIN_VALUES,
    in_other_case,
    integers,
    json_values,
    numbers,
    strings,
)


def test_base64_keeps_to_the_length_too():
    @given(from_schema({"type": "string", "format": "byte"}, max_length=1))
    def check(text):
        assert len(base64.b64decode(text)) <= 1

    check()


def test_floats_are_of_their_width():
    @given(from_schema(GOOD["float"]))
    def check(value):
        if isinstance(value, float):
            assert struct.unpack("f", struct.pack("f", value)) == (value,)

    check()


REFUSED = [
    ({**STRING, "minLength": 3, "maxLength": 2}, "at least 3 and at most 2"),
    ({**STRING, "format": "uuid", "maxLength": 2}, "minLength or maxLength together with"),
    ({**STRING, "format": "uuid", "pattern": "a"}, "pattern together with the format 'uuid'"),
    ({**STRING, "pattern": "^(ab)+$", "maxLength": 9}, "together with the pattern"),
    ({**STRING, "pattern": "^[a]{2}$", "maxLength": 1}, "together with the pattern"),
    ({**INTEGER, "multipleOf": 0.5}, "multipleOf 0.5 of whole numbers"),
    ({**INTEGER, "minimum": 3, "maximum": 2}, "no whole number is within"),
    ({"type": "number", "multipleOf": 0.01}, "multipleOf 0.01 is not generated"),
    ({"type": "number", "minimum": 3, "maximum": 2}, "no number is within"),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


class Refused(Exception):
    """What stands for the error of a contract."""


def made_or_refused(make, schema):
    """The recipe, or why there is none."""
    try:
        return make(schema, Options(), Refused), None
    except Refused as error:
        return None, str(error)


def fits(schema, value):
    return OAS30Validator(schema).is_valid(value)


FRACTIONS = st.integers(-40, 40).map(lambda number: number / 8)
LIMITS = st.integers(-30, 30) | FRACTIONS
SHUT = {"exclusiveMinimum": st.booleans(), "exclusiveMaximum": st.booleans()}
BOUNDS = {"minimum": LIMITS, "maximum": LIMITS, **SHUT}
WHOLE = st.fixed_dictionaries(
    {"type": st.just("integer")},
    optional={**BOUNDS, "multipleOf": st.integers(1, 12), "format": st.just("int32")},
)
ANY_NUMBER = st.fixed_dictionaries(
    {"type": st.just("number")},
    optional={**BOUNDS, "multipleOf": st.sampled_from([0.125, 0.5, 1, 2.0, 3, 7])},
)


def whole_numbers_of(schema):
    """The small whole numbers that fit, found by trying."""
    return [number for number in range(-50, 51) if fits(schema, number)]


@given(WHOLE, st.data())
def test_whole_numbers_fit_their_schema(schema, data):
    found, refusal = made_or_refused(integers, schema)
    if found is None:
        assert refusal == "no whole number is within its bounds"
        assert whole_numbers_of(schema) == []
        return
    value = data.draw(found.strategy())
    assert type(value) is int
    assert fits(schema, value)
    if found.values is not None:
        assert sorted(found.values) == whole_numbers_of(schema)


@given(ANY_NUMBER, st.data())
def test_numbers_fit_their_schema(schema, data):
    found, refusal = made_or_refused(numbers, schema)
    if found is None:
        assert (
            refusal.removeprefix("no whole ").removeprefix("no ") == "number is within its bounds"
        )
        eighths = [number / 8 for number in range(-400, 401)]
        assert not any(fits(schema, number) for number in eighths)
        return
    assert fits(schema, data.draw(found.strategy()))


def test_numbers_are_whole_and_fractions_within_bounds_that_have_both():
    schema = {"type": "number", "minimum": 1, "maximum": 3}
    found = anew(numbers(schema, Options(), Refused).strategy(), 200)
    assert {type(number) for number in found} == {int, float}
    assert any(number != int(number) for number in found)


@pytest.mark.parametrize("shut", ["exclusiveMinimum", "exclusiveMaximum"])
def test_a_bound_that_is_shut_is_never_met_itself(shut):
    schema = {"type": "number", "minimum": 0.25, "maximum": 0.5, shut: True}
    found = {*anew(numbers(schema, Options(), Refused).strategy(), 200)}
    assert {0.25, 0.5} & found == {0.5 if shut == "exclusiveMinimum" else 0.25}


TEXT = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 6),
        "maxLength": st.integers(0, 6),
        "pattern": st.sampled_from(["^[a-c]+$", "^[0-9]*$", r"^\d{2,4}$", r"^\w{3}$", "^[^a]{2}$"]),
    },
)


@given(TEXT, st.data())
def test_texts_fit_their_schema(schema, data):
    found, refusal = made_or_refused(strings, schema)
    if found is None:
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        clash = f"no string is at least {least} and at most {most} characters long"
        beside = f"minLength or maxLength together with the pattern {schema.get('pattern')!r}"
        assert refusal == clash if most < least else refusal.startswith(beside)
        return
    assert fits(schema, data.draw(found.strategy()))


WORDS = st.lists(st.sampled_from(["ok", "OK", "Ok", "", "1", "é", 7, None]), unique=True)


@given(WORDS)
def test_words_in_other_case_are_new_words_that_differ_in_case_only(words):
    found = in_other_case(words)
    lower = {word.lower() for word in words if isinstance(word, str)}
    assert not {*found} & {*words}
    assert {word.lower() for word in found} <= lower
    assert len(found) == len({*found})
    if "ok" in words and "OK" not in words:
        assert "OK" in found


@pytest.mark.parametrize(
    ("unknown", "outside"), [("never", False), ("case", False), ("sometimes", True)]
)
def test_open_words_are_as_open_as_is_asked_for(unknown, outside):
    schema = {"type": "string", "x-enum": ["On", "Off"]}
    found = strings(schema, Options(unknown=unknown), Refused)
    met = {*anew(found.strategy(), 250)}
    assert met >= {"On", "Off"}
    assert any(word.lower() not in ("on", "off") for word in met) is outside
    assert ("ON" in met) is (unknown != "never")


def characters(value):
    if isinstance(value, str):
        yield from value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (*name, *characters(inner))
    if isinstance(value, list):
        for inner in value:
            yield from characters(inner)


@given(json_values(make_options({"alphabet": "xy"})).strategy())
def test_any_value_is_json_of_the_alphabet(value):
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert {*characters(value)} <= {*"xy"}


def test_any_value_is_of_every_type_known_or_drawn_and_nested():
    found = anew(json_values(Options()).strategy(), 500)
    assert {type(value) for value in found} == {type(None), bool, int, float, str, list, dict}
    met = {repr(value) for value in found}
    assert met > {repr(value) for value in PLAIN_VALUES}
    assert len(met) > 50
    items = [inner for value in found if isinstance(value, list) for inner in value]
    assert any(inner not in (None, []) for inner in items)
    assert [*characters([*PLAIN_VALUES])] == []
