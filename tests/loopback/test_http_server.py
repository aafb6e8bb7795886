"""A server in a thread of its own: it listens on loopback alone, and ends whatever goes on."""

from __future__ import annotations

import gc
import socket
import threading
from contextlib import ExitStack

import pytest
from support.raw_http import GET, LAST, Served, read_all, serving

from pytest_asyncops.loopback.http_server import HttpServer, Listening
from pytest_asyncops.serving.messages import Response


def test_it_answers_and_ends() -> None:
    with serving() as served:
        assert served.ask(LAST).startswith(b"HTTP/1.1 200 ")
        assert any(thread.name == "asyncops_server" for thread in threading.enumerate())
    assert not any(thread.name == "asyncops_server" for thread in threading.enumerate())
    with pytest.raises(ConnectionRefusedError):
        served.connect()


def test_nobody_reaches_it_from_another_machine() -> None:
    with serving() as served:
        assert served.listening.socket.getsockname()[0] == "127.0.0.1"


def test_a_thousand_connections_on_which_nothing_comes() -> None:
    with serving() as served, ExitStack() as stack:
        idle = [stack.enter_context(served.connect()) for _ in range(1_000)]
        assert served.ask(LAST).startswith(b"HTTP/1.1 200 ")
        idle[500].sendall(LAST)
        assert read_all(idle[500]).startswith(b"HTTP/1.1 200 ")


@pytest.mark.usefixtures("no_garbage")
def test_it_ends_though_requests_are_in_flight() -> None:
    with serving(lambda incoming: Response(200, late=len(incoming.target) - 1)) as served:
        served.listening.later = lambda client, seconds, send: None
        late, half, idle = served.connect(), served.connect(), served.connect()
        late.sendall(GET.replace(b"/ ", b"/late "))
        half.sendall(GET[:9])
        served.ask(LAST)
    with late, half, idle:
        assert read_all(late) == read_all(half) == read_all(idle) == b""
    gc.collect()  # nothing is left open that would be warned of


def test_it_ends_before_it_has_begun() -> None:
    served = Served(lambda incoming: Response(200))
    served.server.stop()
    with pytest.raises(ConnectionRefusedError):
        served.connect()


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Listening(lambda incoming: Response(200), print, int, port=taken.getsockname()[1])


def test_it_says_why_it_cannot_begin() -> None:
    served = Served(lambda incoming: Response(200))
    served.listening.socket.close()
    with pytest.raises(OSError, match="descriptor"):
        served.server.start()
    with pytest.raises(OSError, match="descriptor"):
        served.server.stop()


def test_an_error_of_the_server_itself_is_told_of() -> None:
    with serving() as served:
        served.server.call(lambda: 1 / 0)
        served.server.call(lambda: {}[0])
        served.server.call(_oserror)
        served.now(lambda: None)
        assert [doing for doing, _ in served.failures] == ["served"] * 2
        assert isinstance(served.failures[0][1], ZeroDivisionError)


def _oserror() -> None:
    raise OSError("the client has gone")


def test_it_looks_at_the_time_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()
    monkeypatch.setattr("pytest_asyncops.loopback.http_server._EVERY", 0)
    monkeypatch.setattr(HttpServer, "look_at_times", lambda server, now: looked.set())
    with serving():
        assert looked.wait(60)


def test_later_is_later() -> None:
    with serving(lambda incoming: Response(200, late=0.001)) as served:
        assert served.ask(LAST).startswith(b"HTTP/1.1 200 ")
