"""A violation, which is one way to break a contract, and the error that has violations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from ..errors import AsyncOpsError, shortened, written


@dataclass(frozen=True)
class Violation:
    """One way in which a value breaks a contract.

    Attributes:
        path: where in the value, as a JSONPath such as ``$.operations[3].status``; for a header
            ``headers['Retry-After']``.
        message: what is allowed.
        rule: the stable id of the rule, such as ``schema.enum`` or ``pinecone.next-token``.
        source: where the rule is in the contract: file, line and JSON pointer.
        value: what was found, ``None`` if something is missing.
        is_missing: whether nothing was found; a ``null`` does not count as missing.
    """

    path: str
    message: str
    rule: str
    source: str
    value: Any
    is_missing: bool = False

    def __repr__(self) -> str:
        said = {part.name: written(getattr(self, part.name)) for part in fields(self)}
        if not self.is_missing:
            del said["is_missing"]
        return f"Violation({', '.join(f'{name}={text}' for name, text in said.items())})"

    def __str__(self) -> str:
        found = "is missing" if self.is_missing else f"= {shortened(self.value)}"
        return f"{self.path} {found}\n  {self.message}\n  {self.rule}, {self.source}"


class ConformanceError(AsyncOpsError, AssertionError):
    """A response, or a history of responses, that breaks the contract.

    Attributes:
        violations: all of its violations.
    """

    def __init__(self, message: str, *, violations: Iterable[Violation]) -> None:
        super().__init__(message)
        self.violations: tuple[Violation, ...] = tuple(violations)


def json_path(parts: Iterable[str | int]) -> str:
    """The JSONPath (RFC 9535) of a value.

    >>> json_path(["operations", 3, "@type"])
    "$.operations[3]['@type']"
    """
    text = "$"
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier():
            text += f".{part}"
        else:
            inner = json.dumps(part, ensure_ascii=False)[1:-1].replace('\\"', '"')
            quoted = inner.replace("'", "\\'")
            text += f"['{quoted}']"
    return text
