"""Queries of the list route, with the status and code of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..configure import resolve_readings
from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..errors import InvalidArgument, checked_flag, hides_usage_errors
from ..known_apis import find_api
from ..rules.generation_hints import Queries
from ..serving.api import Api, find_route
from .call_repr import as_call
from .coherent.server import contract_of
from .from_schema import any_schema
from .mutation.bad_values import bad_values
from .schema.all_of import flat
from .schema.objects import objects
from .schema.options import Alphabet, make_options
from .schema.recipes import Recipe, choice, one_of
from .schema.shapes import Recipes, Shape
from .stub_requests import parameters

__tracebackhide__ = hides_usage_errors


class ListQuery(NamedTuple):
    """A query of the list route.

    Attributes:
        params: its parameters.
        status_code: the HTTP status of the answer.
        code: the code of the error in the answer, ``None`` if it is not an error.
    """

    params: dict[str, str]
    status_code: int = 200
    code: int | str | None = None


_NO_NUMBERS = ("abc", "", "1.5", "1e3", " 1", "0x10", "null", "1,2", "\u0663", "1" * 30)


@explained()
def list_queries(
    api: Api | str,
    *,
    valid: bool = True,
    readings: Mapping[str, Any] | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
) -> SearchStrategy[ListQuery]:
    """Queries of the list route, each with the status and code of its answer.

    Valid queries do not have parameters whose values only the server can make, such as a page
    token.

    Args:
        api: the API, by name or as an `Api`.
        valid: whether the queries are served; otherwise each is refused for one reason.
        readings: readings of the API by name, such as ``stub.readings``; the others have their
            defaults.
        alphabet: the characters of free texts, as a string or a strategy.
        max_length: the most characters of free texts.

    Raises:
        InvalidArgument: for an unknown API, reading or option, and with ``valid=False`` if the API
            refuses no query.

    >>> from hypothesis import given
    >>> @given(list_queries("pinecone", valid=False))
    ... def test_bad_queries(query):
    ...     assert query.params
    ...     assert (query.status_code, query.code) == (400, "INVALID_ARGUMENT")
    >>> test_bad_queries()
    """
    asked = {**locals()}
    known = find_api(api)
    options = make_options(asked, unknown="sometimes")
    checked_flag(valid, "valid")
    told = known.generation.queries(resolve_readings(known, readings))
    contract = contract_of(known)
    schemas = _schemas(known, told)
    good = {
        name: any_schema(schema, contract, options).mapped(_text)
        for name, schema in schemas.items()
        if name not in told.opaque
    }
    if valid:
        found = _good(good, told).mapped(ListQuery)
    else:
        bad = [
            _with(good, told, {name: choice(values)})
            for name, schema in schemas.items()
            if (values := _bad_texts(contract, schema))
        ]
        bad += [_with(good, told, {name: options.texts()}) for name in told.opaque]
        bad += [
            _with(good, told, {name: good[name]})  # without the rest of its group
            for group in told.together
            for name in group
        ]
        if not bad:
            raise InvalidArgument(f"{known.name} refuses no list query", value=known)
        found = one_of(bad).mapped(lambda params: ListQuery(params, *told.refusal))
    return as_call(list_queries, asked, found)


def _schemas(api: Api, told: Queries) -> Mapping[str, Schema]:
    paired = {name for group in told.together for name in group}
    schemas = {}
    for parameter in parameters(api, find_route(api, "list"), "query"):
        name = parameter["name"]
        # One with content in place of a schema is a text, of which nothing more is known here.
        documented = parameter.get("schema", {"type": "string"})
        schema = flat(contract_of(api), told.schemas.get(name, documented))
        schemas[name] = {**schema, "minLength": 1} if name in paired else schema
    return schemas


def _good(good: Recipes, told: Queries) -> Recipe:
    paired = {name for group in told.together for name in group}
    alone = {name: found for name, found in good.items() if name not in paired}
    ways = [{name: good[name] for name in group} for group in [(), *told.together]]
    return objects([Shape(way, alone) for way in ways])


def _with(good: Recipes, told: Queries, bad: Recipes) -> Recipe:
    """Queries with these parameters, and good values of others."""
    paired = {name for group in told.together for name in group}
    others = {name: found for name, found in good.items() if name not in bad and name not in paired}
    return objects([Shape(bad, others)])


def _bad_texts(contract: Contract, schema: Schema) -> list[str]:
    """Texts that are not a value of a parameter with this schema."""
    kind = schema.get("type")
    texts = list(_NO_NUMBERS) if kind in ("integer", "number") else []
    for keyword, _, values in bad_values(contract, schema):
        if keyword not in ("type", "minLength"):
            texts += [_text(value) for value in values]
    return texts


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
