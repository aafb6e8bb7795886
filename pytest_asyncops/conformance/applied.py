"""Which schemas apply to which parts of a value, and what none of them documents.

A schema applies to a value as in the keyword ``unevaluatedProperties`` of later drafts: with all of
its ``allOf``, and with the alternatives of its ``anyOf`` and ``oneOf`` that the value fits. A
schema
below ``not`` says what a value is not, so it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..contract.discriminators import alternatives_of
from ..contract.openapi import Contract, Place
from ..contract.schema_keywords import Schema
from ..errors import listed, shortened
from ..rules.equality import json_equal
from .branches import choose

Fits = Callable[[Schema, Any], bool]
"""Whether a value fits a schema."""


class Applied(NamedTuple):
    """A value within a value, and the schemas that apply to it.

    Attributes:
        at: its place.
        value: the value.
        roots: the schemas that the schemas of the surrounding value name for it.
        schemas: these and all their parts, without references.
    """

    at: Place
    value: Any
    roots: list[Schema]
    schemas: list[Schema]


class Undocumented(NamedTuple):
    """A part of a value that no applying schema documents.

    Attributes:
        at: its place.
        value: the value.
        message: what is documented.
        schema: the schema that would document it.
        keyword: the keyword of this schema that would.
    """

    at: Place
    value: Any
    message: str
    schema: Schema
    keyword: str


def applied(contract: Contract, schema: Schema, value: Any, fits: Fits) -> Iterator[Applied]:
    """The value and all of its parts, each with the schemas that apply to it.

    Args:
        contract: the contract, in which references are looked up.
        schema: the schema of the value.
        value: the value.
        fits: whether a value fits a schema.
    """
    return _parts(contract, [schema], value, fits, ())


def _parts(
    contract: Contract, roots: list[Schema], value: Any, fits: Fits, at: Place
) -> Iterator[Applied]:
    found: dict[int, Schema] = {}
    for root in roots:
        _gather(contract, root, value, fits, found)
    schemas = list(found.values())
    yield Applied(at, value, roots, schemas)
    if isinstance(value, dict):
        for name, inner in value.items():
            below = [found for schema in schemas for found in _of_member(schema, name)]
            if below:
                yield from _parts(contract, below, inner, fits, (*at, name))
    elif isinstance(value, list):
        below = [schema["items"] for schema in schemas if "items" in schema]
        if below:
            for index, inner in enumerate(value):
                yield from _parts(contract, below, inner, fits, (*at, index))


def _gather(
    contract: Contract, schema: Schema, value: Any, fits: Fits, found: dict[int, Schema]
) -> None:
    """Add a schema and all its parts for this value, by the ``id()`` of each."""
    schema = contract.resolved(schema)
    if id(schema) in found:
        return
    found[id(schema)] = schema
    for same in schema.get("allOf", ()):
        _gather(contract, same, value, fits, found)
    for applying in _alternatives(contract, schema, value, fits):
        for one in applying:
            _gather(contract, one, value, fits, found)


def _alternatives(
    contract: Contract, schema: Schema, value: Any, fits: Fits
) -> Iterator[list[Schema]]:
    """The alternatives that apply, for each keyword that has alternatives."""
    chosen = choose(contract, schema, value)
    decided = None if chosen is None else alternatives_of(schema)
    for keyword in ("anyOf", "oneOf"):
        if keyword != decided:
            yield [one for one in schema.get(keyword, ()) if fits(one, value)]
    if chosen is not None and chosen.schema is not None:
        yield [chosen.schema]


def _of_member(schema: Schema, name: str) -> Iterator[Schema]:
    found = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
    if isinstance(found, dict):
        yield found


def undocumented_members(part: Applied) -> Iterator[Undocumented]:
    """The members of an object that no schema documents, if there are schemas that document any."""
    documenting = [schema for schema in part.schemas if "properties" in schema]
    is_open = any("additionalProperties" in schema for schema in part.schemas)
    if not isinstance(part.value, dict) or not documenting or is_open:
        return
    names = list(dict.fromkeys(name for schema in documenting for name in schema["properties"]))
    for name, value in part.value.items():
        if name not in names:
            yield Undocumented(
                (*part.at, name),
                value,
                f"is not documented; the contract has {listed(names)}",
                documenting[0],
                "properties",
            )


def undocumented_values(contract: Contract, part: Applied, fits: Fits) -> Iterator[Undocumented]:
    """The value, for each open enum that does not document it.

    If the value fits several alternatives, it is enough that one documents it.
    """
    for root in part.roots:
        yield from _unknown(contract, root, part, fits, frozenset())


def _unknown(
    contract: Contract, schema: Schema, part: Applied, fits: Fits, within: frozenset[int]
) -> list[Undocumented]:
    value = part.value
    schema = contract.resolved(schema)
    found: list[Undocumented] = []
    if id(schema) in within:
        return found
    within |= {id(schema)}
    values = schema.get("x-enum")
    if values and value is not None and not any(json_equal(value, known) for known in values):
        message = f"is not documented; the contract has {listed(map(shortened, values))}"
        found.append(Undocumented(part.at, value, message, schema, "x-enum"))
    for same in schema.get("allOf", ()):
        found += _unknown(contract, same, part, fits, within)
    for fitting in _alternatives(contract, schema, value, fits):
        told = [_unknown(contract, one, part, fits, within) for one in fitting]
        if told and all(told):
            found += told[0]
    return found
