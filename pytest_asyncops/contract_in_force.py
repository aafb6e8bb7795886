"""The document against which answers are checked if the test does not name one.

The plugin, `mocked` and the fixture say which it is. It is a path, or a document that is read
already: serving does not read documents, so nothing of them is known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_in_force: list[list[object]] = []


@contextmanager
def in_force(contract: object) -> Iterator[None]:
    """For as long as this lasts, the document is this one; ``None`` for no document."""
    entry = [contract]
    _in_force.append(entry)
    try:
        yield
    finally:
        # Not the last one: a mock may outlast what was opened after it.
        _in_force[:] = [one for one in _in_force if one is not entry]


def contract_in_force() -> object:
    """The path of the document, or the document; ``None`` if there is none."""
    return _in_force[-1][0] if _in_force else None
