"""Routes: which endpoint answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

from ..errors import counted, listed
from .exchange import Exchange
from .messages import Response

Endpoint = Callable[[Exchange], Response]
"""A function that answers the requests of a route; it may raise `ErrorResponse`."""

PARAMETER = re.compile(r"\{(\w+)\}")
"""A parameter in the template of a path."""


@dataclass(frozen=True)
class Paths:
    """How a server reads the path of a URL.

    Attributes:
        encoded_slash_separates: whether ``%2F`` splits a segment, because the server decodes the
            path before it splits it, as grpc-gateway does.
        empty_parameter: whether a path parameter may be empty, as grpc-gateway allows.
    """

    encoded_slash_separates: bool = False
    empty_parameter: bool = False

    def pattern(self, template: str) -> re.Pattern[str]:
        """The regular expression of a path template such as ``/v1/operations/{operation_id}``."""
        segment = "[^/]*" if self.empty_parameter else "[^/]+"
        parts = PARAMETER.split(template)
        return re.compile(
            "".join(
                re.escape(part) if i % 2 == 0 else f"(?P<{part}>{segment})"
                for i, part in enumerate(parts)
            )
        )


@dataclass(frozen=True)
class Route:
    """One operation of an API.

    Attributes:
        name: the short name that tests use, such as ``"get"``.
        method: the HTTP method.
        paths: the path templates of the route; the first is that of the contract.
        endpoint: the function that answers.
        id_parameter: the path parameter with the id of the operation that each request is for.
            By default this is what the endpoint finds with `Exchange.find`. It is needed if a
            request is refused before, and no operation has its id; and if a POST polls an
            operation that it does not show.
        host: the name of the host of its requests, if the API has several; by default that of the
            API's base URL.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    endpoint: Endpoint = field(repr=False)
    id_parameter: str | None = None
    host: str | None = None


class Router:
    """Finds the route of a request among the routes of one API.

    Args:
        routes: the routes.
        paths: how the server reads paths.
        main_host: the name of the host for routes without one.
    """

    def __init__(
        self, routes: tuple[Route, ...], paths: Paths, main_host: str | None = None
    ) -> None:
        self._main_host = main_host
        self._paths = paths
        self._routes = routes
        self._table = [
            (route, paths.pattern(template)) for route in routes for template in route.paths
        ]
        self.find: Callable[..., tuple[Route | None, Mapping[str, str]]]
        self.find = lru_cache(maxsize=1024)(self._find)

    def _find(
        self, method: str, path: str, hosts: tuple[str, ...] = ()
    ) -> tuple[Route | None, Mapping[str, str]]:
        """The route that matches this method and path, with its path parameters, decoded.

        It is ``None``, without parameters, if no route matches.

        Args:
            method: the method.
            path: the path.
            hosts: the names of the hosts to search, empty for all.
        """
        for route, params in self._matching(path, hosts):
            if route.method == method:
                return route, params
        return None, {}

    def at(self, path: str, hosts: tuple[str, ...] = ()) -> tuple[Route, ...]:
        """The routes of this path at these hosts, whatever their method."""
        return tuple(route for route, _ in self._matching(path, hosts))

    def _host(self, route: Route) -> str | None:
        return self._main_host if route.host is None else route.host

    def _matching(
        self, path: str, hosts: tuple[str, ...]
    ) -> Iterator[tuple[Route, Mapping[str, str]]]:
        decode_first = self._paths.encoded_slash_separates
        if decode_first:
            path = unquote(path)
        for route, pattern in self._table:
            match = pattern.fullmatch(path)
            if match is not None and (not hosts or self._host(route) in hosts):
                params = match.groupdict()
                if not decode_first:
                    params = {name: unquote(value) for name, value in params.items()}
                yield route, MappingProxyType(params)

    def why_not(self, method: str, path: str, hosts: tuple[str, ...] = ()) -> list[str]:
        """For each route a line that says why it did not match this method and path.

        If a route has several paths, the line is about the most similar one.
        """
        taking = self.at(path)
        if self._paths.encoded_slash_separates:
            path = unquote(path)
        lines = []
        for route in self._routes:
            [template] = get_close_matches(path, route.paths, 1, 0)
            if hosts and self._host(route) not in hosts:
                reason = f"its host is {self._host(route)}, not {listed(hosts)}"
            elif route in taking:
                reason = f"its method is {route.method}, not {method}"
            else:
                reason = _difference(template, path)
            lines.append(f"{route.name}: {route.method} {template}: {reason}")
        return lines


def _difference(template: str, path: str) -> str:
    wanted, given = template.split("/")[1:], path.split("/")[1:]
    if "" in given[:-1]:
        return f"the path has an empty segment (two slashes in a row): {path!r}"
    for want, have in zip(wanted, given, strict=False):
        if PARAMETER.fullmatch(want):
            if not have:
                return f"{want} is empty"
        elif want != have:
            return f"{have!r} is not {want!r}"
    return f"it has {counted(len(wanted), 'segment')}, the path has {len(given)}"
