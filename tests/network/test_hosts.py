"""Which host is meant by a host as people and clients write it, and which a mock stands for."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.network.hosts import (
    OwnHost,
    Policy,
    is_local,
    matches,
    normal_host,
    normal_patterns,
    normal_port,
    own_host,
)

labels = st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)


@given(names, st.data())
def test_a_name_is_the_same_in_every_spelling(name, data):
    spelled = data.draw(st.sampled_from([name, name.upper(), f"{name}."]))
    assert normal_host(data.draw(st.sampled_from([spelled, spelled.encode()]))) == name


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        (None, ""),
        (17, ""),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        (f"{'ü' * 70}.example", f"{'ü' * 70}.example"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::FFFF:192.0.2.1", "192.0.2.1"),
    ],
)
def test_what_stands_for_a_host(host, normal):
    assert normal_host(host) == normal


@pytest.mark.parametrize(
    ("port", "number"),
    [(443, 443), ("443", 443), (b"443", 443), ("https", None), (None, None), (4.5, None)],
)
def test_what_stands_for_a_port(port, number):
    assert normal_port(port) == number


@given(names, names)
def test_a_pattern_is_for_names_below_and_a_name_for_itself(name, other):
    assert matches(name, other) == (name == other)
    assert matches(f"*.{name}", f"{other}.{name}")
    assert not matches(f"*.{name}", name)
    assert not matches(f"*.{name}", f"{other}{name}")


def test_this_machine():
    assert is_local(socket.gethostname().lower())
    assert is_local("a.localhost")
    assert is_local("0.0.0.0")
    assert not is_local("192.0.2.1")


def test_patterns_are_written_as_hosts_are():
    assert normal_patterns(["*.Example.COM", "API.example.com."]) == (
        "*.example.com",
        "api.example.com",
    )


@pytest.mark.parametrize(
    ("base_url", "port", "taken", "left"),
    [
        (
            "https://api.example/v1",
            443,
            [("api.example", 80), ("api.example", None)],
            ["b.example"],
        ),
        ("http://127.0.0.1:81/v1", 81, [("localhost", 81), ("::1", 81)], ["api.example"]),
        ("http://localhost", 80, [("127.0.0.1", 80)], []),
        ("https://[::1]/x", 443, [("127.0.0.1", 443)], []),
    ],
)
def test_a_base_url_stands_for_its_host_and_on_this_machine_for_its_port(
    base_url, port, taken, left
):
    own = own_host("it", base_url, port)
    assert own.base_url == base_url
    for host, port in taken:
        assert own.is_at(host, port)
    for host in left:
        assert not own.is_at(host, 81)
    assert not own.is_at("localhost", 82)
    assert not own.is_at("localhost", None)


def test_a_policy():
    own = OwnHost("*.example", None, "it")
    policy = Policy((own,), ("b.example", "*.test"))
    assert policy.own_at("a.example", 1) is own
    assert policy.own_at("b.example", 1) is policy.own_at("a.test", 1) is None
    assert not policy.blocks("c.org")
    blocking = Policy((own,), ("b.example", "*.test"), blocks_all=True)
    assert blocking.blocks("c.org")
    assert not any(map(blocking.blocks, ("b.example", "a.test", "localhost", "127.0.0.1", "")))
