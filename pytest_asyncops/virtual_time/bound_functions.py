"""Finds the objects that hold functions of ``time``, and replaces these while a mock is open.

``from time import sleep``, ``self.sleep = time.sleep`` and ``partial(time.sleep, 5)`` hold the
function itself, so a patch of the module's attribute does not reach them. The garbage collector
knows all holders. Some holders cannot be changed, such as tuples. Others hold these in turn, so the
search climbs from holder to holder.

It leaves alone what only test tools and this package hold, and what is held only by objects that
will put a function back later, such as a ``patch`` of ``unittest.mock``.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import (
    AsyncGeneratorType,
    CellType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    ModuleType,
)
from typing import Any

from .holders import Place, places_in
from .nests import DEPTH, is_nest, parts_of, renewed
from .raw_objects import Kept, attributes_of, count_references, members_of, one_of
from .stack_frames import TOOLS

_Replacements = Mapping[int, tuple[Any, Any]]
"""Pairs of a function and its replacement, by the ``id()`` of the function."""


class BoundFunctions:
    """All places where some functions are held.

    Each place is a reference to its function. So a new search is made only when a function has more
    references than the known places explain, and more than were unexplained last time.

    Args:
        replacements: pairs of a function and its replacement.
    """

    def __init__(self, replacements: Sequence[tuple[Any, Any]]) -> None:
        self._replacements = {id(original): (original, new) for original, new in replacements}
        self._unexplained = [-1] * len(self._replacements)
        self._places: list[Place] = []
        self._replaced: list[tuple[Place, Any, Any]] = []

    def replace(self) -> None:
        """Put the replacements in all these places."""
        before, self._unexplained = self._unexplained, self._count_unexplained()
        if any(
            now > was or now >= _UNCOUNTED
            for now, was in zip(self._unexplained, before, strict=True)
        ):
            self._places = _places_of(self._replacements)
            self._unexplained = self._count_unexplained()
        known = dict(self._replacements)
        for place in self._places:
            for old in place.held():
                new = renewed(old, known)
                if new is not old:
                    self._replaced.append((place, old, new))
                    place.put(old, new)

    def restore(self) -> None:
        """Put the original functions back where their replacements still are."""
        while self._replaced:
            place, old, new = self._replaced[-1]
            place.put(new, old)
            self._replaced.pop()
        self._places = [place for place in self._places if not place.is_gone()]

    def _count_unexplained(self) -> list[int]:
        """For each function the number of references that no known place explains."""
        seen: set[int] = set()
        explained = Counter(
            part for place in self._places for held in place.held() for part in parts_of(held, seen)
        )
        return [
            count_references(original) - explained[key]
            for key, (original, _) in self._replacements.items()
        ]


_UNCOUNTED = 2**28
"""An object with this many references, or more, does not count its references."""


def _places_of(replacements: _Replacements) -> list[Place]:
    frozen = gc.get_freeze_count()
    if frozen:
        gc.unfreeze()  # what is frozen would not be found
    try:
        return [*_Climb(replacements).places()]
    finally:
        if frozen:
            gc.freeze()


class _Climb:
    """The holders of some functions, the holders of these, and so on, up to objects with a module.

    Args:
        replacements: the functions and their replacements.
    """

    def __init__(self, replacements: _Replacements) -> None:
        self._mark = object()
        self._rows = [(id(original), id(new)) for original, new in replacements.values()]
        self._met: dict[int, Any] = {id(self._mark): self._mark}
        self._contents: dict[int, set[int]] = {id(self._mark): set()}
        # Everything that the climb itself keeps has the mark in it, to distinguish it from what it
        # finds.
        level = [self._mark, *(original for original, _ in replacements.values())]
        for _ in range(DEPTH):
            level = self._holders_of(level)
            if len(level) == 1:
                break
        self._top = {*map(id, level)}

    def places(self) -> Iterator[Place]:
        """The places in these holders, except those to leave alone."""
        wanted = {original for original, _ in self._rows}
        wanted |= {key for key, holder in self._met.items() if is_nest(holder)}
        left_alone = self._left_alone()
        homes = self._homes()
        for key, holder in self._met.items():
            if key not in left_alone and self._contents[key] & wanted:
                yield from places_in(holder, wanted, homes.get(key))

    def _holders_of(self, level: list[Any]) -> list[Any]:
        """Climb to the holders of some objects; returns those that others may hold in turn."""
        keys = {*map(id, level)}
        above = [self._mark]
        for holder in filter(_may_be_asked, _referrers(level)):
            held = {*map(id, gc.get_referents(holder))}
            if id(self._mark) in held or self._is_row(holder, held):
                continue
            key = id(holder)
            if key not in self._met:
                self._met[key] = holder
                self._contents[key] = set()
                if not _has_module(holder):
                    above.append(holder)
            self._contents[key] |= held & keys
        return above

    def _is_row(self, holder: Any, held: set[int]) -> bool:
        """Whether this is a row of a table of replacements: it has both.

        It would be left alone anyway, but only after a climb to its owner.
        """
        return type(holder) is tuple and any(
            original in held and new in held for original, new in self._rows
        )

    def _left_alone(self) -> set[int]:
        owners: dict[bool, list[int]] = {True: [], False: []}
        for key, holder in self._met.items():
            if _has_module(holder):
                owners[_is_passed_over(holder)].append(key)
        # The holders of what was met last are not known.
        return self._top | (self._with_contents(owners[True]) - self._with_contents(owners[False]))

    def _with_contents(self, owners: Iterable[int]) -> set[int]:
        reached: set[int] = set()
        waiting = [*owners]
        while waiting:
            key = waiting.pop()
            if key not in reached:
                reached.add(key)
                waiting += self._contents.get(key, ())
        return reached

    def _homes(self) -> dict[int, Any]:
        """For each ``__dict__`` the class, instance, function or module to which it belongs."""
        homes: dict[int, Any] = {}
        for module in list(sys.modules.values()):
            if issubclass(type(module), ModuleType):
                homes[id(attributes_of(module))] = module
        for key, holder in self._met.items():
            dicts = {held for held in self._contents[key] if type(self._met.get(held)) is dict}
            if not dicts:
                continue
            if issubclass(type(holder), type):
                own = gc.get_referents(members_of(holder))
            else:
                own = [attributes_of(holder)]
            homes.update((id(names), holder) for names in own if id(names) in dicts)
        return homes


_MANY = 100
"""With more objects than this it is faster to ask all others what they hold."""


def _referrers(objects: list[Any]) -> list[Any]:
    if len(objects) <= _MANY:
        return gc.get_referrers(*objects)
    wanted = {*map(id, objects)}
    return [
        thing
        for thing in filter(_may_be_asked, gc.get_objects())
        if not wanted.isdisjoint(map(id, gc.get_referents(thing)))
    ]


def _may_be_asked(thing: Any) -> bool:
    """Whether to ask an object what it holds.

    Modules are not asked: their ``dict`` is enough, and a module in C can have dead objects that
    wait to be used again. In CPython 3.12 those of ``_asyncio`` do not survive a look at them.
    """
    kind = type(thing)
    return not _NO_HOLDERS(kind) and not issubclass(kind, ModuleType)


_NO_HOLDERS = one_of(Kept, FrameType, GeneratorType, CoroutineType, AsyncGeneratorType)
"""References of this package's own, and the local variables of code that runs."""

