"""Which hosts a mock blocks: a pure function of the host and the port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

_LOOPBACK = "loopback"


class OwnHost(NamedTuple):
    """A host for which a mock answers.

    Attributes:
        pattern: its name; ``*.example.com`` for all names below ``example.com``.
        port: its port, ``None`` for all of them.
        api: the name of the API that is served there.
        base_url: the URL of its stub, ``None`` if the API is not among the mock's.
    """

    pattern: str
    port: int | None
    api: str
    base_url: str | None = None

    def is_at(self, host: str, port: int | None) -> bool:
        """Whether a host, as `normal_host` writes it, is this one."""
        if self.pattern == _LOOPBACK:
            return port == self.port and is_local(host)
        return matches(self.pattern, host) and self.port in (None, port)


def own_host(api: str, base_url: str, port: int | None) -> OwnHost:
    """The host of a stub's base URL: on loopback only its port, elsewhere all ports."""
    host = normal_host(urlsplit(base_url).hostname or "")
    if is_local(host):
        return OwnHost(_LOOPBACK, port, api, base_url)
    return OwnHost(host, None, api, base_url)


@dataclass(frozen=True)
class Policy:
    """The hosts that a mock blocks.

    Attributes:
        own: the hosts for which it answers.
        allowed: patterns of hosts that may be reached all the same.
        blocks_all: whether all other hosts are blocked too, except this machine.
    """

    own: tuple[OwnHost, ...] = ()
    allowed: tuple[str, ...] = ()
    blocks_all: bool = False

    def own_at(self, host: str, port: int | None) -> OwnHost | None:
        """The host for which the mock answers, ``None`` if it is another one, or allowed."""
        if self._allows(host):
            return None
        return next((own for own in self.own if own.is_at(host, port)), None)

    def blocks(self, host: str) -> bool:
        """Whether a host that is not one of its own is blocked."""
        return self.blocks_all and not is_local(host) and not self._allows(host)

    def _allows(self, host: str) -> bool:
        return any(matches(pattern, host) for pattern in self.allowed)


def normal_host(host: object) -> str:
    """A host in one spelling: lower case, without a dot at its end, addresses as Python's own.

    >>> normal_host(b"API.Example.com."), normal_host("::ffff:127.0.0.1"), normal_host(None)
    ('api.example.com', '127.0.0.1', '')
    """
    text = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
    if not isinstance(text, str):
        return ""
    name = text.strip("[]").rstrip(".").lower()
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:  # not the name of a host; the code will get an error
        return name
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name
    return str(getattr(address, "ipv4_mapped", None) or address)


def normal_port(port: object) -> int | None:
    """A port as a number, ``None`` for no port or for the name of a service."""
    if isinstance(port, int):
        return port
    text = port.decode("ascii", "replace") if isinstance(port, bytes) else port
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def matches(pattern: str, host: str) -> bool:
    """Whether a host is the one of a pattern.

    >>> matches("*.example.com", "a.example.com"), matches("*.example.com", "example.com")
    (True, False)
    """
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern


def is_local(host: str) -> bool:
    """Whether a host is this machine, by a name or an address of loopback.

    >>> [is_local(host) for host in ("localhost", "127.8.0.1", "::1", "", "example.com")]
    [True, True, True, True, False]
    """
    if host in ("", "localhost", socket.gethostname().lower()) or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def normal_patterns(patterns: Iterable[str]) -> tuple[str, ...]:
    """Patterns of hosts, each as `normal_host` writes it."""
    return tuple(
        f"*.{normal_host(one[2:])}" if one.startswith("*.") else normal_host(one)
        for one in patterns
    )
