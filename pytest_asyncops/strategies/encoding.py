"""Writes a value as JSON bytes, in all ways in which the value can be written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .schema.recipes import Recipe, choice, combine


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _escaped(value: Any) -> str:
    """The JSON text with every character of every string escaped, which JSON allows."""
    if isinstance(value, str):
        units = value.encode("utf-16-be").hex()
        return '"' + re.sub("....", r"\\u\g<0>", units) + '"'
    if isinstance(value, dict):
        members = (f"{_escaped(name)}:{_escaped(inner)}" for name, inner in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_escaped, value)) + "]"
    return _compact(value)


def _twice(value: Any) -> str:
    """The JSON text with the first member of the object twice, with the same value."""
    if not isinstance(value, dict) or not value:
        return _compact(value)
    name, inner = next(iter(value.items()))
    return f"{{{_compact(name)}:{_compact(inner)},{_compact(value)[1:]}"


def _contradicting(value: Any) -> str:
    """The JSON text with the first member of the object twice, first with another value."""
    if not isinstance(value, dict) or not value:
        return f"{_compact(value)} {_compact(value)}"
    other = None if next(iter(value.values())) is not None else ""
    return f"{{{_compact(next(iter(value)))}:{_compact(other)},{_compact(value)[1:]}"


STYLES: tuple[Callable[[Any], str], ...] = (
    _compact,
    lambda value: json.dumps(value, ensure_ascii=False),
    lambda value: json.dumps(value, indent=2),
    lambda value: json.dumps(value, ensure_ascii=True),
    lambda value: f"\t\r\n {_compact(value)}\n",
    lambda value: json.dumps(value, separators=(" ,\n", "\t:\r\n"), ensure_ascii=False),
    lambda value: _compact(value).replace("/", r"\/"),
    _escaped,
    _twice,
)
"""Ways to write a value that every JSON reader reads as the same value."""

DEVIATIONS: tuple[Callable[[Any], str], ...] = (
    lambda value: f"\ufeff{_compact(value)}",
    _contradicting,
    lambda value: f"{_compact(value)}{_compact(value)}",
    lambda value: _compact(value)[:-1],
    lambda value: "",
)
"""Ways to write a value that JSON readers refuse or read differently."""


def written(values: Recipe, *, deviations: bool) -> Recipe:
    """The values as the bytes of a body.

    Args:
        values: the values.
        deviations: whether to write some of them in the ways of `DEVIATIONS`.
    """
    styles = choice([*STYLES, *(DEVIATIONS if deviations else ())])
    return combine(lambda style, value: style(value).encode(), styles, values)
