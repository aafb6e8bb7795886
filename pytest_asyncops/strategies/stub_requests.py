"""Sends requests to a stub, with the headers that the contract asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..contract.yaml_document import escape
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
        params: the path parameters; the one with an empty name serves for those not named.
        query: the parameters of the query.
        headers: the headers; unless given, those that the contract asks for.
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
    found = {
        parameter["name"]: str(parameter["schema"]["default"])
        for parameter in parameters(api, route, "header")
        if parameter.get("required") and "default" in parameter["schema"]
    }
    schemes = contract_of(api).document.root.get("components", {}).get("securitySchemes", {})
    for scheme in schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            found[scheme["name"]] = "key"
        elif scheme.get("type") == "http":
            found["Authorization"] = f"{scheme['scheme'].capitalize()} token"
    return found


def parameters(api: Api, route: Route, place: str) -> Iterator[Mapping[str, Any]]:
    """The documented parameters of a route in this place of a request."""
    contract = contract_of(api)
    told = contract.at(f"/paths/{escape(route.paths[0])}/{route.method.lower()}")
    for parameter in told.get("parameters", ()):
        if parameter["in"] == place:
            yield parameter
