"""A coherent server: what it sends has to keep to the contract, its prose, and the server's habits.

All that is told here is told in schemas, rules and values. Nothing here makes a payload.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...conformance.thorough_check import allowed_by, in_force
from ...contract.openapi import Contract, load_contract
from ...contract.schema_keywords import Schema, refer
from ...errors import InvalidArgument, hides_usage_errors
from ...rules.rules import Absent, Constraint, Present
from ...serving.api import Api
from ..schema.all_of import flat
from ..schema.enum_values import fitting_values
from ..schema.options import Options
from ..schema.shapes import Recipes
from .presence import DecidingValues, Presence, value_schemas

__tracebackhide__ = hides_usage_errors


class _Other:
    """Stands for every value that an open enum does not list."""


OTHER = _Other()


@dataclass(frozen=True)
class CoherentServer:
    """A server of an API, and what is asked of the payloads that it sends.

    Attributes:
        api: the API.
        options: the options of the user.
        status_code: the HTTP status of the response.
        values: for members that decide which others are there, the values that they can have.
        overrides: recipes for certain members of operations.
        answer: what else is asked of the answer of a route, each with the named schema that it is
            about.
    """

    api: Api
    options: Options
    status_code: int = 200
    values: DecidingValues = field(default_factory=dict, hash=False)
    overrides: Recipes = field(default_factory=dict, hash=False)
    answer: tuple[tuple[str, Constraint], ...] = ()

    @cached_property
    def contract(self) -> Contract:
        """The contract of the API."""
        return contract_of(self.api)

    @property
    def operation(self) -> str | None:
        """The name of the schema of operations, ``None`` if the API does not say it."""
        history = self.api.checking.history
        return None if history is None else history.schema

    def rules_about(self, name: str) -> list[Constraint]:
        """The rules about a named schema."""
        rules = in_force(self.api.checking.rules, allowed_by(self.api))
        kinds = [rule.kind for rule in rules if rule.on == name]
        return [*kinds, *(kind for about, kind in self.answer if about == name)]

    def schema_of(self, name: str) -> Schema:
        """The schema of this name, with what rules and habits add to it."""
        parts: list[Schema] = [refer(name)]
        for kind in self.rules_about(name):
            parts += value_schemas(kind, self.status_code)
        stricter = self.api.generation.stricter.get(name)
        return {"allOf": [*parts, stricter] if stricter else parts}

    def presence(self, name: str) -> Iterator[Presence]:
        """The rules and habits that say which members of a named schema are there."""
        for kind in self.rules_about(name):
            if isinstance(kind, (Absent, Present)):
                yield kind
        if name == self.operation:
            yield from self.api.generation.habits

    def deciding(self, name: str, schema: Schema) -> DecidingValues:
        """The members whose values decide which others are there, and these values.

        Args:
            name: the name of the schema of the object.
            schema: this schema, flat.
        """
        kinds = list(self.presence(name))
        members = dict.fromkeys(kind.when for kind in kinds)
        properties = schema.get("properties", {})
        return {
            member: self._values_of(member, properties[member], kinds)
            for member in members
            if member in properties
        }

    def _values_of(self, member: str, schema: Schema, kinds: list[Presence]) -> tuple[Any, ...]:
        if member in self.values:
            return self.values[member]
        told = flat(self.contract, schema)
        if "enum" in told:
            return tuple(fitting_values(self.contract, told))
        named = [value for kind in kinds if kind.when == member for value in kind.values]
        known = tuple(told.get("x-enum", dict.fromkeys(named)))
        return known if self.options.unknown == "never" else (*known, OTHER)


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
    return load_contract(api.checking.contract, api.checking.directory)
