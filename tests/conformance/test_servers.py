"""Where the paths of a document begin in a URL, as its servers say."""

from __future__ import annotations

import pytest

from pytest_asyncops.conformance.servers import path_below, read_server

VERSIONS = {"v": {"default": "v1", "enum": ["v1", "v2.0"]}}
BASE = {"base": {"default": "api/v2"}}
EU = {"eU": {"default": "eu", "enum": ["eu"]}}
HOST = {"host": {"default": "unknown"}}


@pytest.mark.parametrize(
    ("server", "origin", "path", "below"),
    [
        ({"url": "https://a.example"}, "https://a.example", "/jobs", (True, ["/jobs"])),
        ({"url": "https://a.example/"}, "https://A.example", "/jobs", (True, ["/jobs"])),
        ({"url": "https://a.example/v1"}, "https://a.example", "/v1/jobs", (True, ["/jobs"])),
        ({"url": "https://A.example:443"}, "https://a.example", "/x", (True, ["/x"])),
        ({"url": "https://a.example"}, "https://a.example:443", "/x", (True, ["/x"])),
        ({"url": "http://a.example"}, "http://a.example:80", "/x", (True, ["/x"])),
        ({"url": "http://a.example/v1"}, "http://a.example:443", "/x", (False, ["/x"])),
        ({"url": "//{eU}.a", "variables": EU}, "//EU.a", "/x", (True, ["/x"])),
        ({"url": "//{eU}.a/v", "variables": EU}, "//us.a", "/x", (False, ["/x"])),
        # It is this host, so the base path is a part of it.
        ({"url": "https://a.example/v1"}, "https://a.example", "/jobs", (True, [])),
        ({"url": "https://a.example/v1"}, "https://a.example", "/v12/jobs", (True, [])),
        ({"url": "https://a.example/v1"}, "http://a.example", "/v1/x", (False, ["/x", "/v1/x"])),
        ({"url": "https://a.example/v1"}, "http://localhost:1", "/jobs", (False, ["/jobs"])),
        ({"url": "//a.example/v1"}, "//a.example", "/v1/jobs", (True, ["/jobs"])),
        ({"url": "/v1"}, "http://x", "/v1/jobs", (False, ["/jobs", "/v1/jobs"])),
        ({"url": "/"}, "http://x", "/jobs", (False, ["/jobs"])),
        ({"url": "./v1/"}, "", "/v1/jobs", (False, ["/jobs", "/v1/jobs"])),
        ({"url": "v1"}, "", "/v1/jobs", (False, ["/jobs", "/v1/jobs"])),
        ({"url": "/{v}", "variables": {"v": None}}, "", "/1/x", (False, ["/x", "/1/x"])),
        ({"url": "/{v}", "variables": None}, "", "/1/x", (False, ["/x", "/1/x"])),
        ({}, "http://x", "/jobs", (False, ["/jobs"])),
        (
            {"url": "/{v}", "variables": VERSIONS},
            "",
            "/v2.0/jobs",
            (False, ["/jobs", "/v2.0/jobs"]),
        ),
        ({"url": "/{v}", "variables": VERSIONS}, "", "/v2x0/jobs", (False, ["/v2x0/jobs"])),
        ({"url": "https://h/{base}", "variables": BASE}, "https://h", "/api/v2/x", (True, ["/x"])),
        ({"url": "https://h/{base}", "variables": BASE}, "https://h", "/v3/x", (True, ["/x"])),
        ({"url": "https://{host}", "variables": HOST}, "https://any.one:8", "/x", (True, ["/x"])),
        ({"url": "https://{host}:{port}/b"}, "https://any.one:8", "/b/x", (True, ["/x"])),
        ({"url": "{scheme}://{host}/b"}, "http://any.one", "/b/x", (True, ["/x"])),
        ({"url": "{host}/b"}, "", "/b/x", (False, ["/x", "/b/x"])),
        ({"url": "{host}"}, "http://x", "/jobs", (False, ["/jobs"])),
    ],
)
def test_what_is_left_of_a_path(server, origin, path, below):
    is_own, paths = below
    assert path_below([read_server(server)], origin, path) == (is_own, [(0, one) for one in paths])


def test_of_several_servers_those_of_the_host_count():
    servers = [read_server({"url": url}) for url in ("https://a.example/v1", "/v2", "https://b/v3")]
    assert path_below(servers, "https://b", "/v3/x") == (True, [(0, "/x")])
    assert path_below(servers, "https://b", "/v1/x") == (True, [])
    assert path_below(servers, "http://c", "/v1/x") == (False, [(0, "/x"), (0, "/v1/x")])
    assert path_below(servers, "http://c", "/v2/x") == (False, [(0, "/x"), (0, "/v2/x")])
    assert path_below([], "http://c", "/x") == (False, [(0, "/x")])


def test_the_value_of_a_variable_at_the_end_may_be_a_path():
    server = read_server({"url": "https://{host}/", "variables": HOST})
    below = [(0, "/a/b/c"), (1, "/b/c"), (2, "/c")]
    assert path_below([server], "https://x", "/a/b/c") == (True, below)
    assert path_below([server], "http://x", "/a/b/c") == (False, below)
    fixed = {"host": {"default": "a", "enum": ["a"]}}
    server = read_server({"url": "https://{host}", "variables": fixed})
    assert path_below([server], "https://a", "/a/b/c") == (True, [(0, "/a/b/c")])
