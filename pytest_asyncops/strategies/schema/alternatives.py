"""Resolves ``anyOf``, ``oneOf``, ``not`` and the rest of ``allOf`` into schemas without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema, constraints
from ...errors import hides_usage_errors
from .all_of import Contradiction, both, flat, without_discriminator
from .complements import complement
from .discriminators import branches_of
from .refusals import NoValue, Refuse

__tracebackhide__ = hides_usage_errors

_MOST = 32
"""How many schemas a ``not`` is resolved into, at most; beyond, values are drawn and checked."""

_FEW = 3
"""Of more schemas that are banned, objects just lack a member that each requires, if they can."""


class Alternatives(NamedTuple):
    """Schemas that together have the values of another one.

    Attributes:
        schemas: the schemas, each flat or a reference.
        exact: whether they have no other values; if not, values are drawn and checked.
    """

    schemas: list[Schema]
    exact: bool = True


def alternatives(contract: Contract, schema: Schema, refuse: Refuse) -> Alternatives | None:
    """What a flat schema is resolved into, ``None`` if there is nothing to resolve.

    One keyword is resolved at a time, so what is found may have alternatives again.

    Raises:
        ContractError: if no alternative fits what is beside it.
    """
    for keyword in ("discriminator", "anyOf", "oneOf", "not", "allOf"):
        if keyword in schema:
            rest = {name: value for name, value in schema.items() if name != keyword}
            found = _KEYWORDS[keyword](contract, rest, schema[keyword])
            if not found.schemas:
                raise refuse(f"no value fits {keyword} and the keywords beside it")
            return found
    return None


def discriminated(contract: Contract, schema: Schema) -> list[tuple[Schema, Schema]]:
    """Each schema that a flat schema's discriminator chooses, and the one of the values so chosen.

    The latter has the value that chooses it, and fits what is beside the discriminator. Of the
    schemas below ``oneOf`` only the chosen one counts (OpenAPI 3.0.3, 4.7.25).
    """
    discriminator = schema["discriminator"]
    rest = without_discriminator(schema)
    found: list[tuple[Schema, Schema]] = []
    for branch, tag in branches_of(contract, schema):
        around = rest
        for keyword in ("anyOf", "oneOf"):
            if branch["$ref"] in [part.get("$ref") for part in rest.get(keyword, ())]:
                around = {name: value for name, value in around.items() if name != keyword}
        for one in _fitting(contract, [around], [{"allOf": [branch, tag]}]):
            is_again = one.get("discriminator") is discriminator  # the parent of all branches
            found.append((branch, without_discriminator(one) if is_again else one))
    return found


def _discriminator(contract: Contract, rest: Schema, discriminator: Schema) -> Alternatives:
    schema = {**rest, "discriminator": discriminator}
    if contract.branches(schema) is None:
        return Alternatives([rest])
    return Alternatives([chosen for _, chosen in discriminated(contract, schema)])


def _any_of(contract: Contract, rest: Schema, parts: list[Schema]) -> Alternatives:
    return Alternatives([*_beside(contract, rest, parts)])


def _one_of(contract: Contract, rest: Schema, parts: list[Schema]) -> Alternatives:
    """Each alternative without the values of others that may overlap with it."""
    able = [part for part in parts if _can_be(contract, part)]
    alone: list[Schema] = []
    for index, part in enumerate(able):
        others = [*able[:index], *able[index + 1 :]]
        without = _none_of(contract, flat(contract, part), others)
        alone.append({"allOf": [part, without]} if without else part)
    return Alternatives([*_beside(contract, rest, alone)])


def _none_of(contract: Contract, schema: Schema, others: list[Schema]) -> Schema:
    """The schema of values that fit none of others, as far as these are not apart from a schema."""
    near = [
        other
        for other in others
        if _can_be(contract, other) and not _apart(contract, schema, flat(contract, other))
    ]
    return {"not": {"anyOf": near}} if near else {}


def _not(contract: Contract, rest: Schema, banned: Schema) -> Alternatives:
    found, exact = [rest], True
    each = [*_banned(contract, banned)]
    are_many = len(each) > _FEW
    for one in each:
        lacking = _without_a_member(contract, found, one) if are_many else []
        if lacking:
            found = lacking
            continue
        without = complement(one)
        narrowed = [
            other
            for other in _fitting(contract, found, without.schemas)
            if not _is_empty(other, one)
        ]
        if len(narrowed) > _MOST:
            exact = False
        else:
            found, exact = narrowed, exact and without.exact
    return Alternatives(found, exact)


def _without_a_member(contract: Contract, some: list[Schema], banned: Schema) -> list[Schema]:
    """Schemas of objects without a member that what is banned requires, and that these do not.

    Nothing if there is no such member, or if the schemas are not those of objects alone.
    """
    needed = {name for one in some for name in one.get("required", ())}
    for name in banned.get("required", ()):
        if name not in needed and all(one.get("type") == "object" for one in some):
            return [*_fitting(contract, some, [{"properties": {name: {"enum": []}}}])]
    return []


def _is_empty(schema: Schema, banned: Schema) -> bool:
    """Whether a schema plainly has no value beside what is banned."""
    if schema.get("enum") == [None] and "type" in schema and not schema["nullable"]:
        return True
    whole = constraints(banned).keys() - {"nullable"} == {"type"}
    return whole and "enum" not in schema and schema.get("type") == banned["type"]


def _left(contract: Contract, rest: Schema, left: list[Schema]) -> Alternatives:
    """What could not be merged: told now if it can be, or instead of what it is told beside."""
    others = []
    for one in left:
        if one.keys() & rest.keys():
            others.append(one)
        else:
            rest = {**rest, **one}
    if not others:
        return Alternatives([rest])
    found = [rest, *({**rest, **one} for one in others)]
    regexes = [one["pattern"] for one in [rest, *others] if "pattern" in one]
    firsts = [regex for regex in regexes if regex.startswith("^")]
    lasts = [regex for regex in regexes if regex.endswith("$")]
    if max(len(firsts), len(lasts)) < 2 <= len(regexes) and not {*firsts} & {*lasts}:
        found.append({**rest, "pattern": _one_after_another(regexes)})
    return Alternatives(found, exact=False)


def _one_after_another(regexes: list[str]) -> str:
    """A pattern of texts that match each of these patterns, each at another place."""
    in_order = sorted(regexes, key=lambda regex: regex.endswith("$") - regex.startswith("^"))
    return "".join(f"(?:{regex})" for regex in in_order)


_Resolve = Callable[[Contract, Schema, Any], Alternatives]

_KEYWORDS: Mapping[str, _Resolve] = {
    "discriminator": _discriminator,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "allOf": _left,
}
"""For each keyword, how it is resolved beside the rest of its schema."""


def _fitting(contract: Contract, some: list[Schema], parts: list[Schema]) -> Iterator[Schema]:
    """Each schema merged with each part, where they do not contradict each other."""
    for one in some:
        for part in parts:
            try:
                yield both(one, flat(contract, part))
            except (Contradiction, NoValue):
                continue


def _beside(contract: Contract, rest: Schema, parts: list[Schema]) -> Iterator[Schema]:
    """Each part merged with the rest; a reference beside which nothing is said stays one."""
    says_nothing = constraints(rest).keys() <= {"nullable"} and rest.get("nullable", True)
    for part in parts:
        for merged in _fitting(contract, [rest], [part]):
            yield part if says_nothing and "$ref" in part else merged


def _can_be(contract: Contract, schema: Schema) -> bool:
    return bool([*_fitting(contract, [{}], [schema])])


def _banned(contract: Contract, schema: Schema) -> Iterator[Schema]:
    """The schemas that a value must fit none of, flat."""
    if not _can_be(contract, schema):
        return
    schema = flat(contract, schema)
    if constraints(schema).keys() == {"anyOf"}:
        for part in schema["anyOf"]:
            yield from _banned(contract, part)
    else:
        yield schema


def _apart(contract: Contract, one: Schema, other: Schema) -> bool:
    """Whether it is certain that no value fits both."""
    if "enum" in one and "enum" in other:
        return not any(value in other["enum"] for value in one["enum"])
    if one.get("nullable") and other.get("nullable"):
        return False
    kinds: set[Any] = {one.get("type"), other.get("type")}
    if None not in kinds and len(kinds) == 2 and kinds != {"integer", "number"}:
        return True
    if kinds != {"object"}:
        return False
    shared = {*one.get("required", ())} & {*other.get("required", ())}
    return any(
        _apart(contract, flat(contract, one["properties"][name]), flat(contract, inner))
        for name, inner in other.get("properties", {}).items()
        if name in shared and name in one.get("properties", {})
    )
