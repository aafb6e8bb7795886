"""The files of documents: the package's own, and those of users."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from ..errors import ContractError
from .yaml_document import Document, read_content, read_document


def document_of(name: str, path: str | None) -> Document:
    """The document in a file.

    Args:
        name: what messages call the file.
        path: where it is; ``None`` for the one of this name in the package's ``schemas``.

    Raises:
        ContractError: if it cannot be read.
    """
    if path is None:
        # Cited by the name of the installed file.
        place, label = files("pytest_asyncops.schemas") / name, f"pytest_asyncops/schemas/{name}"
        advice = f"A bare name is one of the package's own; for a file of yours write './{name}'."
    else:
        place, label = Path(path), name
        advice = "Give the path to a YAML or JSON file."
    try:
        with place.open("rb") as file:
            content = read_content(file)
    except OSError as error:
        raise ContractError(
            f"the contract cannot be read: {error.strerror}. {advice}", file=label
        ) from None
    return read_document(content, label)


def state_of(path: str) -> tuple[int, int] | None:
    """The state of a file, which shows whether it has changed."""
    try:
        found = os.stat(path)
    except OSError:
        return None  # reading it will tell
    return found.st_mtime_ns, found.st_size
