"""What real threads do is seen as what it is."""

from __future__ import annotations

import gc
import hashlib
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pytest_asyncops.virtual_time.system_calls import GONE, LOCK, OUTSIDE, PROCESS, RUNNING, TIMED
from pytest_asyncops.virtual_time.thread_states import is_told, look_at_frame, look_at_system

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")

SOON = 20.0
"""Real seconds within which a thread gets where it goes, also on a busy machine."""


@contextmanager
def _running(work: Callable[[], object], then: Callable[[], object]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        then()
        thread.join(SOON)


def _state(thread: threading.Thread) -> str:
    assert thread.native_id is not None
    return look_at_system(thread.ident or 0, thread.native_id).state


def _gets_to(thread: threading.Thread, states: set[str]) -> bool:
    until = time.monotonic() + SOON
    while _state(thread) not in states:
        if time.monotonic() > until:
            return False
        time.sleep(0.0001)
    return True


@on_linux
def test_this_system_tells() -> None:
    assert is_told()


@on_linux
def test_a_thread_that_waits_for_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    with _running(lock.acquire, lock.release) as thread:
        assert _gets_to(thread, {LOCK})
        assert thread.native_id is not None
        looks = [look_at_system(0, thread.native_id) for _ in range(2)]
        assert looks[0] == looks[1]


@on_linux
def test_a_thread_that_waits_for_a_lock_for_some_time() -> None:
    lock = threading.Lock()
    lock.acquire()
    with _running(lambda: lock.acquire(timeout=SOON), lock.release) as thread:
        assert _gets_to(thread, {TIMED})


@on_linux
def test_a_thread_that_reads_from_a_pipe() -> None:
    reads, writes = os.pipe()
    with _running(lambda: os.read(reads, 9), lambda: os.write(writes, b"x")) as thread:
        assert _gets_to(thread, {PROCESS})
    os.close(reads)
    os.close(writes)


@on_linux
@pytest.mark.parametrize("timeout", [None, SOON])
def test_a_thread_that_receives_from_a_socket(timeout: float | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        client.settimeout(timeout)
        with client, server, _running(lambda: client.recv(9), lambda: server.send(b"x")) as thread:
            assert _gets_to(thread, {OUTSIDE})


@on_linux
@pytest.mark.parametrize(("limit", "seen"), [(SOON, OUTSIDE), (None, PROCESS)])
def test_a_thread_that_selects(limit: float | None, seen: str) -> None:
    one, other = socket.socketpair()
    with one, other:
        work = (lambda: select.select([one], [], [], limit)) if limit else (
            lambda: select.select([one], [], [])
        )  # fmt: skip
        with _running(work, lambda: other.send(b"x")) as thread:
            assert _gets_to(thread, {seen})


def _in_python() -> None:
    for _ in range(1_000):
        pass


def _in_c() -> None:
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 200)


@on_linux
@pytest.mark.parametrize("compute", [_in_python, _in_c])
def test_a_thread_that_computes(compute: Callable[[], None]) -> None:
    ends: list[bool] = []

    def work() -> None:
        while not ends:
            compute()

    with _running(work, lambda: ends.append(True)) as thread:
        assert _gets_to(thread, {RUNNING})
        # It may wait for the interpreter in between, but never without a limit.
        assert not any(_state(thread) == LOCK for _ in range(50))


@on_linux
def test_a_thread_that_is_given_something_has_another_mark() -> None:
    locks = [threading.Lock() for _ in range(2)]
    for lock in locks:
        lock.acquire()

    def work() -> None:
        for lock in locks:
            lock.acquire()

    with _running(work, locks[1].release) as thread:
        assert _gets_to(thread, {LOCK})
        assert thread.native_id is not None
        before = look_at_system(0, thread.native_id)
        locks[0].release()
        assert _gets_to(thread, {LOCK})
        until = time.monotonic() + SOON
        while look_at_system(0, thread.native_id) == before:
            assert time.monotonic() < until


@on_linux
def test_a_thread_that_has_ended() -> None:
    with _running(lambda: None, lambda: None) as thread:
        pass
    assert _gets_to(thread, {GONE})


def test_a_frame_tells_whether_a_thread_has_moved_on() -> None:
    lock, begun = threading.Lock(), threading.Event()
    lock.acquire()

    def work() -> None:
        begun.set()
        with lock:
            pass

    with _running(work, lock.release) as thread:
        begun.wait()
        assert thread.ident is not None
        until = time.monotonic() + SOON
        looks = [look_at_frame(thread.ident, 0)]
        while len(looks) < 2 or looks[-1] != looks[-2]:
            assert time.monotonic() < until
            time.sleep(0.001)
            looks.append(look_at_frame(thread.ident, 0))
        assert looks[-1].state == TIMED
    assert look_at_frame(thread.ident, 0).state == GONE


@pytest.mark.parametrize("enabled", [True, False])
def test_a_look_at_a_frame_leaves_the_collector_as_it_was(enabled: bool) -> None:
    usual = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        look_at_frame(threading.get_ident(), 0)
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if usual else gc.disable)()
