"""Checks objects by their shape, which is the members that they have and the types of these.

A suite checks many objects of few shapes. Almost all that schema and rules demand of an object
depends on its shape and on a few short values, such as its status and times. So for each shape,
what has to be checked is found out once; and for each combination of short values, whether they are
good. The next object with the same shape and short values takes two look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ..rules.rules import Constraint

Check = Callable[[Any], object]
"""A function that returns something true for a good value."""

_MOST = 1_000
"""How many entries each cache holds at most; then it is emptied."""

_FEW = 16
"""How many shapes with the same members are kept; they are searched one by one."""


class Part(NamedTuple):
    """The check of a value.

    Attributes:
        types: the Python types that it may have, ``None`` for any.
        check: the further check of a value of these types, ``None`` for none.
        is_brief: whether the values are short, so that the verdict on one is worth keeping.
    """

    types: frozenset[type] | None = None
    check: Check | None = None
    is_brief: bool = False

    def allows(self, value: Any) -> object:
        """Whether the value is good."""
        if self.types is not None and type(value) not in self.types:
            return False
        return self.check is None or self.check(value)


NOTHING = Part(frozenset())
"""The check that no value passes."""


class _ShapeCheck(NamedTuple):
    """How objects of one shape are checked.

    Attributes:
        types: the types of the members.
        checks: the checks of single members that are made each time.
        key: returns the short values of an object.
        verdicts: for short values, whether they are good.
        judge: finds this out.
        rules: the rules that are checked each time.
    """

    types: list[type]
    checks: Collection[tuple[str, Check]]
    key: Callable[[Any], Any]
    verdicts: dict[Any, bool]
    judge: Callable[[Any], bool]
    rules: Collection[Constraint]


def object_check(
    members: Mapping[str, Part],
    rest: Part,
    *,
    required: Iterable[str],
    rules: Iterable[Constraint],
    status_code: int,
) -> Check:
    """The check of objects.

    Args:
        members: the check of each member that the schema names.
        rest: the check of the other members.
        required: the members that have to be there.
        rules: the rules of prose.
        status_code: the HTTP status, on which rules depend.
    """
    needed, kinds = frozenset(required), tuple(rules)
    by_members: dict[tuple[str, ...], list[_ShapeCheck]] = {}

    def learn(value: Mapping[str, Any], types: list[type]) -> _ShapeCheck:
        """Find out how objects of this shape are checked, and keep it."""
        known = by_members.get((*value,), [])
        if len(known) >= _FEW:
            known.clear()
        checks: dict[str, Part] = {}
        good = needed <= value.keys()
        for name, kind in zip(value, types, strict=True):
            part = members.get(name, rest)
            good = good and (part.types is None or kind in part.types)
            if part.check is not None:
                checks[name] = part
        shape_check = (
            _shape_check(value, types, checks, kinds, status_code) if good else _never_good(types)
        )
        known.append(shape_check)
        _keep(by_members, (*value,), known)
        return shape_check

    def check(value: Mapping[str, Any]) -> bool:
        types = [type(inner) for inner in value.values()]
        for shape_check in by_members.get((*value,), ()):
            if shape_check[0] == types:
                break
        else:
            shape_check = learn(value, types)
        _, checks, key, verdicts, judge, each_time = shape_check
        for name, inner in checks:
            if not inner(value[name]):
                return False
        short = key(value)
        verdict = verdicts.get(short)
        if verdict is None:
            verdict = judge(value)
            _keep(verdicts, short, verdict)
        return verdict and not (each_time and breaks_any(each_time, value, status_code))

    return check


def _never_good(types: list[type]) -> _ShapeCheck:
    """The check of a shape whose objects are never good."""
    return _ShapeCheck(types, (), _no_key, {None: False}, bool, ())


def _no_key(value: object) -> None:
    """The key of objects of which only the shape counts."""


def _shape_check(
    like: Mapping[str, Any],
    types: list[type],
    parts: Mapping[str, Part],
    kinds: Iterable[Constraint],
    status_code: int,
) -> _ShapeCheck:
    """The check of objects with the same shape as ``like``, if this shape is good."""
    # Only hashable values can be part of a key.
    plain = {name for name, inner in like.items() if not isinstance(inner, (dict, list))}
    by_key: list[Constraint] = []
    each_time: list[Constraint] = []
    for kind in kinds:
        by_plain = kind.reads is not None and plain.issuperset(like.keys() & set(kind.reads))
        (by_key if by_plain else each_time).append(kind)
    brief = [(name, part.check) for name, part in parts.items() if part.is_brief and part.check]
    reads = {name for kind in by_key for name in kind.reads or ()}
    names = sorted(like.keys() & {*reads, *(name for name, _ in brief)})

    def judge(value: Mapping[str, Any]) -> bool:
        good = all(check(value[name]) for name, check in brief)
        return good and not breaks_any(by_key, value, status_code)

    return _ShapeCheck(
        types,
        [(name, part.check) for name, part in parts.items() if not part.is_brief and part.check],
        itemgetter(*names) if names else _no_key,
        {},
        judge,
        each_time,
    )


def breaks_any(kinds: Iterable[Constraint], value: Mapping[str, Any], status_code: int) -> bool:
    """Whether an object breaks one of these rules."""
    return any(True for kind in kinds for _ in kind.breaks(value, status_code))


def _keep(memory: dict[Any, Any], key: object, found: object) -> None:
    if len(memory) >= _MOST:
        memory.clear()
    memory[key] = found
