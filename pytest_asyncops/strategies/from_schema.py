"""Strategies for any schema object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..contract.openapi import Contract
from ..contract.schema_keywords import refer
from ..contract.yaml_document import Document
from ..errors import InvalidArgument, hides_usage_errors
from ..serving.api import Api
from .call_repr import as_call
from .documented import find_source
from .schema.compiler import Compiler
from .schema.options import Alphabet, Options, make_options
from .schema.recipes import Recipe

__tracebackhide__ = hides_usage_errors

_ITSELF = "schema"


@explained()
def from_schema(
    schema: Mapping[str, Any],
    *,
    contract: Contract | Api | str | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
    extra: str = "sometimes",
    unknown: str = "sometimes",
    times: str = "any",
) -> SearchStrategy[Any]:
    """The values of any OpenAPI 3.0 schema object.

    Values are constructed or, for a few keywords, drawn and checked; no example is discarded. If no
    value of a schema is found, it is refused when the strategy is made, with the reason.

    Args:
        schema: the schema, as read from YAML or JSON.
        contract: where its references are looked up: a `Contract`, or an `Api` that has one, or the
            name of an API.
        alphabet: the characters of free texts, as a string or a strategy.
        max_length: the most characters of free texts for which the schema has no limit.
        max_items: the most items of lists and members of maps for which the schema has no limit.
        extra: ``"never"`` excludes members that the schema does not document.
        unknown: for open enums (``x-enum``), ``"never"`` excludes values that are not documented,
            ``"case"`` has documented ones in another case instead.
        times: ``"usual"`` for timestamps in UTC with 0, 3, 6 or 9 digits, ``"any"`` for every
            form of RFC 3339.

    Raises:
        ContractError: for a keyword that is not understood, and for a schema that has no value, or
            for
            which none is found.
        InvalidArgument: for an unknown value of an option.

    >>> from hypothesis import given
    >>> @given(from_schema({"type": "integer", "minimum": 1, "maximum": 65535}))
    ... def test_ports(port):
    ...     assert 1 <= port <= 65535
    >>> test_ports()
    """
    asked = {**locals()}
    if not isinstance(schema, Mapping):
        raise InvalidArgument(f"a schema must be a mapping, not {schema!r}", value=schema)
    options = make_options(asked)
    around = None if contract is None else find_source(contract).contract
    return as_call(from_schema, asked, any_schema(schema, around, options))


def any_schema(schema: Mapping[str, Any], contract: Contract | None, options: Options) -> Recipe:
    """The values of a schema that is not part of a contract.

    Raises:
        ContractError: as `from_schema` does.
    """
    if contract is None:
        named = {"openapi": "3.0.3", "components": {"schemas": {_ITSELF: dict(schema)}}}
        return Compiler(Contract(Document(_ITSELF, named, {"": 1})), options).recipe(refer(_ITSELF))
    around, reference = contract.with_schema(dict(schema))
    return Compiler(around, options).recipe(reference)
