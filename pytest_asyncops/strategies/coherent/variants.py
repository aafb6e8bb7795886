"""The shapes of the objects that a coherent server sends.

Each kind of rule is met by construction. Rules about the presence of members make several shapes.
Rules about the value of a member are part of its schema. Rules about the order of timestamps have
them written in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ...conformance.dialect import validator_of
from ...contract.schema_keywords import Schema
from ...errors import InvalidArgument, hides_usage_errors
from ...rules.rules import Needed, NotAMember, Ordered, OwnMembers
from ..schema.all_of import flat
from ..schema.options import Options
from ..schema.recipes import NULL, Recipe, choice, number, one_of
from ..schema.shapes import Part, Shape, documented
from ..schema.texts import in_other_case
from ..schema.timestamps import put_in_order, ticks
from .paging import is_list, numbered, paged
from .presence import cases, needed_schema
from .server import OTHER, CoherentServer
from .time_forms import gaps, write_in_order

__tracebackhide__ = hides_usage_errors

Told = Mapping[str, Schema]
"""The schemas of the members of an object, flat."""

_ID_PICKS = 3


def shapes_of(server: CoherentServer, name: str, schema: Schema) -> list[Shape[Part]]:
    """The shapes of the objects of a named schema.

    Args:
        server: the server that sends them.
        name: the name of the schema.
        schema: the schema, flat.

    Raises:
        InvalidArgument: if the user asks for members that are never there at once.
    """
    shapes = list(variants(server, name, schema))
    if not shapes:
        raise InvalidArgument(
            f"no {server.api.name} operation has {' and '.join(server.overrides)} as given. Leave "
            "out one of them, or state=.",
            value=list(server.overrides),
        )
    return shapes


def variants(server: CoherentServer, name: str, schema: Schema) -> Iterator[Shape[Part]]:
    """The same shapes; none, if the user asks for members that are never there at once."""
    told = {
        member: flat(server.contract, inner)
        for member, inner in schema.get("properties", {}).items()
    }
    overrides = server.overrides if name == server.operation else {}
    kinds = list(server.presence(name))
    for base in _bases(server, name, schema, told):
        for case in cases(server.deciding(name, schema), kinds):
            shape = base
            for member in case.absent:
                shape = _without(shape, member, told)
            for member in case.present:
                if not shape.has(member):
                    raise InvalidArgument(
                        f"a rule of {server.api.name} wants {member}, which the schema or another "
                        "rule forbids",
                        value=member,
                    )
                shape = shape.requiring(
                    member, _not_null(schema["properties"][member], told[member])
                )
            for member, values in case.values.items():
                shape = shape.requiring(member, _one_of_these(values, told[member], server.options))
            if all(shape.can_be_set(member) for member in overrides):
                for member, found in overrides.items():
                    shape = shape.requiring(member, found)
                yield _timed(server, name, shape, told)


def set_member(server: CoherentServer, name: str, schema: Schema, member: str) -> Part:
    """The values of a member of a named schema that is there and not null."""
    inner = schema["properties"][member]
    told = flat(server.contract, inner)
    for kind in server.rules_about(name):
        if isinstance(kind, Ordered) and member in kind.members and _is_time(kind, told):
            return _times(server, kind, member)
    return _not_null(inner, told)


def _bases(server: CoherentServer, name: str, schema: Schema, told: Told) -> list[Shape[Part]]:
    """The shapes before rules and habits say which members are there."""
    shape = documented(schema)
    unwelcome = [*shape.unwelcome]
    for kind in server.rules_about(name):
        if isinstance(kind, NotAMember):
            unwelcome += kind.members
        elif isinstance(kind, OwnMembers):
            unwelcome += kind.others
        elif isinstance(kind, Needed) and kind.member in told:
            found = needed_schema(server.contract, schema, kind.member)
            shape = shape.requiring(kind.member, found)
    shape = replace(shape, unwelcome=tuple(unwelcome))
    api, history = server.api, server.api.checking.history
    if history is None:
        return [shape]
    if name == history.schema:
        shape = shape.grouped(api.generation.together)
        if _takes_ids(server, told.get(history.id)):
            ids = number(_ID_PICKS).mapped(lambda before: api.new_id(before + 1))
            shape = shape.replacing(history.id, ids)
    if not is_list(api, name) or history.listed_in not in told:
        return [shape]
    listed = told[history.listed_in]
    operation = flat(server.contract, listed.get("items", {}))
    id_schema = operation.get("properties", {}).get(history.id)
    if history.id not in server.overrides and _takes_ids(server, id_schema):
        renumber = partial(numbered, api=api, history=history)
        shape = replace(shape, finish=(*shape.finish, renumber))
    full = {**listed, "minItems": max(listed.get("minItems", 0), 1)}
    return paged(api, history, shape, full if server.options.max_items else None)


def _takes_ids(server: CoherentServer, schema: Schema | None) -> bool:
    """Whether an id with this schema can be one that stubs make."""
    new_id = server.api.new_id(1)
    return schema is not None and bool(validator_of(server.contract, schema).is_valid(new_id))


def _without(shape: Shape[Part], member: str, told: Told) -> Shape[Part]:
    """The shape without a member, or with null for it if the schema allows null."""
    shape = shape.without(member)
    if told.get(member, {}).get("nullable"):
        return replace(shape, optional={**shape.optional, member: NULL})
    return shape


def _not_null(schema: Schema, told: Schema) -> Schema:
    return {"allOf": [schema, {"nullable": False}]} if told.get("nullable") else schema


def _one_of_these(values: tuple[Any, ...], told: Schema, options: Options) -> Recipe:
    """These values of a member that decides which others are there."""
    known = [value for value in values if value is not OTHER]
    if len(known) == len(values):
        return choice(known)
    documented_values = told.get("x-enum", known)
    others = [choice(in_other_case(documented_values))]
    if options.unknown == "sometimes":
        texts = options.texts()
        others.append(texts.mapped(lambda text: f"{text}?" if text in documented_values else text))
    return one_of([choice(known), *others] if known else others)


def _timed(server: CoherentServer, name: str, shape: Shape[Part], told: Told) -> Shape[Part]:
    """The shape with its timestamps in the order that the rules demand."""
    overrides = server.overrides if name == server.operation else {}
    for kind in server.rules_about(name):
        if not isinstance(kind, Ordered):
            continue
        for member in kind.members:
            is_free = member not in overrides and shape.can_be_set(member)
            if is_free and _is_time(kind, told.get(member, {})):
                found = _times(server, kind, member)
                if told[member].get("nullable") and member in shape.optional:
                    found = one_of([NULL, found])
                shape = shape.replacing(member, found)
        finish = partial(_in_order, kind=kind)
        shape = replace(shape, finish=(*shape.finish, finish))
    return shape


def _is_time(kind: Ordered, told: Schema) -> bool:
    return kind.form is not None or told.get("format") == "date-time"


def _times(server: CoherentServer, kind: Ordered, member: str) -> Recipe:
    """Timestamps of a member that are written when all that have an order are there."""
    if kind.form is not None:
        return gaps()
    return ticks(server.options.times, member == kind.members[0])


def _in_order(value: dict[str, Any], kind: Ordered) -> dict[str, Any]:
    if kind.form is not None:
        write_in_order(value, kind.members, kind.form)
    else:
        put_in_order(value, kind.members)
    return value
