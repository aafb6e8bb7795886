"""How each kind of object holds a function, and how another is put in its place.

Nothing here runs code of the objects that it looks into. ``type()`` tells their kinds, ``is``
compares them, and the methods of the built-in types read and change them, whatever their own
classes say.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from types import CellType, FunctionType, MemberDescriptorType, WrapperDescriptorType
from typing import Any, cast
from weakref import ref

from .nests import is_nest
from .raw_objects import Kept, attributes_of, members_of, mro_of

_ALONE = Kept(object()).count()


class Place(ABC):
    """Where a holder holds something.

    Args:
        holder: the object. It is kept alive only if it cannot be referred to weakly.
        keys: the parts of it that may be changed, for kinds that have many.
    """

    def __init__(self, holder: Any, keys: Sequence[Any] = ()) -> None:
        try:
            self._holder: Callable[[], Any] = ref(holder)
        except TypeError:
            self._holder = Kept(holder)
        self._keys = keys

    def held(self) -> Sequence[Any]:
        """The object that is held there now."""
        holder = self._holder()
        return () if holder is None else self._read(holder)

    def put(self, old: Any, new: Any) -> None:
        """Put something in place of something else, if that is still there and can be replaced."""
        holder = self._holder()
        if holder is not None:
            with suppress(AttributeError, TypeError):  # what was made in C can be read-only
                self._swap(holder, old, new)

    def is_gone(self) -> bool:
        """Whether the holder is gone."""
        if isinstance(self._holder, Kept):
            return self._holder.count() <= _ALONE
        return self._holder() is None

    @abstractmethod
    def _read(self, holder: Any) -> Sequence[Any]:
        """The object that the holder holds in this place."""

    @abstractmethod
    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        """Put something in place of something else."""


class _Keyed(Place):
    """A place in a holder that has parts by keys."""

    def _read(self, holder: Any) -> Sequence[Any]:
        return [self._get(holder, key) for key in self._keys]

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        for key in self._keys:
            if self._get(holder, key) is old:
                self._set(holder, key, new)

    @abstractmethod
    def _get(self, holder: Any, key: Any) -> Any:
        """The part with a key, ``None`` if there is none."""

    @abstractmethod
    def _set(self, holder: Any, key: Any, value: Any) -> None:
        """Replace the part with a key."""


class Items(_Keyed):
    """Values of a ``dict``."""

    def _get(self, holder: Any, key: Any) -> Any:
        return dict.get(holder, key)

    def _set(self, holder: Any, key: Any, value: Any) -> None:
        dict.__setitem__(holder, key, value)


class Attributes(Items):
    """Values in the ``__dict__`` of an instance, a function or a module."""

    def _get(self, holder: Any, key: Any) -> Any:
        return super()._get(attributes_of(holder), key)

    def _set(self, holder: Any, key: Any, value: Any) -> None:
        super()._set(attributes_of(holder), key, value)


class ClassAttributes(_Keyed):
    """Attributes of a class. Its ``__dict__`` must not be changed behind its back."""

    def _get(self, holder: Any, key: Any) -> Any:
        return members_of(holder).get(key)

    def _set(self, holder: Any, key: Any, value: Any) -> None:
        type.__setattr__(holder, key, value)


class Slots(_Keyed):
    """The attributes of an instance outside its ``__dict__``; the keys are the descriptors."""

    def _get(self, holder: Any, key: Any) -> Any:
        return _slot(holder, key)

    def _set(self, holder: Any, key: Any, value: Any) -> None:
        key.__set__(holder, value)


class Elements(Place):
    """Elements of a ``list`` or a ``deque``, wherever they have moved to."""

    def _read(self, holder: Any) -> Sequence[Any]:
        return [*_sequence_type(type(holder)).__iter__(holder)]

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        for index, element in enumerate(self._read(holder)):
            if element is old:
                _sequence_type(type(holder)).__setitem__(holder, index, new)


class Members(Place):
    """Functions in a ``set``. Other members are left alone: their hashes may run their own code."""

    def _read(self, holder: Any) -> Sequence[Any]:
        return [member for member in list(set.__iter__(holder)) if not is_nest(member)]

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        if any(member is old for member in list(set.__iter__(holder))):
            set.discard(holder, old)
            set.add(holder, new)


class Content(Place):
    """The content of the cell of a closure."""

    def _read(self, holder: Any) -> Sequence[Any]:
        with suppress(ValueError):  # it is empty
            return (holder.cell_contents,)
        return ()

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        if any(content is old for content in self._read(holder)):
            holder.cell_contents = new


class Defaults(Place):
    """The tuple of a function's defaults. Those of keywords are in a ``dict``."""

    def _read(self, holder: Any) -> Sequence[Any]:
        return (holder.__defaults__,)

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        if holder.__defaults__ is old:
            holder.__defaults__ = new


