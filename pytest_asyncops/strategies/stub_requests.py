"""Sends requests to a stub, with the headers that the contract asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..contract.openapi import Contract
from ..contract.pointers import escape
from ..serving.api import Api
from ..serving.messages import Headers, Request, Response
from ..serving.routing import Route
from ..serving.server import Server
from .coherent.server import contract_of


def ask(
    server: Server,
    route: Route,
    params: Mapping[str, Any],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of a stub's server to a request of a route.

    Args:
        server: the server.
        route: the route.
        params: the path parameters; the one with an empty name is for those not named.
        query: the parameters of the query.
        headers: the headers; by default those that the contract asks for.
    """
    path = re.sub(
        r"\{(\w+)\}",
        lambda name: quote(str(params.get(name[1], params.get(""))), safe=""),
        route.paths[0],
    )
    target = f"{path}?{urlencode(query)}" if query else path
    if headers is None:
        headers = asked_headers(server.api, route)
    return server.handle(Request(route.method, server.base_url + target, target, Headers(headers)))


def asked_headers(api: Api, route: Route) -> dict[str, str]:
    """The headers that the contract asks for: a credential, and required ones with a default."""
    contract = contract_of(api)
    found = {}
    for parameter in parameters(api, route, "header"):
        schema = contract.resolved(parameter.get("schema", {}))
        if parameter.get("required") and "default" in schema:
            found[parameter["name"]] = str(schema["default"])
    schemes = contract.document.root.get("components", {}).get("securitySchemes", {})
    for scheme in schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            found[scheme["name"]] = "key"
        elif scheme.get("type") == "http":
            found["Authorization"] = f"{scheme['scheme'].capitalize()} token"
    return found


def parameters(api: Api, route: Route, place: str) -> Iterator[Mapping[str, Any]]:
    """The documented parameters of a route in this place of a request.

    Parameters of the path count for all its methods, unless a method has one of the same name.

    Raises:
        ContractError: for anything but a parameter, and for a reference that leads nowhere.
    """
    contract = contract_of(api)
    path = f"/paths/{escape(route.paths[0])}"
    found = {}
    for above in (path, f"{path}/{route.method.lower()}"):
        for index in range(len(contract.at(above).get("parameters", ()))):
            parameter = _parameter(contract, f"{above}/parameters/{index}")
            found[parameter["in"], parameter["name"]] = parameter
    return (parameter for (where, _), parameter in found.items() if where == place)


def _parameter(contract: Contract, pointer: str) -> Mapping[str, Any]:
    """The parameter at a pointer, or the one that it refers to."""
    visited = [pointer]
    while isinstance(found := contract.at(pointer), dict) and "$ref" in found:
        reference = str(found["$ref"])
        if not reference.startswith("#/") or reference[1:] in visited:
            raise contract.error(
                f"a parameter cannot be {reference!r}; refer to one of this document, such as "
                "'#/components/parameters/page'",
                pointer,
            )
        pointer = reference[1:]
        visited.append(pointer)
    if not isinstance(found, dict) or not {"in", "name"} <= found.keys():
        raise contract.error(
            f"a parameter must be a mapping with 'in' and 'name', not {found!r}", pointer
        )
    return found
