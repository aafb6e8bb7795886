"""Recipes for strings: of a format, of a pattern, of a length, and of several of these at once."""

from __future__ import annotations

import base64
import math
import re
import string
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from ...contract.ecma_patterns import pattern, translate
from ...contract.formats import STRING_FORMATS
from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors, listed
from .checked import checked
from .options import LONG, Options, repeated, sized_texts
from .recipes import Recipe, choice, combine, from_strategy, one_of
from .refusals import Refuse
from .timestamps import timestamps

__tracebackhide__ = hides_usage_errors

_BASE64 = ("", "AA==", "AAA=", "AAAA", "e30=", "bnVsbA==", "AB==", "AAB=", "+/+/", "//==", "/+A=")
"""Base64 of nothing, zeros and JSON, with unused bits that are set, and the alphabet's end."""


def _base64(options: Options, least: int, most: float) -> Recipe:
    """Base64 of so many characters: four for every three bytes."""
    low, high = 3 * -(-least // 4), math.inf if most == math.inf else 3 * (most // 4)
    if options.max_length is not None:
        high = min(high, max(options.max_length, low))
    limit = None if high == math.inf else int(high)
    if low > LONG:
        more = LONG if limit is None else min(LONG, limit - low)
        some = from_strategy(st.binary(min_size=1, max_size=LONG))
        sizes = from_strategy(st.integers(0, more))
        raw = combine(lambda few, size: repeated(few, low + size), some, sizes)
        known: list[str] = []
    else:
        raw = from_strategy(st.binary(min_size=max(low - 2, 0), max_size=limit))
        known = [
            text
            for text in _BASE64
            if least <= len(text) <= most and len(base64.b64decode(text)) <= high
        ]
    drawn = raw.mapped(lambda raw: base64.b64encode(raw).decode())
    return one_of([choice(known), drawn]) if known else drawn


def _uuids() -> Recipe:
    numbers = from_strategy(st.integers(0, 2**128 - 1))
    usual = numbers.mapped(lambda number: _uuid(number & _FREE | _VERSION_4))
    return one_of([usual, usual.mapped(str.upper), numbers.mapped(_uuid)])


_VERSION_4 = 0x4000_8000 << 48
_FREE = ~(0xF000_C000 << 48)
"""The bits of a UUID that tell its version and variant, and the others (RFC 9562, 5.4)."""


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    ends = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[start:end] for start, end in pairwise(ends))


_FORMATS: Mapping[str, Callable[[Options, int, float], Recipe]] = {
    "byte": _base64,
    "date": lambda options, least, most: from_strategy(st.dates()).mapped(str),
    "date-time": lambda options, least, most: timestamps(options.times),
    "uuid": lambda options, least, most: _uuids(),
}
"""The formats that determine a text; the other formats of strings leave it free."""

_SIZES: Mapping[str, tuple[int, float]] = {
    "byte": (0, math.inf),
    "date": (10, 10),
    "date-time": (20, math.inf),
    "uuid": (36, 36),
}
"""How many characters the texts of these formats have."""


