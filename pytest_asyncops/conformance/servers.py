"""The servers of a document: where its paths begin in a URL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_AUTHORITY = re.compile(r"(?:[^/{}]|\{[^{}]*\})*//[^/]*|\{[^{}]*\}(?=/|$)")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_VARIABLE = re.compile(r"\{([^{}]+)\}")
_VARIABLE_AT_END = re.compile(r"\{([^{}]+)\}$")


class Server(NamedTuple):
    """A server, as patterns.

    Attributes:
        origin: scheme and host, ``None`` for the place where the document itself is served.
        base_path: the part before the paths of the document.
        is_open: whether more may come there, because its URL ends with a variable: the value of
            ``{host}`` may be ``jobs.example/base``.
    """

    origin: re.Pattern[str] | None
    base_path: re.Pattern[str]
    is_open: bool


Below = tuple[int, str]
"""How many segments of a path belong to the value of a variable, and the rest of the path."""


def read_server(server: Mapping[str, Any]) -> Server:
    """A server of a document, with its variables (OpenAPI 3.0.3, 4.7.5).

    >>> server = read_server({"url": "https://{host}/v{n}/", "variables": {"n": {"enum": [1, 2]}}})
    >>> server.origin.pattern, server.base_path.pattern
    ('https://[^/?#]+', '/v(?:1|2)')
    """
    url = str(server.get("url", "/")).rstrip("/")
    variables = server.get("variables") or {}
    authority = _AUTHORITY.match(url)
    path = url if authority is None else url[authority.end() :]
    if path and not path.startswith("/"):
        path = f"/{path.removeprefix('./')}"
    return Server(
        None if authority is None else _pattern(_normal(authority[0]), variables, re.IGNORECASE),
        _pattern(path, variables),
        any("enum" not in (variables.get(name) or {}) for name in _VARIABLE_AT_END.findall(url)),
    )


def path_below(servers: Iterable[Server], origin: str, path: str) -> tuple[bool, list[Below]]:
    """The rest of a URL's path below each server to which it may belong.

    A URL of another host is looked up as if any of the servers had been moved there, with or
    without its base path: a test seldom asks the real one.

    Args:
        servers: the servers.
        origin: scheme and host of the URL, empty if they are not known.
        path: its path.

    Returns:
        Whether the host is that of a server, and the rest of the path.
    """
    host = _normal(origin)
    own = [each for each in servers if each.origin is not None and each.origin.fullmatch(host)]
    found = [below for each in own or servers for below in _below(each, path)]
    if own:
        return True, found
    return False, list(dict.fromkeys([*found, (0, path)]))


def _normal(origin: str) -> str:
    """Scheme and host without the scheme's default port."""
    return origin.removesuffix(_DEFAULT_PORTS.get(origin.partition(":")[0].lower(), ""))


def _below(server: Server, path: str) -> Iterator[Below]:
    match = server.base_path.match(path)
    rest = path[match.end() :] if match else ""
    if rest.startswith("/"):
        segments = rest.split("/")[1:]
        for count in range(len(segments) if server.is_open else 1):
            yield count, "/" + "/".join(segments[count:])


def _pattern(template: str, variables: Mapping[str, Any], flags: int = 0) -> re.Pattern[str]:
    parts = _VARIABLE.split(template)
    texts = [
        re.escape(part) if index % 2 == 0 else _values(variables.get(part) or {})
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(texts), flags)


def _values(variable: Mapping[str, Any]) -> str:
    if "enum" in variable:
        return f"(?:{'|'.join(re.escape(str(value)) for value in variable['enum'])})"
    default = str(variable.get("default", ""))
    # A default may have slashes, such as api/v2.
    return f"(?:{re.escape(default)}|[^/?#]+)" if "/" in default else "[^/?#]+"
