"""What rules say of an object: which members are there, and which values one of them has."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Union

from ...contract.schema_keywords import Schema
from ...rules.rules import Absent, Constraint, Fixed, Never, Present, SameAsStatus

Presence = Union[Absent, Present]
Words = Mapping[str, tuple[Any, ...]]
"""The values that each of the members can have that decide."""


class Case(NamedTuple):
    """Values with which the same members are there.

    Attributes:
        words: the values; whichever of them are put together, the case is the same.
        absent: the members that are not there.
        present: the members that are.
    """

    words: Words
    absent: frozenset[str]
    present: frozenset[str]


def cases(words: Words, kinds: Iterable[Presence]) -> Iterator[Case]:
    """The cases that these values make under these rules, in the order of the values.

    What a rule wants absent is absent, whatever another one wants.
    """
    told = list(kinds)
    groups: dict[tuple[frozenset[str], frozenset[str]], list[tuple[Any, ...]]] = {}
    for combination in itertools.product(*words.values()):
        chosen = dict(zip(words, combination, strict=True))
        applying = [kind for kind in told if chosen.get(kind.when) in kind.values]
        absent = frozenset(kind.member for kind in applying if isinstance(kind, Absent))
        present = frozenset(kind.member for kind in applying if isinstance(kind, Present))
        groups.setdefault((absent, present - absent), []).append(combination)
    for (absent, present), combinations in groups.items():
        columns = [tuple(dict.fromkeys(column)) for column in zip(*combinations, strict=True)]
        if math.prod(map(len, columns)) == len(combinations):
            blocks = [columns]
        else:
            blocks = [[(word,) for word in combination] for combination in combinations]
        for block in blocks:
            yield Case(dict(zip(words, block, strict=True)), absent, present)


def words_wanted(kind: Constraint, status_code: int) -> Iterator[Schema]:
    """What a rule says of the values of one member, as a schema."""
    if isinstance(kind, Never):
        yield {"properties": {kind.member: {"not": {"enum": list(kind.values)}}}}
    if isinstance(kind, SameAsStatus):
        kind = Fixed((kind.member,), {status_code: (status_code,)})
    if isinstance(kind, Fixed) and status_code in kind.by_status:
        inner: Schema = {"enum": list(kind.by_status[status_code])}
        for member in reversed(kind.path):
            inner = {"properties": {member: inner}}
        yield inner
