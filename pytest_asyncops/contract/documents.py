"""A document and the files that it refers to, as one: every value has a location.

A location is a JSON pointer into the document, such as ``/paths/~1jobs``. In another file the path
of that file comes first, relative to the document's folder: ``common/jobs.yaml#/Job``.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import ContractError, hides_usage_errors
from .pointers import unescape
from .yaml_document import Document, read_content, read_document

__tracebackhide__ = hides_usage_errors

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_MOST_FILES = 1000


class Documents:
    """A document and the files below its folder that it refers to.

    Args:
        main: the document.
        path: the file from which it was read; without it, it cannot refer to other files.
    """

    def __init__(self, main: Document, path: str | None = None) -> None:
        self.main: Document = main
        self._folder = None if path is None else os.path.dirname(os.path.abspath(path))
        self._main_name = "" if path is None else os.path.basename(path)
        self._others: dict[str, Document] = {}

    def add(self, file: str, document: Document) -> str:
        """Add a document without a file as if it were another file, and return its location.

        It refers to the main document as if it were part of that.
        """
        while file in self._others or file == self._main_name:
            file += "_"
        self._others[file] = document
        return f"{file}#"

    def at(self, location: str) -> Any:
        """The value at a location.

        Raises:
            ContractError: if there is none.
        """
        document, pointer = self._split(location)
        value = document.root
        for part in pointer.split("/")[1:]:
            name = unescape(part)
            try:
                value = value[int(name)] if isinstance(value, list) else value[name]
            except (KeyError, IndexError, ValueError, TypeError):
                raise document.error(f"there is nothing at #{pointer}", pointer) from None
        return value

    def place(self, location: str) -> str:
        """File, line and pointer of a location."""
        document, pointer = self._split(location)
        return document.place(pointer)

    def error(self, message: str, location: str) -> ContractError:
        """An error at a location."""
        document, pointer = self._split(location)
        return document.error(message, pointer)

    def follow(self, location: str) -> str:
        """Where the references that begin at this location lead; the location if there are none.

        Raises:
            ContractError: if they lead nowhere, or back to themselves.
        """
        passed = [location]
        while isinstance(value := self.at(location), dict) and isinstance(value.get("$ref"), str):
            location = self.target(value["$ref"], f"{location}/$ref")
            if location in passed:
                raise self.error("this reference leads back to itself", f"{passed[0]}/$ref")
            passed.append(location)
        return location

    def target(self, reference: str, at: str) -> str:
        """The location that a reference refers to.

        Args:
            reference: the reference.
            at: the location of the reference.

        Raises:
            ContractError: if there is nothing, or it may not be read.
        """
        file, _, pointer = map(unquote, reference.partition("#"))
        if _SCHEME.match(file) or os.path.isabs(file):
            raise self.error(
                f"{reference!r} is not followed: only files below the folder of the document are "
                "read. Save it there, and refer to it by its relative path.",
                at,
            )
        file = posixpath.normpath(file) if file else ""
        if file == self._main_name:
            file = ""
        location = f"{file}#{pointer}" if file else pointer
        if file and file not in self._others:
            self._others[file] = self._read(file, reference, at)
        try:
            self.at(location)
        except ContractError:
            raise self.error(f"there is nothing at {reference}", at) from None
        return location

    def _split(self, location: str) -> tuple[Document, str]:
        file = file_of(location)
        if not file:
            return self.main, location
        return self._others[file], location.partition("#")[2]

    def _read(self, file: str, reference: str, at: str) -> Document:
        if self._folder is None:
            raise self.error(
                f"{reference!r} is in another file, and this document was not read from a file", at
            )
        folder = Path(self._folder).resolve()
        path = (folder / file).resolve()
        if not path.is_relative_to(folder):
            raise self.error(
                f"{reference!r} leads out of the folder of the document, so it is not read. Save "
                "the file below that folder.",
                at,
            )
        if len(self._others) >= _MOST_FILES:
            raise self.error(f"it refers to more than {_MOST_FILES:,} other files", at)
        try:
            with path.open("rb") as opened:
                content = read_content(opened)
        except OSError as error:
            raise self.error(f"{reference!r} cannot be read: {error.strerror}", at) from None
        label = posixpath.join(posixpath.dirname(self.main.file), file)
        document = read_document(content, label)
        _name_files(document.root, file)
        return document


def _name_files(root: Any, file: str) -> None:
    """Make the references of another file relative to the folder of the document."""
    ahead = [root]
    while ahead:
        value = ahead.pop()
        if isinstance(value, list):
            ahead += value
        elif isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str):
                value["$ref"] = from_folder(reference, file)
            ahead += value.values()


def file_of(location: str) -> str:
    """The file of a location, relative to the folder of the document; "" for the document."""
    return "" if location.startswith("/") else location.partition("#")[0]


def from_folder(reference: str, file: str) -> str:
    """A reference in another file, made relative to the folder of the document.

    Args:
        reference: the reference.
        file: the file, relative to the folder of the document.
    """
    target, mark, pointer = reference.partition("#")
    if not target:
        return f"{file}#{pointer}"
    if _SCHEME.match(target) or os.path.isabs(target):
        return reference
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target)) + mark + pointer