class Partial(Place):
    """The function of a ``partial`` and the tuple of its arguments. Its keywords are a ``dict``."""

    def _read(self, holder: Any) -> Sequence[Any]:
        return self._state(holder)[:2]

    def _swap(self, holder: Any, old: Any, new: Any) -> None:
        function, arguments, *others = self._state(holder)
        changed = [new if part is old else part for part in (function, arguments)]
        _set_state(holder, (*changed, *others))

    @staticmethod
    def _state(holder: Any) -> tuple[Any, ...]:
        return cast("tuple[Any, ...]", functools.partial.__reduce__(holder)[2])


_set_state: Callable[[Any, tuple[Any, ...]], None] = vars(functools.partial)["__setstate__"]


def places_in(holder: Any, wanted: Container[int], home: Any = None) -> Iterator[Place]:
    """The places in a holder that hold a wanted object and can be written.

    Args:
        holder: the object.
        wanted: the ``id()`` of each wanted object.
        home: the class, instance, function or module whose ``__dict__`` the holder is.
    """
    kind = type(holder)
    if kind is FunctionType:
        if id(holder.__defaults__) in wanted:
            yield Defaults(holder)
        return
    if issubclass(kind, dict):
        keys = _keys(holder, wanted)
        if keys:
            yield Items(holder, keys) if home is None else _at_home(home, keys)
    elif issubclass(kind, (list, deque)):
        yield Elements(holder)
    elif issubclass(kind, set):
        yield Members(holder)
    elif kind is CellType:
        yield Content(holder)
    elif issubclass(kind, functools.partial):
        yield Partial(holder)
    if not issubclass(kind, type) and kind is not functools.partial and not is_nest(holder):
        yield from _of_instance(holder, wanted)


def _of_instance(holder: Any, wanted: Container[int]) -> Iterator[Place]:
    slots = [
        member
        for base in mro_of(type(holder))
        for member in list(members_of(base).values())
        if type(member) is MemberDescriptorType and id(_slot(holder, member)) in wanted
    ]
    if slots:
        yield Slots(holder, slots)
    # Since CPython 3.11 an instance can hold its attributes without a dict of its own.
    names = attributes_of(holder)
    keys = [] if names is None else _keys(names, wanted)
    if keys:
        yield Attributes(holder, keys)


def _at_home(home: Any, keys: Sequence[Any]) -> Place:
    return ClassAttributes(home, keys) if issubclass(type(home), type) else Attributes(home, keys)


def _keys(names: Any, wanted: Container[int]) -> list[Any]:
    items = list(dict.items(names))
    return [key for key, value in items if id(value) in wanted and _is_plain(key)]


def _is_plain(key: Any) -> bool:
    """Whether a key can be looked up without a hash that is written in Python."""
    if type(key) is tuple:
        return all(map(_is_plain, key))
    owner = next(base for base in mro_of(type(key)) if "__hash__" in members_of(base))
    return owner is Enum or type(members_of(owner)["__hash__"]) is WrapperDescriptorType


def _slot(thing: Any, member: Any) -> Any:
    with suppress(AttributeError):  # it is empty
        return member.__get__(thing)
    return None


def _sequence_type(kind: type) -> Any:
    return list if issubclass(kind, list) else deque
