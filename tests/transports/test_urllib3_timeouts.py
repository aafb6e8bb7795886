"""The time for which urllib3 waits is read from every form of its Timeout."""

from __future__ import annotations

import socket

import pytest
from urllib3 import HTTPConnectionPool, Timeout

from pytest_asyncops.transports.urllib3_timeouts import read_limit, timed_out


@pytest.mark.parametrize(
    ("timeout", "limit"),
    [
        (Timeout(), None),
        (Timeout(None), None),
        (Timeout(7), 7),
        (Timeout(total=7), 7),
        (Timeout(read=2), 2),
        (Timeout(connect=2), None),
        (Timeout(total=7, read=2.5), 2.5),
        (Timeout(total=2, read=7), 2),
        (Timeout(connect=9, read=None), None),
        (Timeout(total=3, read=None), 3),
    ],
)
def test_the_limit(timeout, limit):
    assert read_limit(timeout) == limit
    timeout.start_connect()
    assert read_limit(timeout) == limit


def test_the_limit_of_the_socket_module(monkeypatch):
    monkeypatch.setattr(socket, "getdefaulttimeout", lambda: 4.5)
    monkeypatch.setattr("urllib3.util.timeout.getdefaulttimeout", lambda: 4.5)
    assert read_limit(Timeout()) == 4.5


class Timeout126:
    """As urllib3 1.26 has it: what is left to the socket is an object that stands for that."""

    total = object()
    read_timeout = object()

    def clone(self):
        return self


def test_the_limit_of_the_socket_module_as_an_older_version_has_it(monkeypatch):
    assert read_limit(Timeout126()) is None
    monkeypatch.setattr(socket, "getdefaulttimeout", lambda: 4.5)
    assert read_limit(Timeout126()) == 4.5


def test_the_error():
    pool = HTTPConnectionPool("scripted.example")
    error = timed_out(pool, "/x", 2.5)
    assert (error.pool, error.url) == (pool, "/x")
    assert "2.5" in str(error)
