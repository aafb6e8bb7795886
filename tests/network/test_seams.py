"""Every way by which Python code reaches a host is judged first; what is judged good goes on."""

from __future__ import annotations

import _socket
import asyncio
import socket
import ssl
import sys

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.network import seams
from pytest_asyncops.virtual_time.patches import Patches


class Refused(Exception):
    """What the judge raises here."""


def refuse(host: object, port: object) -> None:
    raise Refused(host, port)


@pytest.fixture
def patches():
    patches = Patches()
    yield patches
    patches.take_back()


async def _resolve_in_loop(host: str) -> None:
    await asyncio.get_running_loop().getaddrinfo(host, 80)


async def _resolve_in_trio(host: str) -> None:
    await trio.socket.getaddrinfo(host, 80)


def _sent_to(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
        used.sendto(b"x", (host, 80))


def _connected(host: str) -> None:
    with socket.socket() as used:
        used.connect((host, 80))


def _connected_ex(host: str) -> None:
    with socket.socket() as used:
        used.connect_ex((host, 80))


def _by_name(host: str) -> None:
    socket.gethostbyname(host)


def _by_name_ex(host: str) -> None:
    socket.gethostbyname_ex(host)


kept = socket.getaddrinfo

WAYS = {
    "getaddrinfo": lambda host: socket.getaddrinfo(host, 80),
    "getaddrinfo that somebody has kept": lambda host: kept(host, 80),
    "getaddrinfo by name": lambda host: socket.getaddrinfo(host=host, port=80),
    "gethostbyname": _by_name,
    "gethostbyname_ex": _by_name_ex,
    "create_connection": lambda host: socket.create_connection((host, 80)),
    "connect": _connected,
    "connect_ex": _connected_ex,
    "sendto": _sent_to,
    "asyncio": lambda host: asyncio.run(_resolve_in_loop(host)),
    "trio": lambda host: trio.run(_resolve_in_trio, host),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_host_is_judged(patches, way):
    seams.patch(patches, refuse)
    with pytest.raises(Refused) as caught:
        WAYS[way]("192.0.2.1")
    host, port = caught.value.args
    assert (host, port) in [("192.0.2.1", 80), ("192.0.2.1", None)]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "sendto"])
def test_what_is_judged_good_goes_on(patches, way):
    seen: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        seams.patch(patches, lambda host, port: seen.append(host))
        if way in ("create_connection", "connect", "connect_ex"):
            with socket.socket() as used:
                getattr(used, way, used.connect)(server.getsockname())
                assert used.getpeername() == server.getsockname()
        else:
            WAYS[way]("127.0.0.1")
    assert set(seen) == {"127.0.0.1"}


def test_everything_is_put_back():
    places = [
        (_socket, "getaddrinfo"), (socket, "gethostbyname"), (_socket, "gethostbyname"),
        (socket.socket, "connect"), (socket.socket, "send"), (socket.socket, "sendto"),
        (ssl.SSLSocket, "send"), (ssl.SSLObject, "write"), (asyncio.BaseEventLoop, "getaddrinfo"),
        (trio.socket, "getaddrinfo"),
    ]  # fmt: skip
    before = [getattr(owner, name) for owner, name in places]
    patches = Patches()
    seams.patch(patches, refuse)
    assert not any(
        getattr(owner, name) == real for (owner, name), real in zip(places, before, strict=True)
    )
    patches.take_back()
    assert [getattr(owner, name) for owner, name in places] == before


@pytest.mark.parametrize("module", ["ssl", "asyncio", "trio"])
def test_what_is_not_imported_is_not_imported_for_this(patches, monkeypatch, module):
    monkeypatch.delitem(sys.modules, module)
    seams.patch(patches, refuse)
    assert module not in sys.modules
    with pytest.raises(Refused):
        socket.getaddrinfo("192.0.2.1", 80)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no Unix sockets")
def test_a_unix_socket_is_on_this_machine(patches, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for a short path: the system has little room for it
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("s")
        server.listen()
        seams.patch(patches, refuse)
        client.connect("s")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client,
    ):
        server.bind("d")
        assert client.sendto(b"abc", "d") == 3


# --- proxies

names = st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)
ports = st.integers(1, 65535)
methods = st.sampled_from(["GET", "POST", "PATCH", "OPTIONS"])


@given(names, ports, methods, st.sampled_from(["", "/x", "?y=http://z/", "/a@b"]))
def test_what_a_proxy_is_asked_for(name, port, method, rest):
    assert seams.proxied(f"CONNECT {name}:{port} HTTP/1.1\r\n".encode()) == (name, str(port))
    for user in ("", "me:s3cret@"):
        line = f"{method} http://{user}{name}:{port}{rest} HTTP/1.1\r\n"
        assert seams.proxied(memoryview(line.encode())) == (name, str(port))
        line = f"{method} https://{user}{name}{rest} HTTP/1.0\r\n"
        assert seams.proxied(bytearray(line.encode())) == (name, None)
    number = port.to_bytes(2, "big")
    asked = b"\x05\x01\x00\x03" + bytes([len(name)]) + name.encode() + number
    assert seams.proxied(asked) == (name, port)
    asked = b"\x04\x01" + number + b"\0\0\0\x01me\0" + name.encode() + b"\0"
    assert seams.proxied(asked) == (name, port)


def test_addresses_that_a_proxy_is_asked_for():
    assert seams.proxied(b"CONNECT [::1]:443 HTTP/1.1") == ("[::1]", "443")
    assert seams.proxied(b"GET http://[::1]/x HTTP/1.1") == ("[::1]", None)


@pytest.mark.parametrize(
    "data",
    [b"", b"GET /http://x.example/ HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", b"\x16\x03\x01", "text",
     None, b"\x05\x01\x00", b"\x04\x01\x00\x50\xc0\x00\x02\x01me\x00"],
)  # fmt: skip
def test_what_is_no_question_to_a_proxy(data):
    assert seams.proxied(data) is None


@pytest.mark.parametrize("send", ["send", "sendall"])
def test_what_a_proxy_is_asked_for_is_judged(patches, send):
    one, other = socket.socketpair()
    with one, other:
        seams.patch(patches, refuse)
        getattr(one, send)(b"GET / HTTP/1.1")
        assert other.recv(99) == b"GET / HTTP/1.1"
        with pytest.raises(Refused):
            getattr(one, send)(b"CONNECT api.example:443 HTTP/1.1")


def test_a_proxy_over_tls_is_judged(patches):
    seams.patch(patches, refuse)
    context = ssl.create_default_context()
    tunnel = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="proxy.example")
    with pytest.raises(Refused):
        tunnel.write(b"CONNECT api.example:443 HTTP/1.1")
