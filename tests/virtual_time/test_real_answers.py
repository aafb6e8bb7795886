"""The clock never jumps while a request is being answered, whoever asks and whoever answers."""

from __future__ import annotations

import _thread
import asyncio
import http.server
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
import requests
from support.real_pauses import really_wait

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.lookout import STILL
from pytest_asyncops.virtual_time.time_functions import active_here

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
def test_who_is_never_answered_does_not_wait_for_ever(backend: str) -> None:
    async def main(address: tuple[str, int]) -> None:
        async with await anyio.connect_tcp(*address) as stream:
            await stream.send(b"hello?")
            with pytest.raises(TimeoutError), anyio.fail_after(30):
                await stream.receive()

    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        warnings.catch_warnings(record=True) as said,
    ):
        warnings.simplefilter("always")
        with mocked(patience=0.1) as mock:
            anyio.run(main, silent.getsockname(), backend=backend)
            assert mock.clock.elapsed.total_seconds() == 30
    assert {str(warning.message) for warning in said} <= {
        "the virtual clock waited 0.1 s of real time for a file for which an event loop waits, "
        "and then moved on. If more time is needed, set a larger patience=; if nothing will come, "
        "a smaller one."
    }


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


def test_who_is_given_something_just_as_its_giver_lets_the_clock_go_holds_the_clock() -> None:
    lock = _thread.allocate_lock()  # of which the scheduler knows nothing
    lock.acquire()
    woken: list[float] = []

    def work() -> None:
        lock.acquire()
        time.sleep(1)
        woken.append(mock.clock.elapsed.total_seconds())

    def until() -> float:
        if lock.locked():
            lock.release()
        return 0

    with mocked() as mock:
        thread = threading.Thread(target=work)
        thread.start()
        active = active_here()
        assert active is not None
        active.scheduler.outside.await_until("a client", "an answer", until)
        time.sleep(5)
        thread.join()
    assert woken == [1]
