"""Files count as ready for what is waited for, and a bell wakes the one who waits for them."""

from __future__ import annotations

import select
import selectors
import socket
import threading
from collections.abc import Iterator

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


@pytest.fixture(params=["poll", "select"], autouse=True)
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """By which function of the system it is found out; Windows has only one of them."""
    if request.param == "select":
        monkeypatch.delattr(select, "poll", raising=False)
    elif not hasattr(select, "poll"):
        pytest.skip("there is no poll")
    name: str = request.param
    return name


def test_files_that_have_something_to_read_are_ready(pair: Pair) -> None:
    one, other = pair
    assert not are_ready([(one.fileno(), READ)])
    other.send(b"x")
    assert are_ready([(one.fileno(), READ)])
    assert are_ready([(other.fileno(), READ), (one.fileno(), READ)])
    one.recv(9)
    assert not are_ready([(one.fileno(), READ)])


def test_a_file_is_ready_for_the_events_that_count_and_for_no_others(pair: Pair) -> None:
    one, _ = pair
    assert are_ready([(one.fileno(), WRITE)])
    assert are_ready([(one.fileno(), READ | WRITE)])
    assert not are_ready([(one.fileno(), READ)])
    assert not are_ready([(one.fileno(), 0)])
    assert not are_ready([])


def test_a_closed_file_does_not_hide_a_ready_one(pair: Pair) -> None:
    one, _ = pair
    closed = -1
    assert are_ready([(closed, READ), (one.fileno(), WRITE)])
    assert are_ready([(one.fileno(), WRITE), (closed, READ)])
    assert not are_ready([(closed, READ)])


def test_a_file_that_has_just_been_closed(by: str) -> None:
    one, other = socket.socketpair()
    with one, other:
        file = one.fileno()
        other.send(b"x")
        assert are_ready([(file, READ)])
    # What cannot tell counts as ready, so that the loop sees it for itself.
    assert are_ready([(file, READ)]) == (by == "select")


@pytest.fixture
def wait(pair: Pair) -> FileWait:
    wait = FileWait(InMotion(), [(pair[0].fileno(), READ)])
    wait.waiting = True
    return wait


def test_a_wait_ends_when_a_file_is_ready(wait: FileWait, pair: Pair) -> None:
    pair[1].send(b"x")
    assert wait.goes_on()
    wait.pass_through()
    assert wait.came
    assert not wait.goes_on()


def test_a_wait_ends_at_its_real_limit(pair: Pair) -> None:
    wait = FileWait(InMotion(), [(pair[0].fileno(), READ)], 0.001)
    wait.pass_through()
    assert wait.came


def test_others_notice_for_it_that_a_file_is_ready(wait: FileWait, pair: Pair) -> None:
    assert not wait.probe()
    pair[1].send(b"x")
    assert wait.probe()
    assert wait.came


def test_a_turn_wakes_it_without_a_file(wait: FileWait) -> None:
    thread = threading.Thread(target=wait.give_turn)
    thread.start()
    wait.pass_through()
    thread.join()
    assert wait.due
    assert not wait.came


def test_a_wait_that_is_woken_without_anything_waits_on(wait: FileWait) -> None:
    for _ in range(2):
        wait.wake()
        wait.pass_through()
        assert wait.goes_on()


def test_a_bell_can_be_rung_without_end(wait: FileWait, pair: Pair) -> None:
    for _ in range(2_000):
        wait.wake()
    wait.pass_through()
    again = FileWait(InMotion(), [(pair[0].fileno(), READ)], 0.001)
    again.pass_through()
    assert again.came


def test_each_thread_has_a_bell_for_all_its_waits() -> None:
    bells: list[object] = [file_waits._own_bell() for _ in range(2)]
    assert bells[0] is bells[1]
    thread = threading.Thread(target=lambda: bells.append(file_waits._own_bell()))
    thread.start()
    thread.join()
    assert bells[2] is not bells[0]
    renew_bells()
    assert file_waits._own_bell() is not bells[0]
