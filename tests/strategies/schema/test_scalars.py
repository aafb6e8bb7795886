"""Numbers are those of their schemas; where there is none, that is refused by its keyword."""

from __future__ import annotations

import json
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.other_dialect import judge
from support.refused import Refused, made_or_refused
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER

from pytest_asyncops import ContractError
from pytest_asyncops.contract.formats import NUMBER_FORMATS, matches_format
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.options import Options, make_options
from pytest_asyncops.strategies.schema.scalars import (
    PLAIN_VALUES,
    integers,
    json_values,
    numbers,
)


def test_floats_are_of_their_width():
    @given(from_schema(GOOD["float"]))
    def check(value):
        if isinstance(value, float):
            assert struct.unpack("f", struct.pack("f", value)) == (value,)

    check()


REFUSED = [
    ({**INTEGER, "minimum": 3, "maximum": 2}, "no whole number is within"),
    ({**INTEGER, "multipleOf": 1.5, "minimum": 1, "maximum": 2}, "no whole number is within"),
    (
        {"type": "number", "multipleOf": 0.01, "minimum": 0.001, "maximum": 0.002},
        "no multiple of 0.01 that floating point can hold is within its bounds",
    ),
    ({"type": "number", "minimum": 3, "maximum": 2}, "no number is within"),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


def fits(schema, value):
    return OAS30Validator(schema).is_valid(value)


FRACTIONS = st.integers(-40, 40).map(lambda number: number / 8)
LIMITS = st.integers(-30, 30) | FRACTIONS
SHUT = {"exclusiveMinimum": st.booleans(), "exclusiveMaximum": st.booleans()}
BOUNDS = {"minimum": LIMITS, "maximum": LIMITS, **SHUT}
WHOLE = st.fixed_dictionaries(
    {"type": st.just("integer")},
    optional={
        **BOUNDS,
        "multipleOf": st.integers(1, 12) | st.sampled_from([0.5, 1.5, 2.5]),
        "format": st.just("int32"),
    },
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
        assert refusal.endswith(" within its bounds")
        eighths = [number / 8 for number in range(-400, 401)]
        assert not any(fits(schema, number) for number in eighths)
        return
    assert fits(schema, data.draw(found.strategy()))


@given(
    st.sampled_from([0.01, 0.1, 0.07, 19.99, 1e-9, 1.5, 0.3333, 1e-5]),
    st.sampled_from([{}, {"minimum": 0.1}, {"maximum": -7}, {"minimum": -1000, "maximum": 1000}]),
    st.data(),
)
def test_multiples_of_fractions_are_multiples_as_json_writes_them(step, bounds, data):
    schema = {"type": "number", "multipleOf": step, **bounds}
    value = data.draw(numbers(schema, Options(), Refused).strategy())
    assert Fraction(repr(value)) % Fraction(repr(step)) == 0
    assert judge(schema, {}).is_valid(value)
    assert bounds.get("minimum", value) <= value <= bounds.get("maximum", value)


def test_a_bound_that_is_a_multiple_is_met():
    schema = {"type": "number", "multipleOf": 0.1, "minimum": 0.1, "maximum": 0.3}
    assert {*anew(from_schema(schema), 50)} == {0.1, 0.2, 0.3}


@pytest.mark.parametrize("limit", [1e30, 3.4028234663852886e38, 2.0**53])
def test_a_large_bound_is_what_floating_point_holds(limit):
    schema = {"type": "integer", "minimum": limit, "maximum": limit}
    assert [*integers(schema, Options(), Refused).values] == [int(limit)]


@pytest.mark.parametrize("form", NUMBER_FORMATS)
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_numbers_are_of_their_format(kind, form):
    schema = {"type": kind, "format": form}
    found = anew(from_schema(schema), 300)
    assert all(matches_format(number, form) for number in found)
    assert max(map(abs, found)) > 2**30


def test_bounds_that_floating_point_does_not_hold():
    exact = 2**53 + 1
    schema = {"type": "number", "minimum": exact, "maximum": exact}
    assert {*anew(from_schema(schema), 20)} == {exact}
    for beyond in (10**20 + 1, -(10**20) - 1):
        with pytest.raises(ContractError, match="no number that JSON readers tell from others"):
            from_schema({"type": "number", "minimum": beyond, "maximum": beyond})


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
