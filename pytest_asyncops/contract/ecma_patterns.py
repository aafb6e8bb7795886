r"""Patterns of ECMA-262, which are those of OpenAPI, in the syntax of Python's `re`.

They are read as by ECMA-262 with the flag ``u``: a character is a code point. Classes such as
``\s``, and the dot, are written out, so that they are the same characters in every engine. Syntax
that only Python has is refused, and so is what Python's engine cannot do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .characters import CLASSES, DOT, LAST, Ranges, categories, joined, literal, one_of, others

_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}

_GROUP = re.compile(r"\((?:(?P<plain>\?(?::|<?[=!]))|\?<(?P<name>[A-Za-z_$][\w$]*)>|(?!\?))")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")
_CODE_POINT = re.compile(
    r"u\{(?P<any>[0-9a-fA-F]{1,6})\}"
    r"|u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<four>[0-9a-fA-F]{4})|x(?P<two>[0-9a-fA-F]{2})|c(?P<control>[A-Za-z])|(?P<nul>0)(?![0-9])"
)
_CATEGORY = re.compile(r"\{(?:(?:gc|General_Category)=)?(?P<name>[A-Z][a-z]?)\}")
_REFERENCE = re.compile(r"(?P<number>[1-9][0-9]*)|k<(?P<name>[^>]*)>")

_ONLY_PYTHONS = (
    (re.compile(r"\{,[0-9]+\}"), "write {0,n} for at most n times"),
    (re.compile(r"\(\?P"), "a named group is (?<name>...), and \\k<name> is what it found"),
    (re.compile(r"\(\?[aiLmsux-]"), "there are no flags; write out what is meant, such as [aA]"),
    (re.compile(r"\(\?#"), "there are no comments in patterns"),
    (re.compile(r"\(\?[(>]"), "there are no conditions and no atomic groups"),
    (re.compile(r"(?<=[*+?}])\+"), "write a quantifier once; there are no possessive ones"),
    (re.compile(r"\\A"), "the beginning is ^"),
    (re.compile(r"\\[Zz]"), "the end is $"),
    (re.compile(r"\\[aNU]"), "write \\u and four hexadecimal digits"),
)
"""The syntax that Python has and ECMA-262 does not, with what to write."""


class NotUnderstood(ValueError):
    """A text that is not a pattern of ECMA-262, or that Python's engine cannot search for."""


class Translated(NamedTuple):
    """A pattern in pieces.

    Attributes:
        pieces: the pieces, in Python's syntax; a separate ``$`` is the very end of the text.
        is_portable: whether it finds the same in every engine.
    """

    pieces: tuple[str, ...]
    is_portable: bool


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    r"""A pattern of ECMA-262 as a pattern of Python's.

    Raises:
        NotUnderstood: for what is not ECMA-262's, or cannot be translated.

    >>> pattern("^a$").search("a\n") is None, pattern(r"^\s$").search("\ufeff") is None
    (True, False)
    """
    pieces = translate(text).pieces
    try:
        # ECMA's $ matches only at the very end, Python's also before a line feed there.
        return re.compile("".join(r"\Z" if piece == "$" else piece for piece in pieces), re.ASCII)
    except (re.error, OverflowError) as error:
        raise NotUnderstood(f"Python's engine cannot search for it: {error}") from None


def portable(text: str) -> str:
    """A pattern of ECMA-262 as one that finds the same in every engine.

    Raises:
        ValueError: if there is none.
    """
    pieces, is_portable = translate(text)
    if not is_portable:
        raise ValueError(f"engines differ about the pattern {text}")
    return "".join(pieces)


@lru_cache(maxsize=1024)
def translate(text: str) -> Translated:
    """Translate a pattern.

    Raises:
        NotUnderstood: for what is not ECMA-262's, or cannot be translated.
    """
    reader = _Reader(text)
    pieces = tuple(reader.pieces())
    return Translated(pieces, reader.is_portable)


