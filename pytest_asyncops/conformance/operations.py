"""The operations of a document, looked up by URL or by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import unquote

from ..contract.openapi import METHODS, Contract
from ..contract.pointers import escape
from ..errors import ContractError, InvalidArgument, hides_usage_errors, listed, unknown_choice
from ..rules.violation import Violation
from ..serving.api import find_route
from ..serving.messages import Request
from ..serving.secret_texts import shown
from .client_responses import ORIGIN, ClientResponse
from .servers import Server, path_below, read_server

__tracebackhide__ = hides_usage_errors

_PARAMETER = re.compile(r"\{[^{}]+\}")
_NEAR = 3
_FEW = 12


class Operation(NamedTuple):
    """An operation of a document.

    Attributes:
        method: its method, in upper case.
        path: its path, as the document has it.
    """

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class _Row(NamedTuple):
    """An operation, and the segments of its path."""

    operation: Operation
    segments: tuple[str, ...]


_Rows = Mapping[tuple[Server, ...], Mapping[int, list[_Row]]]


@lru_cache(maxsize=64)
def _rows(contract: Contract) -> _Rows:
    """The operations by their servers, and by the number of segments of their paths."""
    found: dict[tuple[Server, ...], dict[int, list[_Row]]] = {}
    of_document = _servers(contract, "")
    for operation, (_, item) in _named(contract).items():
        servers = of_document
        if item is not None:
            below = f"{item}/{operation.method.lower()}"
            servers = _servers(contract, below) or _servers(contract, item) or of_document
        row = _Row(operation, tuple(map(unquote, operation.path.split("/")[1:])))
        found.setdefault(servers, {}).setdefault(len(row.segments), []).append(row)
    return found


@lru_cache(maxsize=64)
def _named(contract: Contract) -> Mapping[Operation, tuple[str | None, str | None]]:
    """All operations, each with its operationId, and with the location of its path item.

    A path item that refers to nothing has every operation, and no location: asking for one of them
    is an error, asking for another path is not.
    """
    found: dict[Operation, tuple[str | None, str | None]] = {}
    for path in contract.mapping("/paths") if "paths" in contract.mapping("") else ():
        if not path.startswith("/"):
            continue
        try:
            item = contract.follow(f"/paths/{escape(path)}")
            members = contract.mapping(item)
        except ContractError:
            found.update({Operation(method.upper(), path): (None, None) for method in METHODS})
            continue
        for method in METHODS:
            told = members.get(method)
            if isinstance(told, dict):
                found[Operation(method.upper(), path)] = told.get("operationId"), item
    return found


def _servers(contract: Contract, location: str) -> tuple[Server, ...]:
    servers = contract.mapping(location).get("servers") or []
    if not isinstance(servers, list) or not all(isinstance(server, dict) for server in servers):
        raise contract.error("servers must be a list of mappings", f"{location}/servers")
    return tuple(map(read_server, servers))


@lru_cache(maxsize=1024)
def _matching(contract: Contract, url: str) -> list[Operation]:
    """The operations of all methods at a URL, the most literal path first."""
    origin = ORIGIN.match(url)[0]  # type: ignore[index]  # it matches every text
    path = re.split("[?#]", url[len(origin) :], maxsplit=1)[0]
    found = []
    below = [
        (rows, *path_below(servers, origin, path)) for servers, rows in _rows(contract).items()
    ]
    is_known = any(is_own for _, is_own, _ in below)
    for rows, is_own, paths in below:
        for count, given in paths if is_own or not is_known else ():
            # An encoded slash does not separate segments.
            segments = [unquote(segment) for segment in given.split("/")[1:]]
            found += [
                (count, [*map(_literalness, row.segments)], row.operation)
                for row in rows.get(len(segments), ())
                if all(map(_fits, row.segments, segments))
                # If anything may come before a path, the path must begin with a literal segment.
                if not count or "{" not in row.segments[0]
            ]
    found.sort(key=itemgetter(0, 1))
    return [operation for *_, operation in found]


def _literalness(segment: str) -> tuple[int, int]:
    """Sorts segments: literal ones, then those with a parameter beside other text."""
    literal = _PARAMETER.sub("", segment)
    return (2 if not literal else 1 if literal != segment else 0), -len(literal)


def _fits(wanted: str, given: str) -> bool:
    if "{" not in wanted:
        return wanted == given
    return _segment(wanted).fullmatch(given) is not None


@lru_cache(maxsize=4096)
def _segment(template: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, _PARAMETER.split(template))), re.DOTALL)


def find_operation(
    contract: Contract, response: ClientResponse, route: str | None
) -> Operation | Violation:
    """The operation of a response, or what is wrong with its request.

    Args:
        contract: the contract.
        response: the response.
        route: the caller's name for it.

    Raises:
        InvalidArgument: if it cannot be determined.
    """
    if route is not None:
        return operation_named(contract, route)
    asked, recorded = response.request, response.recorded
    if asked is None and recorded is not None and recorded.route is not None:
        served = find_route(recorded.api, recorded.route)
        asked = Request(served.method, served.paths[0], served.paths[0], {})
    if asked is None or not asked.url:
        what = "a payload" if response.body is None else "a response without a URL"
        raise InvalidArgument(
            f"{what} does not say which request it answers. Name it by method and path, "
            "such as route='GET /jobs/{id}', or by its operationId.",
            value=response.value,
        )
    return operation_of(contract, asked)


def operation_of(contract: Contract, asked: Request) -> Operation | Violation:
    """The operation of a request, or what is wrong with the request."""
    found = _matching(contract, asked.url)
    # An undocumented HEAD is a GET without the body (RFC 9110, 9.3.2).
    for method in (asked.method, "GET")[: 2 if asked.method == "HEAD" else 1]:
        for operation in found:
            if operation.method == method:
                return operation
    what = f"{asked.method} {shown(asked.url)}"
    if found:
        path = found[0].path
        methods = [operation.method for operation in found if operation.path == path]
        message = f"is not documented; {path} has {listed(methods)}"
        return _violation(contract, message, "schema.method", f"/paths/{escape(path)}", what)
    near = listed(_near(f"{asked.method} {asked.path}", map(str, _named(contract))))
    message = (
        f"is not documented{f', but similar to {near}' if near else ''}. If it answers an "
        "operation of the document all the same, name that: route='GET /jobs/{id}'."
    )
    return _violation(contract, message, "schema.path", "/paths", what)


def _violation(contract: Contract, message: str, rule: str, at: str, value: str) -> Violation:
    return Violation("$", message, rule, contract.place(at), value)


def _near(what: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(what, names, _NEAR)


def operation_named(contract: Contract, route: str) -> Operation:
    """The operation with this name: method and path, or its operationId.

    Raises:
        InvalidArgument: if there is none.
    """
    named = _named(contract)
    method, _, path = route.partition(" ")
    operation = Operation(method.upper(), path.strip())
    if operation in named:
        return operation
    ids = {name: operation for operation, (name, _) in named.items() if name is not None}
    if route in ids:
        return ids[route]
    names = [*map(str, named), *ids]
    raise unknown_choice(
        f"route of {contract.document.file}:",
        route,
        names if len(names) <= _FEW else _near(route, names),
        "Name it by method and path, such as 'GET /jobs/{id}', or by its operationId.",
    )
