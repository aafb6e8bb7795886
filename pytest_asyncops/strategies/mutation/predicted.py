"""What is wrong with a value, by the keywords of its schema and the rules of prose.

A fault is made in one place, and what it breaks around that place, such as the number of members
or an alternative that fits no longer, is judged in the value as it is. Of conformance only the
question is used whether a value fits an alternative.
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
"""Where in a value: member names, and ``*`` for an item of a list."""


class Invalid(NamedTuple):
    """A payload with one fault.

    Attributes:
        payload: the payload.
        violations: path and rule of every violation that the fault makes, sorted.
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
"""Whether a value breaks a keyword, from the keyword's value."""

COMBINED: Mapping[str, Callable[[list[bool]], bool]] = {
    "anyOf": lambda fits: not any(fits),
    "oneOf": lambda fits: sum(fits) != 1,
    "not": any,
}
"""Whether a value breaks a keyword, from which of the keyword's schemas it fits."""


def combined_in(schema: Schema, word: str) -> list[Schema]:
    """The schemas of one of the `COMBINED` keywords."""
    return [schema[word]] if word == "not" else schema[word]


def breaks_combined(compiler: Compiler, schema: Schema, word: str, value: Any) -> bool:
    """Whether a value breaks one of the `COMBINED` keywords."""
    fits = [compiler.is_valid(inner, value) for inner in combined_in(schema, word)]
    return COMBINED[word](fits)


def predicted_breaks(
    compiler: Compiler, schema: Schema, value: Any, at: Place = ()
) -> Iterator[tuple[Place, str]]:
    """Where in a value of a schema which keyword is broken."""
    schema = compiler.contract.resolved(schema)
    for word in broken(schema, value):
        yield at, word
    for word in COMBINED:
        if word in schema and breaks_combined(compiler, schema, word, value):
            yield at, word
    for part in schema.get("allOf", ()):
        yield from predicted_breaks(compiler, part, value, at)
    if isinstance(value, dict):
        yield from _predicted_in_object(compiler, schema, value, at)
    if isinstance(value, list):
        for word, is_out in _OF_LISTS.items():
            if word in schema and is_out(schema[word], value):
                yield at, word
        for index, item in enumerate(value):
            yield from predicted_breaks(compiler, schema.get("items", {}), item, (*at, index))


def _predicted_in_object(
    compiler: Compiler, schema: Schema, value: dict[str, Any], at: Place
) -> Iterator[tuple[Place, str]]:
    for word, is_out in _OF_OBJECTS.items():
        if word in schema and is_out(schema[word], value):
            yield at, word
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
    """Says what is wrong with values of a schema.

    Attributes:
        compiler: what knows the API.
        root: the schema.
    """

    compiler: CoherentCompiler
    root: Schema

    def __call__(self, value: Any) -> Invalid:
        """The value with everything that is wrong with it."""
        found = [
            (json_path(place), f"schema.{word}")
            for place, word in predicted_breaks(self.compiler, self.root, value)
        ]
        found += [(json_path(place), rule) for place, rule in self._predicted_prose(value)]
        return Invalid(value, tuple(sorted(found)))

    def _predicted_prose(self, value: Any) -> Iterator[tuple[Place, str]]:
        """The rules of prose that a value breaks, and where."""
        contract, status_code = self.compiler.contract, self.compiler.status_code
        for place, schema, found in contract.walk_objects(self.root, value):
            for rule in self.compiler.api.checking.rules:
                if contract.schemas[rule.on] is schema:
                    for below, _, _ in rule.kind.breaks(found, status_code):
                        yield (*place, *below), rule.id
