"""Filters of metadata, as Pinecone writes them: ``{"genre": {"$eq": "comedy"}}``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from .pinecone_requests import bad_request

Filter = Callable[[Mapping[str, Any]], bool]
"""Whether a filter finds a file with this metadata."""


def _has(value: Any, wanted: Any) -> bool:
    """Whether a value, or one of a list of values, is the wanted one, and not 1 for true."""
    values = value if isinstance(value, list) else [value]
    return any(
        one == wanted and isinstance(one, bool) is isinstance(wanted, bool) for one in values
    )


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(value: Any, wanted: Any) -> bool:
        numbers = [isinstance(one, (int, float)) for one in (value, wanted)]
        return all(numbers) and compare(value, wanted)

    return holds


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": _has,
    "$ne": lambda value, wanted: not _has(value, wanted),
    "$gt": _ordered(operator.gt),
    "$gte": _ordered(operator.ge),
    "$lt": _ordered(operator.lt),
    "$lte": _ordered(operator.le),
    "$in": lambda value, wanted: any(_has(value, one) for one in wanted),
    "$nin": lambda value, wanted: not any(_has(value, one) for one in wanted),
    "$exists": lambda value, wanted: (value is not None) is wanted,
}
_TAKES: Mapping[str, type] = {"$in": list, "$nin": list, "$exists": bool}
_JOINS: Mapping[str, Callable[[Any], bool]] = {"$and": all, "$or": any}


def read_filter(written: Any) -> Filter:
    """The filter with this text.

    Raises:
        ErrorResponse: for anything but a filter.
    """
    if not isinstance(written, dict):
        raise _no_filter(written)
    parts = [_part(name, condition) for name, condition in written.items()]
    return lambda metadata: all(part(metadata) for part in parts)


def matches(wanted: Filter, metadata: object) -> bool:
    """Whether a filter finds a file with this metadata."""
    return wanted(metadata if isinstance(metadata, Mapping) else {})


def _part(name: str, condition: Any) -> Filter:
    if name in _JOINS:
        if not isinstance(condition, list):
            raise _no_filter(condition)
        join, parts = _JOINS[name], [read_filter(one) for one in condition]
        return lambda metadata: join(part(metadata) for part in parts)
    tests = condition if isinstance(condition, dict) else {"$eq": condition}
    for test, wanted in tests.items():
        if test not in _TESTS or not isinstance(wanted, _TAKES.get(test, object)):
            raise _no_filter({test: wanted})
    return lambda metadata: all(
        _TESTS[test](metadata.get(name), wanted) for test, wanted in tests.items()
    )


def _no_filter(written: object) -> Exception:
    return bad_request(f"Invalid filter: {written!r}")
