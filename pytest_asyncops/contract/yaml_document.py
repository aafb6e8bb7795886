"""Reads a YAML or JSON document safely, and tells the line of every value.

YAML is read event by event, so it cannot exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import yaml

from ..errors import ContractError, hides_usage_errors
from .json_document import DEEPEST, TOO_DEEP, JsonLines, read_json
from .yaml_values import Builder

__tracebackhide__ = hides_usage_errors

MOST_BYTES = 32 * 1024 * 1024
"""The size of the largest document that is read. GitHub's has 13 MB."""

# libyaml's parser is about ten times as fast, if PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LOOKS_LIKE_JSON = re.compile(r'\s*\{\s*["}]')
# The characters that YAML 1.2 does not call printable (5.1).
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Quoted scalars and comments, whose brackets open nothing.
_WITHOUT_FLOW = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|(?<!\S)#[^\n]*""", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A YAML or JSON document.

    Attributes:
        file: its name in messages.
        root: its content.
        lines: the line of each value, counted from 1, by its JSON pointer (RFC 6901).
    """

    file: str
    root: Any
    lines: Mapping[str, int] = field(repr=False)

    def place(self, pointer: str) -> str:
        """File, line and pointer of a value; if it is missing, the line of the value above it."""
        return f"{self.file}:{self._line(pointer)} #{pointer}"

    def error(self, message: str, pointer: str) -> ContractError:
        """An error at this place of the document."""
        if pointer and isinstance(self.lines, JsonLines):  # one line may have all of it
            message = f"{message} (#{pointer})"
        return ContractError(message, file=self.file, line=self._line(pointer), pointer=pointer)

    def _line(self, pointer: str) -> int:
        """The line of a value, or of the nearest value above it if it is missing."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read_content(file: IO[bytes]) -> bytes:
    """The content of a file; of one that is too large, enough to be refused by `read_document`."""
    return file.read(MOST_BYTES + 1)


def read_document(text: str | bytes, file: str) -> Document:
    """Read a YAML or JSON document.

    Args:
        text: the document.
        file: its name in messages.

    Raises:
        ContractError: for what is neither valid YAML nor JSON, or is more than what JSON has.
    """
    if len(text) > MOST_BYTES:
        raise ContractError(
            f"the document has more than {MOST_BYTES:,} bytes, the most that is read. Keep "
            "the paths that the tests need, and what these refer to",
            file=file,
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
    if _LOOKS_LIKE_JSON.match(text) is None:
        return _read_yaml(text, file)
    try:
        return Document(file, read_json(text, file), JsonLines(text))
    except ValueError as error:
        try:
            return _read_yaml(text, file)  # its mappings may look alike
        except ContractError:
            line = getattr(error, "lineno", None)
            message = f"this is not valid JSON: {getattr(error, 'msg', error)}"
            raise ContractError(message, file=file, line=line) from None


def _read_yaml(text: str, file: str) -> Document:
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        raise ContractError(
            f"the character {unprintable[0]!r} cannot be in YAML",
            file=file,
            line=text.count("\n", 0, unprintable.start()) + 1,
        )
    builder = Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    # ValueError and OverflowError: an escape beyond Unicode.
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if isinstance(error, RecursionError) or _open_flows(text[: mark and mark.index]) > DEEPEST:
            message = TOO_DEEP  # parsers have limits of their own, and may look ahead of events
        elif mark and text[mark.index : mark.index + 1] == "\t":
            message = "a tab is not allowed here; YAML is indented with spaces"
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