_CONTAINERS = one_of(
    dict, defaultdict, OrderedDict, list, deque, set, CellType, MappingProxyType, functools.partial
)

_PASSED_OVER = TOOLS | {"time", "pytest_asyncops", "contextlib"}
"""The packages whose holders are left alone. Stacks of contextlib put functions back."""

_PUT_BACK = ("_patch", "_patch_dict")
"""The classes of ``unittest.mock`` that do so."""


def _has_module(holder: Any) -> bool:
    """Whether a holder has a module."""
    if type(holder) is dict:
        return _is_namespace(holder) or _is_of_freezegun(holder)
    return _is_passed_over(holder) or not (_CONTAINERS(type(holder)) or is_nest(holder))


def _is_namespace(names: dict[Any, Any]) -> bool:
    """Whether these are the global variables of some code."""
    return "__builtins__" in names or ("__name__" in names and "__spec__" in names)


def _is_of_freezegun(names: dict[Any, Any]) -> bool:
    """Whether freezegun keeps in this ``dict`` the unfrozen functions of each module.

    It puts them back, in the modules of this package too: a replacement would call itself.
    """
    return names is getattr(sys.modules.get("freezegun.api"), "_GLOBAL_MODULES_CACHE", None)


def _is_passed_over(holder: Any) -> bool:
    if type(holder) is dict:
        if _is_of_freezegun(holder):
            return True
        module = holder.get("__name__")
    elif type(holder) is FunctionType:
        module = holder.__globals__.get("__name__")
    else:
        kind = holder if issubclass(type(holder), type) else type(holder)
        module = members_of(kind).get("__module__")
    if type(module) is not str:
        return False
    if module == "unittest.mock":
        return type(holder).__name__ in _PUT_BACK
    return module.partition(".")[0] in _PASSED_OVER
