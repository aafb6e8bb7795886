"""The options that the strategies have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeVar, Union

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...errors import InvalidArgument, checked_count, hides_usage_errors, unknown_choice
from .recipes import Recipe, combine, constant, from_strategy, one_of

__tracebackhide__ = hides_usage_errors

Alphabet = Union[str, Sequence[str], SearchStrategy[str], None]
"""The characters of free texts; ``None`` for all that UTF-8 has."""

EXTRA = ("never", "sometimes")
UNKNOWN = ("never", "sometimes", "case")
TIMES = ("any", "usual")


_PLAIN = ("", "0", "a", *("0" * size for size in (2, 4, 8, 32, 256)))
"""Plain texts of several lengths, to which long texts shrink."""

_ODD = (
    " ",
    "A b",
    "null",
    "{}",
    "\n",
    "\x00",
    "'\"",
    "\\",
    "</a>",
    "../x",
    "%2F",
    "\u00e9",
    "e\u0301",
    "\u4e2d",
    "\u0627",
    "\u200b",
    "\ufeff",
    "\U0001f600",
)
"""Texts that have broken programs; the ones beyond ASCII are together at the end."""


@dataclass(frozen=True)
class Options:
    """The options that the strategies have in common. The public functions explain them.

    Raises:
        InvalidArgument: for a value that an option cannot have.
    """

    alphabet: SearchStrategy[str] | None = None
    max_length: int | None = None
    max_items: int = 5
    extra: str = "never"
    unknown: str = "never"
    times: str = "any"

    def __post_init__(self) -> None:
        for name, choices in (("extra", EXTRA), ("unknown", UNKNOWN), ("times", TIMES)):
            chosen(name, getattr(self, name), choices)
        if self.max_length is not None:
            checked_count(self.max_length, "max_length")
        checked_count(self.max_items, "max_items")

    def texts(self, min_size: int = 0, max_size: int | None = None) -> Recipe:
        """Free texts. Every other one is a known text, which takes no draw."""
        return _texts(self, min_size, max_size)


@lru_cache(maxsize=256)
def _texts(options: Options, min_size: int, max_size: int | None) -> Recipe:
    limit = max_size
    if limit is None and options.max_length is not None:
        limit = max(options.max_length, min_size)
    if options.alphabet is not None:
        return sized_texts(options.alphabet, min_size, limit)
    known = [
        constant(text)
        for text in (*_PLAIN, *_ODD)
        if min_size <= len(text) and (limit is None or len(text) <= limit)
    ]
    free = sized_texts(st.characters(codec="utf-8"), min_size, limit)
    return one_of([*known, *[free] * len(known)]) if known else free


LONG = 64
"""From how many characters on a text, or from how many items on a list, repeats what is drawn."""


def sized_texts(
    letters: Sequence[str] | SearchStrategy[str], least: int, most: int | None
) -> Recipe:
    """Texts of these characters, with a least and a most length. Long ones repeat a short one."""
    if least <= LONG:
        return from_strategy(st.text(letters, min_size=least, max_size=most))
    short = from_strategy(st.text(letters, min_size=1, max_size=LONG))
    more = LONG if most is None else min(LONG, most - least)
    return combine(
        lambda text, size: repeated(text, least + size), short, from_strategy(st.integers(0, more))
    )


S = TypeVar("S", str, list[Any], bytes)


def repeated(some: S, size: int) -> S:
    """These again and again, until there are this many."""
    return (some * -(-size // len(some)))[:size]


def make_options(asked: Mapping[str, Any], **settled: str) -> Options:
    """The options among the arguments of a public function, and those that it sets itself.

    Raises:
        InvalidArgument: for a value that an option cannot have.
    """
    given = {field.name: asked[field.name] for field in fields(Options) if field.name in asked}
    return Options(**{**given, **settled, "alphabet": _characters(asked["alphabet"])})


def chosen(name: str, value: Any, choices: Iterable[str]) -> None:
    """Raise `InvalidArgument` unless the value is one of the choices."""
    if value not in (names := list(choices)):
        raise unknown_choice(name, value, names)


def checked_strategy(name: str, value: Any) -> SearchStrategy[Any]:
    """The value, if it is a strategy.

    Raises:
        InvalidArgument: if it is not.
    """
    if not isinstance(value, SearchStrategy):
        raise InvalidArgument(
            f"{name} must be a strategy, not {value!r}. For one value write st.just({value!r}).",
            value=value,
        )
    return value


def _characters(alphabet: Alphabet) -> SearchStrategy[str] | None:
    if alphabet is None or isinstance(alphabet, SearchStrategy):
        return alphabet
    letters = tuple(alphabet) if isinstance(alphabet, (str, Sequence)) else ()
    if not letters or not all(isinstance(letter, str) and len(letter) == 1 for letter in letters):
        raise InvalidArgument(
            f"alphabet must be characters, or a strategy for them, not {alphabet!r}",
            value=alphabet,
        )
    return _sampled(letters)


@lru_cache(maxsize=256)
def _sampled(letters: tuple[str, ...]) -> SearchStrategy[str]:
    """Always the same strategy for the same letters, so that options with them are equal."""
    return st.sampled_from(letters)
