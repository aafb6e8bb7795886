"""Which hosts a mock keeps from being reached: a pure function of the host and the port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

_LOOPBACK = "loopback"


class OwnHost(NamedTuple):
    """A host that a mock stands for.

    Attributes:
        pattern: its name; ``*.example.com`` for all names below ``example.com``.
        port: its port, ``None`` for all of them.
        api: the name of the API that is served there.
        base_url: where its stub answers, ``None`` if it is not among the mock's APIs.
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
    """The host of a stub's base URL: on loopback its port alone, elsewhere all ports."""
    host = normal_host(urlsplit(base_url).hostname or "")
    if is_local(host):
        return OwnHost(_LOOPBACK, port, api, base_url)
    return OwnHost(host, None, api, base_url)


@dataclass(frozen=True)
class Policy:
    """What a mock keeps from being reached.

    Attributes:
        own: the hosts that it stands for.
        allowed: patterns of hosts that may be reached nevertheless.
        blocks_all: whether all other hosts are kept from being reached too, but for this machine.
    """

    own: tuple[OwnHost, ...] = ()
    allowed: tuple[str, ...] = ()
    blocks_all: bool = False

    def own_at(self, host: str, port: int | None) -> OwnHost | None:
        """The host that the mock stands for, ``None`` if it is another one, or allowed."""
        if self._allows(host):
            return None
        return next((own for own in self.own if own.is_at(host, port)), None)

    def blocks(self, host: str) -> bool:
        """Whether a host that is not one of its own is kept from being reached."""
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
    except UnicodeError:  # it is no name of a host, and what asks for it will be told
        return name
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name
    return str(getattr(address, "ipv4_mapped", None) or address)


def normal_port(port: object) -> int | None:
    """A port as a number, ``None`` where none is given or a service's name."""
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
    """Patterns of hosts, each in the spelling of `normal_host`."""
    return tuple(
        f"*.{normal_host(one[2:])}" if one.startswith("*.") else normal_host(one)
        for one in patterns
    )
