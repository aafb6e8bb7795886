"""Every style writes the same value; deviations are what readers refuse or disagree on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.strategies.encoding import DEVIATIONS, STYLES, written
from pytest_asyncops.strategies.schema.arrays import identity
from pytest_asyncops.strategies.schema.recipes import constant, from_strategy

VALUES = [None, [], [1, "a"], {}, {"a": None}, {"a": 1, "b/": ["é😀"]}, "é😀"]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_styles_are_the_same_to_a_reader(value):
    texts = [style(value) for style in STYLES]
    assert [json.loads(text) for text in texts] == [value] * len(STYLES)
    assert len({*texts}) > 1
    if value == {"a": 1, "b/": ["é😀"]}:
        signs = ("\\u0061", "\\u00e9", "\\/", "\t", "\r\n", "\n  ", '"a":1,"a":1', "é😀")
        assert [sign for sign in signs if not any(sign in text for text in texts)] == []


def pairs_of(text):
    """The members of an object, with those that are there twice."""
    return json.loads(text, object_pairs_hook=list)


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_deviations_are_not(value):
    bom, contradicting, twice, half, nothing = (deviation(value) for deviation in DEVIATIONS)
    assert bom.startswith("\ufeff")
    assert json.loads(bom[1:]) == value
    if isinstance(value, dict) and value:
        (name, other), *rest = pairs_of(contradicting)
        assert rest[0][0] == name
        assert rest[0][1] != other
        assert json.loads(contradicting) == value
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(contradicting)
    for text in (twice, half, nothing):
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.sampled_from(["/", "</a>", "\\/", '"', "\x00", "\ufeff", "\U0001f600"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_what_is_written_reads_back(style):
    @given(JSON)
    def check(value):
        back = json.loads(style(value).encode())
        assert identity(back) == identity(value)
        assert type(back) is type(value)

    check()


def read(text):
    """The value of a text, and the members that stand in an object twice, with two values."""
    found = []

    def members(pairs):
        value = dict(pairs)
        found.extend(name for name, inner in pairs if identity(inner) != identity(value[name]))
        return value

    return json.loads(text, object_pairs_hook=members), found


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_no_style_contradicts_itself(style):
    @given(JSON)
    def check(value):
        assert read(style(value))[1] == []

    check()


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=range(len(DEVIATIONS)))
def test_what_deviates_is_refused_or_ambiguous(deviation):
    def is_clear(text, value):
        try:
            back, contradictions = read(text)
        except ValueError:
            return False
        return contradictions == [] and identity(back) == identity(value)

    @given(JSON.filter(lambda value: not is_number(value)))
    def check(value):
        assert not is_clear(deviation(value), value)

    check()


def is_number(value):
    """Whether a digit more or less makes another one of it."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


SMALL = from_strategy(st.sampled_from([{"a": "é"}, [], None]))


@settings(max_examples=50)
@given(written(SMALL, deviations=False).strategy())
def test_a_body_that_is_written_can_be_read(body):
    assert isinstance(body, bytes)
    assert json.loads(body) in [{"a": "é"}, [], None]


def test_every_style_is_written_and_deviations_only_where_asked_for():
    value = {"a/": ["é"], "b": 1}
    styles = {style(value).encode() for style in STYLES}
    deviations = {deviation(value).encode() for deviation in DEVIATIONS}
    assert len(styles | deviations) == len(STYLES) + len(DEVIATIONS)
    for asked, expected in ((False, styles), (True, styles | deviations)):
        found = written(constant(value), deviations=asked)
        assert {*anew(found.strategy(), 250)} == expected
