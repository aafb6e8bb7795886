"""Keywords that look at more than one part of a value: where they are broken, and what breaks some.

An edit knows what it breaks where it is made. What it breaks around that place, such as the number
of members or an alternative that fits no longer, is judged in the value as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..contract import Schema
from .bad_values import bad_values
from .compiling import Compiler, identity
from .scalars import PLAIN_VALUES

_SIZED: Mapping[str, Callable[[int, Any], bool]] = {
    "minItems": lambda least, value: isinstance(value, list) and len(value) < least,
    "maxItems": lambda most, value: isinstance(value, list) and len(value) > most,
    "minProperties": lambda least, value: isinstance(value, dict) and len(value) < least,
    "maxProperties": lambda most, value: isinstance(value, dict) and len(value) > most,
    "uniqueItems": lambda wanted, value: (
        bool(wanted) and isinstance(value, list) and len({*map(identity, value)}) < len(value)
    ),
}
"""Whether a value breaks a keyword, from the keyword's value."""

_BROKEN: Mapping[str, Callable[[list[bool]], bool]] = {
    "anyOf": lambda fits: not any(fits),
    "oneOf": lambda fits: sum(fits) != 1,
    "not": any,
}
"""Whether a value breaks a keyword, from which of the keyword's schemas it fits."""


def breaks_of_wholes(
    compiler: Compiler, schema: Schema, value: Any, at: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where in a value of a schema which of these keywords is broken."""
    schema = compiler.contract.resolved(schema)
    for word, is_out in _SIZED.items():
        if word in schema and is_out(schema[word], value):
            yield at, word
    for word, is_broken in _BROKEN.items():
        if word in schema and is_broken(
            [compiler.is_valid(s, value) for s in _inner(schema, word)]
        ):
            yield at, word
    for part in schema.get("allOf", ()):
        yield from breaks_of_wholes(compiler, part, value, at)
    if isinstance(value, dict):
        named = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for name, inner in value.items():
            below = named.get(name, others)
            if isinstance(below, Mapping):
                yield from breaks_of_wholes(compiler, below, inner, (*at, name))
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from breaks_of_wholes(compiler, schema["items"], item, (*at, index))


def breaking(compiler: Compiler, schema: Schema) -> list[Any]:
    """Values that break ``anyOf``, ``oneOf`` or ``not`` of a schema without references and ``allOf``.

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
