"""Breaks the rules of prose, each kind of rule in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from ...errors import InvalidArgument
from ...rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    Never,
    NotAMember,
    Ordered,
    Present,
    Rule,
    SameAsStatus,
)
from ..coherent.compiler import CoherentCompiler
from ..schema.objects import objects
from ..schema.recipes import Recipe, choice
from ..schema.timestamps import backwards
from .edits import Edit
from .predicted_violations import Path

Bad = Iterator[Recipe]
"""Objects of a rule's named schema that break the rule."""


def bad_objects(compiler: CoherentCompiler, rule: Rule) -> list[Recipe]:
    """Objects that break a rule. Empty for kinds of rules that are broken by edits."""
    make = _OBJECTS.get(type(rule.kind))
    return [] if make is None else list(make(compiler, rule.on, rule.kind))


def rule_edits(compiler: CoherentCompiler, rule: Rule, path: Path) -> Iterator[Edit]:
    """Edits of good values that break a rule. None for kinds of rules that `bad_objects` breaks.

    Raises:
        InvalidArgument: for a rule of the kind `ByFunction` for which the API has no `RuleEdit`.
    """
    make = _EDITS.get(type(rule.kind))
    if make is not None:
        yield from make(compiler, rule, path)


def _absent(compiler: CoherentCompiler, name: str, kind: Absent) -> Bad:
    schema = compiler.flat(compiler.whole(name))
    values = {**compiler.values(schema, name), kind.when: kind.values}
    for other in compiler.presence(name):
        if isinstance(other, Absent) and other.member == kind.member and other != kind:
            # If possible, this rule alone is broken.
            left = tuple(value for value in values[other.when] if value not in other.values)
            values[other.when] = left or values[other.when]
    narrow = compiler.narrowed(values)
    for shape in narrow.variants(schema, name):
        yield objects([shape.requiring(kind.member, narrow.set_member(schema, name, kind.member))])


def _present(compiler: CoherentCompiler, name: str, kind: Present) -> Bad:
    narrow = compiler.narrowed({kind.when: kind.values})
    schema = narrow.flat(narrow.whole(name))
    if kind.member not in narrow.flat(narrow.contract.schemas[name]).get("required", ()):
        for shape in narrow.variants(schema, name):
            yield objects([shape.without(kind.member)])


def _never(compiler: CoherentCompiler, name: str, kind: Never) -> Bad:
    narrow = compiler.narrowed({kind.member: kind.values})
    schema = narrow.flat(narrow.whole(name))
    for shape in narrow.variants(schema, name):
        yield objects([shape.requiring(kind.member, choice(kind.values))])


def _unknown(compiler: CoherentCompiler, name: str, kind: NotAMember) -> Bad:
    schema = compiler.flat(compiler.whole(name))
    for shape in compiler.variants(schema, name):
        for member in kind.members:
            yield objects([shape.requiring(member, compiler.options.texts())])


def _ordered(compiler: CoherentCompiler, name: str, kind: Ordered) -> Bad:
    schema = compiler.flat(compiler.whole(name))
    for shape in compiler.variants(schema, name):
        there = [member for member in kind.members if shape.can_be_set(member)]
        for before, member in pairwise(there):
            first = compiler.set_member(schema, name, before)
            yield objects([shape.requiring(before, first).requiring(member, backwards())])


def _fixed(compiler: CoherentCompiler, rule: Rule, path: Path) -> Iterator[Edit]:
    kind = rule.kind
    if isinstance(kind, SameAsStatus):
        kind = Fixed((kind.member,), {compiler.status_code: (compiler.status_code,)})
    assert isinstance(kind, Fixed)
    allowed = kind.by_status.get(compiler.status_code)
    if allowed is None:
        return
    schema = compiler.contract.schemas[rule.on]
    for member in kind.path:
        schema = compiler.flat(compiler.flat(schema)["properties"][member])
    values = [*schema.get("enum", ()), *schema.get("x-enum", ()), *range(20), 200, 500, "OTHER"]
    others = [
        value for value in values if value not in allowed and compiler.is_valid(schema, value)
    ]
    yield Edit((*path, *kind.path), partial(_other, others))


def _other(values: list[Any], value: Any, number: int) -> Any:
    return values[number % len(values)]


def _check(compiler: CoherentCompiler, rule: Rule, path: Path) -> Iterator[Edit]:
    rule_edit = compiler.api.generation.rule_edits.get(rule.id)
    if rule_edit is None:
        raise InvalidArgument(
            f"the rule {rule.id} is a function, and {compiler.api.name} does not say how to break "
            "it. Give its Api "
            f"generation=GenerationHints(rule_edits={{{rule.id!r}: RuleEdit(...)}}).",
            value=rule.id,
        )
    yield Edit(path, lambda value, number: rule_edit.apply(value, number + 1), rule_edit.needs)


_OBJECTS: Mapping[type, Callable[[CoherentCompiler, str, Any], Bad]] = {
    Absent: _absent,
    Present: _present,
    Never: _never,
    NotAMember: _unknown,
    Ordered: _ordered,
}

_EDITS: Mapping[type, Callable[[CoherentCompiler, Rule, Path], Iterator[Edit]]] = {
    Fixed: _fixed,
    SameAsStatus: _fixed,
    ByFunction: _check,
}
