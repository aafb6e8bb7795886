"""Combines rules about which members of an object are there, and about a member's values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Union

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ...rules.rules import Absent, Constraint, Fixed, Needed, Never, Present, SameAsStatus
from ..schema.all_of import flat

Presence = Union[Absent, Present]
DecidingValues = Mapping[str, tuple[Any, ...]]
"""For each member that decides which others are there, the values that it can have."""


class Case(NamedTuple):
    """A case: values of the deciding members with which the same other members are there.

    Attributes:
        values: the values of each deciding member; every combination of them makes this case.
        absent: the members that are not there.
        present: the members that are.
    """

    values: DecidingValues
    absent: frozenset[str]
    present: frozenset[str]


def cases(values: DecidingValues, kinds: Iterable[Presence]) -> Iterator[Case]:
    """The cases of these values under these rules, in the order of the values.

    A member that one rule wants absent is absent, whatever other rules want.
    """
    told = list(kinds)
    groups: dict[tuple[frozenset[str], frozenset[str]], list[tuple[Any, ...]]] = {}
    for combination in itertools.product(*values.values()):
        chosen = dict(zip(values, combination, strict=True))
        applying = [kind for kind in told if chosen.get(kind.when) in kind.values]
        absent = frozenset(kind.member for kind in applying if isinstance(kind, Absent))
        present = frozenset(kind.member for kind in applying if isinstance(kind, Present))
        groups.setdefault((absent, present - absent), []).append(combination)
    for (absent, present), combinations in groups.items():
        columns = [tuple(dict.fromkeys(column)) for column in zip(*combinations, strict=True)]
        if math.prod(map(len, columns)) == len(combinations):
            blocks = [columns]
        else:
            blocks = [[(value,) for value in combination] for combination in combinations]
        for block in blocks:
            yield Case(dict(zip(values, block, strict=True)), absent, present)


def needed_schema(contract: Contract, schema: Schema, member: str) -> Schema:
    """The schema of a member that is there and says something.

    An object of a named schema is left as it is, because it is known by its name.

    Args:
        contract: the contract.
        schema: the flat schema of the object that the member is of.
        member: the member's name.
    """
    inner: Schema = schema["properties"][member]
    told = flat(contract, inner)
    more: dict[str, Any] = {}
    if told.get("nullable"):
        more["nullable"] = False
    if told.get("type") == "object" and "$ref" not in inner:
        more["minProperties"] = 1
    return {"allOf": [inner, more]} if more else inner


def value_schemas(kind: Constraint, status_code: int) -> Iterator[Schema]:
    """The schemas that express what a rule demands of the value of a member."""
    if isinstance(kind, Never):
        yield {"properties": {kind.member: {"not": {"enum": list(kind.values)}}}}
    if isinstance(kind, Needed):
        yield {"required": [kind.member]}
    if isinstance(kind, SameAsStatus):
        kind = Fixed((kind.member,), {status_code: (status_code,)})
    if isinstance(kind, Fixed) and status_code in kind.by_status:
        inner: Schema = {"enum": list(kind.by_status[status_code])}
        for member in reversed(kind.path):
            inner = {"properties": {member: inner}}
        yield inner
