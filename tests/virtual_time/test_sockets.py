"""The clock never jumps while a request is being answered, whoever asks and whoever answers."""

from __future__ import annotations

import asyncio
import errno
import http.server
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
import requests
from support.real_pauses import really_wait

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.errors import PatienceWarning
from pytest_asyncops.virtual_time import sockets
from pytest_asyncops.virtual_time.lookout import STILL
from pytest_asyncops.virtual_time.outside import Outside
from pytest_asyncops.virtual_time.sockets import ANSWER, MORE, Sockets

MOMENT = 0.06
"""Real seconds that an answer takes: longer than an unknown file is given."""


class _Slow(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        really_wait(MOMENT)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def _server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Run = Callable[[str, Callable[[], float]], list[float]]
"""Asks twice, waits for 5 s after each, and tells by how much the clock jumped under each."""


def _requests(url: str, elapsed: Callable[[], float]) -> list[float]:
    jumps = []
    with requests.Session() as session:
        for _ in range(2):
            before = elapsed()
            session.get(url, timeout=30)
            jumps.append(elapsed() - before)
            time.sleep(5)
    return jumps


def _httpx(url: str, elapsed: Callable[[], float]) -> list[float]:
    jumps = []
    with httpx.Client(verify=False) as client:
        for _ in range(2):
            before = elapsed()
            client.get(url, timeout=30)
            jumps.append(elapsed() - before)
            time.sleep(5)
    return jumps


def _in_a_thread(client: Run) -> Run:
    """While the main thread waits."""

    def run(url: str, elapsed: Callable[[], float]) -> list[float]:
        jumps: list[float] = []
        thread = threading.Thread(target=lambda: jumps.extend(client(url, elapsed)))
        thread.start()
        while thread.is_alive():
            thread.join(1)
        return jumps

    return run


def _on(backend: str) -> Run:
    def run(url: str, elapsed: Callable[[], float]) -> list[float]:
        jumps = []

        async def main() -> None:
            async with httpx.AsyncClient(verify=False) as client:
                for _ in range(2):
                    before = elapsed()
                    with anyio.fail_after(30):
                        await client.get(url, timeout=30)
                    jumps.append(elapsed() - before)
                    await anyio.sleep(5)

        anyio.run(main, backend=backend)
        return jumps

    return run


CLIENTS = {
    "requests": _requests,
    "requests in a thread": _in_a_thread(_requests),
    "httpx": _httpx,
    "httpx in a thread": _in_a_thread(_httpx),
    "httpx on asyncio": _on("asyncio"),
    "httpx on trio": _on("trio"),
}


@pytest.mark.parametrize("alive_before", [True, False])
@pytest.mark.parametrize("client", CLIENTS)
def test_the_clock_does_not_jump_under_a_request(client: str, alive_before: bool) -> None:
    def run(mock: AsyncOpsMock, url: str) -> list[float]:
        def elapsed() -> float:
            return mock.clock.elapsed.total_seconds()

        return CLIENTS[client](url, elapsed)

    if alive_before:
        with _server() as url, mocked() as mock:
            jumps = run(mock, url)
    else:
        with mocked() as mock, _server() as url:
            jumps = run(mock, url)
    assert jumps == [0, 0]


@pytest.mark.parametrize("client", ["requests in a thread", "httpx in a thread"])
def test_a_thread_that_awaits_an_answer_holds_the_clock_however_long(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "MOMENT", 1.5 * STILL)
    with _server() as url, mocked() as mock:

        def elapsed() -> float:
            return mock.clock.elapsed.total_seconds()

        jumps = CLIENTS[client](url, elapsed)
    assert jumps == [0, 0]


def test_a_thread_that_waits_for_clients_does_not_hold_the_clock() -> None:
    def serve() -> None:
        accepted, _ = listening.accept()
        accepted.close()

    with mocked() as mock, socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        time.sleep(5)
        assert mock.clock.elapsed.total_seconds() == 5
        socket.create_connection(listening.getsockname()).close()
        thread.join()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_who_is_never_answered_does_not_wait_for_ever(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ANSWER", 0.03)

    async def main(address: tuple[str, int]) -> None:
        async with await anyio.connect_tcp(*address) as stream:
            await stream.send(b"hello?")
            with pytest.raises(TimeoutError), anyio.fail_after(30):
                await stream.receive()

    with (
        pytest.warns(PatienceWarning, match="a file for which an event loop waits"),
        mocked(patience=0.05) as mock,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        anyio.run(main, silent.getsockname(), backend=backend)
        assert mock.clock.elapsed.total_seconds() == 30


def test_a_loop_that_serves_itself() -> None:
    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                await asyncio.sleep(1)
                writer.write(line)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for number in range(3):
            writer.write(b"%d\n" % number)
            assert await asyncio.wait_for(reader.readline(), 30) == b"%d\n" % number
            await asyncio.sleep(4)
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()

    with mocked() as mock:
        asyncio.run(main())
        assert mock.clock.elapsed.total_seconds() == 15


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(sockets, "_real_monotonic", lambda: now[0])
    return now


@contextmanager
def _seen(is_own: Callable[[], bool]) -> Iterator[Sockets]:
    before = dict(vars(socket.socket))
    seen = Sockets(is_own)
    seen.replace()
    try:
        yield seen
    finally:
        seen.restore()
    assert dict(vars(socket.socket)) == before


PATIENCE = 10.0


class _Watch:
    """Whether files hold the clock, by what is known of them and so many seconds later."""

    def __init__(self, seen: Sockets, now: list[float]) -> None:
        self.seen = seen
        self.now = now
        self.outside = Outside(seen.receiver_until, PATIENCE)
        self.outside.children.are_idle = lambda: True  # type: ignore[method-assign]

    def hold(self, *files: int, after: float, seconds: float | None = 0) -> list[bool]:
        until = [self.seen.watch([file], outside=self.outside, seconds=seconds)() for file in files]
        return [self.now[0] + after < limit for limit in until]


@pytest.mark.parametrize("own", [True, False])
def test_what_is_done_with_sockets(now: list[float], own: bool) -> None:
    with _seen(lambda: own) as seen, socket.create_server(("127.0.0.1", 0)) as listening:
        watch = _Watch(seen, now)
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        ours, theirs = client.fileno(), server.fileno()

        def holds(after: float) -> list[bool]:
            return watch.hold(ours, theirs, after=after)

        assert holds(MORE / 2) == [True, True]
        assert holds(MORE) == [True, False]
        now[0] += ANSWER
        assert holds(0) == [False, False]
        client.sendall(b"ask")
        assert holds(ANSWER / 2) == [True, False]
        assert server.recv(9) == b"ask"
        assert holds(ANSWER / 2) == [not own, False]
        assert holds(0) == [not own, not own]
        server.send(b"answer")
        assert holds(ANSWER / 2) == [not own, False]
        assert client.recv(9) == b"answer"
        assert holds(0) == [not own, not own]
        assert holds(MORE) == [False, False]
        client.sendall(b"ask")
        client.close()
        server.close()
        assert holds(0) == [False, False]


@pytest.mark.parametrize(
    ("seconds", "longest"), [(0, ANSWER), (5, 5), (60, PATIENCE), (None, PATIENCE)]
)
def test_an_answer_is_waited_for_as_long_as_the_wait_takes_and_patience_lasts(
    now: list[float], seconds: float | None, longest: float
) -> None:
    with _seen(lambda: True) as seen, socket.create_server(("127.0.0.1", 0)) as listening:
        watch = _Watch(seen, now)
        with socket.create_connection(listening.getsockname()) as client:
            file = client.fileno()
            assert watch.hold(file, after=longest - 0.1, seconds=seconds) == [True]
            assert watch.hold(file, after=longest, seconds=seconds) == [False]


def test_several_files_hold_the_clock_as_long_as_any(now: list[float]) -> None:
    with _seen(lambda: True) as seen, socket.create_server(("127.0.0.1", 0)) as listening:
        watch = _Watch(seen, now)
        with (
            socket.create_connection(listening.getsockname()) as one,
            socket.create_connection(listening.getsockname()) as other,
        ):
            files = [one.fileno(), other.fileno()]
            one.send(b"x")
            now[0] += 1
            other.send(b"x")
            until = seen.watch(files, outside=watch.outside, seconds=0)
            assert until() == now[0] + ANSWER
            assert seen.watch([], outside=watch.outside, seconds=0)() == 0


def test_other_sockets_hold_nothing(now: list[float]) -> None:
    before = socket.socketpair()
    with _seen(lambda: True) as seen:
        watch = _Watch(seen, now)
        pair = socket.socketpair()
        for one, other in (before, pair):
            one.send(b"wake")
            other.recv(9)
            assert watch.hold(other.fileno(), after=0) == [False]
            one.close()
            other.close()
    closed = socket.socket()
    closed.close()
    with _seen(lambda: True) as seen, pytest.raises(OSError) as caught:  # noqa: PT011 - errno
        closed.send(b"?")
    assert caught.value.errno == errno.EBADF


@contextmanager
def _children(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Whether there are any, as the list says."""
    there = [True]
    monkeypatch.setattr(sockets, "has_children", lambda: there[0])
    yield there


@pytest.mark.parametrize("idle", [True, False])
def test_a_pipe_holds_the_clock_while_a_child_may_write_to_it(
    now: list[float], monkeypatch: pytest.MonkeyPatch, idle: bool
) -> None:
    reads, writes = os.pipe()
    with _seen(lambda: True) as seen, _children(monkeypatch) as there:
        watch = _Watch(seen, now)
        watch.outside.children.are_idle = lambda: idle  # type: ignore[method-assign]
        assert watch.hold(reads, after=4, seconds=5) == [not idle]
        assert watch.hold(reads, after=5, seconds=5) == [False]
        now[0] += PATIENCE
        assert watch.hold(reads, after=0, seconds=5) == [False]
        seen.note_ready([reads, 10**6])
        assert watch.hold(reads, after=4, seconds=5) == [not idle]
        there[0] = False
        assert watch.hold(reads, after=0, seconds=5) == [False]
    os.close(reads)
    os.close(writes)


def test_a_pipe_that_has_used_up_all_patience_is_not_given_it_again(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, writes = os.pipe()
    before = dict(vars(socket.socket))
    seen = Sockets(lambda: True)
    with _children(monkeypatch):
        watch = _Watch(seen, now)
        watch.outside.children.are_idle = lambda: False  # type: ignore[method-assign]
        for holds in (True, False):
            seen.replace()
            assert watch.hold(reads, after=0, seconds=None) == [holds]
            seen.restore()
            now[0] += PATIENCE
        monkeypatch.setattr(sockets, "_MOST_PIPES", 0)
        seen.restore()
        assert watch.hold(reads, after=0, seconds=None) == [True]
    assert dict(vars(socket.socket)) == before
    os.close(reads)
    os.close(writes)


def test_a_thread_that_receives_holds_the_clock_as_its_socket_does(now: list[float]) -> None:
    with _seen(lambda: True) as seen, socket.create_server(("127.0.0.1", 0)) as listening:
        own = threading.get_ident()
        assert seen.receiver_until(own, 50, PATIENCE) == 50 + PATIENCE
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        until: list[float] = []

        def look(*_: Any) -> None:
            until.append(seen.receiver_until(own, now[0], PATIENCE))

        seen._receives(look)(client)
        seen._receives(look)(server)
        with pytest.raises(TypeError):
            seen._accepting(lambda used: look())(listening)  # which cannot be unpacked
        assert until == [now[0] + PATIENCE, now[0] + MORE, 0]
        assert seen.receiver_until(own, 50, PATIENCE) == 50 + PATIENCE
        client.close()
        server.close()
