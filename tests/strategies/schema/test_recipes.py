"""What strategies are made of: choices read off bytes, cases, times in order, written JSON."""

from __future__ import annotations

import base64
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops.rules.rules import Absent, Present
from pytest_asyncops.rules.timestamps import in_order
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.coherent.presence import Case, cases
from pytest_asyncops.strategies.encoding import DEVIATIONS, STYLES
from pytest_asyncops.strategies.schema.recipes import CHOICES_PER_BYTE, choice, constant, one_of
from pytest_asyncops.strategies.schema.timestamps import Tick, Zone, put_in_order

# --- recipes


def made(recipe, *choices):
    """What these picks make; there is nothing to draw."""
    return recipe.make(None, bytes(choices), 0)


def test_the_first_picks_are_the_first_choices():
    assert [made(choice("abc"), pick) for pick in range(5)] == ["a", "b", "c", "a", "b"]
    assert {made(choice("abc"), pick) for pick in range(CHOICES_PER_BYTE)} == {*"abc"}


def test_one_choice_takes_no_pick():
    assert choice("a").size == one_of([constant(7)]).size == 0


@pytest.mark.parametrize(
    "schema", [{"enum": [*range(300)]}, {"anyOf": [{"enum": [n]} for n in range(260)]}]
)
def test_more_choices_than_picks(schema):
    met = {*anew(from_schema(schema), 100, 10)}
    assert len(met) > 20
    assert met <= {*range(300)}


def test_what_is_drawn_is_the_users_own():
    both = one_of([constant([]), constant({})])
    first = made(both, 0)
    first.append(1)
    assert made(both, 0) == []


# --- cases


def test_cases():
    words = {"status": ("on", "off"), "kind": ("a", "b")}
    told = [Absent("end", "status", ("on",)), Present("end", "status", ("off",))]
    assert [*cases(words, told)] == [
        Case({"status": ("on",), "kind": ("a", "b")}, frozenset({"end"}), frozenset()),
        Case({"status": ("off",), "kind": ("a", "b")}, frozenset(), frozenset({"end"})),
    ]


def test_cases_that_are_no_block():
    words = {"status": ("on", "off"), "kind": ("a", "b")}
    told = [Absent("cost", "status", ("on",)), Absent("cost", "kind", ("b",))]
    assert [(*case.words.values(), {*case.absent}) for case in cases(words, told)] == [
        (("on",), ("a",), {"cost"}),
        (("on",), ("b",), {"cost"}),
        (("off",), ("b",), {"cost"}),
        (("off",), ("a",), set()),
    ]


def test_absent_beats_present():
    told = [Present("end", "status", ("off",)), Absent("end", "status", ("off",))]
    assert [*cases({"status": ("off",)}, told)] == [
        Case({"status": ("off",)}, frozenset({"end"}), frozenset())
    ]


# --- times

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
LEAP = Zone(leap=True)


@pytest.mark.parametrize(
    "times",
    [
        [LAST, Tick(5)],
        [LAST, Tick(0, "5", LEAP)],
        [Tick(5), FIRST],
        [Tick(5, "9"), FIRST, Tick(7)],
        [Tick(5), "no time", Tick(7)],
        ["no time", Tick(7)],
        ["2026-01-01T00:00:00Z", Tick(9), "2026-01-01T00:00:01Z"],
        ["2026-01-01T00:00:00.5Z", Tick(0, "1")],
        ["2026-01-01T00:30:00Z", Tick(0, "", LEAP), Tick(0)],
        ["2026-01-01T00:59:60.9Z", Tick(0, "1", LEAP)],
        [Tick(3, "", LEAP), "2026-01-01T00:30:00Z", None, Tick(2)],
    ],
)
def test_times_are_put_in_order(times):
    value = {f"at{index}": time for index, time in enumerate(times) if time is not None}
    given_texts = {name: text for name, text in value.items() if isinstance(text, str)}
    put_in_order(value, [*value, "elsewhere"])
    assert all(isinstance(text, str) for text in value.values())
    assert given_texts.items() <= value.items()
    written = [*value.values()]
    assert all(in_order(*pair) for pair in itertools.pairwise(written))


# --- JSON

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


# --- texts


def test_texts_keep_to_alphabet_and_length():
    schema = {"type": "string", "minLength": 1, "maxLength": 2}
    assert {*anew(from_schema(schema, alphabet=st.just("x")), 100)} == {"x", "xx"}


def test_base64_keeps_to_the_length_too():
    @given(from_schema({"type": "string", "format": "byte"}, max_length=1))
    def check(text):
        assert len(base64.b64decode(text)) <= 1

    check()


def test_texts_longer_than_all_that_are_known():
    @settings(max_examples=20)
    @given(from_schema({"type": "string", "minLength": 300}))
    def check(text):
        assert len(text) >= 300

    check()
