"""Equality of JSON values, which is not Python's: true is not 1, at any depth, and 1 is 1.0."""

from __future__ import annotations

from typing import Any


def json_equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal.

    >>> json_equal([1, {"a": 0}], [1.0, {"a": 0}]), json_equal([1, {"a": 0}], [1, {"a": False}])
    (True, False)
    """
    pairs = [(one, other)]
    while pairs:  # not by calling itself: values can be nested deeper than calls
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs += [(inner, other[name]) for name, inner in one.items()]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs += zip(one, other, strict=True)
        elif one != other or isinstance(one, bool) is not isinstance(other, bool):
            return False
    return True


def identity(value: Any) -> Any:
    """A hashable value that is equal only for equal JSON values.

    >>> identity([1]) == identity([1.0]), identity([1]) == identity([True])
    (True, False)
    """
    if isinstance(value, dict):
        return "object", frozenset((name, identity(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(identity, value))
    return isinstance(value, bool), value
