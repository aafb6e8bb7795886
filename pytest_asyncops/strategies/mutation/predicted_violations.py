"""Predicts the violations of a value, from the keywords of its schema and the rules of prose.

An edit breaks a value at one place, but it can also make violations around that place, such as in
the number of members. So the whole edited value is judged. Of the room ``conformance``, only the
question whether a value fits an alternative is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...contract.openapi import Place
from ...contract.schema_keywords import Schema
from ...rules.violation import json_path
from ..coherent.compiler import CoherentCompiler
from ..schema.compiler import Compiler, identity
from .bad_values import broken

Path = tuple[str, ...]
"""A path in a value: member names, and ``*`` for an item of a list."""


class Invalid(NamedTuple):
    """A payload that was broken by one edit.

    Attributes:
        payload: the payload.
        violations: the path and rule of each violation, sorted.
    """

    payload: Any
    violations: tuple[tuple[str, str], ...]


_OF_LISTS: Mapping[str, Callable[[int, list[Any]], bool]] = {
    "minItems": lambda least, value: len(value) < least,
    "maxItems": lambda most, value: len(value) > most,
    "uniqueItems": lambda wanted, value: bool(wanted) and len({*map(identity, value)}) < len(value),
}
_OF_OBJECTS: Mapping[str, Callable[[int, dict[str, Any]], bool]] = {
    "minProperties": lambda least, value: len(value) < least,
    "maxProperties": lambda most, value: len(value) > most,
}
"""For each keyword, whether a value breaks it, from the keyword's own value."""

COMBINED: Mapping[str, Callable[[list[bool]], bool]] = {
    "anyOf": lambda fits: not any(fits),
    "oneOf": lambda fits: sum(fits) != 1,
    "not": any,
}
"""For each keyword, whether a value breaks it, from which of the keyword's schemas it fits."""


def combined_in(schema: Schema, keyword: str) -> list[Schema]:
    """The schemas of one of the `COMBINED` keywords."""
    return [schema[keyword]] if keyword == "not" else schema[keyword]


def breaks_combined(compiler: Compiler, schema: Schema, keyword: str, value: Any) -> bool:
    """Whether a value breaks one of the `COMBINED` keywords."""
    fits = [compiler.is_valid(inner, value) for inner in combined_in(schema, keyword)]
    return COMBINED[keyword](fits)


def predicted_breaks(
    compiler: Compiler, schema: Schema, value: Any, at: Place = ()
) -> Iterator[tuple[Place, str]]:
    """The place and keyword of each violation of the schema in a value."""
    schema = compiler.contract.resolved(schema)
    for keyword in broken(schema, value):
        yield at, keyword
    for keyword in COMBINED:
        if keyword in schema and breaks_combined(compiler, schema, keyword, value):
            yield at, keyword
    for part in schema.get("allOf", ()):
        yield from predicted_breaks(compiler, part, value, at)
    if isinstance(value, dict):
        yield from _predicted_in_object(compiler, schema, value, at)
    if isinstance(value, list):
        for keyword, is_out in _OF_LISTS.items():
            if keyword in schema and is_out(schema[keyword], value):
                yield at, keyword
        for index, item in enumerate(value):
            yield from predicted_breaks(compiler, schema.get("items", {}), item, (*at, index))


def _predicted_in_object(
    compiler: Compiler, schema: Schema, value: dict[str, Any], at: Place
) -> Iterator[tuple[Place, str]]:
    for keyword, is_out in _OF_OBJECTS.items():
        if keyword in schema and is_out(schema[keyword], value):
            yield at, keyword
    for name in schema.get("required", ()):
        if name not in value:
            yield at, "required"
    named, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, inner in value.items():
        if name in named:
            yield from predicted_breaks(compiler, named[name], inner, (*at, name))
        elif more is False:
            yield (*at, name), "additionalProperties"
        elif more is not True:
            yield from predicted_breaks(compiler, more, inner, (*at, name))


@dataclass(frozen=True)
class Predictor:
    """Predicts the violations of values of one schema.

    Attributes:
        compiler: the compiler of the API.
        root: the schema.
    """

    compiler: CoherentCompiler
    root: Schema

    def __call__(self, value: Any) -> Invalid:
        """The value with all its violations."""
        found = [
            (json_path(place), f"schema.{keyword}")
            for place, keyword in predicted_breaks(self.compiler, self.root, value)
        ]
        found += [(json_path(place), rule) for place, rule in self._predicted_prose(value)]
        return Invalid(value, tuple(sorted(found)))

    def _predicted_prose(self, value: Any) -> Iterator[tuple[Place, str]]:
        """The place and id of each rule of prose that a value breaks."""
        contract, status_code = self.compiler.contract, self.compiler.status_code
        for place, schema, found in contract.walk_objects(self.root, value):
            for rule in self.compiler.api.checking.rules:
                if contract.schemas[rule.on] is schema:
                    for below, _, _ in rule.kind.breaks(found, status_code):
                        yield (*place, *below), rule.id
