"""The places where code uses the network in Python: resolvers, sockets, requests to proxies.

Code that does not use Python's own sockets does not come here: uvloop's resolver, pycurl, gRPC,
other processes.
"""

from __future__ import annotations

import _socket
import re
import socket
import sys
from collections.abc import Callable
from typing import Any

from ..errors import hides_usage_errors
from ..virtual_time.patches import Patches

__tracebackhide__ = hides_usage_errors

Judge = Callable[[object, object], None]
"""A function of a host and a port that raises if they may not be reached."""

_INTERNET = (socket.AF_INET, socket.AF_INET6)

# How a client names the host to a proxy: RFC 9110, 9.3.6 (CONNECT) and 7.2 (a whole URL in place of
# a path), RFC 1928 (SOCKS 5), and SOCKS 4A, which has no more than a note of 1994.
_PROXIED = re.compile(
    rb"(?:CONNECT\s+(?P<target>[^\s/]+)|[A-Z]+\s+https?://(?:[^/?#\s@]*@)?(?P<origin>[^\s/?#]+)\S*)"
    rb"\s+HTTP/"
)
_SOCKS_5 = re.compile(rb"\x05\x01\x00\x03(?P<length>.)(?P<rest>.*)", re.DOTALL)
_SOCKS_4A = re.compile(
    rb"\x04\x01(?P<port>..)\x00\x00\x00[^\x00][^\x00]*\x00(?P<host>[^\x00]+)\x00", re.DOTALL
)
_LONGEST = 4096  # the longest request line: more than hosts and ports need


def patch(patches: Patches, judge: Judge) -> None:
    """Ask this judge before a name is resolved or a host is connected to."""
    # `socket.getaddrinfo` calls it too, even if code holds that function itself.
    patches.put(_socket, "getaddrinfo", _resolving(_socket.getaddrinfo, judge))
    for name in ("gethostbyname", "gethostbyname_ex"):
        for owner in (socket, _socket):
            patches.put(owner, name, _resolving_name(getattr(owner, name), judge))
    for name in ("connect", "connect_ex"):
        patches.put(socket.socket, name, _connecting(getattr(socket.socket, name), judge))
    patches.put(socket.socket, "sendto", _sending_to(socket.socket.sendto, judge))
    senders: list[tuple[Any, str]] = [(socket.socket, "send"), (socket.socket, "sendall")]
    if "ssl" in sys.modules:  # a proxy may be spoken to over TLS
        import ssl

        senders += [(ssl.SSLSocket, "send"), (ssl.SSLSocket, "write"), (ssl.SSLObject, "write")]
    for owner, name in senders:
        patches.put(owner, name, _sending(getattr(owner, name), judge))
    # Threads of a pool resolve names for these; here the code that asks is still on the stack.
    if "asyncio" in sys.modules:
        import asyncio

        loop = asyncio.BaseEventLoop
        patches.put(loop, "getaddrinfo", _in_loop(loop.getaddrinfo, judge))
    if "trio" in sys.modules:
        trio = sys.modules["trio"].socket
        patches.put(trio, "getaddrinfo", _resolving(trio.getaddrinfo, judge))


def _resolving(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def resolve(host: object = None, port: object = None, *args: Any, **kwargs: Any) -> Any:
        judge(host, port)
        return real(host, port, *args, **kwargs)

    return resolve


def _resolving_name(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def resolve(host: object) -> Any:
        judge(host, None)
        return real(host)

    return resolve


def _in_loop(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def getaddrinfo(loop: Any, host: object, port: object, **kwargs: Any) -> Any:
        judge(host, port)
        return real(loop, host, port, **kwargs)

    return getaddrinfo


def _connecting(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def connect(used: socket.socket, address: Any) -> Any:
        if used.family in _INTERNET and isinstance(address, tuple):
            judge(*address[:2])
        return real(used, address)

    return connect


def _sending_to(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def sendto(used: socket.socket, data: Any, *flags_and_address: Any) -> Any:
        address = flags_and_address[-1] if flags_and_address else None
        if used.family in _INTERNET and isinstance(address, tuple):
            judge(*address[:2])
        return real(used, data, *flags_and_address)

    return sendto


def _sending(real: Callable[..., Any], judge: Judge) -> Callable[..., Any]:
    def send(used: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
        target = proxied(data)
        if target is not None:
            judge(*target)
        return real(used, data, *args, **kwargs)

    return send


def proxied(data: Any) -> tuple[str, str | int | None] | None:
    """The host and port that this asks a proxy for, ``None`` if it asks no proxy for anything.

    >>> proxied(b"CONNECT example.com:443 HTTP/1.1"), proxied(b"GET / HTTP/1.1")
    (('example.com', '443'), None)
    """
    try:
        begin = bytes(memoryview(data)[:_LONGEST])
    except TypeError:  # it cannot be sent, and will be refused
        return None
    asked = _PROXIED.match(begin)
    if asked:
        return _split(asked["target"] or asked["origin"])
    asked = _SOCKS_5.match(begin)
    if asked:
        length = asked["length"][0]
        host, port = asked["rest"][:length], asked["rest"][length : length + 2]
        return host.decode("latin-1"), int.from_bytes(port, "big")
    asked = _SOCKS_4A.match(begin)
    if asked:
        return asked["host"].decode("latin-1"), int.from_bytes(asked["port"], "big")
    return None


def _split(target: bytes) -> tuple[str, str | None]:
    """Host and port of ``host:port``, ``host`` or ``[address]:port``."""
    text = target.decode("latin-1")
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        return text, None
    return host, port
