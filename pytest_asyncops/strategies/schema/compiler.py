"""Compiles schemas to recipes that construct their values, so that no draw is thrown away."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...conformance.dialect import make_validator
from ...contract.openapi import Contract
from ...contract.schema_keywords import REFERENCE, Schema
from ...errors import hides_usage_errors
from .all_of import Contradiction, can_end, flat
from .alternatives import alternatives, without_not
from .objects import Shape, counted, extra_names, objects, some_extras
from .options import Options
from .recipes import NULL, Recipe, choice, constant, from_strategy, one_of
from .scalars import integers, json_values, numbers, strings

__tracebackhide__ = hides_usage_errors

_LEVELS = 4
"""How many levels deep a schema that contains itself is nested, at most."""


class TooDeep(Exception):
    """A schema that contains itself is nested deep enough: leave it out if it is optional."""


_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "string": ("pattern", "minLength", "maxLength", "x-enum"),
    "number": ("minimum", "maximum", "multipleOf"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
    ),
}
"""For each type the keywords that constrain only it. They imply a type that is left out."""


class Compiler:
    """Makes recipes of the schemas of one contract.

    Args:
        contract: the contract, in which references are looked up.
        options: the options of the user.
    """

    def __init__(self, contract: Contract, options: Options) -> None:
        self.contract = contract
        self.options = options
        self._made_once: dict[object, Recipe] = {}
        self._within: dict[str, int] = {}

    def recipe(self, schema: Schema) -> Recipe:
        """The values of this schema.

        Raises:
            ContractError: for a schema that has none, or whose values cannot be constructed.
        """
        if "$ref" in schema:
            return self.named(schema["$ref"].removeprefix(REFERENCE))
        if "allOf" not in schema:
            return self._made(schema, schema)
        key = json.dumps(schema, sort_keys=True)
        return self._once(key, schema, lambda: self._made(self.flat(schema), schema))

    def named(self, name: str) -> Recipe:
        """The values of the schema of this name, which is escaped as in a reference."""
        schema = self.contract.at(f"/components/schemas/{name}")
        if not self._within and not can_end(self.contract, schema):
            raise self.refusal(schema)("no value of this schema ever ends")
        return self._once(name, schema, lambda: self._made_named(name, schema))

    def shapes(self, schema: Schema, name: str | None = None) -> list[Shape]:
        """The shapes of the objects of a flat schema; ``name`` is its name, if it has one."""
        return self._counted(self.shape(schema), schema)

    def shape(self, schema: Schema, unwelcome: tuple[str, ...] = ()) -> Shape:
        """The shape of the objects of a schema, by ``properties``, ``required`` and the like."""
        properties: Mapping[str, Schema] = schema.get("properties", {})
        needed = schema.get("required", ())
        members = {}
        for name, inner in properties.items():
            try:
                members[name] = self.recipe(inner).with_own_draw()
            except TooDeep:
                if name in needed:
                    raise
        more = schema.get("additionalProperties", True)
        undocumented = [name for name in needed if name not in properties]
        if undocumented and more is False:
            raise self.refusal(schema)(f"{undocumented[0]!r} is required and not allowed")
        others = self._others(more)
        for name in undocumented:
            members[name] = others
        extras = None
        if isinstance(more, dict) or (more is True and self.options.extra == "sometimes"):
            names = extra_names({*members, *unwelcome}, self.options)
            extras = some_extras(names, others.with_own_draw())
        return Shape(
            {name: found for name, found in members.items() if name in needed},
            {name: found for name, found in members.items() if name not in needed},
            extras,
            order=tuple(members),
        )

    def flat(self, schema: Schema) -> Schema:
        """The schema without reference and ``allOf``."""
        try:
            return flat(self.contract, schema)
        except Contradiction as trouble:
            raise self.refusal(schema)(f"allOf of {trouble} is not generated") from None

    def alternatives(self, schema: Schema, origin: Schema) -> list[Schema] | None:
        """Schemas that together have the values of a flat one, ``None`` if it has no alternatives.

        Raises:
            ContractError: for alternatives whose values cannot be constructed.
        """
        return self._alternatives(schema, origin)[1]

    def refusal(self, schema: Schema) -> Callable[[str], Exception]:
        """A function from a message to the error with the place of this schema."""
        pointer = self.contract.pointers.get(id(schema), "")
        return lambda message: self.contract.document.error(message, pointer)

    def is_valid(self, schema: Schema, value: Any) -> bool:
        """Whether the value fits the schema."""
        validator = make_validator(self.contract, extra=False, unknown=False)
        return bool(validator(schema).is_valid(value))

    def _made_named(self, name: str, schema: Schema) -> Recipe:
        return self._made(self.flat(schema), schema, name)

    def _once(self, key: str, schema: Schema, make: Callable[[], Recipe]) -> Recipe:
        """The recipe for this key, made once for each nesting of schemas around it.

        Raises:
            TooDeep: if a schema that contains itself is nested deep enough.
        """
        within = dict(self._within)
        level = within.get(key, 0)
        if level == _LEVELS:
            if schema.get("nullable"):
                return NULL
            raise TooDeep
        place = key, tuple(within.items())
        if place not in self._made_once:
            self._within[key] = level + 1
            try:
                self._made_once[place] = make()
            finally:
                self._within = within
        return self._made_once[place]

    def _made(self, schema: Schema, origin: Schema, name: str | None = None) -> Recipe:
        refuse = self.refusal(origin)
        if "enum" in schema:
            values = [value for value in schema["enum"] if self.is_valid(origin, value)]
            if not values:
                raise refuse("none of the enum's values fits the other keywords")
            return choice(values)
        schema, several = self._alternatives(schema, origin)
        if several is not None:
            return one_of([*self._able(several, origin)])
        kinds = [schema["type"]] if "type" in schema else _implied(schema)
        found = [self._typed(kind, schema, refuse, name) for kind in kinds]
        if not found:
            return json_values(self.options)
        return one_of([NULL, *found] if schema.get("nullable") else found)

    def _alternatives(self, schema: Schema, origin: Schema) -> tuple[Schema, list[Schema] | None]:
        try:
            schema = without_not(schema)
            return schema, alternatives(self.contract, schema)
        except Contradiction as trouble:
            raise self.refusal(origin)(f"{trouble} is not generated") from None

    def _able(self, several: list[Schema], origin: Schema) -> Iterator[Recipe]:
        """Recipes for the alternatives, without those that are nested too deep here."""
        found = 0
        for index, one in enumerate(several):
            try:
                # Alternatives count as nested too, because references among them are followed.
                key = json.dumps(one, sort_keys=True)
                yield self._once(key, origin, partial(self._made, one, origin))
                found += 1
            except TooDeep:
                if not found and index == len(several) - 1:
                    raise

    def _typed(
        self, kind: str, schema: Schema, refuse: Callable[[str], Exception], name: str | None
    ) -> Recipe:
        if kind == "object":
            return objects(self.shapes(schema, name))
        if kind == "array":
            return self.arrays(schema)
        if kind == "boolean":
            return choice([False, True])
        return _SCALARS[kind](schema, self.options, refuse)

    def arrays(self, schema: Schema, least: int = 0) -> Recipe:
        """The lists of a schema, with at least so many items."""
        least = max(least, schema.get("minItems", 0))
        try:
            items = self._others(schema.get("items", True))
        except TooDeep:
            if least:
                raise
            return constant([])
        most = schema.get("maxItems")
        if most is not None and most < least:
            raise self.refusal(schema)(f"no list has at least {least} and at most {most} items")
        most = max(self.options.max_items, least) if most is None else most
        unique = schema.get("uniqueItems", False)
        if unique and items.values is not None:
            values = list({identity(value): value for value in items.values}.values())
            if len(values) < least:
                raise self.refusal(schema)(f"{len(values)} values cannot fill {least} places")
            some = st.lists(
                st.sampled_from(values), min_size=least, max_size=most, unique_by=identity
            )
            return from_strategy(some).mapped(copy.deepcopy)
        if unique:
            return _unlike(items.strategy(), least, most, identity)
        return from_strategy(st.lists(items.strategy(), min_size=least, max_size=most))

    def _others(self, schema: Schema | bool) -> Recipe:
        return json_values(self.options) if isinstance(schema, bool) else self.recipe(schema)

    def _counted(self, shape: Shape, schema: Schema) -> list[Shape]:
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        refuse = self.refusal(schema)
        if most is not None and most < max(least, len(shape.required)):
            raise refuse(f"no object of this schema has at most {most} members")
        if most is None and least <= len(shape.required):
            return [shape]
        if not shape.optional and schema.get("additionalProperties", True) is not False:
            return [self._filled(shape, schema, least, most)]
        if least > len(shape.required) + len(shape.optional):
            raise refuse(f"minProperties {least} beyond the documented members is not generated")
        shapes = counted(replace(shape, extras=None), least, most)
        if shapes is None:
            raise refuse("minProperties and maxProperties with so many members are not generated")
        return shapes

    def _filled(self, shape: Shape, schema: Schema, least: int, most: int | None) -> Shape:
        """A shape without optional members, with enough extra members."""
        names = extra_names(shape.required, self.options).strategy()
        needed = len(shape.required)
        low = max(least - needed, 0)
        high = max(low, self.options.max_items) if most is None else most - needed
        values = self._others(schema.get("additionalProperties", True)).strategy()
        members = _unlike(st.tuples(names, values), low, high, itemgetter(0))
        return replace(shape, extras=members.mapped(dict))


def _unlike(items: SearchStrategy[Any], least: int, most: int, key: Callable[[Any], Any]) -> Recipe:
    """Lists of items whose keys differ."""
    several = st.lists(items, min_size=least, max_size=most)
    distinct = st.lists(items, min_size=least, max_size=most, unique_by=key)

    def make(draw: DrawFn, choices: bytes, at: int) -> list[Any]:
        # If enough items are left, dropping doubles is cheaper than drawing again.
        found = list({key(item): item for item in draw(several)}.values())
        return found if len(found) >= least else draw(distinct)

    return Recipe(0, make)


_SCALARS = {"string": strings, "integer": integers, "number": numbers}


def _implied(schema: Schema) -> list[str]:
    return [
        kind
        for kind, keywords in _IMPLIED.items()
        if any(keyword in schema for keyword in keywords)
    ]


def identity(value: Any) -> Any:
    """A value that is equal for equal JSON values only. In JSON, 1 equals 1.0 but not true."""
    if isinstance(value, dict):
        return "object", frozenset((name, identity(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(identity, value))
    return isinstance(value, bool), value
