"""A server that speaks TLS is trusted by who trusts the file of its authority."""

from __future__ import annotations

import os
import socket
import ssl

import pytest
from support.raw_http import GET, LAST, SECONDS, read_all, serving

pytest.importorskip("trustme")  # of the extra

from pytest_asyncops.loopback.certificates import Certificates


@pytest.fixture
def certificates():
    made = Certificates()
    yield made
    made.remove()
    assert not os.path.exists(made.ca_file)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_client_that_trusts_the_authority(certificates, name):
    with serving(context=certificates.context()) as served:
        trust = ssl.create_default_context(cafile=certificates.ca_file)
        with served.connect() as plain, trust.wrap_socket(plain, server_hostname=name) as client:
            client.sendall(LAST)
            assert read_all(client).startswith(b"HTTP/1.1 200 ")
        assert served.listening.origin.startswith("https://127.0.0.1:")


def test_a_client_that_does_not(certificates):
    with serving(context=certificates.context()) as served, served.connect() as plain:
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        assert served.failures == []


def test_a_client_that_does_not_speak_tls_is_closed(certificates):
    with serving(context=certificates.context()) as served:
        assert not served.ask(GET).startswith(b"HTTP")
        assert served.failures == []


def test_a_client_that_says_that_it_sends_no_more(certificates, caplog):
    with serving(context=certificates.context()) as served:
        trust = ssl.create_default_context(cafile=certificates.ca_file)
        plain = served.connect()
        client = trust.wrap_socket(plain, server_hostname="localhost")
        client.sendall(GET)
        client.recv(1)
        client.close()
        with served.connect() as again:
            assert isinstance(again, socket.socket)
    assert caplog.records == []


def test_it_ends_in_the_midst_of_the_first_words_of_tls(certificates):
    with serving(context=certificates.context()) as served:
        client = served.connect()
        client.settimeout(SECONDS)
        served.now(lambda: None)
    with client:
        assert read_all(client) == b""
