"""Sets of characters: the classes of ECMA-262, and how any set is written in a pattern."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby

Ranges = tuple[tuple[int, int], ...]
"""Characters, as the first and the last code point of each range."""

LAST: int = 0x10FFFF
"""The last code point."""


def others(ranges: Ranges) -> Ranges:
    """The characters that are not among these, which are sorted."""
    before = [-1, *(last for _, last in ranges)]
    after = [*(first for first, _ in ranges), LAST + 1]
    rows = ((low + 1, high - 1) for low, high in zip(before, after, strict=True))
    return tuple((low, high) for low, high in rows if low <= high)


_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
# WhiteSpace and LineTerminator (ECMA-262, 12.2 and 12.3), Space_Separator among them.
_SPACE: Ranges = (
    *((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
CLASSES: Mapping[str, Ranges] = {
    "d": _DIGIT,
    "D": others(_DIGIT),
    "w": _WORD,
    "W": others(_WORD),
    "s": _SPACE,
    "S": others(_SPACE),
}
"""The characters of the classes, by their letters."""

DOT: Ranges = others(((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)))
"""The characters of the dot: all except line ends."""


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Ranges]:
    """The general categories of Unicode, as this Python knows them, by one letter or two."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, group in groupby(range(LAST + 1), lambda code: unicodedata.category(chr(code))):
        codes = list(group)
        for either in (name, name[0]):
            found.setdefault(either, []).append((codes[0], codes[-1]))
    return {name: joined(ranges) for name, ranges in found.items()}


_SYNTAX = "^$\\.*+?()[]{}|/"
_IN_CLASS = f"{_SYNTAX}-"
"""What may be escaped (ECMA-262, 22.2.1, SyntaxCharacter), outside a class and in one."""


def one_of(ranges: Ranges) -> str:
    """The class of these characters, written positively or negated."""
    left = others(ranges)
    if not ranges:
        return "(?!)"
    if not left:
        return r"[\s\S]"
    is_short = sum(high - low for low, high in ranges) < LAST / 2
    return f"[{_rows(ranges)}]" if is_short else f"[^{_rows(left)}]"


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same characters in order, each once."""
    rows: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if rows and low <= rows[-1][1] + 1:
            rows[-1] = rows[-1][0], max(high, rows[-1][1])
        else:
            rows.append((low, high))
    return tuple(rows)


def _rows(ranges: Ranges) -> str:
    # Each character appears once, so that nothing such as && can have a meaning in an engine.
    ends = ((literal(low, _IN_CLASS), literal(high, _IN_CLASS)) for low, high in ranges)
    return "".join(low if low == high else f"{low}-{high}" for low, high in ends)


def literal(code: int, escaped: str = _SYNTAX) -> str:
    """A character in a form that every engine reads."""
    char = chr(code)
    if char in escaped:
        return f"\\{char}"
    return char if code > 0x7F or char.isprintable() else f"\\x{code:02x}"