class _Reader:
    """Reads a pattern from its beginning to its end.

    Attributes:
        is_portable: whether the part that was read finds the same in every engine.
    """

    def __init__(self, text: str) -> None:
        self.is_portable = True
        self._text = text
        self._at = 0
        self._names: dict[str, int] = {}
        self._captured: list[bool] = []  # for each capturing group, whether it can be referred
        self._open: list[tuple[str, int | None]] = []

    def pieces(self) -> Iterator[str]:
        """The pieces of the translation."""
        may_repeat = False
        while self._at < len(self._text):
            char = self._text[self._at]
            quantifier = _QUANTIFIER.match(self._text, self._at)
            if quantifier:
                if not may_repeat:
                    raise self._error("there is nothing to repeat")
                self._at = quantifier.end()
                may_repeat = False
                yield quantifier[0]
            elif char == "(":
                may_repeat = False
                yield self._group()
            elif char == ")":
                may_repeat = self._close()
                yield ")"
            elif char in "^$|":
                self._at += 1
                may_repeat = False
                yield char
            else:
                piece, may_repeat = self._atom(char)
                yield piece
        if self._open:
            raise self._error("a group is not closed")

    def _atom(self, char: str) -> tuple[str, bool]:
        """A character, a class or an escape; and whether it may be repeated."""
        if char == "[":
            return self._class(), True
        if char == "\\":
            found = self._reference()
            if found is not None:
                return found, True
            if self._text[self._at + 1 : self._at + 2] in ("b", "B"):
                self.is_portable = False  # engines differ about what makes words
                self._at += 2
                return self._text[self._at - 2 : self._at], False
            return _written(*self._escape()), True
        if char == "{" and self._only_pythons():
            raise self._error("")
        self._at += 1
        return (one_of(DOT) if char == "." else literal(ord(char))), True

    def _group(self) -> str:
        match = _GROUP.match(self._text, self._at)
        if match is None:
            raise self._error("this is not a group of ECMA-262")
        self._at = match.end()
        if match["plain"]:
            self.is_portable &= not match["plain"].startswith("?<")
            self._open.append((match["plain"], None))
            return match[0]
        if match["name"] in self._names:
            raise self._error(f"two groups have the name {match['name']}")
        if match["name"]:
            self._names[match["name"]] = len(self._captured) + 1
        self._open.append(("", len(self._captured)))
        self._captured.append(False)
        return "("

    def _close(self) -> bool:
        if not self._open:
            raise self._error("this closes nothing")
        self._at += 1
        opened, index = self._open.pop()
        if index is not None:
            # The match of a group inside another one is forgotten when the other is repeated.
            self._captured[index] = not self._open
        return opened in ("", "?:")

    def _reference(self) -> str | None:
        match = _REFERENCE.match(self._text, self._at + 1)
        if match is None:
            return None
        number = int(match["number"]) if match["number"] else self._names.get(match["name"], 0)
        if not 0 < number <= len(self._captured) or not self._captured[number - 1]:
            raise self._error(
                "a reference needs a group that is closed before it and not inside another group"
            )
        self._at = match.end()
        self.is_portable = False
        return f"(?:(?({number})\\{number}))"  # a group without a match is empty

    def _escape(self) -> tuple[Ranges, int | None]:
        """The characters of an escape; and its code point, if it is one character."""
        name = self._text[self._at + 1 : self._at + 2]
        if name in CLASSES:
            self._at += 2
            return CLASSES[name], None
        code = _CONTROLS.get(name)
        match = _CODE_POINT.match(self._text, self._at + 1)
        if code is not None:
            self._at += 2
        elif match is not None:
            self._at = match.end()
            code = _code_point(match)
            if code > LAST:
                raise self._error("there is no such character")
        elif name and not (name.isalnum() and name.isascii()):
            self._at += 2
            code = ord(name)
        elif name in ("p", "P"):
            return self._category(name), None
        else:
            raise self._error(f"\\{name} means nothing in ECMA-262")
        return ((code, code),), code

    def _category(self, name: str) -> Ranges:
        match = _CATEGORY.match(self._text, self._at + 2)
        if match is None or match["name"] not in categories():
            raise self._error(
                f"only general categories of Unicode are understood, such as "
                f"\\{name}{{L}} and \\{name}{{Lu}}; write the characters out"
            )
        self._at = match.end()
        found = categories()[match["name"]]
        return found if name == "p" else others(found)

    def _class(self) -> str:
        start = self._at
        self._at += 1
        is_negated = self._text.startswith("^", self._at)
        self._at += is_negated
        ranges: list[tuple[int, int]] = []
        while not self._text.startswith("]", self._at):
            found, low = self._member(start)
            is_range = self._text.startswith("-", self._at) and not self._text.startswith(
                "-]", self._at
            )
            if low is None or not is_range:
                ranges += found
                continue
            self._at += 1
            other, high = self._member(start)
            if high is None:  # as in [+-\d], where - is a character
                ranges += [*found, (0x2D, 0x2D), *other]
            elif high < low:
                raise self._error("a range in a class runs backwards")
            else:
                ranges.append((low, high))
        self._at += 1
        found = joined(ranges)
        return one_of(others(found) if is_negated else found)

    def _member(self, start: int) -> tuple[Ranges, int | None]:
        if self._at >= len(self._text):
            self._at = start
            raise self._error("a class is not closed")
        if self._text.startswith(r"\b", self._at):
            self._at += 2
            return ((0x08, 0x08),), 0x08
        if self._text[self._at] == "\\":
            return self._escape()
        code = ord(self._text[self._at])
        self._at += 1
        return ((code, code),), code

    def _only_pythons(self) -> str:
        for known, advice in _ONLY_PYTHONS:
            match = known.match(self._text, self._at)
            if match:
                return f"{match[0]} is Python's syntax and not ECMA-262's: {advice}"
        return ""

    def _error(self, message: str) -> NotUnderstood:
        return NotUnderstood(f"{self._only_pythons() or message}, at character {self._at}")


def _code_point(match: re.Match[str]) -> int:
    if match["control"]:
        return ord(match["control"]) % 32
    if match["high"]:
        return 0x10000 + (int(match["high"], 16) - 0xD800) * 0x400 + int(match["low"], 16) - 0xDC00
    return int(match["any"] or match["four"] or match["two"] or match["nul"], 16)


def _written(ranges: Ranges, code: int | None) -> str:
    return one_of(ranges) if code is None else literal(code)
