"""Strings are those of their schemas: of a format, of a pattern, of a length, or of all three."""

from __future__ import annotations

import base64
import math
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.refused import Refused, made_or_refused
from support.samples import anew
from support.schema_kinds import STRING

from pytest_asyncops import ContractError
from pytest_asyncops.contract.ecma_patterns import pattern
from pytest_asyncops.contract.formats import STRING_FORMATS, matches_format
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.texts import in_other_case, strings


def test_base64_keeps_to_the_length_too():
    @given(from_schema({"type": "string", "format": "byte"}, max_length=1))
    def check(text):
        assert len(base64.b64decode(text)) <= 1

    check()


def test_the_end_of_a_word_is_that_of_ecma_262():
    texts = anew(from_schema({"type": "string", "pattern": r"\b[xé]"}), 100)
    assert all(pattern(r"(^|[^0-9A-Za-z_])x|[0-9A-Za-z_]é").search(text) for text in texts)


def test_most_uuids_are_random_ones_and_some_are_not():
    texts = anew(from_schema({"type": "string", "format": "uuid"}), 250)
    found = [uuid.UUID(text) for text in texts]
    assert all(str(one) == text.lower() for one, text in zip(found, texts, strict=True))
    random = [one for one in found if (one.version, one.variant) == (4, uuid.RFC_4122)]
    assert len(found) / 2 < len(random) < len(found)


REFUSED = [
    ({**STRING, "minLength": 3, "maxLength": 2}, "at least 3 and at most 2"),
    ({**STRING, "format": "uuid", "maxLength": 2}, "no uuid is at least 0 and at most 2"),
    ({**STRING, "format": "date", "minLength": 11}, "no date is at least 11 characters"),
    ({**STRING, "format": "byte", "minLength": 5, "maxLength": 7}, "no byte is at least 5"),
    ({**STRING, "format": "uuid", "pattern": "x"}, "no uuid was found that also fits the pattern"),
    ({**STRING, "format": "date-time", "minLength": 90}, "was found that also fits a length"),
    ({**STRING, "pattern": "^(ab)+$", "maxLength": 1}, "no string was found that matches"),
    ({**STRING, "pattern": "^[a]{2}$", "maxLength": 1}, "is at least 0 and at most 1 characters"),
    ({**STRING, "pattern": "^(a|b){90000}$"}, "is at least 0 characters"),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


MADE = [
    {"pattern": "^(ab)+$", "maxLength": 9, "minLength": 3},
    {"pattern": "^(ab)+$", "minLength": 300},
    {"pattern": "a$", "minLength": 40},
    {"pattern": "^a", "minLength": 9000},
    {"pattern": "(a|b)", "minLength": 3, "maxLength": 3},
    {"pattern": "^(?:GET|POST) /[a-z]*$", "minLength": 12, "maxLength": 20},
    {"pattern": r"^\S+@\S+$", "minLength": 6, "maxLength": 254},
    {"pattern": "^(a|b){200}$"},
    {"format": "byte", "minLength": 3, "maxLength": 5},
    {"format": "byte", "minLength": 9000, "maxLength": 9000},
    {"format": "byte", "minLength": 9000},
    {"format": "byte", "pattern": "a$"},
    {"format": "uuid", "pattern": STRING_FORMATS["uuid"]},
    {"format": "byte", "pattern": "^[a-c]*$"},
    {"format": "date", "minLength": 3, "maxLength": 10},
    {"format": "date-time", "maxLength": 20},
    {"format": "date-time", "minLength": 30},
    {"format": "date-time", "pattern": "Z$"},
    {"format": "uuid", "pattern": "^a|A|0", "minLength": 1},
]


@pytest.mark.parametrize("words", MADE, ids=str)
def test_what_is_drawn_fits(words):
    schema = {**STRING, **words}
    seen = set()

    @settings(max_examples=30, database=None)
    @given(from_schema(schema))
    def check(text):
        assert OAS30Validator({**schema, "pattern": ""}).is_valid(text)
        assert pattern(schema.get("pattern", "")).search(text)
        assert matches_format(text, schema.get("format", ""))
        seen.add(text)

    check()
    assert len(seen) > 1


def fits(schema, value):
    return OAS30Validator(schema).is_valid(value)


TEXT = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 6),
        "maxLength": st.integers(0, 6),
        "pattern": st.sampled_from(["^[a-c]+$", "^[0-9]*$", r"^\d{2,4}$", r"^\w{3}$", "^[^a]{2}$"]),
    },
)


@settings(max_examples=50, deadline=None)
@given(TEXT, st.data())
def test_texts_fit_their_schema(schema, data):
    found, refusal = made_or_refused(strings, schema)
    if found is None:
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        clash = f"no string is at least {least} and at most {most} characters long"
        beside = f"no string was found that matches {schema.get('pattern')!r}"
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


@pytest.mark.parametrize("regex", ["^a", "^.{5,6}$"])
@pytest.mark.parametrize("form", ["hostname", "uri-reference"])
def test_a_format_of_an_rfc_beside_a_pattern(form, regex):
    schema = {"type": "string", "format": form, "pattern": regex, "maxLength": 8}

    @given(from_schema(schema))
    @settings(max_examples=10)
    def check(text):
        assert matches_format(text, form)
        assert pattern(regex).search(text)
        assert len(text) <= 8

    check()
