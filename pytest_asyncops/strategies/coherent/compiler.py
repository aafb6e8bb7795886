"""Compiles what a coherent server sends: schema, rules of prose and habits at once.

Each kind of rule is met by construction. Rules about the presence of members make shapes. Rules
about the value of a member become part of its schema. Rules about the order of timestamps have them
written in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis.strategies import DrawFn

from ...contract.openapi import Contract, load_contract
from ...contract.schema_keywords import Schema, refer
from ...errors import InvalidArgument, hides_usage_errors
from ...rules.rules import Absent, NotAMember, Ordered, Present
from ...serving.api import Api
from ..schema.compiler import Compiler
from ..schema.objects import Recipes, Shape
from ..schema.options import Options
from ..schema.recipes import NULL, Recipe, choice, number, one_of
from ..schema.scalars import in_other_case
from ..schema.timestamps import put_in_order, ticks
from .paging import is_list, numbered, paged
from .presence import DecidingValues, Presence, cases, value_schemas

__tracebackhide__ = hides_usage_errors

_ID_PICKS = 3


class _Other:
    """Stands for every value that an open enum does not list."""


OTHER = _Other()


class CoherentCompiler(Compiler):
    """Makes recipes for what a coherent server sends.

    Args:
        api: the API.
        options: the options of the user.
        status_code: the HTTP status of the response.
        values: for members that decide which others are there, the values that they can have.
        overrides: recipes for certain members of operations.
    """

    def __init__(
        self,
        api: Api,
        options: Options,
        *,
        status_code: int = 200,
        values: DecidingValues | None = None,
        overrides: Recipes | None = None,
    ) -> None:
        super().__init__(contract_of(api), options)
        self.api = api
        self.status_code = status_code
        self._values = values or {}
        self._overrides = overrides or {}
        self._operation = api.checking.history.schema if api.checking.history is not None else None

    def narrowed(self, values: DecidingValues) -> CoherentCompiler:
        """The same compiler, with certain members that have only these values."""
        return CoherentCompiler(self.api, self.options, status_code=self.status_code, values=values)

    def whole(self, name: str) -> Schema:
        """The named schema, and what rules and habits add to it."""
        parts: list[Schema] = [refer(name)]
        for rule in self.api.checking.rules:
            if rule.on == name:
                parts += value_schemas(rule.kind, self.status_code)
        stricter = self.api.generation.stricter.get(name)
        return {"allOf": [*parts, stricter] if stricter else parts}

    def presence(self, name: str) -> Iterator[Presence]:
        """The rules and habits that say which members of a named schema are there."""
        for rule in self.api.checking.rules:
            if rule.on == name and isinstance(rule.kind, (Absent, Present)):
                yield rule.kind
        if name == self._operation:
            yield from self.api.generation.habits

    def deciding(self, schema: Schema, name: str) -> list[str]:
        """The members of a named schema whose values decide which others are there."""
        properties = schema.get("properties", {})
        return list(
            dict.fromkeys(kind.when for kind in self.presence(name) if kind.when in properties)
        )

    def values(self, schema: Schema, name: str) -> DecidingValues:
        """The values of the members that decide which others are there."""
        kinds = list(self.presence(name))
        return {
            member: self._values_of(member, schema, kinds) for member in self.deciding(schema, name)
        }

    def shapes(self, schema: Schema, name: str | None = None) -> list[Shape]:
        """The shapes of the objects of a schema."""
        if name is None:
            return super().shapes(schema)
        shapes = list(self.variants(schema, name))
        if not shapes:
            raise InvalidArgument(
                f"no {self.api.name} operation has {' and '.join(self._overrides)} as they are "
                "asked for. Leave out one of them, or state=.",
                value=list(self._overrides),
            )
        return [one for shape in shapes for one in self._counted(shape, schema)]

    def variants(self, schema: Schema, name: str) -> Iterator[Shape]:
        """The shapes of a named schema's objects that rules and habits allow."""
        kinds = list(self.presence(name))
        values = self.values(schema, name)
        overrides = self._overrides if name == self._operation else {}
        for base in self._bases(schema, name):
            for case in cases(values, kinds):
                shape = base
                for member in case.absent:
                    shape = self._without(shape, schema, member)
                for member in case.present:
                    shape = self._with(shape, schema, member)
                for member, choices in case.values.items():
                    shape = shape.requiring(member, self._saying(member, choices, schema))
                if all(shape.can_be_set(member) for member in overrides):
                    for member, found in overrides.items():
                        shape = shape.requiring(member, found)
                    yield self._timed(shape, schema, name, overrides)

    def set_member(self, schema: Schema, name: str, member: str) -> Recipe:
        """The values of a member that is there and not null."""
        for rule in self.api.checking.rules:
            ordered = rule.kind.members if isinstance(rule.kind, Ordered) else ()
            if rule.on == name and member in ordered and self._is_time(schema, member):
                return ticks(self.options.times, member == ordered[0])
        return self._not_null(schema["properties"][member])

    def _made_named(self, name: str, schema: Schema) -> Recipe:
        whole = self.whole(name)
        told = self.flat(whole)
        deciding = self.deciding(told, name) if name == self._operation else []
        deciding_overrides = {
            member: self._overrides[member] for member in deciding if member in self._overrides
        }
        return (
            self._decided(deciding_overrides)
            if deciding_overrides
            else self._made(told, whole, name)
        )

    def _decided(self, deciding_overrides: Recipes) -> Recipe:
        """Operations with overrides that decide which members there are: these are drawn first."""
        others = {
            name: found for name, found in self._overrides.items() if name not in deciding_overrides
        }
        kinds = list(self.presence(str(self._operation)))
        named = [(kind.when, value) for kind in kinds for value in kind.values]
        made: dict[object, Recipe] = {}

        def make(draw: DrawFn, choices: bytes, at: int) -> dict[str, Any]:
            values = {member: found.drawn_by(draw) for member, found in deciding_overrides.items()}
            # To the rules, all values that they do not name are alike.
            key = tuple(pair if pair in named else None for pair in values.items())
            if key not in made:
                said = {**self._values, **{name: (value,) for name, value in values.items()}}
                compiler = CoherentCompiler(
                    self.api,
                    self.options,
                    status_code=self.status_code,
                    values=said,
                    overrides=others,
                )
                made[key] = compiler.recipe(refer(str(self._operation)))
            return {**made[key].drawn_by(draw), **values}

        return Recipe(0, make)

    def _bases(self, schema: Schema, name: str) -> list[Shape]:
        """The shapes of a named schema's objects before rules and habits say what is there."""
        unwelcome = [
            member
            for rule in self.api.checking.rules
            if rule.on == name and isinstance(rule.kind, NotAMember)
            for member in rule.kind.members
        ]
        shape = self.shape(schema, tuple(unwelcome))
        history = self.api.checking.history
        if history is None:
            return [shape]
        if name == history.schema:
            shape = shape.grouped(self.api.generation.together)
            if shape.has(history.id) and self._makes_ids(schema):
                new_id = self.api.new_id
                counted = number(_ID_PICKS).mapped(lambda before: new_id(before + 1))
                shape = shape.replacing(history.id, counted)
        if not is_list(self.api, name) or not shape.has(history.listed_in):
            return [shape]
        items = self.flat(schema["properties"][history.listed_in])
        item = self.flat(items.get("items", {}))
        if history.id not in self._overrides and self._makes_ids(item):
            renumber = partial(numbered, api=self.api, history=history)
            shape = replace(shape, finish=(*shape.finish, renumber))
        full = self.arrays(items, 1) if self.options.max_items else None
        return paged(self.api, history, shape, full)

    def _makes_ids(self, schema: Schema) -> bool:
        """Whether an operation of this schema can have the ids that stubs make."""
        history = self.api.checking.history
        inner = schema.get("properties", {}).get(history.id) if history is not None else None
        return inner is not None and self.is_valid(inner, self.api.new_id(1))

    def _values_of(self, member: str, schema: Schema, kinds: list[Presence]) -> tuple[Any, ...]:
        if member in self._values:
            return self._values[member]
        inner = schema["properties"][member]
        told = self.flat(inner)
        if "enum" in told:
            return tuple(value for value in told["enum"] if self.is_valid(inner, value))
        named = [value for kind in kinds if kind.when == member for value in kind.values]
        known = tuple(told.get("x-enum", dict.fromkeys(named)))
        return known if self.options.unknown == "never" else (*known, OTHER)

    def _saying(self, member: str, choices: tuple[Any, ...], schema: Schema) -> Recipe:
        known = [value for value in choices if value is not OTHER]
        if len(known) == len(choices):
            return choice(known)
        listed_words = self.flat(schema["properties"][member]).get("x-enum", known)
        others = [choice(in_other_case(listed_words))]
        if self.options.unknown == "sometimes":
            texts = self.options.texts()
            others.append(texts.mapped(lambda text: f"{text}?" if text in listed_words else text))
        return one_of([choice(known), *others] if known else others)

    def _with(self, shape: Shape, schema: Schema, member: str) -> Shape:
        """The shape with a member always there, and not null."""
        if not shape.has(member):
            raise InvalidArgument(
                f"a rule of {self.api.name} wants {member}, which schema or other rules forbid",
                value=member,
            )
        return shape.requiring(member, self._not_null(schema["properties"][member]))

    def _without(self, shape: Shape, schema: Schema, member: str) -> Shape:
        """The shape without a member, or with null for it if the schema allows null."""
        groups = [group for group in shape.groups if member in group]
        for one in {member}.union(*groups):
            shape = shape.without(one)
        shape = replace(shape, groups=tuple(one for one in shape.groups if one not in groups))
        if self.flat(schema["properties"].get(member, {})).get("nullable"):
            return replace(shape, optional={**shape.optional, member: NULL})
        return shape

    def _timed(self, shape: Shape, schema: Schema, name: str, overrides: Recipes) -> Shape:
        """The shape with its timestamps in the order that the rules demand."""
        for rule in self.api.checking.rules:
            if rule.on != name or not isinstance(rule.kind, Ordered):
                continue
            for index, member in enumerate(rule.kind.members):
                is_free = member not in overrides and shape.can_be_set(member)
                if is_free and self._is_time(schema, member):
                    found = ticks(self.options.times, index == 0)
                    nullable = self.flat(schema["properties"][member]).get("nullable")
                    if nullable and member in shape.optional:
                        found = one_of([NULL, found])
                    shape = shape.replacing(member, found)
            finish = partial(_in_order, members=rule.kind.members)
            shape = replace(shape, finish=(*shape.finish, finish))
        return shape

    def _is_time(self, schema: Schema, member: str) -> bool:
        return bool(self.flat(schema["properties"][member]).get("format") == "date-time")

    def _not_null(self, schema: Schema) -> Recipe:
        told = self.flat(schema)
        if told.get("nullable"):
            return self._made({**told, "nullable": False}, schema)
        return self.recipe(schema)


def contract_of(api: Api) -> Contract:
    """The API's contract.

    Raises:
        InvalidArgument: if it has none.
    """
    if api.checking.contract is None:
        raise InvalidArgument(
            f"{api.name} has no contract to generate from. Give its Api "
            "checking=Checking(contract='path/to/openapi.yaml').",
            value=api,
        )
    return load_contract(api.checking.contract)


def _in_order(value: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    put_in_order(value, members)
    return value
