"""Finds the schema that users ask for in a contract: by its name, or as the body of a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..conformance.media_types import default_of
from ..conformance.operations import Operation, operation_named
from ..contract.openapi import Contract
from ..contract.pointers import escape
from ..contract.schema_keywords import Schema, name_of
from ..errors import InvalidArgument, hides_usage_errors, unknown_choice
from ..known_apis import BUILT_IN, find_api
from ..serving.api import Api, find_route
from .coherent.server import contract_of

__tracebackhide__ = hides_usage_errors


class Source(NamedTuple):
    """A source of schemas, as a user gives it.

    Attributes:
        contract: the contract.
        api: its API, if the user gave an API.
    """

    contract: Contract
    api: Api | None = None

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self.contract.document.file if self.api is None else self.api.name


class Asked(NamedTuple):
    """A schema that a user asks for.

    Attributes:
        location: where it is in the contract.
        name: its name in messages.
        status_code: the HTTP status of its response, ``None`` if it is not known.
    """

    location: str
    name: str
    status_code: int | None


def find_source(api: Api | Contract | str) -> Source:
    """The contract that the user gave, or that of the API that the user gave.

    Raises:
        InvalidArgument: if there is none.
    """
    if isinstance(api, Contract):
        return Source(api)
    if not isinstance(api, Api) and not (isinstance(api, str) and api in BUILT_IN):
        advice = "Or pass an Api of your own, or a Contract: Contract.load('openapi.yaml')."
        raise unknown_choice("API", api, BUILT_IN, advice)
    known = find_api(api)
    return Source(contract_of(known), known)


def find_asked(
    source: Source,
    schema: str | None,
    route: str | None,
    status_code: int | None,
    content_type: str | None,
) -> Asked:
    """The schema with this name, or that of this response.

    Raises:
        InvalidArgument: if there is none, or if it is ambiguous.
    """
    example = "GET /jobs/{id}" if source.api is None else "get"
    if schema is None and route is None:
        raise InvalidArgument(
            f"name a part of {source.name}: a schema, or a route such as route={example!r}"
        )
    if schema is not None and route is not None:
        raise InvalidArgument(
            f"{schema!r} and route={route!r} name two schemas; leave one of them out", value=schema
        )
    if route is not None:
        if not isinstance(route, str):
            raise InvalidArgument(
                f"route must be the name of a route, such as {example!r}, not {route!r}",
                value=route,
            )
        return _of_response(source, route, status_code, content_type)
    for name, value in (("status_code", status_code), ("content_type", content_type)):
        if value is not None:
            raise InvalidArgument(f"{name} belongs to a response, so it needs route=", value=value)
    names = source.contract.schemas
    if not isinstance(schema, str) or schema not in names:
        raise unknown_choice(f"schema of {source.name}", schema, names)
    return Asked(f"/components/schemas/{escape(schema)}", schema, status_code)


def schema_at(contract: Contract, location: str) -> Schema:
    """The schema at a location; for a named one a reference, so that it keeps its name."""
    reference = f"#{location}"
    named = name_of(reference) != reference
    return {"$ref": reference} if named else contract.schema(location)


def _of_response(
    source: Source, route: str, status_code: int | None, content_type: str | None
) -> Asked:
    operation = _operation(source, route)
    documented = source.contract.statuses(*operation)
    if status_code is not None:
        is_number = isinstance(status_code, int) and not isinstance(status_code, bool)
        found = source.contract.response(*operation, status_code) if is_number else None
        if found is None:
            raise unknown_choice(f"status of {operation}", status_code, documented)
        responses = {str(status_code): found}
    else:  # the first success that has a body, else any
        responses = dict(sorted(documented.items(), key=lambda one: not one[0].startswith("2")))
    for status, response in responses.items():
        bodies = _bodies(source.contract, response)
        if content_type is not None and bodies and content_type not in bodies:
            raise unknown_choice(f"content type of {operation}", content_type, bodies)
        if bodies:
            code = int(status) if status.isdecimal() else None
            return Asked(bodies[content_type or default_of(bodies)], str(operation), code)
    of_status = "" if status_code is None else f" with status {status_code}"
    raise InvalidArgument(
        f"{source.name} documents no schema for the body of {operation}{of_status}", value=route
    )


def _bodies(contract: Contract, response: str) -> Mapping[str, str]:
    """The content types of a response, each with the location of its schema if it has one."""
    return {
        kind: f"{location}/schema"
        for kind, location in contract.content(response).items()
        if "schema" in contract.at(location)
    }


def _operation(source: Source, route: str) -> Operation:
    """The operation of a route, which has a name if it is one of an API."""
    if source.api is None:
        return operation_named(source.contract, route)
    found = find_route(source.api, route)
    return Operation(found.method, found.paths[0])
