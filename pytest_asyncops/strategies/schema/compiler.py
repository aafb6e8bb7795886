"""Compiles schemas to recipes that construct their values, so that no example is thrown away.

The way from a schema to its recipe leads down this file. A reference is looked up and compiled once
(`_reference`, `_once`), ``allOf`` is made flat (`_merged`), and then the values of an enum, the
alternatives or the types are taken one by one (`_flat`), until objects, lists and scalars are left.
Only the members of objects (`shapes`) and the items of lists (`arrays`) lead back to the top.

What a named schema and its objects have to keep to beyond the contract is told by two functions.
They tell it in schemas and do not call the compiler, so nothing else takes part in this way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from ...conformance.dialect import validator_of
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema, constraints, name_of, refer
from ...errors import counted, hides_usage_errors, listed
from .all_of import canonical, flat
from .alternatives import alternatives
from .arrays import arrays, sets
from .checked import checked
from .enum_values import fitting_values
from .extras import filled_up, map_members, some_extras
from .implied_types import implied_types
from .nesting import MOST_LEVELS, Nesting, TooDeep, able, worst
from .objects import objects
from .options import Options
from .recipes import NULL, Recipe, choice, constant, one_of
from .recursion import Recursion
from .refusals import NoValue, Refuse, never_ends, refusal
from .scalars import integers, json_values, numbers
from .shapes import Part, Recipes, Shape, documented, others_of
from .texts import strings

__tracebackhide__ = hides_usage_errors

SchemaOf = Callable[[str], Schema]
ShapesOf = Callable[[str, Schema], Sequence[Shape[Part]]]


class Compiler:
    """Makes recipes of the schemas of one contract.

    Args:
        contract: the contract, in which references are looked up.
        options: the options of the user.
        schema_of: from a name to the schema of the values with this name.
        shapes_of: from a name and its flat schema to the shapes of its objects.
        ready: recipes for names whose values are made elsewhere.
        is_response: whether members that only requests have are left out.

    Attributes:
        nesting: what the schema that is being compiled is part of.
    """

    def __init__(
        self,
        contract: Contract,
        options: Options,
        schema_of: SchemaOf = refer,
        shapes_of: ShapesOf = lambda name, schema: [documented(schema)],
        ready: Recipes = MappingProxyType({}),
        is_response: bool = False,
    ) -> None:
        self.contract = contract
        self.options = options
        self.schema_of = schema_of
        self._shapes_of = shapes_of
        self._ready = ready
        self._is_response = is_response
        self._made_once: dict[object, Recipe] = {}
        self._scalars: dict[object, Recipe | NoValue] = {}
        self._recursion = Recursion(contract, schema_of)
        self.nesting: Nesting = Nesting()

    @property
    def most_items(self) -> int:
        """How many items lists and maps have at most, here, unless their schema has a limit.

        Halved each time that a schema is within itself, or else what is nested would be huge.
        """
        return self.options.max_items >> self.nesting.repeats

    def recipe(self, schema: Schema) -> Recipe:
        """The values of a schema that is not part of another.

        Raises:
            ContractError: for a schema that has none, or of which none is found.
        """
        self.nesting.most = max(self._recursion.levels(schema), 1)
        while self.nesting.most < MOST_LEVELS:
            with suppress(TooDeep):
                return self.nested(schema)
            self.nesting.most += 1
        try:
            return self.nested(schema)
        except TooDeep:
            raise never_ends(self.contract, schema) from None

    def nested(self, schema: Schema) -> Recipe:
        """The values of a schema within what is being compiled.

        Raises:
            ContractError: for a schema that has none, or of which none is found.
            TooDeep: if it has none here, because it contains itself and is nested deep enough.
        """
        if "$ref" in schema:
            return self._reference(name_of(schema["$ref"]))
        if "allOf" in schema:  # counts as nested too, because references in it are followed
            return self._once(schema, canonical(schema), partial(self._merged, schema))
        return self._merged(schema)

    def _reference(self, name: str) -> Recipe:
        if name in self._ready:
            return self._ready[name]
        whole = partial(self._merged, self.schema_of(name), name)
        return self._once(refer(name), name, whole)

    def _once(self, schema: Schema, key: str, make: Callable[[], Recipe]) -> Recipe:
        """The recipe for a schema, made once; for an endless one once for each nesting around it.

        Raises:
            TooDeep: if a schema that contains itself is nested deep enough.
        """
        is_endless = self._recursion.is_endless(schema)
        if is_endless and not self._recursion.may_end(schema):
            raise never_ends(self.contract, schema)
        place = self.nesting.place(key, is_endless=is_endless)
        if place not in self._made_once:
            with self.nesting.inside(key, is_endless=is_endless):
                self._made_once[place] = make()
        return self._made_once[place]

    def _merged(self, schema: Schema, name: str | None = None) -> Recipe:
        return self._flat(flat(self.contract, schema), refusal(self.contract, schema), name)

    def _flat(self, schema: Schema, refuse: Refuse, name: str | None = None) -> Recipe:
        if "enum" in schema:
            return self._scalar("enum", schema, refuse)
        several = alternatives(self.contract, schema, refuse)
        if several is not None:  # these count as nested too, for the same reason as allOf
            ways = able([partial(self._alternative, one, refuse) for one in several.schemas])
            return one_of(ways) if several.exact else self._checked(ways, schema, refuse)
        kinds = [schema["type"]] if "type" in schema else implied_types(schema)
        if not kinds:
            return json_values(self.options)
        makers = [partial(self.typed, kind, schema, refuse, name) for kind in kinds]
        try:
            return one_of(able([lambda: NULL, *makers] if schema.get("nullable") else makers))
        except NoValue:
            if "type" in schema:
                raise
        return self._checked([json_values(self.options)], schema, refuse)

    def _alternative(self, schema: Schema, refuse: Refuse) -> Recipe:
        if "$ref" in schema:
            return self.nested(schema)
        return self._once(schema, canonical(schema), partial(self._flat, schema, refuse))

    def _checked(self, ways: Sequence[Recipe], schema: Schema, refuse: Refuse) -> Recipe:
        """The values of recipes that fit the schema."""
        words = listed([name for name in constraints(schema) if name != "nullable"])
        trouble = refuse(f"no value was found that fits {words}")
        return checked(ways, validator_of(self.contract, schema).is_valid, trouble)

    def typed(self, kind: str, schema: Schema, refuse: Refuse, name: str | None) -> Recipe:
        """The values of a flat schema that have this type."""
        if kind == "object":
            return objects(self.shapes(schema, refuse, name))
        if kind == "array":
            return self.arrays(schema, refuse)
        if kind == "boolean":
            return choice([False, True])
        return self._scalar(kind, schema, refuse)

    def _enum(self, schema: Schema, refuse: Refuse) -> Recipe:
        values = fitting_values(self.contract, schema)
        if not values:
            raise refuse("none of the enum's values fits the other keywords")
        return choice(values)

    def _scalar(self, kind: str, schema: Schema, refuse: Refuse) -> Recipe:
        """The strings, numbers or enum of a flat schema, made once however schemas are nested."""
        key = kind, canonical(constraints(schema))
        if key not in self._scalars:
            try:
                if kind == "enum":
                    self._scalars[key] = self._enum(schema, refuse)
                else:
                    self._scalars[key] = _SCALARS[kind](schema, self.options, refuse)
            except NoValue as trouble:
                self._scalars[key] = trouble
        found = self._scalars[key]
        if isinstance(found, NoValue):
            raise found
        return found

    def shapes(
        self, schema: Schema, refuse: Refuse, name: str | None = None
    ) -> list[Shape[Recipe]]:
        """The shapes of the objects of a flat schema; ``name`` is its name, if it has one."""
        for member in schema.get("required", ()):
            if others_of(schema) is None and member not in schema.get("properties", {}):
                raise refuse(f"{member!r} is required but not allowed")
        told = [documented(schema)] if name is None else self._shapes_of(name, schema)
        return self._counted(self.compiled_shapes(told, schema), schema, refuse)

    def compiled_shapes(self, told: Sequence[Shape[Part]], schema: Schema) -> list[Shape[Recipe]]:
        """Shapes of a flat schema's objects, with recipes for the parts that they are told in."""
        if self._is_response:
            told = [self._without_secrets(shape) for shape in told]
        parts = {id(part): part for shape in told for part in shape.members.values()}
        troubles: list[Exception] = []
        recipes = {key: made for key, part in parts.items() if (made := self._part(part, troubles))}
        shapes = [found for shape in told if (found := shape.with_recipes(recipes))]
        if not shapes:
            raise worst(troubles)
        others = others_of(schema)
        is_map = isinstance(schema.get("additionalProperties"), dict)
        is_wanted = is_map or self.options.extra == "sometimes"
        values = self._part(others) if is_wanted and others is not None else None
        if values is None:
            return shapes
        extras = (
            map_members(values, self.options, self.most_items)
            if is_map
            else some_extras(values, self.options)
        )
        return [replace(shape, extras=extras) for shape in shapes]

    def _without_secrets(self, shape: Shape[Part]) -> Shape[Part]:
        """The shape without the members that only requests have (``writeOnly``)."""
        for name, part in shape.members.items():
            if not isinstance(part, Recipe) and self.contract.is_write_only(part):
                shape = shape.without(name)
        return shape

    def _part(self, part: Part, troubles: list[Exception] | None = None) -> Recipe | None:
        """The recipe for a part of an object, ``None`` if it has no value or only too deep ones.

        Why it has none is added to the troubles.
        """
        if isinstance(part, Recipe):
            return part
        try:
            return self.nested(part).with_own_draw()
        except (TooDeep, NoValue) as trouble:
            if troubles is not None:
                troubles.append(trouble)
        return None

    def _counted(
        self, shapes: list[Shape[Recipe]], schema: Schema, refuse: Refuse
    ) -> list[Shape[Recipe]]:
        """The shapes with as many members as the schema allows."""
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        if most is None and all(least <= len(shape.required) for shape in shapes):
            return shapes
        others = others_of(schema)
        values = None if others is None else self._part(others)
        usual = self.most_items
        filled = [
            filled_up(shape, values, least, most, self.options, usual if shape.extras else 0)
            for shape in shapes
        ]
        possible = [shape for shape in filled if shape.is_possible]
        if possible:
            return possible
        needed = max(least, min(len(shape.required) for shape in shapes))
        if others is None or (most is not None and most < needed):
            limits = f"at least {counted(needed, 'member')}"
            if most is not None:
                limits = f"at least {needed} and at most {counted(most, 'member')}"
            raise refuse(f"no object of this schema has {limits}")
        raise TooDeep

    def arrays(self, schema: Schema, refuse: Refuse) -> Recipe:
        """The lists of a flat schema."""
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if most is not None and most < least:
            raise refuse(f"no list has at least {least} and at most {counted(most, 'item')}")
        if most is None:
            most = max(self.most_items, least)
        try:
            items = self.nested(schema.get("items", {}))
        except (TooDeep, NoValue):
            if least:
                raise
            return constant([])
        if schema.get("uniqueItems"):
            return sets(items, least, most, refuse)
        return arrays(items, least, most)


_SCALARS = {"string": strings, "integer": integers, "number": numbers}