def strings(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Strings of this schema."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most is not None and most < least:
        raise refuse(f"no string is at least {least} and at most {most} characters long")
    form, regex = schema.get("format", ""), schema.get("pattern")
    if form in _FORMATS:
        if regex == STRING_FORMATS[form]:
            regex = None
        found = _formed(form, regex, least, math.inf if most is None else most, options, refuse)
    elif regex is not None and form in STRING_FORMATS and regex != STRING_FORMATS[form]:
        found = _matching_both((STRING_FORMATS[form], regex), least, most, refuse)
    elif (regex := STRING_FORMATS.get(form, regex)) is not None:
        found = _matching(regex, least, most, refuse)
    else:
        found = options.texts(least, most)
    return _open_enum(schema["x-enum"], found, options) if "x-enum" in schema else found


def _formed(
    form: str, regex: str | None, least: int, most: float, options: Options, refuse: Refuse
) -> Recipe:
    """Strings of a format that determines them."""
    low, high = _SIZES[form]
    if least > high or most < low or (form == "byte" and 4 * -(-least // 4) > most):
        limits = f"at least {least}" + ("" if most == math.inf else f" and at most {most}")
        raise refuse(f"no {form} is {limits} characters long")
    found = _FORMATS[form](options, least, most)
    if regex is None and (form != "date-time" or (least <= low and most == math.inf)):
        return found
    patterns = [pattern(text) for text in (STRING_FORMATS[form], regex) if text is not None]

    def fits(text: str) -> bool:
        return least <= len(text) <= most and all(one.search(text) for one in patterns)

    ways = [found]
    if regex is not None:
        ways += _proposals(regex, fits, least, most, _LETTERS[form], _MULTIPLES.get(form, 1))
    beside = "a length" if regex is None else f"the pattern {regex!r}"
    trouble = refuse(f"no {form} is found that also fits {beside}")
    return checked(ways, fits, trouble)


_CLASS = re.compile(r"\^(\[(?!\^)(?:\\.|[^\]\\])+\]|\\[dw])(\*|\+|\{(\d+)(,(\d*))?\})\$", re.ASCII)
"""A pattern of one class of characters with a number of repetitions."""

_COUNT = re.compile(r"\{([0-9]{3,})")
"""A repetition that may be too long to be drawn."""


def _matching(regex: str, least: int, most: int | None, refuse: Refuse) -> Recipe:
    match = _CLASS.fullmatch(regex)
    if match is not None:
        one = pattern(match[1])
        letters = [chr(code) for code in range(256) if one.fullmatch(chr(code))]
        low, high = _repeated(match)
        low, high = max(low, least), min(high, math.inf if most is None else most)
        if letters and low <= high:
            return sized_texts(letters, int(low), None if high == math.inf else int(high))
    is_free = not least and most is None
    texts = from_strategy(_from_regex(regex))
    if is_free and translate(regex).is_portable and not _COUNT.search(regex):
        return texts

    limit = math.inf if most is None else most

    def fits(text: str) -> bool:
        return least <= len(text) <= limit and pattern(regex).search(text) is not None

    trouble = refuse(
        f"no string is found that matches {regex!r} and is at least {least}"
        + ("" if most is None else f" and at most {most}")
        + " characters long"
    )
    ways = [texts] if is_free else _proposals(regex, fits, least, limit)
    return checked(ways, fits, trouble)


def _matching_both(
    regexes: tuple[str, str], least: int, most: int | None, refuse: Refuse
) -> Recipe:
    limit = math.inf if most is None else most

    def fits(text: str) -> bool:
        return least <= len(text) <= limit and all(pattern(one).search(text) for one in regexes)

    ways = [way for one in regexes for way in _proposals(one, fits, least, limit)]
    return checked(ways, fits, refuse(f"no string is found that matches {listed(regexes)}"))


def _from_regex(regex: str) -> st.SearchStrategy[str]:
    # Without re.ASCII, with which Hypothesis refuses some classes of other characters. Only \b
    # means another thing then, and it is among what engines differ about.
    found = re.compile(pattern(regex).pattern)
    return st.from_regex(found, alphabet=st.characters(codec="utf-8"))


_LETTERS: Mapping[str, str] = {
    "byte": f"A{string.ascii_letters}{string.digits}+/",
    "date": string.digits,
    "date-time": string.digits,
    "uuid": string.hexdigits,
}
"""The letters by which texts of a format can be made longer."""

_MULTIPLES = {"byte": 4}
"""Of how many characters the texts of a format have a multiple."""


def _proposals(
    regex: str,
    fits: Callable[[str], bool],
    least: int,
    most: float,
    letters: str = "",
    multiple: int = 1,
) -> list[Recipe]:
    """Texts that match a pattern, as they come and so that they have the right length."""
    texts = from_strategy(_from_regex(regex))
    fillers = sized_texts(letters or st.characters(codec="utf-8"), 1, None)

    def fitted(more: int, text: str, filler: str) -> str:
        size = -(-max(least + more, len(text)) // multiple) * multiple
        some = _resized(text, filler, size, most)
        return next((other for other in some if fits(other)), text)

    mores = from_strategy(st.integers(0, int(min(LONG, most - least) if least else 0)))
    return [combine(fitted, mores, texts, fillers), texts]


_MOST_UNITS = 4
_MOST_PLACES = 16


def _resized(text: str, filler: str, size: int, most: float) -> Iterator[str]:
    """The text, and the text made longer or shorter.

    To be longer it gets other characters at an end, or a part of it is repeated: in long texts of a
    regular language there always is a part that can be repeated.
    """
    yield text
    if len(text) > most:
        yield text[: int(most)]
        yield text[len(text) - int(most) :]
    short = size - len(text)
    if short <= 0:
        return
    yield text + repeated(filler, short)
    yield repeated(filler, short) + text
    for unit in range(1, _MOST_UNITS + 1):
        for at in range(min(len(text), _MOST_PLACES) - unit + 1):
            yield text[:at] + text[at : at + unit] * -(-short // unit) + text[at:]


def _repeated(match: re.Match[str]) -> tuple[int, float]:
    times, least, comma, most = match[2], match[3], match[4], match[5]
    if least is None:
        return (0 if times == "*" else 1), math.inf
    if comma is None:
        return int(least), int(least)
    return int(least), (int(most) if most else math.inf)


def in_other_case(values: list[Any]) -> list[str]:
    """The values in upper and lower case, without those that are among the values."""
    texts = [value for value in values if isinstance(value, str)]
    cases = {case(text): None for text in texts for case in (str.lower, str.upper, str.swapcase)}
    return [value for value in cases if value not in values]


def _open_enum(values: list[str], others: Recipe, options: Options) -> Recipe:
    """The documented values of an open enum, and others as the options say."""
    known = choice(values)
    if options.unknown == "never":
        return known
    cases = choice(in_other_case(values) or values)
    return one_of([known, cases] if options.unknown == "case" else [known, known, cases, others])
