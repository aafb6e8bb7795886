"""A socket that has asked is expected to answer, and a child's pipe to bring something, so long."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_asyncops.virtual_time import sockets
from pytest_asyncops.virtual_time.outside import Outside
from pytest_asyncops.virtual_time.sockets import ANSWER, MORE, Sockets


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(sockets, "_real_monotonic", lambda: now[0])
    return now


@contextmanager
def _seen(is_own: bool = True) -> Iterator[Sockets]:
    before = dict(vars(socket.socket)), socket.socketpair
    seen = Sockets(lambda: is_own)
    seen.replace()
    try:
        yield seen
    finally:
        seen.restore()
    assert (dict(vars(socket.socket)), socket.socketpair) == before


def _outside(*, patience: float = 10, idle: bool = False) -> Outside:
    outside = Outside(lambda *_: 0, patience)
    outside.children.are_idle = lambda: idle  # type: ignore[method-assign]
    return outside


def _until(seen: Sockets, file: int, seconds: float | None = 0.1) -> float:
    return seen.watch([file], outside=_outside(), seconds=seconds)() - 1_000


@contextmanager
def _pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        served, _ = listening.accept()
    with client, served:
        yield client, served


@pytest.mark.parametrize("own", [True, False])
def test_what_is_done_with_sockets(now: list[float], own: bool) -> None:
    with _seen(own) as seen, _pair() as (client, served):
        ours, theirs = client.fileno(), served.fileno()

        def until() -> tuple[float, float]:
            return _until(seen, ours), _until(seen, theirs)

        assert until() == (ANSWER, pytest.approx(MORE))
        now[0] += 1
        client.sendall(b"ask")
        assert until() == (1 + ANSWER, pytest.approx(MORE))
        now[0] += 1
        assert served.recv(9) == b"ask"
        assert until() == ((0 - 1_000,) * 2 if own else (1 + ANSWER, pytest.approx(2 + MORE)))
        before = until()
        now[0] += 1
        served.send(b"answer")
        assert until() == (before if own else (pytest.approx(3.1), pytest.approx(2 + MORE)))
        assert client.recv(9) == b"answer"
        assert until() == (before if own else (pytest.approx(3 + MORE), pytest.approx(2 + MORE)))


def test_an_answer_holds_the_clock_for_as_long_as_its_wait_and_until_patience_is_lost(
    now: list[float],
) -> None:
    with _seen() as seen, _pair() as (client, _):
        file = client.fileno()
        assert _until(seen, file, 0.1) == ANSWER
        assert _until(seen, file, 5) == 5
        assert _until(seen, file, 60) == 10
        now[0] += 9
        assert _until(seen, file, None) == 10
        assert _until(seen, file, 0.5) == 9.5
        assert seen.watch([file], outside=_outside(patience=1), seconds=60)() == 1_001
        served = client.fileno()
        assert seen.watch([-1, served], outside=_outside(), seconds=5)() == 1_010
        assert seen.watch([served], outside=_outside(idle=True), seconds=5)() == 1_010
        assert seen.watch([], outside=_outside(), seconds=5)() == 0


@pytest.mark.parametrize("own", [True, False])
def test_a_server_may_speak_first(now: list[float], own: bool) -> None:
    with _seen(own) as seen, _pair() as (client, served):
        assert _until(seen, client.fileno()) == ANSWER
        served.send(b"hello")
        client.recv(9)
        assert _until(seen, client.fileno()) == (-1_000 if own else pytest.approx(MORE))


def test_a_peer_that_is_no_client_of_the_tests_own(now: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())  # which nobody has seen
        with client, _seen() as seen:
            served, _ = listening.accept()
            with served:
                client.settimeout(9)
                now[0] += 1
                super(socket.socket, client).send(b"ask")
                served.recv(9)
                assert _until(seen, served.fileno()) == pytest.approx(1 + MORE)


def test_other_sockets_are_not_awaited(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "has_children", lambda: True)
    with _seen() as seen:
        one, other = socket.socketpair()  # by such a one threads wake a loop
        with one, other:
            assert _until(seen, one.fileno()) == _until(seen, other.fileno()) == -1_000
            super(socket.socket, one).send(b"wake")
            other.recv(9)
            assert _until(seen, other.fileno()) == -1_000
        closed = socket.socket()
        closed.close()
        with pytest.raises(OSError) as caught:  # noqa: PT011 - errno
            closed.send(b"?")
        assert caught.value.errno == errno.EBADF


@pytest.mark.parametrize("child", [False, True])
def test_an_end_of_a_pair_expects_an_answer_from_a_child_alone(
    now: list[float], monkeypatch: pytest.MonkeyPatch, child: bool
) -> None:
    monkeypatch.setattr(sockets, "has_children", lambda: child)
    outside = Outside(lambda thread, since, patience: 0, 10)
    monkeypatch.setattr(outside.children, "are_idle", lambda: False)
    with _seen(lambda: True) as seen:
        one, other = socket.socketpair()
        with one, other:
            one.send(b"?")
            until = seen.watch([one.fileno()], outside=outside, seconds=30)()
    assert (until > now[0]) == child


def test_a_number_that_another_file_has_got_is_met_anew(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "has_children", lambda: True)
    with _seen() as seen:
        read, write = os.pipe()
        with _pair() as (client, _):
            file = client.fileno()
            assert _until(seen, file) == ANSWER
        os.dup2(read, file)
        assert _until(seen, file, 5) == 5  # as a pipe, and no longer as a socket that has asked
        os.close(file)
        assert _until(seen, file, 5) == -1_000
        os.close(read)
        os.close(write)


# --- pipes


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    monkeypatch.setattr(sockets, "has_children", lambda: True)
    pipe = os.pipe()
    yield pipe
    for file in pipe:
        os.close(file)


def test_a_pipe_is_awaited_while_a_child_may_write_to_it(
    now: list[float], pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Sockets(lambda: True)
    file = pipe[0]
    assert _until(seen, file, 5) == 5
    assert _until(seen, file, 60) == 10
    assert seen.watch([file], outside=_outside(idle=True), seconds=5)() == 0
    monkeypatch.setattr(sockets, "has_children", lambda: False)
    assert _until(seen, file, 5) == -1_000


def test_a_pipe_is_given_patience_once_until_something_comes(
    now: list[float], pipe: tuple[int, int]
) -> None:
    seen = Sockets(lambda: True)
    file = pipe[0]
    assert _until(seen, file, 60) == 10
    now[0] += 9
    assert _until(seen, file, 60) == 10
    seen.note_ready([pipe[1]])  # which nobody waits for
    seen.restore()
    assert _until(seen, file, 60) == 10
    seen.note_ready([file])
    assert _until(seen, file, 60) == 19


def test_few_pipes_are_remembered(
    now: list[float], pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_MOST_PIPES", 0)
    seen = Sockets(lambda: True)
    assert _until(seen, pipe[0], 60) == 10
    now[0] += 9
    seen.restore()
    assert _until(seen, pipe[0], 60) == 19


def test_an_ordinary_file_is_not_awaited(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "has_children", lambda: True)
    with open(__file__, encoding="utf-8") as file:
        assert _until(Sockets(lambda: True), file.fileno(), 5) == -1_000


# --- threads that are blocked in one


def test_a_blocked_thread_waits_for_its_socket(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = threading.get_ident()
    found: list[float] = []

    def looking(used: socket.socket, size: int) -> bytes:
        found.append(seen.receiver_until(own, 1_005, 10))
        return b"x" * size

    monkeypatch.setattr(socket.socket, "recv", looking)
    with _seen(False) as seen, _pair() as (client, _):
        assert seen.receiver_until(own, 1_005, 10) == 1_015
        client.recv(1)
        client.recv(1)  # of which no more than the rest may come
        assert seen.receiver_until(own, 1_005, 10) == 1_015
    assert found == [1_010, pytest.approx(1_000 + MORE)]


def test_a_thread_that_waits_for_clients_waits_for_nothing(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = threading.get_ident()
    found: list[float] = []

    def looking(used: socket.socket) -> Any:
        found.append(seen.receiver_until(own, 1_005, 10))
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "accept", looking)
    with _seen() as seen, socket.socket() as listening:
        with pytest.raises(TimeoutError):
            listening.accept()
        assert seen.receiver_until(own, 1_005, 10) == 1_015
    assert found == [0]
