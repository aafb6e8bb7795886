"""What breaks ``anyOf``, ``oneOf`` and ``not``, and where in a value they are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..keywords import Schema
from .bad_values import bad_values
from .compiling import Compiler
from .scalars import PLAIN_VALUES

_BROKEN: Mapping[str, Callable[[list[bool]], bool]] = {
    "anyOf": lambda fits: not any(fits),
    "oneOf": lambda fits: sum(fits) != 1,
    "not": any,
}
"""Whether a keyword is broken, from which of its schemas a value fits."""


def combined_breaks(
    compiler: Compiler, schema: Schema, value: Any, at: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where in a value of a schema which of these keywords is broken."""
    schema = compiler.contract.resolved(schema)
    for word, is_broken in _BROKEN.items():
        if word in schema and is_broken(
            [compiler.is_valid(s, value) for s in _inner(schema, word)]
        ):
            yield at, word
    for part in schema.get("allOf", ()):
        yield from combined_breaks(compiler, part, value, at)
    if isinstance(value, dict):
        named = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for name, inner in value.items():
            below = named.get(name, others)
            if isinstance(below, Mapping):
                yield from combined_breaks(compiler, below, inner, (*at, name))
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from combined_breaks(compiler, schema["items"], item, (*at, index))


def breaking(compiler: Compiler, schema: Schema) -> list[Any]:
    """Values that break these keywords of a schema without references and ``allOf``.

    They break no other keyword where that can be; otherwise they have no members or items.

    Raises:
        ContractError: for such a keyword of which no value is found that breaks it.
    """
    rest = {word: value for word, value in schema.items() if word not in _BROKEN}
    found: list[Any] = []
    for word, is_broken in _BROKEN.items():
        if word not in schema:
            continue
        schemas = _inner(schema, word)
        values = [
            value
            for value in _candidates(compiler, schemas)
            if is_broken([compiler.is_valid(inner, value) for inner in schemas])
        ]
        alone = [value for value in values if compiler.is_valid(rest, value)]
        scalars = [value for value in values if not isinstance(value, (dict, list))]
        if not alone and not scalars:
            raise compiler.refusal(schema)(f"no value is found that breaks {word}")
        found += alone or scalars
    return found


def _inner(schema: Schema, word: str) -> list[Schema]:
    """The schemas of a keyword."""
    return [schema[word]] if word == "not" else schema[word]


def _candidates(compiler: Compiler, schemas: list[Schema]) -> Iterator[Any]:
    yield from PLAIN_VALUES
    for schema in schemas:
        inner = compiler.flat(schema)
        yield from inner.get("enum", ())
        for values in bad_values(inner).values():
            for value, _ in values:
                yield value
