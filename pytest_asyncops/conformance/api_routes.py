"""Finds the API and the route of a response."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from ..errors import InvalidArgument, hides_usage_errors
from ..known_apis import BUILT_IN, find_api
from ..network.hosts import matches, normal_host, normal_patterns
from ..serving.api import FIRST_ERROR, Api, find_base_urls, find_route
from ..serving.live_readings import live_api
from ..serving.messages import Request
from ..serving.routing import Route
from ..serving.secret_texts import shown
from .client_responses import ORIGIN, ClientResponse

__tracebackhide__ = hides_usage_errors


def find_api_route(
    response: ClientResponse, *, api: object = None, route: str | None = None
) -> tuple[Api, Route | None]:
    """The API and the route that answered; no route if none matched the request.

    Args:
        response: the response.
        api: the API, if the caller names it.
        route: the name of the route, if the caller names it.

    Raises:
        InvalidArgument: if they cannot be determined, and for an unknown name.
    """
    known = None if api is None else find_api(api)
    if response.body is None:
        if known is None or route is None:
            raise InvalidArgument(
                "a payload does not say which request it answers. Name API and route: "
                "api='chainloop', route='get'.",
                value=response.value,
            )
    elif response.recorded is not None:
        known = known or response.recorded.api
        if known is None:
            raise _cannot_tell("API", repr(response.recorded), response)
        route = route or response.recorded.route
    else:
        asked = response.request
        assert asked is not None  # it is a client's
        known, route = _by_url(response, asked, known, route)
    return known, None if route is None else find_route(known, route)


def _by_url(
    response: ClientResponse, asked: Request, api: Api | None, route: str | None
) -> tuple[Api, str | None]:
    if api is None:
        api = _owner(asked.url)
    if api is None or route is None:
        apis = BUILT_IN.values() if api is None else (api,)
        found = _find(tuple((each, each.serving.method(asked)) for each in apis), asked.url)
        if found is None and (api is None or response.status_code < FIRST_ERROR):
            what = "API and route" if api is None else "route"
            raise _cannot_tell(what, described(asked), response)
        if found is not None:
            api, name = found
            route = route or name
    assert api is not None  # otherwise an error was raised above
    return api, route


def is_of_known_host(asked: Request) -> bool:
    """Whether a request was to a route of an API, at a host of this API: a stub's, or a real one.

    An API's host may serve more than is known here.
    """
    api = live_api(asked.url) or _at_host(urlsplit(asked.url).hostname)
    return api is not None and _find(((api, api.serving.method(asked)),), asked.url) is not None


@lru_cache(maxsize=1024)
def _at_host(host: str | None) -> Api | None:
    """The built-in API whose real service is at a host."""
    name = normal_host(host)
    for api in BUILT_IN.values():
        own = [normal_host(urlsplit(url).hostname) for url in find_base_urls(api).values()]
        if any(matches(one, name) for one in (*own, *normal_patterns(api.serving.real_hosts))):
            return api
    return None


def described(asked: Request) -> str:
    """The API and route of a response, for messages."""
    what = f"a response to {asked.method} {shown(asked.url)}"
    return what if asked.url else "a response without a URL"


@lru_cache(maxsize=1024)
def _owner(url: str) -> Api | None:
    """The built-in API below one of whose real base URLs this URL is."""
    for api in BUILT_IN.values():
        if any(url.startswith(f"{base_url}/") for base_url in find_base_urls(api).values()):
            return api
    return None


_PATH = re.compile(f"{ORIGIN.pattern}([^?#]*)")


@lru_cache(maxsize=1024)
def _find(methods: tuple[tuple[Api, str], ...], url: str) -> tuple[Api, str] | None:
    """The API and route of a URL, with the method as each API reads it.

    The service may have another base URL than its real one, so only the end of the path must match.
    """
    path = _PATH.match(url)[1]  # type: ignore[index]  # it matches every text
    for pattern, api, route in _ways(methods):
        if pattern.fullmatch(path):
            return api, route
    return None


@lru_cache(maxsize=64)
def _ways(methods: tuple[tuple[Api, str], ...]) -> list[tuple[re.Pattern[str], Api, str]]:
    """The paths that lead to a route, the most specific first.

    A path with more literal segments is more specific, and then one with more segments.
    """

    def specificity(template: str) -> tuple[int, int]:
        parts = template.split("/")
        return sum(not part.startswith("{") for part in parts), len(parts)

    found = [
        (template, api, route.name)
        for api, method in methods
        for route in api.routes
        for template in (route.paths if route.method == method else ())
    ]
    found.sort(key=lambda way: specificity(way[0]), reverse=True)
    return [
        (re.compile(f"(?:/.*)?{api.serving.paths.pattern(template).pattern}"), api, name)
        for template, api, name in found
    ]


def _cannot_tell(what: str, asked: str, response: ClientResponse) -> InvalidArgument:
    return InvalidArgument(
        f"the {what} of {asked} cannot be determined. Name it: api='chainloop', route='get'.",
        value=response.value,
    )
