"""Texts of a format are of it, to readers that are not ours too, and of the length asked for."""

from __future__ import annotations

import math

import pytest
from hypothesis import Phase, find, settings
from support.other_dialect import judge
from support.samples import anew

from pytest_asyncops import ContractError
from pytest_asyncops.contract.formats import STRING_FORMATS, matches_format
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.text_formats import FORMAT_RECIPES

EACH = pytest.mark.parametrize("form", FORMAT_RECIPES)


def of(form, **words):
    return {"type": "string", "format": form, **words}


def test_every_format_that_constrains_texts_is_made():
    assert FORMAT_RECIPES.keys() == STRING_FORMATS.keys()


@EACH
def test_texts_are_of_their_format(form):
    known = FORMAT_RECIPES[form]
    texts = {*anew(known.texts(Options()).strategy(), 200)}
    assert all(matches_format(text, form) for text in texts)
    assert all(map(judge(of(form), {}).is_valid, texts))
    assert all(known.least <= len(text) <= known.most for text in texts)
    assert all(len(text) % known.multiple == 0 for text in texts)
    assert len(texts) > 40


PLAIN = {
    **dict.fromkeys(("base64url", "byte", "iri-reference", "json-pointer", "uri-reference"), ""),
    "date": "2000-01-01",
    "duration": "PT0S",
    "email": "a@example.com",
    "ipv4": "127.0.0.1",
    "date-time": "2026-01-01T00:00:00Z",
    "date-time-local": "2026-01-01T00:00:00",
    "hostname": "a.example",
    "iri": "https://example.com",
    "ipv6": "::1",
    "time": "00:00:00Z",
    "relative-json-pointer": "0",
    "time-local": "00:00:00",
    "uri": "https://example.com",
    "uri-template": "",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
"""For each format the text that examples shrink to."""


@EACH
def test_texts_shrink_to_a_plain_one(form):
    quick = settings(database=None, phases=[Phase.generate, Phase.shrink])
    assert find(from_schema(of(form)), lambda text: True, settings=quick) == PLAIN[form]


LENGTHS = [
    *(("email", 12, 13), ("email", 40, 60), ("uri", 60, 70), ("uri", 2, 4), ("uri", 300, None)),
    *(("hostname", 1, 2), ("hostname", 20, 24), ("ipv4", 8, 8), ("ipv4", 15, None), ("ipv6", 3, 3)),
    *(("uri-reference", 1, 1), ("uri-template", 3, 5), ("json-pointer", 9, 9), ("iri", 0, 8)),
    *(("duration", 3, 3), ("duration", 20, 20), ("time", 9, 9), ("time", 21, 22)),
    *(("date-time", 24, 24), ("date-time-local", 21, 23), ("time-local", 10, 10)),
    *(("base64url", 2, 3), ("base64url", 40, 41), ("relative-json-pointer", 1, 1)),
]


@pytest.mark.parametrize(("form", "least", "most"), LENGTHS)
def test_texts_have_the_length_that_is_asked_for(form, least, most):
    words = {"minLength": least} if most is None else {"minLength": least, "maxLength": most}
    for text in anew(from_schema(of(form, **words)), 30, 10):
        assert least <= len(text) <= (math.inf if most is None else most)
        assert matches_format(text, form)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("ipv4", {"maxLength": 6}),
        ("ipv4", {"minLength": 16}),
        ("hostname", {"maxLength": 0}),
        ("hostname", {"minLength": 254}),
        ("time", {"maxLength": 8}),
        ("duration", {"maxLength": 2}),
        ("byte", {"minLength": 1, "maxLength": 3}),
    ],
)
def test_a_length_that_no_text_has_is_refused(form, words):
    with pytest.raises(ContractError, match=f"no {form} is at least .* characters long"):
        from_schema(of(form, **words))


@pytest.mark.parametrize(
    ("form", "regex"),
    [
        ("uri", "^https://api[.]example[.]com/"),
        ("email", "@example[.]org$"),
        ("hostname", "[.]internal$"),
        ("ipv4", "^10[.]"),
        ("duration", "^PT[0-9]+M$"),
        ("time", "Z$"),
    ],
)
def test_a_pattern_beside_a_format(form, regex):
    judged = judge(of(form, pattern=regex), {}).is_valid
    assert all(map(judged, anew(from_schema(of(form, pattern=regex)), 30, 10)))


def test_a_pattern_that_no_text_of_the_format_matches():
    with pytest.raises(ContractError, match=r"no ipv4 was found that also fits the pattern '\^x'"):
        from_schema(of("ipv4", pattern="^x"))
