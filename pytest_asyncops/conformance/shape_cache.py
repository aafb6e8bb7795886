"""Checks objects by their shape: which members they have, and of which types.

A suite checks many objects of few shapes, and almost all that schema and rules say of one hangs on
its shape and a few short values, its status and its times. So for each shape it is found out once
what there is to check, and for each set of short values whether they are good; the next object with
the same ones takes two look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ..rules.rules import Constraint

Check = Callable[[Any], object]
"""Whether a value is good, as something true or false."""

_MOST = 1_000
"""How much each memory holds at most, before it begins anew."""

_FEW = 16
"""How many shapes with the same members are remembered: they are looked through in turn."""


class Part(NamedTuple):
    """What is asked of a value.

    Attributes:
        types: the Python types that it may have, ``None`` for any.
        check: what else is asked of a value of these types, ``None`` for nothing.
        is_brief: whether its values are short, so that what was found of one is worth keeping.
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
"""What no value satisfies."""


class _Way(NamedTuple):
    """How objects of one shape are checked.

    Attributes:
        types: the types of the members.
        checks: what is asked of single members, each time.
        words: gives the short values.
        verdicts: what was found of short values.
        judge: finds it.
        rules: the rules that are asked each time.
    """

    types: list[type]
    checks: Collection[tuple[str, Check]]
    words: Callable[[Any], Any]
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
    """The check of an object.

    Args:
        members: what is asked of each member that the schema names.
        rest: what is asked of the others.
        required: the members that have to be there.
        rules: the rules of prose.
        status_code: the HTTP status, which rules go by.
    """
    needed, kinds = frozenset(required), tuple(rules)
    ways: dict[tuple[str, ...], list[_Way]] = {}

    def learn(value: Mapping[str, Any], types: list[type]) -> _Way:
        """How objects of this one's shape are checked, from now on."""
        known = ways.get((*value,), [])
        if len(known) >= _FEW:
            known.clear()
        checks: dict[str, Part] = {}
        good = needed <= value.keys()
        for name, kind in zip(value, types, strict=True):
            part = members.get(name, rest)
            good = good and (part.types is None or kind in part.types)
            if part.check is not None:
                checks[name] = part
        way = _way(value, types, checks, kinds, status_code) if good else _wrong(types)
        known.append(way)
        _keep(ways, (*value,), known)
        return way

    def check(value: Mapping[str, Any]) -> bool:
        types = [type(inner) for inner in value.values()]
        for way in ways.get((*value,), ()):
            if way[0] == types:
                break
        else:
            way = learn(value, types)
        _, checks, words, verdicts, judge, asked = way
        for name, inner in checks:
            if not inner(value[name]):
                return False
        said = words(value)
        verdict = verdicts.get(said)
        if verdict is None:
            verdict = judge(value)
            _keep(verdicts, said, verdict)
        return verdict and not (asked and breaks_any(asked, value, status_code))

    return check


def _wrong(types: list[type]) -> _Way:
    """A shape whose objects are wrong, whatever they say."""
    return _Way(types, (), _nothing, {None: False}, bool, ())


def _nothing(value: object) -> None:
    """What an object says of which only the shape counts."""


def _way(
    like: Mapping[str, Any],
    types: list[type],
    parts: Mapping[str, Part],
    kinds: Iterable[Constraint],
    status_code: int,
) -> _Way:
    """How objects of this one's shape are checked, apart from their shape."""
    # Only what can be a key can be remembered.
    plain = {name for name, inner in like.items() if not isinstance(inner, (dict, list))}
    told: list[Constraint] = []
    asked: list[Constraint] = []
    for kind in kinds:
        by_plain = kind.reads is not None and plain.issuperset(like.keys() & set(kind.reads))
        (told if by_plain else asked).append(kind)
    brief = [(name, part.check) for name, part in parts.items() if part.is_brief and part.check]
    reads = {name for kind in told for name in kind.reads or ()}
    names = sorted(like.keys() & {*reads, *(name for name, _ in brief)})

    def judge(value: Mapping[str, Any]) -> bool:
        good = all(check(value[name]) for name, check in brief)
        return good and not breaks_any(told, value, status_code)

    return _Way(
        types,
        [(name, part.check) for name, part in parts.items() if not part.is_brief and part.check],
        itemgetter(*names) if names else _nothing,
        {},
        judge,
        asked,
    )


def breaks_any(kinds: Iterable[Constraint], value: Mapping[str, Any], status_code: int) -> bool:
    """Whether an object breaks one of these rules."""
    return any(True for kind in kinds for _ in kind.breaks(value, status_code))


def _keep(memory: dict[Any, Any], key: object, found: object) -> None:
    if len(memory) >= _MOST:
        memory.clear()
    memory[key] = found
