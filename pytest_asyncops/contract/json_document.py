"""Reads a JSON document quickly, and finds the line of a value when it is asked for.

Large documents are JSON, which Python reads ten times as fast as YAML. Problems that the reader
does not notice are looked for afterwards: repeated names, and too deep nesting.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..errors import ContractError, hides_usage_errors
from .pointers import escape

__tracebackhide__ = hides_usage_errors

DEEPEST = 100
"""How many mappings and lists may be within one another."""

TOO_DEEP = f"this is nested more than {DEEPEST} deep"

_HALF = re.compile("[\ud800-\udfff]")
_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F]"
_MAYBE_HALF = re.compile(f"{_HIGH}(?!{_LOW})|(?<!{_HIGH}){_LOW}")
_TOKEN = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[][{}]')
_SPACE = re.compile(r"[ \t\n\r]*")


def there_twice(name: str) -> str:
    """The message about a name that a mapping has twice."""
    return f"the key {name!r} is repeated"


def read_integer(text: str) -> int:
    """An integer of any number of digits; Python's `int` stops at some thousands."""
    try:
        return int(text)
    except ValueError:
        half = len(text) // 2
        sign = -1 if text.startswith("-") else 1
        shift: int = 10**half
        return read_integer(text[:-half]) * shift + sign * read_integer(text[-half:])


_LARGEST_EXPONENT = 5_000
"""Larger ones count as this: the integer would take endless memory, and no limit is so large."""


def read_number(text: str) -> float:
    """A number with a fraction or an exponent, as an integer if no float is so large.

    >>> read_number("1e2"), read_number("-1e400") == -(10**400)
    (100.0, True)
    """
    number = float(text)
    if math.isfinite(number):
        return number
    digits, _, exponent = text.lower().partition("e")
    shown = min(read_integer(exponent or "0"), _LARGEST_EXPONENT)
    return int(Decimal(f"{digits}e{shown}"))


def read_json(text: str, file: str) -> Any:
    """Read a JSON document.

    Args:
        text: the document.
        file: its name in messages.

    Raises:
        ValueError: for what is not JSON.
        ContractError: for JSON that is not read.
    """
    has_doubt = False

    def collected(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_doubt
        value = dict(members)
        has_doubt |= len(value) != len(members)
        return value

    try:
        root = json.loads(
            text,
            object_pairs_hook=collected,
            parse_int=read_integer,
            parse_float=_read_float,
            parse_constant=_refuse_constant,
        )
        has_doubt = has_doubt or _is_deep(root) or _MAYBE_HALF.search(text) is not None
    except RecursionError:
        root, has_doubt = None, True
    for message, at in _troubles(text) if has_doubt else ():
        raise ContractError(message, file=file, line=text.count("\n", 0, at) + 1)
    return root


class JsonLines(Mapping[str, int]):
    """The line of each value of a JSON document, counted from 1, by its JSON pointer.

    A collection is read only when the line of something in it is asked for.

    Args:
        text: the document, which is valid JSON.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._skip = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
        start = self._after_space(0)
        self._starts = {"": start}
        self._values = {"": start}
        self._within: dict[str, list[str]] = {}
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def __getitem__(self, pointer: str) -> int:
        if pointer:
            self._inside(pointer.rpartition("/")[0])
        return bisect(self._ends, self._starts[pointer]) + 1

    def __iter__(self) -> Iterator[str]:
        ahead = [""]
        while ahead:
            pointer = ahead.pop()
            yield pointer
            ahead += self._inside(pointer)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _inside(self, pointer: str) -> list[str]:
        """The pointers of the parts of the collection at this pointer, if there is one."""
        if pointer not in self._within:
            if pointer:
                self._inside(pointer.rpartition("/")[0])
            within = self._members(pointer) if pointer in self._values else ()
            self._within[pointer] = list(within)
        return self._within[pointer]

    def _members(self, pointer: str) -> Iterator[str]:
        at = self._values[pointer]
        is_object = self._text[at] == "{"
        if not is_object and self._text[at] != "[":
            return
        index = 0
        at = self._after_space(at + 1)
        while self._text[at] not in "]}":
            start = at
            name: Any = str(index)
            if is_object:
                name, at = self._skip(self._text, at)
                at = self._after_space(self._after_space(at) + 1)  # the colon
            below = f"{pointer}/{escape(name)}"
            self._starts[below], self._values[below] = start, at
            yield below
            at = self._after_space(self._skip(self._text, at)[1])
            if self._text[at] == ",":
                at = self._after_space(at + 1)
            index += 1

    def _after_space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        assert match is not None  # it matches nothing, too
        return match.end()


def _read_float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def _is_deep(root: Any) -> bool:
    level = [root]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]
    return bool(level)


def _troubles(text: str) -> Iterator[tuple[str, int]]:
    """The problems of a JSON document, with their places in the text."""
    names: list[set[str]] = []
    for match in _TOKEN.finditer(text):
        if match[1]:
            name = json.loads(match[1], strict=False)
            half = _HALF.search(name)
            if half:
                yield f"the character {half[0]!r} cannot be in JSON", match.start()
            if match[2]:
                if name in names[-1]:
                    yield there_twice(name), match.start()
                names[-1].add(name)
        elif match[0] in "{[":
            names.append(set())
            if len(names) > DEEPEST:
                yield TOO_DEEP, match.start()
        else:
            names.pop()
