"""Objects that cannot be changed, such as tuples, and are remade with other parts.

Nothing here runs code of the objects: an object whose class has attributes is not a nest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import MethodType
from typing import Any, NamedTuple

from .raw_objects import dict_descriptor

DEPTH = 8
"""How many objects deep the search for a function goes."""


class _Nest(NamedTuple):
    """How an object that cannot be changed is taken apart, and how a similar one is made."""

    parts: Callable[[Any], Sequence[Any]]
    make: Callable[[Any, Sequence[Any]], Any]


_TUPLE = _Nest(
    lambda nest: [*tuple.__iter__(nest)], lambda nest, parts: tuple.__new__(type(nest), parts)
)
_NESTS: dict[int, _Nest] = {
    id(frozenset): _Nest(list, lambda nest, parts: frozenset(parts)),
    id(MethodType): _Nest(
        lambda nest: (nest.__func__, nest.__self__), lambda nest, parts: MethodType(*parts)
    ),
    id(staticmethod): _Nest(
        lambda nest: (nest.__func__,), lambda nest, parts: staticmethod(*parts)
    ),
    id(classmethod): _Nest(lambda nest: (nest.__func__,), lambda nest, parts: classmethod(*parts)),
    id(property): _Nest(
        lambda nest: (nest.fget, nest.fset, nest.fdel),
        lambda nest, parts: property(parts[0], parts[1], parts[2], nest.__doc__),
    ),
}


def is_nest(thing: Any) -> bool:
    """Whether an object cannot be changed, but another can be made with other parts."""
    return _nest_of(type(thing)) is not None


def _nest_of(kind: type) -> _Nest | None:
    # Tuples of other types, such as named ones, can have attributes of their own.
    if issubclass(kind, tuple) and dict_descriptor(kind) is None:
        return _TUPLE
    return _NESTS.get(id(kind))


def parts_of(value: Any, seen: set[int], depth: int = DEPTH) -> Iterator[int]:
    """The ``id()`` of a value and of each part that can only be replaced together with it.

    Args:
        value: the value.
        seen: the ``id()`` of each object whose parts were returned already. It grows.
        depth: how many objects deep to look.
    """
    yield id(value)
    nest = _nest_of(type(value))
    if nest is not None and depth and id(value) not in seen:
        seen.add(id(value))
        for part in nest.parts(value):
            yield from parts_of(part, seen, depth - 1)


def renewed(value: Any, known: dict[int, tuple[Any, Any]], depth: int = DEPTH) -> Any:
    """A value with replacements in it: itself if there is nothing to replace.

    Args:
        value: the value.
        known: pairs of an object and its replacement, by the object's ``id()``. It grows, so that
            shared objects stay shared.
        depth: how many objects deep to look.
    """
    if id(value) in known:
        return known[id(value)][1]
    nest = _nest_of(type(value))
    if nest is None or not depth:
        return value
    parts = nest.parts(value)
    changed = [renewed(part, known, depth - 1) for part in parts]
    new = value
    if any(one is not other for one, other in zip(parts, changed, strict=True)):
        with suppress(TypeError):  # such as os.stat_result, which is a tuple, too
            new = nest.make(value, changed)
    known[id(value)] = value, new
    return new
