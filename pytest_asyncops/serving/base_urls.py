"""Finds the stub's server to which a URL belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, Union
from urllib.parse import SplitResult, urlsplit

from ..errors import InvalidArgument, hides_usage_errors
from .messages import Headers, Request, Response
from .secret_texts import without_secrets
from .server import Server

__tracebackhide__ = hides_usage_errors

_DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_base_url(url: object, what: str) -> str:
    """The URL without a slash at its end, if it can be a stub's base URL.

    Raises:
        InvalidArgument: for anything but an http or https URL with a host and perhaps a path.
    """
    if isinstance(url, str):
        parts = _split(url)
        if (
            parts is not None
            and parts.scheme in _DEFAULT_PORTS
            and parts.hostname
            and parts.username is None
            and not {"?", "#"} & set(url)
        ):
            return url.rstrip("/")
    printed = without_secrets(url) if isinstance(url, str) else url
    raise InvalidArgument(
        f"{what} must be a URL like 'https://api.example.com' or 'http://localhost:8080/base', "
        f"with a scheme and a host and without user, query or fragment, not {printed!r}",
        value=url,
    )


def port_of(base_url: str) -> int | None:
    """The port of a base URL; without one, the default of its scheme."""
    parts = urlsplit(base_url)
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return None
    return parts


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Scheme, host and port in one spelling: lower case, without the scheme's default port."""
    parts = _split(url)
    if parts is None:
        return url
    port = parts.port
    shown = "" if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{port}"
    return f"{parts.scheme}://{parts.hostname}{shown}"


def _cut(url: str) -> tuple[str, str]:
    """The URL's origin in one spelling, and its path and query."""
    host = url.find("//") + 2
    ends = [at for at in (url.find(mark, host) for mark in "/?#") if at >= 0]
    end = min(ends, default=len(url))
    return _origin(url[:end]), url[end:].partition("#")[0]


class Taken(NamedTuple):
    """A URL at which a stub answers.

    Attributes:
        server: the stub's server.
        url: the whole URL.
        target: what follows the stub's base URL: path and query.
        hosts: the names of the API's hosts that are at this base URL.
    """

    server: Server
    url: str
    target: str
    hosts: tuple[str, ...]

    def answer(
        self,
        method: str,
        headers: Union[Mapping[str, str], list[tuple[str, str]]],
        body: bytes,
    ) -> Response:
        """The stub's answer to a request, which is handled and recorded by this.

        The transport waits as long as the answer is late, and then turns it into what the client
        library would have received.

        Args:
            method: in upper case.
            headers: pairs of name and value; or a mapping that finds names in any case.
            body: the body's bytes.

        Raises:
            PollerHangs: if the test has passed one of its limits.
        """
        if isinstance(headers, list):  # quicker than to look whether it is a mapping
            headers = Headers(headers)
        return self.server.handle(Request(method, self.url, self.target, headers, body, self.hosts))


class _Place(NamedTuple):
    path: str
    base_url: str
    server: Server
    hosts: tuple[str, ...]


class BaseUrls:
    """The base URLs of the stubs of one mock.

    Raises:
        InvalidArgument: if the base URL of one stub lies below that of another.
    """

    def __init__(self, servers: Iterable[Server]) -> None:
        self._places: dict[str, list[_Place]] = {}
        for server in servers:
            for base_url, hosts in _hosts_at(server).items():
                self._add(base_url, server, hosts)
        self.find: Callable[[str], Taken | None] = lru_cache(maxsize=1024)(self._find)

    def _add(self, base_url: str, server: Server, hosts: tuple[str, ...]) -> None:
        origin, path = _cut(base_url)
        neighbours = self._places.setdefault(origin, [])
        for other in neighbours:
            if _below(path, other.path) or _below(other.path, path):
                raise InvalidArgument(
                    f"{other.server.api.name} at {other.base_url} and {server.api.name} at "
                    f"{base_url} overlap. Give one of them another URL with base_urls={{...}}.",
                    value=base_url,
                )
        neighbours.append(_Place(path, base_url, server, hosts))

    def are_at(self, url: str) -> bool:
        """Whether one of them has the scheme, host and port of this URL."""
        return _cut(url)[0] in self._places

    def _find(self, url: str) -> Taken | None:
        """The owner of this URL, ``None`` if it has none."""
        origin, rest = _cut(url)
        for base, _, server, hosts in self._places.get(origin, ()):
            if _below(rest, base):
                return Taken(server, url, rest[len(base) :], hosts)
        return None


def _hosts_at(server: Server) -> Mapping[str, tuple[str, ...]]:
    """The names of a server's hosts by their base URLs. Several may share one."""
    found: dict[str, tuple[str, ...]] = {}
    for host, base_url in server.base_urls.items():
        found[base_url] = (*found.get(base_url, ()), host)
    return found


def _below(path: str, base: str) -> bool:
    return path.startswith(base) and path[len(base) : len(base) + 1] in ("", "/", "?")
