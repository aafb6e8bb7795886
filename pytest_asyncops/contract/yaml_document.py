"""Reads a YAML document safely, and remembers the line of every value.

Only the part of YAML is read that JSON has too: mappings with string keys, lists, strings, numbers,
booleans and null. Plain scalars mean what they mean in YAML 1.2's core schema (10.3.2): ``True`` is
a boolean, while an unquoted timestamp stays a string, and so do ``no`` and ``on``. Tags, anchors
and aliases are refused, because hostile documents are made of them. The text is read event by
event, so it cannot exhaust the stack.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..errors import ContractError, hides_usage_errors

__tracebackhide__ = hides_usage_errors

_MOST_BYTES = 4 * 1024 * 1024
_DEEPEST = 100
_TOO_DEEP = f"this is nested more than {_DEEPEST} deep"

# libyaml's parser is about ten times as fast, if PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LITERALS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGERS = {
    10: re.compile(r"()([-+]?[0-9]+)"),
    8: re.compile(r"(0o)([0-7]+)"),
    16: re.compile(r"(0x)([0-9a-fA-F]+)"),
}
# The characters that YAML 1.2 does not call printable (5.1).
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Quoted scalars and comments, whose brackets open nothing.
_WITHOUT_FLOW = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|(?<!\S)#[^\n]*""", re.DOTALL)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Document:
    """A YAML document.

    Attributes:
        file: its name in messages.
        root: its content.
        lines: the line of each value, counted from 1, by its JSON pointer (RFC 6901).
    """

    file: str
    root: Any
    lines: dict[str, int] = field(repr=False)

    def place(self, pointer: str) -> str:
        """File, line and pointer of a value; if it is missing, the line of the value above it."""
        return f"{self.file}:{self._line(pointer)} #{pointer}"

    def error(self, message: str, pointer: str) -> ContractError:
        """An error at this place of the document."""
        return ContractError(message, file=self.file, line=self._line(pointer), pointer=pointer)

    def _line(self, pointer: str) -> int:
        """The line of a value, or of the nearest value above it if it is missing."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read_integer(text: str) -> int:
    """An integer of any number of digits; Python's `int` stops at some thousands."""
    try:
        return int(text)
    except ValueError:
        half = len(text) // 2
        sign = -1 if text.startswith("-") else 1
        shift: int = 10**half
        return read_integer(text[:-half]) * shift + sign * read_integer(text[-half:])


def escape(name: str) -> str:
    """A member's name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """A member's name, from a part of a JSON pointer."""
    return part.replace("~1", "/").replace("~0", "~")


def read_document(text: str | bytes, file: str) -> Document:
    """Read a YAML document.

    Args:
        text: the document.
        file: its name in messages.

    Raises:
        ContractError: for what is not valid YAML, or is more than what JSON has.
    """
    if len(text) > _MOST_BYTES:
        raise ContractError(
            f"the document has {len(text):,} bytes; at most {_MOST_BYTES:,} are read", file=file
        )
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ContractError(
                f"this is not valid UTF-8: {error.reason}",
                file=file,
                line=error.object.count(b"\n", 0, error.start) + 1,
            ) from None
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        raise ContractError(
            f"the character {unprintable[0]!r} cannot be in YAML",
            file=file,
            line=text.count("\n", 0, unprintable.start()) + 1,
        )
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    # ValueError and OverflowError: an escape beyond Unicode.
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if isinstance(error, RecursionError) or _open_flows(text[: mark and mark.index]) > _DEEPEST:
            message = _TOO_DEEP  # parsers have limits of their own, and may look ahead of events
        else:
            problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
            message = f"this is not valid YAML: {problem}"
        raise ContractError(message, file=file, line=mark.line + 1 if mark else None) from None
    if not builder.lines:
        raise ContractError("the document is empty", file=file)
    return Document(file, builder.root, builder.lines)


def _open_flows(text: str) -> int:
    """The number of flow collections that are open at the end of a text, judged by its brackets."""
    brackets = _WITHOUT_FLOW.sub("", text)
    return sum(map(brackets.count, "[{")) - sum(map(brackets.count, "]}"))


class _Builder:
    """Builds a value from events.

    Attributes:
        root: the document's content.
        lines: the line of each value by its JSON pointer.
    """

    def __init__(self, file: str) -> None:
        self.root: Any = None
        self.lines: dict[str, int] = {}
        self._file = file
        # The open collections with their pointers; and for each, the key that has no value yet.
        self._open: list[tuple[dict[str, Any] | list[Any], str]] = []
        self._keys: list[str | None] = []

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1  # type: ignore[union-attr]  # parsed events have marks
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error("anchors and aliases are not read; write the value out", line)
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                raise self._error(f"the tag {event.tag!r} is not read", line)
            if self._open and isinstance(self._open[-1][0], dict) and self._keys[-1] is None:
                self._key(event, line)
            else:
                self._add(_scalar(event), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag is not None:
                raise self._error(f"the tag {event.tag!r} is not read", line)
            if self._open and isinstance(self._open[-1][0], dict) and self._keys[-1] is None:
                raise self._error("a key must be a string", line)
            value: dict[str, Any] | list[Any] = (
                {} if isinstance(event, yaml.MappingStartEvent) else []
            )
            pointer = self._add(value, line)
            self._open.append((value, pointer))
            self._keys.append(None)
            if len(self._open) > _DEEPEST:
                raise self._error(_TOO_DEEP, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.lines:
            raise self._error("a second document begins; one file holds one contract", line)

    def _key(self, event: yaml.ScalarEvent, line: int) -> None:
        mapping, pointer = self._open[-1]
        if event.value in mapping:
            raise self._error(f"the key {event.value!r} is there twice", line)
        self._keys[-1] = event.value
        self.lines[f"{pointer}/{escape(event.value)}"] = line

    def _add(self, value: Any, line: int) -> str:
        """Put a value into the innermost open collection, and return its pointer."""
        if not self._open:
            self.root = value
            self.lines[""] = line
            return ""
        parent, above = self._open[-1]
        if isinstance(parent, list):
            pointer = f"{above}/{len(parent)}"
            self.lines[pointer] = line
            parent.append(value)
        else:
            name = self._keys[-1]
            assert name is not None
            pointer = f"{above}/{escape(name)}"
            parent[name] = value
            self._keys[-1] = None
        return pointer

    def _error(self, message: str, line: int) -> ContractError:
        return ContractError(message, file=self._file, line=line)


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.style not in (None, ""):  # quoted, or a block
        return text
    if text in _LITERALS:
        return _LITERALS[text]
    for base, form in _INTEGERS.items():
        match = form.fullmatch(text)
        if match is not None:
            return read_integer(match[2]) if base == 10 else int(match[2], base)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text
