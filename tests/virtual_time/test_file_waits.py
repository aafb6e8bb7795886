"""Files are ready for what is waited for, and who waits for them can be let go otherwise."""

from __future__ import annotations

import gc
import os
import select
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from pytest_asyncops.virtual_time import file_waits
from pytest_asyncops.virtual_time.file_waits import FileWait, are_ready, renew_bells
from pytest_asyncops.virtual_time.in_motion import InMotion

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_files_that_have_something_to_read_are_ready(pair: Pair) -> None:
    one, other = pair
    assert not are_ready([(one.fileno(), READ)])
    other.send(b"x")
    assert are_ready([(one.fileno(), READ)])
    assert are_ready([(other.fileno(), READ), (one.fileno(), READ)])
    one.recv(9)
    assert not are_ready([(one.fileno(), READ)])


def test_a_file_is_ready_for_the_events_that_count_and_for_no_others(pair: Pair) -> None:
    file = pair[0].fileno()
    assert are_ready([(file, WRITE)])
    assert are_ready([(file, READ | WRITE)])
    assert not are_ready([(file, READ)])
    pair[1].send(b"x")
    assert not are_ready([(file, 0)])


def test_that_the_other_end_has_gone_counts(pair: Pair) -> None:
    one, other = pair
    other.close()
    assert are_ready([(one.fileno(), 0)])


def test_a_closed_file_is_not_ready_and_hides_no_ready_one(pair: Pair) -> None:
    one, other = pair
    file = other.fileno()
    other.close()
    for closed in (file, -1):
        assert not are_ready([(closed, READ | WRITE)])
        assert are_ready([(closed, READ), (one.fileno(), WRITE)])
        assert are_ready([(one.fileno(), WRITE), (closed, READ)])
    assert not are_ready([])


# --- waits


@pytest.fixture
def in_motion() -> InMotion:
    return InMotion()


@pytest.fixture(autouse=True)
def no_bell_of_before() -> Iterator[None]:
    renew_bells()
    yield
    renew_bells()


def test_a_wait_ends_with_its_files(in_motion: InMotion, pair: Pair) -> None:
    one, other = pair
    wait = FileWait(in_motion, [(one.fileno(), READ)])
    timer = threading.Timer(0.01, other.send, (b"x",))
    timer.start()
    wait.pass_through()
    timer.join()
    assert wait.came
    assert not wait.goes_on()
    assert one.recv(9) == b"x"  # the wait has taken nothing out of it


def test_a_wait_goes_on_after_it_was_woken_for_something_else(
    in_motion: InMotion, pair: Pair
) -> None:
    one, other = pair
    wait = FileWait(in_motion, [(one.fileno(), READ)])
    wait.wake()
    wait.pass_through()
    assert wait.goes_on()
    timer = threading.Timer(0.01, other.send, (b"x",))
    timer.start()
    wait.pass_through()  # which takes until then: the bell is silent again
    timer.join()
    assert not wait.goes_on()


def test_a_wait_ends_when_its_turn_comes(in_motion: InMotion, pair: Pair) -> None:
    wait = FileWait(in_motion, [(pair[0].fileno(), READ)])
    timer = threading.Timer(0.01, wait.give_turn)
    timer.start()
    wait.pass_through()
    timer.join()
    assert (wait.due, wait.came) == (True, False)


@pytest.mark.parametrize("files", [0, 1])
def test_a_wait_with_a_real_limit_ends_by_itself(
    in_motion: InMotion, pair: Pair, files: int
) -> None:
    wait = FileWait(in_motion, [(pair[0].fileno(), READ)][:files], 0.01)
    began = time.monotonic()
    wait.pass_through()
    assert 0.01 <= time.monotonic() - began < 5
    assert wait.came
    assert not wait.due


def test_others_find_out_that_a_file_is_ready(in_motion: InMotion, pair: Pair) -> None:
    one, other = pair
    wait = FileWait(in_motion, [(one.fileno(), READ)])
    wait.waiting = True
    assert not wait.probe()
    other.send(b"x")
    assert wait.probe()
    assert wait.came


# --- the bell


def test_a_bell_may_be_rung_at_any_time_and_as_often_as_one_likes(
    in_motion: InMotion, pair: Pair
) -> None:
    wait = FileWait(in_motion, [(pair[0].fileno(), READ)])
    bell = file_waits._own_bell()
    with suppress(BlockingIOError):  # in the end it is full
        while bell._other.send(b"x" * 2**20):
            pass
    wait.wake()
    while are_ready([(bell.file, READ)]):
        wait.pass_through()
    bell.silence()  # which it is
    wait.wake()
    assert are_ready([(bell.file, READ)])


def test_a_thread_has_one_bell_and_another_thread_another() -> None:
    own = file_waits._own_bell()
    assert file_waits._own_bell() is own
    others: list[object] = []
    thread = threading.Thread(target=lambda: others.append(file_waits._own_bell()))
    thread.start()
    thread.join()
    assert others != [own]


def test_a_forked_process_makes_bells_of_its_own() -> None:
    own = file_waits._own_bell()
    renew_bells()
    assert file_waits._own_bell() is not own


def test_a_bell_is_closed_with_its_thread(in_motion: InMotion) -> None:
    files: list[int] = []

    def work() -> None:
        bell = file_waits._own_bell()
        files.extend((bell.file, bell._other.fileno()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    for file in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(file)


def test_a_bell_in_a_circle_is_closed_before_its_sockets_end(
    monkeypatch: pytest.MonkeyPatch, no_garbage: None
) -> None:
    """Python may end those first, here because they are older."""
    pair = list(socket.socketpair())
    files = [one.fileno() for one in pair]
    monkeypatch.setattr(file_waits, "_real_socketpair", lambda: (pair.pop(), pair.pop()))
    bell: Any = file_waits._Bell()
    bell.circle = bell
    del bell
    gc.collect()  # a socket that has not been closed would warn, and so fail the test
    for file in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(file)


# --- where there is no poll, as on Windows


def test_select_finds_out_the_same(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(select, "poll", raising=False)
    one, other = pair
    assert not are_ready([(one.fileno(), READ), (-1, READ)])
    assert are_ready([(one.fileno(), READ), (other.fileno(), WRITE)])
    assert are_ready([(one.fileno(), READ | WRITE)])
    other.send(b"x")
    assert are_ready([(one.fileno(), READ)])
    wait = FileWait(InMotion(), [(one.fileno(), READ)], 0.001)
    wait.pass_through()
    assert wait.came


def test_a_file_that_select_cannot_look_at_counts_as_ready(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So its loop sees for itself what has become of it."""
    monkeypatch.delattr(select, "poll", raising=False)
    one, _ = pair
    file = one.fileno()
    one.close()
    assert are_ready([(file, READ)])
