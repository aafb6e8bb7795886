"""Breaks the rules of prose, each kind of rule in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial, reduce
from itertools import pairwise
from typing import Any

from ...conformance.dialect import validator_of
from ...contract.schema_keywords import Schema
from ...errors import InvalidArgument, hides_usage_errors
from ...rules.equality import json_equal
from ...rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    Needed,
    Never,
    NotAMember,
    Ordered,
    OwnMembers,
    Present,
    Rule,
    SameAsStatus,
)
from ..coherent.server import CoherentServer
from ..coherent.time_forms import gaps_back
from ..coherent.variants import set_member, variants
from ..schema.all_of import flat
from ..schema.compiler import Compiler
from ..schema.objects import objects
from ..schema.recipes import Recipe, choice, fresh
from ..schema.shapes import Part, Shape, others_of
from ..schema.timestamps import backwards
from .edits import Edit, Path

__tracebackhide__ = hides_usage_errors

Told = Iterator[Shape[Part]]
"""The shapes of objects of a rule's named schema that break the rule."""


def bad_objects(server: CoherentServer, compiler: Compiler, rule: Rule) -> list[Recipe]:
    """Objects that break a rule. Empty for kinds of rules that are broken by edits.

    Args:
        server: the server whose good objects are changed.
        compiler: its compiler.
        rule: the rule.
    """
    make = _SHAPES.get(type(rule.kind))
    if make is None:
        return []
    schema = flat(server.contract, server.schema_of(rule.on))
    told = list(make(server, rule.on, schema, rule.kind))
    return [objects([shape]) for shape in compiler.compiled_shapes(told, schema)] if told else []


def rule_edits(server: CoherentServer, rule: Rule, path: Path) -> Iterator[Edit]:
    """Edits of good values that break a rule. None for kinds of rules that `bad_objects` breaks.

    Raises:
        InvalidArgument: for a rule of the kind `ByFunction` for which the API has no `RuleEdit`.
    """
    make = _EDITS.get(type(rule.kind))
    if make is not None:
        yield from make(server, rule, path)


def _absent(server: CoherentServer, name: str, schema: Schema, kind: Absent) -> Told:
    values = {**server.deciding(name, schema), kind.when: kind.values}
    for other in server.presence(name):
        if isinstance(other, Absent) and other.member == kind.member and other != kind:
            # If possible, this rule alone is broken.
            left = tuple(value for value in values[other.when] if value not in other.values)
            values[other.when] = left or values[other.when]
    found = set_member(server, name, schema, kind.member)
    for shape in variants(replace(server, values=values), name, schema):
        yield shape.requiring(kind.member, found)


def _present(server: CoherentServer, name: str, schema: Schema, kind: Present) -> Told:
    documented = flat(server.contract, server.contract.schemas[name])
    if kind.member not in documented.get("required", ()):
        narrow = replace(server, values={kind.when: kind.values})
        for shape in variants(narrow, name, schema):
            yield shape.without(kind.member)


def _never(server: CoherentServer, name: str, schema: Schema, kind: Never) -> Told:
    narrow = replace(server, values={kind.member: kind.values})
    for shape in variants(narrow, name, schema):
        yield shape.requiring(kind.member, choice(kind.values))


def _needed(server: CoherentServer, name: str, schema: Schema, kind: Needed) -> Told:
    documented = flat(server.contract, server.contract.schemas[name])
    if kind.member not in documented.get("required", ()):
        for shape in variants(server, name, schema):
            yield shape.without(kind.member)


def _own_members(server: CoherentServer, name: str, schema: Schema, kind: OwnMembers) -> Told:
    documented = flat(server.contract, server.contract.schemas[name])
    if {*kind.own}.isdisjoint(documented.get("required", ())):
        for shape in variants(server, name, schema):
            bare = reduce(Shape.without, kind.own, shape)
            for member in kind.others:
                yield bare.requiring(member, server.options.texts())


def _not_a_member(server: CoherentServer, name: str, schema: Schema, kind: NotAMember) -> Told:
    for shape in variants(server, name, schema):
        for member in kind.members:
            yield shape.requiring(member, server.options.texts())


def _ordered(server: CoherentServer, name: str, schema: Schema, kind: Ordered) -> Told:
    for shape in variants(server, name, schema):
        there = [member for member in kind.members if shape.can_be_set(member)]
        for before, member in pairwise(there):
            first = set_member(server, name, schema, before)
            back = backwards() if kind.form is None else gaps_back()
            yield shape.requiring(before, first).requiring(member, back)


def _fixed(server: CoherentServer, rule: Rule, path: Path) -> Iterator[Edit]:
    kind = rule.kind
    if isinstance(kind, SameAsStatus):
        kind = Fixed((kind.member,), {server.status_code: (server.status_code,)})
    assert isinstance(kind, Fixed)
    allowed = kind.by_status.get(server.status_code)
    if allowed is None:
        return
    schema = flat(server.contract, server.contract.schemas[rule.on])
    for member in kind.path:
        inner = schema.get("properties", {}).get(member, others_of(schema))
        if inner is None:
            return  # it is never there
        schema = flat(server.contract, inner)
    fits = validator_of(server.contract, schema).is_valid
    values = [*schema.get("enum", ()), *schema.get("x-enum", ()), *range(20), 200, 500, "OTHER"]
    others = [
        value
        for value in values
        if fits(value) and not any(json_equal(value, one) for one in allowed)
    ]
    if others:  # without others, what breaks the rule breaks the schema, whose edits see to that
        yield Edit((*path, *kind.path), partial(_other, others))


def _other(values: list[Any], value: Any, number: int) -> Any:
    return fresh(values[number % len(values)])


def _by_function(server: CoherentServer, rule: Rule, path: Path) -> Iterator[Edit]:
    rule_edit = server.api.generation.rule_edits.get(rule.id)
    if rule_edit is None:
        raise InvalidArgument(
            f"the rule {rule.id} is a function, and {server.api.name} does not say how to break "
            "it. Give its Api "
            f"generation=GenerationHints(rule_edits={{{rule.id!r}: RuleEdit(...)}}).",
            value=rule.id,
        )
    kind = None if rule_edit.needs else "object"  # what has something is an object already
    yield Edit(
        path, lambda value, number: rule_edit.apply(value, number + 1), rule_edit.needs, kind
    )


_SHAPES: Mapping[type, Callable[[CoherentServer, str, Schema, Any], Told]] = {
    Absent: _absent,
    Present: _present,
    Never: _never,
    NotAMember: _not_a_member,
    Needed: _needed,
    OwnMembers: _own_members,
    Ordered: _ordered,
}

_EDITS: Mapping[type, Callable[[CoherentServer, Rule, Path], Iterator[Edit]]] = {
    Fixed: _fixed,
    SameAsStatus: _fixed,
    ByFunction: _by_function,
}
