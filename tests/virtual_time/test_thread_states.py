"""A thread that is blocked is told from one that runs, and from one that has done something."""

from __future__ import annotations

import _thread
import gc
import hashlib
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from support.real_moments import comes

from pytest_asyncops.virtual_time import thread_states
from pytest_asyncops.virtual_time.system_calls import (
    GONE,
    LOCK,
    OUTSIDE,
    PROCESS,
    RUNNING,
    TIMED,
    Look,
)
from pytest_asyncops.virtual_time.thread_states import (
    Looks,
    is_told,
    look_at_frame,
    look_at_system,
    numbers,
)

told = pytest.mark.skipif(not is_told(), reason="the system does not tell what threads wait in")

_LONG = 30.0
"""More real seconds than any of these waits takes."""


class _Worker:
    """A thread that does something.

    Attributes:
        identity: the thread's.
        number: that of the thread in the operating system.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._begins = threading.Event()
        self._ended = _thread.allocate_lock()
        self._ended.acquire()
        _thread.start_new_thread(self._run, ())
        self._begins.wait()

    def _run(self) -> None:
        self.identity, self.number = threading.get_ident(), threading.get_native_id()
        self._begins.set()
        try:
            self._work()
        finally:
            self._ended.release()

    def look(self, looks: Looks = look_at_system) -> Look:
        return looks(self.identity, self.number)

    def join(self) -> None:
        self._ended.acquire()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


# Each of these adds to the stack what ends the work that it returns.


def _lock(stack: ExitStack) -> Callable[[], object]:
    lock = threading.Lock()
    lock.acquire()
    stack.callback(lock.release)
    return lock.acquire


def _lock_with_a_limit(stack: ExitStack) -> Callable[[], object]:
    lock = threading.Lock()
    lock.acquire()
    stack.callback(lock.release)
    return lambda: lock.acquire(timeout=_LONG)


def _condition(stack: ExitStack) -> Callable[[], object]:
    event = threading.Event()
    stack.callback(event.set)
    return event.wait


def _pipe(stack: ExitStack) -> Callable[[], object]:
    file, other = os.pipe()
    stack.callback(os.close, file)
    stack.callback(os.write, other, b"x")
    return lambda: (os.read(file, 1), os.close(other))


def _sockets(stack: ExitStack) -> tuple[socket.socket, socket.socket]:
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    served, _ = server.accept()
    stack.callback(client.close)
    stack.callback(served.close)
    server.close()
    return client, served


def _recv(stack: ExitStack) -> Callable[[], object]:
    client, served = _sockets(stack)
    stack.callback(served.sendall, b"x")
    return lambda: client.recv(1)


def _accept(stack: ExitStack) -> Callable[[], object]:
    server = socket.create_server(("127.0.0.1", 0))
    stack.callback(server.close)
    stack.callback(lambda: socket.create_connection(server.getsockname()).close())

    def accepts() -> None:
        accepted, _ = server.accept()
        accepted.close()

    return accepts


def _recv_from_a_neighbour(stack: ExitStack) -> Callable[[], object]:
    one, other = socket.socketpair()
    stack.callback(one.close)
    stack.callback(other.close)
    stack.callback(other.send, b"x")
    return lambda: one.recv(1)


def _poll(limit: float | None) -> Callable[[ExitStack], Callable[[], object]]:
    def polls(stack: ExitStack) -> Callable[[], object]:
        file, other = os.pipe()
        stack.callback(os.close, file)
        stack.callback(os.write, other, b"x")
        poll = select.poll()
        poll.register(file, select.POLLIN)
        return lambda: (poll.poll(limit), os.close(other))

    return polls


def _select(limit: float | None) -> Callable[[ExitStack], Callable[[], object]]:
    def selects(stack: ExitStack) -> Callable[[], object]:
        file, other = os.pipe()
        stack.callback(os.close, file)
        stack.callback(os.write, other, b"x")
        return lambda: (select.select([file], [], [], limit), os.close(other))

    return selects


def _computes(stack: ExitStack) -> Callable[[], object]:
    goes_on = [True]
    stack.callback(goes_on.clear)

    def computes() -> None:
        while goes_on:
            pass

    return computes


@told
@pytest.mark.parametrize(
    ("waits", "state"),
    [
        (_lock, LOCK),
        (_lock_with_a_limit, TIMED),
        (_condition, LOCK),
        (_pipe, PROCESS),
        (_recv_from_a_neighbour, PROCESS),
        (_accept, PROCESS),
        (_recv, OUTSIDE),
        (_poll(None), PROCESS),
        (_poll(_LONG * 1_000), OUTSIDE),
        (_select(None), PROCESS),
        (_select(_LONG), OUTSIDE),
    ],
)
def test_a_thread_that_waits_is_seen_to_wait(
    waits: Callable[[ExitStack], Callable[[], object]], state: str, stack: ExitStack
) -> None:
    worker = _Worker(waits(stack))
    assert comes(lambda: worker.look().state, state)
    assert worker.look() == worker.look()  # and nothing in between
    stack.close()
    worker.join()
    assert comes(worker.look, Look(GONE))


@told
def test_a_thread_that_sleeps_waits_for_a_time() -> None:
    worker = _Worker(lambda: time.sleep(0.1))
    assert comes(lambda: worker.look().state, OUTSIDE)
    worker.join()


@told
def test_a_thread_that_computes_runs_or_has_been_switched_to(stack: ExitStack) -> None:
    worker = _Worker(_computes(stack))
    # Whoever looks has the interpreter, for which the other thread waits meanwhile.
    for _ in range(3):
        before = worker.look()
        time.sleep(4 * sys.getswitchinterval())
        after = worker.look()
        assert RUNNING in (before.state, after.state) or before != after
    stack.close()
    worker.join()


@told
def test_a_thread_that_computes_in_c_runs(stack: ExitStack) -> None:
    def hashes() -> None:
        while goes_on:
            hashlib.pbkdf2_hmac("sha256", b"", b"", 30_000)

    goes_on = [True]
    stack.callback(goes_on.clear)
    worker = _Worker(hashes)
    assert comes(lambda: worker.look().state, RUNNING)
    stack.close()
    worker.join()


@told
def test_a_thread_that_was_woken_and_waits_again_looks_different() -> None:
    locks = [threading.Lock(), threading.Lock()]
    for lock in locks:
        lock.acquire()
    worker = _Worker(lambda: [lock.acquire() for lock in locks])
    assert comes(lambda: worker.look().state, LOCK)
    before = worker.look()
    locks[0].release()
    assert comes(lambda: worker.look().state == LOCK and worker.look() != before, True)
    locks[1].release()
    worker.join()


@told
def test_the_current_thread_runs() -> None:
    assert look_at_system(threading.get_ident(), threading.get_native_id()) == Look(RUNNING)


@told
def test_all_threads_have_numbers(stack: ExitStack) -> None:
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    assert {threading.get_native_id(), thread.native_id} <= {*numbers()}
    lock.release()
    thread.join()


# -- where the system does not tell ------------------------------------------------------------


def test_a_thread_stays_at_its_place_while_it_waits(stack: ExitStack) -> None:
    locks = [threading.Lock(), threading.Lock()]
    for lock in locks:
        lock.acquire()

    def work() -> None:
        locks[0].acquire()
        locks[1].acquire()

    def look() -> Look:
        return worker.look(look_at_frame)

    worker = _Worker(work)
    in_work = {id(work.__code__)}

    def is_in_work() -> bool:
        frame = sys._current_frames()[worker.identity]
        return id(frame.f_code) in in_work

    assert comes(is_in_work, True)
    first = look()
    assert first.state == TIMED
    assert look() == first
    locks[0].release()
    assert comes(lambda: look() != first and look().state == TIMED, True)
    second = look()
    assert look() == second
    locks[1].release()
    worker.join()
    assert comes(look, Look(GONE))


@pytest.mark.parametrize("enabled", [True, False])
def test_no_finalizer_runs_while_frames_are_made(
    enabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def frames() -> dict[int, object]:
        seen.append(gc.isenabled())
        if len(seen) > 1:
            raise RuntimeError
        return {}

    monkeypatch.setattr(sys, "_current_frames", frames)
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        assert look_at_frame(1, 1) == Look(GONE)
        assert gc.isenabled() is enabled
        with pytest.raises(RuntimeError):
            look_at_frame(1, 1)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
    assert seen == [False, False]


@pytest.mark.parametrize(
    ("status", "tells"),
    [("", False), ("State:\tS\n", False), ("voluntary_ctxt_switches:\t1\n", True)],
)
def test_the_system_tells_if_it_counts_the_switches(
    status: str, tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_states, "read", {"/proc/self/status": status}.__getitem__)
    assert is_told() is tells
