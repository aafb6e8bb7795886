"""What the package's own server tells virtual time: whole answers, late ones, and its clients."""

from __future__ import annotations

import _thread
import socket
import threading

import pytest

from pytest_asyncops.durations import SECOND
from pytest_asyncops.virtual_time import activation
from pytest_asyncops.virtual_time.activation import VirtualTime
from pytest_asyncops.virtual_time.outside import Outside
from pytest_asyncops.virtual_time.server_clock import ServerClock

_start = _thread.start_new_thread  # of a thread that keeps real time, as the server's does


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def virtual(clock):
    virtual = VirtualTime(clock, lambda *told: None)
    virtual.start()
    yield virtual
    virtual.stop()


def expected(file):
    """Until which real time a descriptor holds the clock under a wait for ever, or 0."""
    sockets = activation._replacements.sockets
    return sockets.watch([file], outside=Outside(lambda *_: 0), seconds=None)()


@pytest.fixture
def pair(virtual):
    """A client that has asked, and what the server has accepted; the thread is a stranger."""
    server = virtual.joined_by(lambda function: _start(function, ()))
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.listens(listening)
        with virtual._active.real_time_threads.without_current():
            client = socket.create_connection(listening.getsockname())
            virtual._active.real_time_threads.add_current()
            accepted.append(listening.accept()[0])
    virtual._active.real_time_threads.discard_current()
    with client, accepted[0]:
        client.sendall(b"ask")
        yield server, client, accepted[0]


def test_an_answer_is_whole_unless_the_server_says_that_there_is_more(pair):
    server, client, served = pair
    assert expected(client.fileno()) > 0
    served.sendall(b"answer")
    client.recv(3)
    assert expected(client.fileno()) == 0
    client.sendall(b"ask")
    server.note_sending(client.getsockname(), True)
    client.recv(1)
    assert expected(client.fileno()) > 0
    server.note_sending(client.getsockname(), False)
    client.recv(1)
    assert expected(client.fileno()) == 0


def test_a_late_answer_comes_at_its_time_and_holds_no_clock_before(pair, clock):
    server, client, _ = pair
    sent = []
    server.later(client.getsockname(), 1.5, lambda: sent.append(clock.elapsed_ns))
    assert expected(client.fileno()) == 0
    assert sent == []
    gate = threading.Event()
    gate.wait(5)
    assert sent == [1.5 * SECOND]
    assert clock.elapsed_ns == 5 * SECOND


def test_a_late_answer_to_an_unknown_client(pair, clock):
    server, _, _ = pair
    sent = []
    server.later(("127.0.0.1", 0), 1, lambda: sent.append(1))
    threading.Event().wait(2)
    assert sent == [1]


def test_clients_of_this_process_are_known(pair):
    server, client, _ = pair
    assert server.has_client(client.getsockname())
    assert not server.has_client(("127.0.0.1", 1))
