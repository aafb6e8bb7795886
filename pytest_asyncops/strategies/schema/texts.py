"""Recipes for strings: of a format, of a pattern, of a length, and of several of these at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from ...contract.ecma_patterns import pattern, translate
from ...contract.formats import STRING_FORMATS
from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors
from .checked import checked
from .options import LONG, Options, repeated, sized_texts
from .recipes import Recipe, choice, combine, from_strategy, one_of
from .refusals import Refuse
from .text_formats import FORMAT_RECIPES

__tracebackhide__ = hides_usage_errors


def strings(schema: Schema, options: Options, refuse: Refuse) -> Recipe:
    """Strings of this schema."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most is not None and most < least:
        raise refuse(f"no string is at least {least} and at most {most} characters long")
    form, regex = schema.get("format", ""), schema.get("pattern")
    if form in FORMAT_RECIPES:
        if regex == STRING_FORMATS[form]:
            regex = None
        found = _formed(form, regex, least, math.inf if most is None else most, options, refuse)
    elif regex is not None:
        found = _matching(regex, least, most, refuse)
    else:
        found = options.texts(least, most)
    return _open_enum(schema["x-enum"], found, options) if "x-enum" in schema else found


def _formed(
    form: str, regex: str | None, least: int, most: float, options: Options, refuse: Refuse
) -> Recipe:
    """Strings of a format that determines them."""
    known = FORMAT_RECIPES[form]
    shortest = -(-least // known.multiple) * known.multiple
    if least > known.most or most < max(known.least, shortest):
        limits = f"at least {least}" + ("" if most == math.inf else f" and at most {most}")
        raise refuse(f"no {form} is {limits} characters long")
    found = known.texts(options, least, most)
    if regex is None and (known.is_exact or (least <= known.least and most >= known.most)):
        return found
    regexes = [text for text in (STRING_FORMATS[form], regex) if text is not None]
    patterns = [*map(pattern, regexes)]

    def fits(text: str) -> bool:
        return least <= len(text) <= most and all(one.search(text) for one in patterns)

    sources = [found] if regex is None else [found, from_strategy(_from_regex(regex))]
    ways = [choice(known.known)] if known.known else []
    ways += [_fitted(one, fits, least, most, known.letters, known.multiple) for one in sources]
    beside = "a length" if regex is None else f"the pattern {regex!r}"
    trouble = refuse(f"no {form} was found that also fits {beside}")
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
        f"no string was found that matches {regex!r} and is at least {least}"
        + ("" if most is None else f" and at most {most}")
        + " characters long"
    )
    return checked([texts if is_free else _fitted(texts, fits, least, limit)], fits, trouble)


def _from_regex(regex: str) -> st.SearchStrategy[str]:
    # Without re.ASCII, with which Hypothesis refuses some classes of other characters. Only \b
    # means another thing then, and it is among what engines differ about.
    found = re.compile(pattern(regex).pattern)
    return st.from_regex(found, alphabet=st.characters(codec="utf-8"))


def _fitted(
    texts: Recipe,
    fits: Callable[[str], bool],
    least: int,
    most: float,
    letters: str = "",
    multiple: int = 1,
) -> Recipe:
    """Texts as they come, or made longer or shorter so that they fit."""
    fillers = sized_texts(letters or st.characters(codec="utf-8"), 1, None)

    def fitted(more: int, text: str, filler: str) -> str:
        size = -(-max(least + more, len(text)) // multiple) * multiple
        some = _resized(text, filler, size, most)
        return next((other for other in some if fits(other)), text)

    mores = from_strategy(st.integers(0, int(min(LONG, most - least) if least else 0)))
    return combine(fitted, mores, texts, fillers)


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
