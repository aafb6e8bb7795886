"""Finds where functions of ``time`` were bound before a test, and replaces them there.

``from time import sleep`` and ``def wait(sleep=time.sleep)`` keep the function itself, so a patch
of the module's attribute does not reach them. Each module is searched once: its names, its
functions' defaults, and its classes' attributes and methods. A function that is bound deeper, such
as in an instance's attribute, is not found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from .stack_frames import TOOLS


class Holder(NamedTuple):
    """One place that holds a function: how to read it and how to change it."""

    read: Callable[[], Any]
    write: Callable[[Any], None]


class BoundFunctions:
    """The places, in all imported modules, where some functions are bound.

    Args:
        replacements: pairs of a function and its replacement.
    """

    def __init__(self, replacements: Sequence[tuple[Any, Any]]) -> None:
        self._replacements = {id(original): (original, new) for original, new in replacements}
        self._scanned: dict[str, ModuleType] = {}
        self._holders: list[tuple[Holder, Any, Any]] = []

    def replace(self) -> None:
        """Put the replacements in all these places."""
        self._scan()
        for holder, original, new in self._holders:
            if holder.read() is original:  # not where another patch has come since
                holder.write(new)

    def restore(self) -> None:
        """Put the original functions back."""
        for holder, original, new in self._holders:
            if holder.read() is new:
                holder.write(original)

    def _scan(self) -> None:
        for name, module in list(sys.modules.items()):
            if self._scanned.get(name) is module:
                continue
            self._scanned[name] = module
            if issubclass(type(module), ModuleType) and name.partition(".")[0] not in _PASSED_OVER:
                self._holders += [
                    (holder, *self._replacements[id(value)])
                    for holder, value in _holders(module, self._replacements)
                ]


_PASSED_OVER = TOOLS | {"time", "pytest_asyncops"}


def _holders(module: ModuleType, wanted: Container[int]) -> Iterator[tuple[Holder, Any]]:
    """The places in a module that hold a wanted object, each with that object.

    Objects are looked up by ``id()`` and by type only: a lazy module or a proxy would do something
    when asked for more.
    """
    namespace = vars(module)
    own = namespace.get("__name__")
    for name, value in list(namespace.items()):
        if id(value) in wanted:
            yield _in_mapping(namespace, name), value
        elif type(value) is FunctionType:
            if value.__module__ == own:
                yield from _in_defaults(value, wanted)
        elif issubclass(type(value), type) and value.__module__ == own:
            for attribute, member in list(vars(value).items()):
                inner = member.__func__ if type(member) in _WRAPPERS else member
                if type(inner) is FunctionType:
                    yield from _in_defaults(inner, wanted)
                elif id(inner) in wanted:
                    holder = _in_class if inner is member else _in_static_method
                    yield holder(value, attribute), inner


_WRAPPERS = (staticmethod, classmethod)


def _in_mapping(mapping: dict[str, Any], name: str) -> Holder:
    return Holder(lambda: mapping.get(name), lambda value: mapping.__setitem__(name, value))


def _in_class(owner: type, name: str) -> Holder:
    return Holder(lambda: vars(owner).get(name), lambda value: setattr(owner, name, value))


def _in_static_method(owner: type, name: str) -> Holder:
    return Holder(
        lambda: getattr(vars(owner).get(name), "__func__", None),
        lambda value: setattr(owner, name, staticmethod(value)),
    )


def _in_defaults(function: FunctionType, wanted: Container[int]) -> Iterator[tuple[Holder, Any]]:
    for index, value in enumerate(function.__defaults__ or ()):
        if id(value) in wanted:
            yield _in_positional(function, index), value
    for name, value in (function.__kwdefaults__ or {}).items():
        if id(value) in wanted:
            yield _in_mapping(function.__kwdefaults__ or {}, name), value


def _in_positional(function: FunctionType, index: int) -> Holder:
    def write(value: Any) -> None:
        defaults = list(function.__defaults__ or ())
        defaults[index] = value
        function.__defaults__ = tuple(defaults)

    return Holder(lambda: (function.__defaults__ or ())[index], write)
