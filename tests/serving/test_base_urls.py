"""A URL belongs to the stub whose base URL it is below, and to no other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import toy

from pytest_asyncops import InvalidArgument
from pytest_asyncops.serving.base_urls import BaseUrls, checked_base_url, port_of
from pytest_asyncops.serving.server import Server
from pytest_asyncops.virtual_time.server_clock import ServerClock


def servers(*urls: str) -> list[Server]:
    return [Server(toy(f"toy{i}"), ServerClock(), base_url=url) for i, url in enumerate(urls)]


HOUSE = BaseUrls(
    servers(
        "https://api.example",
        "http://localhost:8080/a",
        "http://localhost:8080/ab/",
        "http://[::1]:80",
    )
)


@pytest.mark.parametrize(
    ("url", "owner", "target"),
    [
        ("https://api.example", 0, ""),
        ("https://api.example/", 0, "/"),
        ("https://api.example/v1/jobs?x=1", 0, "/v1/jobs?x=1"),
        ("https://api.example?x=1", 0, "?x=1"),
        ("https://api.example/v1#part", 0, "/v1"),
        ("https://api.example#part", 0, ""),
        ("https://api.example/v1?x=http://localhost:8080/a", 0, "/v1?x=http://localhost:8080/a"),
        ("HTTPS://API.Example:443/v1", 0, "/v1"),
        ("https://user:password@api.example/v1", 0, "/v1"),
        ("https://api.example//v1", 0, "//v1"),
        ("http://localhost:8080/a", 1, ""),
        ("http://localhost:8080/a/b", 1, "/b"),
        ("http://localhost:8080/a?b", 1, "?b"),
        ("http://localhost:8080/ab", 2, ""),
        ("http://localhost:8080/ab/c", 2, "/c"),
        ("http://[::1]/x", 3, "/x"),
        ("http://localhost:8080/abc", None, None),
        ("http://localhost:8080/A", None, None),
        ("http://localhost:8080/", None, None),
        ("http://localhost/a", None, None),
        ("http://api.example/v1", None, None),
        ("https://api.example:80/v1", None, None),
        ("https://api.example:99999/v1", None, None),
        ("https://api.example.org/v1", None, None),
        ("https://sub.api.example/v1", None, None),
        ("https://[broken/v1", None, None),
        ("/v1/jobs", None, None),
        ("mailto:somebody@api.example", None, None),
        ("", None, None),
    ],
)
def test_whose_url_it_is(url, owner, target):
    found = HOUSE.find(url)
    if owner is None:
        assert found is None
    else:
        assert (found.server.api.name, found.target) == (f"toy{owner}", target)
        assert found.hosts == ("main",)


@given(
    st.sampled_from(["https://api.example", "http://localhost:8080/a", "http://localhost:8080/ab"]),
    st.from_regex(r"(/[a-z/]{0,5})?(\?[a-z=&/?]{0,5})?", fullmatch=True),
)
def test_what_follows_the_base_url_is_the_target(base, rest):
    found = HOUSE.find(base + rest)
    assert (found.server.base_url, found.target) == (base, rest)


def test_the_hosts_of_one_api():
    api = toy(hosts={"uploads": "https://up.example/v1", "logs": "https://up.example/v1"})
    house = BaseUrls([Server(api, ServerClock())])
    assert house.find("https://toy.example/jobs")[2:] == ("/jobs", ("main",))
    assert house.find("https://up.example/v1/jobs")[2:] == ("/jobs", ("uploads", "logs"))
    assert house.find("https://up.example/v2/jobs") is None
    together = BaseUrls([Server(api, ServerClock(), base_url="http://localhost:1")])
    assert together.find("http://localhost:1/jobs").hosts == ("main", "uploads", "logs")
    apart = {"main": "http://localhost:1/a", "uploads": "http://localhost:1/b/"}
    house = BaseUrls([Server(api, ServerClock(), base_url=apart)])
    assert house.find("http://localhost:1/b/jobs")[2:] == ("/jobs", ("uploads",))
    assert house.find("https://up.example/v1/jobs")[2:] == ("/jobs", ("logs",))


def test_the_hosts_of_one_api_do_not_lie_below_each_other():
    api = toy(hosts={"uploads": "https://toy.example/v1"})
    with pytest.raises(
        InvalidArgument, match=r"^toy at https://toy\.example and toy at https://toy"
    ):
        BaseUrls([Server(api, ServerClock())])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.example", "https://api.example"),
        ("https://api.example", "https://API.example:443/"),
        ("https://api.example", "https://api.example/v1"),
        ("https://api.example/v1", "https://api.example"),
        ("http://localhost:8080/a", "http://localhost:8080/a/b"),
    ],
)
def test_two_stubs_cannot_live_at_one_url(one, other):
    first, second = servers(one, other)
    message = (
        f"toy0 at {first.base_url} and toy1 at {second.base_url} overlap. Give one of them "
        "another URL with base_urls={...}."
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        BaseUrls([first, second])
    assert caught.value.value == second.base_url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example",
        "http://localhost:8080/base",
        "http://127.0.0.1:1",
        "http://[::1]:8080",
        "HTTPS://API.example",
    ],
)
@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_base_urls(url, slash):
    assert checked_base_url(url + slash, "it") == url


@pytest.mark.parametrize(
    "url",
    [
        "api.example",
        "localhost:8080",
        "//api.example",
        "ftp://api.example",
        "https://",
        "https:///path",
        "https://user@api.example",
        "https://user:password@api.example",
        "https://api.example?x=1",
        "https://api.example?",
        "https://api.example/#part",
        "https://api.example/#",
        "https://api.example:99999",
        "https://api.example:http",
        "https://[broken",
        "",
        None,
        5,
        b"https://api.example",
    ],
)
def test_a_base_url_has_a_scheme_and_a_host_and_nothing_odd(url):
    printed = re.sub("//.*@", "//[hidden]@", url) if isinstance(url, str) else url
    message = (
        "it must be a URL like 'https://api.example.com' or 'http://localhost:8080/base', with a "
        f"scheme and a host and without user, query or fragment, not {printed!r}"
    )
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        checked_base_url(url, "it")
    assert caught.value.value is url


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://a.example", 80),
        ("https://a.example/v1", 443),
        ("https://[::1]:8080/v1", 8080),
    ],
)
def test_the_port_of_a_base_url(url, port):
    assert port_of(url) == port
