"""Builds the values of a YAML document from the events of its parser, with the line of each.

Only the part of YAML is read that JSON has too: mappings with string keys, lists, strings, numbers,
booleans and null. Plain scalars mean what they mean in YAML 1.2's core schema (10.3.2): ``True`` is
a boolean, while an unquoted timestamp stays a string, and so do ``no`` and ``on``. Tags are
refused. An alias is a copy of what its anchor names, and ``<<`` adds the members of mappings, as
nearly all readers of YAML 1.1 have it; there is a limit of what is copied, because hostile
documents are made of aliases of aliases.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from ..errors import ContractError, hides_usage_errors
from .json_document import DEEPEST, TOO_DEEP, read_integer, there_twice
from .pointers import escape

__tracebackhide__ = hides_usage_errors

_MOST_COPIED = 100_000
"""How many values all aliases of a document stand for."""

_MERGE = "<<"

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
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class _Open:
    """A collection that is not complete yet.

    Attributes:
        value: the collection.
        pointer: its JSON pointer.
        anchor: the anchor that names it, if one does.
        key: the key that has no value yet, in a mapping.
        merged_at: the line of its ``<<``, if it has one.
    """

    __slots__ = ("anchor", "key", "merged_at", "pointer", "value")

    def __init__(self, value: Any, pointer: str, anchor: str | None) -> None:
        self.value: dict[str, Any] | list[Any] = value
        self.pointer = pointer
        self.anchor = anchor
        self.key: str | None = None
        self.merged_at: int | None = None


class Builder:
    """Builds a value from events.

    Args:
        file: the document's name in messages.

    Attributes:
        root: the document's content.
        lines: the line of each value by its JSON pointer.
    """

    def __init__(self, file: str) -> None:
        self.root: Any = None
        self.lines: dict[str, int] = {}
        self._file = file
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, str] | None] = {}
        self._copied = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event.

        Raises:
            ContractError: for what is not read.
        """
        line = event.start_mark.line + 1  # type: ignore[union-attr]  # parsed events have marks
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._take_start(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._take_end()
        elif isinstance(event, yaml.AliasEvent):
            self._take_alias(event, line)
        elif isinstance(event, yaml.DocumentStartEvent) and self.lines:
            raise self._error("a second document begins; one file holds one contract", line)

    def _take_scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if event.tag is not None:
            raise self._error(f"the tag {event.tag!r} is not read", line)
        if self._awaits_key():
            self._add_key(event.value, line, is_plain=_is_plain(event))
            value, pointer = event.value, ""
        else:
            value = _scalar(event)
            pointer = self._add(value, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, pointer

    def _take_start(self, event: yaml.CollectionStartEvent, line: int) -> None:
        if event.tag is not None:
            raise self._error(f"the tag {event.tag!r} is not read", line)
        if self._awaits_key():
            raise self._error("a key must be a string", line)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(value, self._add(value, line), event.anchor))
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # until it is complete
        if len(self._open) > DEEPEST:
            raise self._error(TOO_DEEP, line)

    def _take_end(self) -> None:
        ended = self._open.pop()
        if ended.merged_at is not None:
            self._merge(ended, ended.merged_at)
        if ended.anchor is not None:
            self._anchors[ended.anchor] = ended.value, ended.pointer

    def _take_alias(self, event: yaml.AliasEvent, line: int) -> None:
        if self._awaits_key():
            raise self._error("a key must be a string", line)
        name = event.anchor
        if name not in self._anchors:
            raise self._error(f"there is no anchor &{name} before this alias", line)
        named = self._anchors[name]
        if named is None:
            raise self._error(f"this alias is inside its own anchor, &{name}", line)
        value, source = named
        self._add(self._copy(value, source, self._next_pointer(), line), line)

    def _awaits_key(self) -> bool:
        if not self._open:
            return False
        innermost = self._open[-1]
        return isinstance(innermost.value, dict) and innermost.key is None

    def _add_key(self, name: str, line: int, *, is_plain: bool) -> None:
        innermost = self._open[-1]
        if name in innermost.value:
            raise self._error(there_twice(name), line)
        innermost.key = name
        if name == _MERGE and is_plain:
            innermost.merged_at = line
        self.lines[f"{innermost.pointer}/{escape(name)}"] = line

    def _next_pointer(self) -> str:
        """The pointer of the value that comes next."""
        if not self._open:
            return ""
        innermost = self._open[-1]
        if isinstance(innermost.value, list):
            return f"{innermost.pointer}/{len(innermost.value)}"
        assert innermost.key is not None
        return f"{innermost.pointer}/{escape(innermost.key)}"

    def _add(self, value: Any, line: int) -> str:
        """Put a value into the innermost open collection, and return its pointer."""
        pointer = self._next_pointer()
        if not self._open:
            self.root = value
            self.lines[""] = line
            return pointer
        innermost = self._open[-1]
        if isinstance(innermost.value, list):
            self.lines[pointer] = line
            innermost.value.append(value)
        else:  # a member stands where its name does
            innermost.value[innermost.key] = value  # type: ignore[index]  # its key was awaited
            innermost.key = None
        return pointer

    def _copy(self, value: Any, source: str, target: str, line: int, depth: int = 0) -> Any:
        """A copy of a value, the lines of whose parts are those of the original."""
        self._copied += 1
        if self._copied > _MOST_COPIED:
            raise self._error(
                f"aliases stand for more than {_MOST_COPIED:,} values; use $ref instead",
                line,
            )
        if not isinstance(value, (dict, list)):
            return value
        if len(self._open) + depth >= DEEPEST:
            raise self._error(TOO_DEEP, line)
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        copies = {}
        for name, inner in parts:
            below = escape(str(name))
            self.lines[f"{target}/{below}"] = self.lines[f"{source}/{below}"]
            copies[name] = self._copy(
                inner, f"{source}/{below}", f"{target}/{below}", line, depth + 1
            )
        return copies if isinstance(value, dict) else list(copies.values())

    def _merge(self, ended: _Open, line: int) -> None:
        """Add the members of what ``<<`` names, but for those that the mapping has itself."""
        assert isinstance(ended.value, dict)
        at = f"{ended.pointer}/{_MERGE}"
        named = ended.value.pop(_MERGE)
        sources = {at: named}
        if isinstance(named, list):
            sources = {f"{at}/{index}": one for index, one in enumerate(named)}
        for source, one in sources.items():
            if not isinstance(one, dict):
                raise self._error(f"{_MERGE} adds the members of mappings, not of {one!r}", line)
            for name, inner in one.items():
                if name not in ended.value:
                    below, target = f"{source}/{escape(name)}", f"{ended.pointer}/{escape(name)}"
                    self.lines[target] = self.lines[below]
                    ended.value[name] = self._copy(inner, below, target, line)

    def _error(self, message: str, line: int) -> ContractError:
        return ContractError(message, file=self._file, line=line)


def _is_plain(event: yaml.ScalarEvent) -> bool:
    """Whether a scalar is neither quoted nor a block."""
    return event.style in (None, "")


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if not _is_plain(event):
        return text
    if text in _LITERALS:
        return _LITERALS[text]
    for base, form in _INTEGERS.items():
        match = form.fullmatch(text)
        if match is not None:
            return read_integer(match[2]) if base == 10 else int(match[2], base)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text
