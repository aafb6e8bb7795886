"""What a row of a table of rules consists of."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """A rule, what breaks it, where and by which id, and a neighbour that does not break it."""

    says: str
    status: int
    payload: Any
    broken: list[tuple[str, str]]
    neighbour: Any
    route: str = "get"


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}Z"
