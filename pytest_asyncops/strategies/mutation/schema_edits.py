"""Edits that break the keywords of a schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ...errors import hides_usage_errors
from ..schema.all_of import canonical, flat
from ..schema.alternatives import discriminated
from ..schema.recipes import fresh
from ..schema.refusals import refusal
from ..schema.scalars import PLAIN_VALUES
from ..schema.shapes import others_of
from .bad_values import MOST, bad_tags, bad_values, matches_all, parts_of
from .edits import ITEM, Edit, Instead, Path, may_be_lists
from .places import new_name

__tracebackhide__ = hides_usage_errors

_COMBINED = ("anyOf", "oneOf", "not")
"""The keywords that a value breaks by which other schemas it fits."""

_BESIDE = (*_COMBINED, "discriminator")
"""The keywords that are not looked at when one of these is broken."""

_FEW = 20
"""Up to this many items or members, all are drawn."""


def schema_edits(
    contract: Contract, schema: Schema, path: Path = (), within: frozenset[str] = frozenset()
) -> Iterator[Edit | Instead]:
    """All that breaks a schema of a contract, its members and its items.

    Raises:
        ContractError: for a keyword for which no value was found that breaks it.
    """
    is_again = False  # a schema around, to which only these lead back
    if {"$ref", "allOf"} & schema.keys():
        key = canonical(schema)
        is_again = key in within
        within |= {key}
    whole = flat(contract, schema, has_own_value=False)
    for keyword, told, values in bad_values(contract, whole):
        if values:
            yield Edit(path, partial(_replaced, values))
        elif keyword == "pattern" and not matches_all(told):
            raise refusal(contract, schema)("no value was found that breaks pattern")
    for part in parts_of(whole):
        for keyword in _COMBINED:
            if keyword in part:
                values = _bad_combined(contract, {**whole, keyword: part[keyword]}, keyword)
                yield Edit(path, partial(_replaced, values))
    if contract.branches(whole) is not None:
        yield from _branch_edits(contract, whole, path, within)
    kind = whole.get("type")
    if kind in ("object", None):
        yield from _object_edits(contract, whole, path)
    if may_be_lists(whole):
        yield from _array_edits(whole, path)
    if is_again or "enum" in whole:  # a fault within is another value than those of the enum
        return
    if kind in ("object", None):
        members = {**whole.get("properties", {})}
        if isinstance(whole.get("additionalProperties"), dict):
            members[new_name(whole)] = whole["additionalProperties"]
        for name, inner in members.items():
            yield from schema_edits(contract, inner, (*path, name), within)
    if may_be_lists(whole) and "items" in whole:
        yield from schema_edits(contract, whole["items"], (*path, ITEM), within)


def _branch_edits(
    contract: Contract, schema: Schema, path: Path, within: frozenset[str]
) -> Iterator[Edit | Instead]:
    """Edits that break a discriminator, or one of the schemas that it chooses."""
    chooses = (*path, schema["discriminator"]["propertyName"])
    yield Edit(chooses, partial(_replaced, bad_tags(contract, schema)))
    for branch, chosen in discriminated(contract, schema):
        if branch["$ref"] in within:
            continue
        for edit in schema_edits(contract, branch, path, within | {branch["$ref"]}):
            is_object = edit.path != path or isinstance(edit, Instead) or edit.kind == "object"
            if is_object and edit.path != chooses:  # else another schema might be chosen
                yield replace(edit, among=((path, chosen), *edit.among))


def _bad_combined(contract: Contract, schema: Schema, keyword: str) -> list[Any]:
    """Values that break this keyword, if possible no other one."""
    candidates = [*PLAIN_VALUES]
    for part in [schema[keyword]] if keyword == "not" else schema[keyword]:
        inner = flat(contract, part)
        candidates += [
            *inner.get("enum", ()),
            *chain(*(broken.values for broken in bad_values(contract, inner))),
        ]
    fits = validator_of(contract, {keyword: schema[keyword]}).is_valid
    values = [value for value in candidates if not fits(value)]
    if not values:
        raise refusal(contract, schema)(f"no value was found that breaks {keyword}")
    rest = {name: value for name, value in schema.items() if name not in _BESIDE}
    fits_rest = validator_of(contract, rest).is_valid
    return [value for value in values if fits_rest(value)] or values


def _replaced(values: list[Any], value: Any, number: int) -> Any:
    return fresh(values[number % len(values)])


def _object_edits(contract: Contract, schema: Schema, path: Path) -> Iterator[Edit | Instead]:
    edit = partial(Edit, path, kind="object")
    for name in contract.required(schema):
        yield edit(partial(_lacking, name))
    others, new = others_of(schema), new_name(schema)
    if others is None:
        yield edit(partial(_with, new))
    least, most = schema.get("minProperties", 0), schema.get("maxProperties")
    whole = {**schema, "type": "object", "nullable": False}
    if least:
        fewer = {"type": "object", "maxProperties": least - 1}
        yield Instead(path, ({**_without(whole, "minProperties"), **fewer}, fewer))
    if most is not None and most < _FEW:
        more = {"type": "object", "minProperties": most + 1, "maxProperties": most + 1}
        yield Instead(path, ({**whole, **more}, more))
    elif most is not None and most <= MOST and others is not None:
        yield Edit(path, partial(_too_large, new, most), (new,))


def _without(schema: Schema, keyword: str) -> Schema:
    return {name: value for name, value in schema.items() if name != keyword}


def _lacking(name: str, value: Any, number: int) -> Any:
    return {member: inner for member, inner in value.items() if member != name}


def _with(name: str, value: Any, number: int) -> Any:
    return {**value, name: None}


def _too_large(name: str, most: int, value: Any, number: int) -> Any:
    more = {f"{name}_{index}": fresh(value[name]) for index in range(most + 1)}
    return {**more, **value}


def _array_edits(schema: Schema, path: Path) -> Iterator[Edit | Instead]:
    if schema.get("minItems"):
        yield Edit(path, lambda value, number: value[:0], kind="array")
    most = schema.get("maxItems")
    if most is not None and most < _FEW:
        more = {"type": "array", "minItems": most + 1, "maxItems": most + 1}
        whole = {**schema, "nullable": False, **more}
        yield Instead(path, (whole, _without(whole, "uniqueItems"), more))
    elif most is not None and most <= MOST:
        yield Edit(path, partial(_too_long, most), (ITEM,))
    if schema.get("uniqueItems") and schema.get("maxItems", 2) > 1:
        yield Edit(path, _doubled, (ITEM,))


def _too_long(most: int, value: Any, number: int) -> Any:
    return [*value, *(fresh(value[0]) for _ in range(most + 1 - len(value)))]


def _doubled(value: Any, number: int) -> Any:
    return [value[0], *value[:-1], fresh(value[0])][-max(len(value), 2) :]
