"""What users say of all that is generated is kept to, and what cannot be meant is refused."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew

from pytest_asyncops import InvalidArgument
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.options import (
    EXTRA,
    TIMES,
    UNKNOWN,
    Options,
    checked_strategy,
    chosen,
    make_options,
)

STRING = {"type": "string"}


def test_texts_keep_to_alphabet_and_length():
    schema = {"type": "string", "minLength": 1, "maxLength": 2}
    assert {*anew(from_schema(schema, alphabet=st.just("x")), 100)} == {"x", "xx"}


def test_texts_longer_than_all_that_are_known():
    @settings(max_examples=20)
    @given(from_schema({"type": "string", "minLength": 300}))
    def check(text):
        assert len(text) >= 300

    check()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: from_schema(STRING, extra="always"), "unknown extra 'always'"),
        (lambda: from_schema(STRING, unknown="yes"), "unknown unknown 'yes'"),
        (lambda: from_schema(STRING, times="all"), "unknown times 'all'"),
        (lambda: from_schema(STRING, alphabet=""), "alphabet must be characters"),
        (lambda: from_schema(STRING, alphabet=["ab"]), "alphabet must be characters"),
        (lambda: from_schema(STRING, alphabet=7), "alphabet must be characters"),
        (lambda: from_schema(STRING, max_length=-1), "max_length must be a whole number"),
        (lambda: from_schema(STRING, max_items=True), "max_items must be a whole number"),
    ],
)
def test_what_there_is_not(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


TEXTS = [
    (lambda: Options(extra="maybe"), "unknown extra 'maybe'. Choose 'never' or 'sometimes'."),
    (
        lambda: Options(unknown="cases"),
        "unknown unknown 'cases'. Did you mean 'case'? Choose 'never', 'sometimes' or 'case'.",
    ),
    (lambda: Options(times=None), "unknown times None. Choose 'any' or 'usual'."),
    (
        lambda: Options(max_length=2.0),
        "max_length must be a whole number, 0 or more, not 2.0",
    ),
    (lambda: Options(max_items=None), "max_items must be a whole number, 0 or more, not None"),
    (
        lambda: make_options({"alphabet": ["a", "bc"]}),
        "alphabet must be characters, or a strategy for them, not ['a', 'bc']",
    ),
    (
        lambda: checked_strategy("status", "on"),
        "status must be a strategy, not 'on'. For one value write st.just('on').",
    ),
    (
        lambda: chosen("colour", "rad", ("red",)),
        "unknown colour 'rad'. Did you mean 'red'? Choose 'red'.",
    ),
]


@pytest.mark.parametrize(("make", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_refusals_name_the_value_and_the_next_step(make, text):
    with pytest.raises(InvalidArgument) as caught:
        make()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("name", "choices"), [("extra", EXTRA), ("unknown", UNKNOWN), ("times", TIMES)]
)
def test_every_documented_choice_is_taken(name, choices):
    for choice in choices:
        assert getattr(Options(**{name: choice}), name) == choice


def test_what_is_no_option_is_passed_over_and_what_is_settled_wins():
    asked = {"alphabet": None, "max_items": 3, "unknown": "case", "schema": {}, "api": "pinecone"}
    assert make_options(asked) == Options(max_items=3, unknown="case")
    assert make_options(asked, unknown="never") == Options(max_items=3)


def test_the_same_letters_make_the_same_options():
    some = make_options({"alphabet": "xyz"})
    assert make_options({"alphabet": ["x", "y", "z"]}) == some
    assert hash(make_options({"alphabet": tuple("xyz")})) == hash(some)
    assert make_options({"alphabet": "xyzz"}) != some
    own = st.sampled_from("xyz")
    assert make_options({"alphabet": own}).alphabet is own
    assert checked_strategy("alphabet", own) is own


LONG = [
    {**STRING, "minLength": 65},
    {**STRING, "minLength": 10_000},
    {**STRING, "minLength": 10_000, "maxLength": 10_001},
    {**STRING, "pattern": "^[a-z]{9000}$"},
    {**STRING, "pattern": "^[a-z]+$", "minLength": 9000},
]


@pytest.mark.parametrize("schema", LONG, ids=str)
def test_long_texts_take_few_draws(schema):
    fits = OAS30Validator(schema).is_valid
    texts = set()

    @settings(max_examples=50, database=None)
    @given(from_schema(schema))
    def check(text):
        assert fits(text)
        texts.add(text)

    check()
    assert len(texts) > 5


def test_long_texts_shrink_to_zeros_and_keep_to_the_alphabet():
    assert find(from_schema({**STRING, "minLength": 3000}), bool) == "0" * 3000
    letters = from_schema({**STRING, "minLength": 3000}, alphabet="xy")
    assert {*find(letters, lambda text: "y" in text)} <= {*"xy"}


SIZES = st.integers(0, 6)


@settings(max_examples=50)
@given(SIZES, st.none() | SIZES, st.none() | SIZES, st.sampled_from([None, "xyz"]), st.data())
def test_texts_are_of_the_size_that_is_asked_for(least, more, limit, letters, data):
    most = None if more is None else least + more
    options = make_options({"alphabet": letters, "max_length": limit})
    text = data.draw(options.texts(least, most).strategy())
    assert len(text) >= least
    if most is not None:
        assert len(text) <= most
    elif limit is not None:
        assert len(text) <= max(limit, least)
    assert letters is None or {*text} <= {*letters}


def test_texts_that_are_asked_for_twice_are_made_once():
    assert Options().texts(1, 2) is Options(max_length=None).texts(1, 2)
    assert Options().texts(1) is not Options().texts(2)
    assert Options().texts() is not Options(max_length=7).texts()


def test_every_other_text_is_well_known():
    options = Options()
    texts = anew(options.texts().strategy(), 500)
    assert {"", "0", "null", "\x00", "\ufeff", "../x"} <= {*texts}
    assert {*anew(options.texts(2, 2).strategy(), 500)} > {"00", "{}"}
