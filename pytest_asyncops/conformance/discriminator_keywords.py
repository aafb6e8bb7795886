"""The keywords with which a discriminator works, for the jsonschema library.

The specification calls a discriminator a shortcut: a property of the object names the schema, and
only this schema counts (OpenAPI 3.0.3, 4.7.25).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import get_ident
from typing import Any

from jsonschema import ValidationError

from ..contract.discriminators import alternatives_of
from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..errors import listed
from .branches import Chosen, choose, is_heir

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Schema], Errors]


def discriminating(contract: Contract, alternatives: Mapping[str, Keyword]) -> dict[str, Keyword]:
    """The keywords of a contract.

    Args:
        contract: the contract, whose discriminators they are.
        alternatives: ``oneOf`` and ``anyOf`` for values without a discriminator.
    """
    decided: set[tuple[int, int, int]] = set()

    def once(validator: Any, value: Any, schema: Schema, below: Schema, **more: Any) -> Errors:
        """The errors of a schema, once the discriminator of another schema has chosen it."""
        key = get_ident(), id(value), id(schema)
        if key in decided:
            return
        decided.add(key)
        try:
            found = list(validator.descend(value, below, **more))
        finally:
            decided.discard(key)
        yield from found

    def of_alternatives(keyword: str, otherwise: Keyword) -> Keyword:
        def check(validator: Any, schemas: Any, value: Any, schema: Schema) -> Errors:
            chosen = choose(contract, schema, value)
            if chosen is None or alternatives_of(schema) != keyword:
                yield from otherwise(validator, schemas, value, schema)
            elif chosen.schema is not None:
                yield from _named(chosen, once(validator, value, schema, chosen.schema))

        return check

    def discriminator(validator: Any, told: Any, value: Any, schema: Schema) -> Errors:
        chosen = choose(contract, schema, value)
        if chosen is None or (get_ident(), id(value), id(schema)) in decided:
            return
        if chosen.schema is None:
            yield ValidationError(
                f"must be {listed(map(repr, chosen.choices))}",
                path=[chosen.member],
                instance=chosen.value,
            )
        elif alternatives_of(schema) is None and contract.resolved(chosen.schema) is not schema:
            yield from _named(chosen, once(validator, value, schema, chosen.schema))

    def all_of(validator: Any, schemas: Any, value: Any, schema: Schema) -> Errors:
        for index, one in enumerate(schemas):
            if is_heir(contract, schema, one):
                parent = contract.resolved(one)
                yield from once(validator, value, parent, one, schema_path=index)
            else:
                yield from validator.descend(value, one, schema_path=index)

    return {
        "allOf": all_of,
        "discriminator": discriminator,
        **{keyword: of_alternatives(keyword, check) for keyword, check in alternatives.items()},
    }


def _named(chosen: Chosen, errors: Errors) -> Errors:
    """The same errors, with the name of the chosen schema, or of the innermost of several."""
    for error in errors:
        if not hasattr(error, "chosen"):
            error.chosen = chosen  # type: ignore[attr-defined]  # ours, for errors of its outer ones
            error.message = f"{error.message} ({chosen})"
        yield error
