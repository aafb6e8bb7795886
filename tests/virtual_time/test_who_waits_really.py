"""Who polls and waits really in between is told where; who has another reason is not accused."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from support.real_pauses import really_wait

from pytest_asyncops import AsyncOpsMock, Lifecycle, PollerHangs, mocked
from pytest_asyncops.virtual_time import real_waits

_HEADERS = {"Authorization": "Bearer token"}

LIMIT = 0.05

OLD_LOCK = threading.Lock()
OLD_LOCK.acquire()

Poll = Callable[[], object]


@pytest.fixture(autouse=True)
def watched_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_waits, "EVERY", 0.01)


def _poller(mock: AsyncOpsMock) -> Poll:
    operation = mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    return lambda: requests.get(url, headers=_HEADERS, timeout=30)


# --- in tests


def _waits_for_a_lock(poll: Poll) -> None:
    while True:
        poll()
        OLD_LOCK.acquire(timeout=0.1)


def _waits_in_c(poll: Poll) -> None:
    while True:
        poll()
        really_wait(0.1)


def _survives_every_error(poll: Poll) -> None:
    while True:
        try:
            poll()
            OLD_LOCK.acquire(timeout=0.1)
        except Exception:
            pass


@pytest.mark.parametrize(
    "code", [_waits_for_a_lock, _waits_in_c, _survives_every_error], ids=lambda code: code.__name__
)
def test_who_waits_really_between_polls_is_told_where(code: Callable[[Poll], None]) -> None:
    with pytest.raises(PollerHangs) as caught, mocked(max_real_wait=LIMIT) as mock:
        code(_poller(mock))
    first, place, *others = str(caught.value).splitlines()
    said, seconds = first.split(" and really waits in between, ")
    url = "https://api.app.chainloop.dev/v1/operations/op-1"
    assert said == f"the code under test polls {url}"
    assert seconds.endswith(" s so far, while the servers' clock stands still:")
    assert LIMIT <= float(seconds.split()[0]) < 5
    if code is _waits_in_c:  # which calls a function that waits
        assert place.endswith("real_pauses.py:11, in really_wait")
    else:
        line = code.__code__.co_firstlineno + (4 if code is _survives_every_error else 3)
        assert place == f"  {__file__}:{line}, in {code.__name__}"
    assert others == [
        "Virtual time does not reach this wait: it happens in C, as in uvloop and gevent, or in a "
        "lock or a select, or in a function that could not be replaced.",
        "Wait with time.sleep, threading or asyncio; or make time real, for this wait by "
        "mock.clock.real() or for the whole test by the setting clock.",
        "The code under test was here:",
        *caught.value.lines,
        "If this is intended, raise the limit: mocked(max_real_wait=...); it is 0.05.",
    ]
    assert (caught.value.limit, caught.value.value) == ("max_real_wait", LIMIT)
    assert caught.value.url == url


def _computes(poll: Poll, mock: AsyncOpsMock) -> None:
    until = time.thread_time() + 2 * LIMIT
    while time.thread_time() < until:
        pass


def _waits_for_a_pipe(poll: Poll, mock: AsyncOpsMock) -> None:
    """As a debugger waits for what somebody types."""
    read, write = os.pipe()
    timer = threading.Timer(2 * LIMIT, os.write, (write, b"x"))
    with mock.clock.real():
        timer.start()
    os.read(read, 1)
    timer.join()
    os.close(read)
    os.close(write)


def _waits_for_a_peer(poll: Poll, mock: AsyncOpsMock) -> None:
    one, other = socket.socketpair()
    with one, other:
        one.settimeout(9)
        timer = threading.Timer(2 * LIMIT, other.send, (b"x",))
        with mock.clock.real():
            timer.start()
        code: dict[str, Any] = {"__name__": "http.client", "one": one}
        exec("one.recv(1)", code)
        timer.join()


def _asks_for_real_time(poll: Poll, mock: AsyncOpsMock) -> None:
    with mock.clock.real():
        time.sleep(2 * LIMIT)


def _waits_virtually_too(poll: Poll, mock: AsyncOpsMock) -> None:
    for _ in range(4):
        really_wait(0.6 * LIMIT)
        time.sleep(1)
        poll()


def _waits_in_a_tool(poll: Poll, mock: AsyncOpsMock) -> None:
    code: dict[str, Any] = {"__name__": "_pytest.made_up", "lock": OLD_LOCK}
    exec(f"lock.acquire(timeout={2 * LIMIT})", code)


SOUND = [_computes, _waits_for_a_pipe, _waits_for_a_peer, _asks_for_real_time,
         _waits_virtually_too, _waits_in_a_tool]  # fmt: skip


@pytest.mark.parametrize("code", SOUND, ids=lambda code: code.__name__)
def test_who_has_another_reason_is_not_accused(
    code: Callable[[Poll, AsyncOpsMock], None],
) -> None:
    with mocked(max_real_wait=LIMIT) as mock:
        poll = _poller(mock)
        poll()
        code(poll, mock)
        poll()


def test_a_slow_server_of_before_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            served, _ = listening.accept()
            with served:
                served.recv(9_999)
                really_wait(2 * LIMIT)
                served.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with mocked(max_real_wait=LIMIT) as mock, requests.Session() as session:
            poll = _poller(mock)
            poll()
            session.get("http://127.0.0.1:{1}/".format(*listening.getsockname()), timeout=30)
            poll()
        thread.join()


@pytest.mark.parametrize("clock", ["manual", "real"])
def test_where_time_is_real_all_waits_may_be(clock: str) -> None:
    with mocked(clock=clock, max_real_wait=LIMIT) as mock:
        poll = _poller(mock)
        for _ in range(3):
            poll()
            OLD_LOCK.acquire(timeout=LIMIT)
