"""Whether a request can name an operation: some ids cannot be in a path of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote

from ..errors import InvalidArgument, hides_usage_errors
from .api import Api
from .routing import PARAMETER, Route, Router

__tracebackhide__ = hides_usage_errors


def check_address(api: Api, given: Mapping[str, object]) -> None:
    """Check that requests can name an operation with this id and these fields.

    Raises:
        InvalidArgument: for a value that does not arrive unchanged.
    """
    for name, value in given.items():
        if not isinstance(value, str):
            continue
        for route, parameter in _places(api).get(name, ()):
            if not _arrives(api, route, parameter, value):
                raise InvalidArgument(
                    f"{name}={value!r} cannot be part of the path of a request, "
                    f"{route.paths[0]}: {api.name} would not read it as one segment, even if it "
                    "is escaped. Choose one of letters, digits, - and _.",
                    value=value,
                )


@lru_cache(maxsize=64)
def _places(api: Api) -> Mapping[str, list[tuple[Route, str]]]:
    """For the id, and for each field in paths, the routes and their path parameters."""
    found: dict[str, list[tuple[Route, str]]] = {}
    for route, parameter in _parameters(api):
        name = "id" if parameter == route.id_parameter else parameter
        if name == "id" or name in api.fields:
            found.setdefault(name, []).append((route, parameter))
    return found


def _parameters(api: Api) -> Iterator[tuple[Route, str]]:
    for route in api.routes:
        for parameter in PARAMETER.findall(route.paths[0]):
            yield route, parameter


@lru_cache(maxsize=64)
def _router(api: Api) -> Router:
    return Router(api.routes, api.serving.paths)


def _arrives(api: Api, route: Route, parameter: str, value: str) -> bool:
    if value in (".", ".."):
        return False  # clients leave these out of a path (RFC 3986, 6.2.2.3)
    try:
        escaped = quote(value, safe="")
    except UnicodeEncodeError:  # a lone surrogate
        return False
    path = PARAMETER.sub(lambda one: escaped if one[1] == parameter else "x", route.paths[0])
    found, params = _router(api).find(route.method, path)
    return found is route and params[parameter] == value
