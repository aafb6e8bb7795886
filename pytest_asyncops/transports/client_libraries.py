"""The client libraries whose requests are answered, with their modules and transports.

None of them is imported here. A library's transport is imported once the library itself is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from types import ModuleType
from typing import NamedTuple

from ..errors import InvalidArgument, hides_usage_errors, listed
from ..serving.base_urls import BaseUrls
from .takers import Takers
from .transport import CoveringTransport, Transport

__tracebackhide__ = hides_usage_errors

Make = Callable[[ModuleType, BaseUrls], Transport]
"""Makes the transport of a mock, from the library's module and the mock's base URLs."""


def _responses() -> Make:
    from .responses import ResponsesTransport

    return lambda library, base_urls: ResponsesTransport(base_urls)


def _httpx() -> Make:
    from .httpx import transport

    return transport


def _aiohttp() -> Make:
    from .aiohttp import transport

    return transport


def _urllib3() -> Make:
    if _is_future():
        from .niquests import transport
    else:
        from .urllib3 import transport
    return transport


def _http_client() -> Make:
    from .http_client import transport

    return transport


def _niquests() -> Make:
    # urllib3-future can also be installed beside urllib3 instead of in its place.
    return _urllib3() if _is_future() else _unanswered


def _is_future() -> bool:
    """Whether the module with the name urllib3 is urllib3-future."""
    import urllib3

    return hasattr(urllib3, "AsyncHTTPConnectionPool")


def _unanswered(library: ModuleType, base_urls: BaseUrls) -> Transport:
    return CoveringTransport(Takers(), (), base_urls)


class ClientLibrary(NamedTuple):
    """A client library.

    Attributes:
        module: the module that brings it.
        transport: the name of its transport, as the setting ``transport`` has it.
        make: imports the transport.
        brings: further modules that send their requests by it, by the names that people know.
        extra: the extra of this package that installs it, ``None`` if it is always installed.
    """

    module: str
    transport: str
    make: Callable[[], Make]
    brings: tuple[str, ...] = ()
    extra: str | None = None

    @property
    def distribution(self) -> str:
        """The name of its distribution."""
        return self.module


LIBRARIES = (
    ClientLibrary("requests", "responses", _responses),
    ClientLibrary("httpx", "httpx", _httpx, extra="httpx"),
    ClientLibrary("httpx2", "httpx", _httpx, extra="httpx2"),
    ClientLibrary("aiohttp", "aiohttp", _aiohttp, extra="aiohttp"),
    ClientLibrary("urllib3", "urllib3", _urllib3),
    ClientLibrary("niquests", "niquests", _niquests, extra="niquests"),
    ClientLibrary(
        "http.client", "http_client", _http_client, brings=("urllib.request", "xmlrpc.client")
    ),
)
"""Every client library whose requests are answered."""


def libraries_of(transports: Sequence[str]) -> Mapping[str, ClientLibrary]:
    """The libraries of these transports, or of all if none is given, by their module."""
    return {
        library.module: library
        for library in LIBRARIES
        if not transports or library.transport in transports
    }


def check_installed(transports: Sequence[str]) -> None:
    """Check that each of these transports has an installed client library.

    Raises:
        InvalidArgument: if one has none.
    """
    for name in transports:
        libraries = libraries_of([name]).values()
        if any(find_spec(library.module) for library in libraries):
            continue
        extras = [library.extra for library in libraries if library.extra is not None]
        lines = [f"python -m pip install 'pytest-asyncops[{extra}]'" for extra in extras]
        modules = listed(library.module for library in libraries)
        raise InvalidArgument(
            f"transport={name!r} answers the requests of {modules}, but none of these is "
            f"installed: {listed(lines)}. Or choose transport='auto', which answers every library "
            "that is installed.",
            value=name,
            choices=extras,
        )
