"""Equality of JSON values, which is not Python's: true is not 1, at any depth, and 1 is 1.0."""

from __future__ import annotations

from typing import Any


def json_equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal.

    >>> json_equal([1, {"a": 0}], [1.0, {"a": 0}]), json_equal([1, {"a": 0}], [1, {"a": False}])
    (True, False)
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            json_equal(inner, other[name]) for name, inner in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(json_equal, one, other))
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def identity(value: Any) -> Any:
    """What is equal for equal JSON values only, and can be hashed.

    >>> identity([1]) == identity([1.0]), identity([1]) == identity([True])
    (True, False)
    """
    if isinstance(value, dict):
        return "object", frozenset((name, identity(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(identity, value))
    return isinstance(value, bool), value
