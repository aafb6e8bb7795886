"""Looks at objects without running their code, whatever their classes say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

count_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda thing: sys.maxsize)
"""How many references there are to an object; a huge number if they are not counted."""


class Kept:
    """A reference to an object that cannot have weak ones."""

    __slots__ = ("_kept",)

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def __call__(self) -> Any:
        """The object, as a weak reference gives it."""
        return self._kept

    def count(self) -> int:
        """How many references there are to the object."""
        return count_references(self._kept)


def one_of(*kinds: type) -> Callable[[type], bool]:
    """Whether a type is one of these, asked without its own ``__eq__`` and ``__hash__``."""
    keys = {id(kind) for kind in kinds}
    return lambda kind: id(kind) in keys


_IS_DESCRIPTOR = one_of(GetSetDescriptorType, MemberDescriptorType)

mro_of: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__
members_of: Callable[[type], Mapping[str, Any]] = vars(type)["__dict__"].__get__


def attributes_of(thing: Any) -> dict[str, Any] | None:
    """The ``__dict__`` of an instance, a function or a module, ``None`` if it has none."""
    descriptor = dict_descriptor(type(thing))
    return None if descriptor is None else descriptor.__get__(thing)


def dict_descriptor(kind: type) -> Any:
    """The descriptor of the ``__dict__`` of a type's instances, ``None`` if they have none."""
    for base in mro_of(kind):
        descriptor = members_of(base).get("__dict__")
        if _IS_DESCRIPTOR(type(descriptor)):
            return descriptor
    return None
