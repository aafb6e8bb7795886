"""A route takes what its template and method say, and the others say why they did not."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.serving.routing import Paths, Route, Router


def unused(exchange):
    raise AssertionError("no request was made")


def a_router(*routes: tuple[str, str, str], paths: Paths | None = None) -> Router:
    return Router(
        tuple(
            Route(name, method, tuple(templates.split()), unused)
            for name, method, templates in routes
        ),
        paths or Paths(),
    )


ROUTER = a_router(
    ("list", "GET", "/v1/jobs"),
    ("create", "POST", "/v1/jobs"),
    ("get", "GET", "/v1/jobs/{id} /jobs/{id}"),
    ("step", "GET", "/v1/jobs/{id}/steps/{step_id}"),
)
GATEWAY = a_router(
    ("list", "GET", "/v1/jobs"),
    ("get", "GET", "/v1/jobs/{id}"),
    paths=Paths(encoded_slash_separates=True, empty_parameter=True),
)


@pytest.mark.parametrize(
    ("router", "method", "path", "found"),
    [
        (ROUTER, "GET", "/v1/jobs", ("list", {})),
        (ROUTER, "POST", "/v1/jobs", ("create", {})),
        (ROUTER, "PUT", "/v1/jobs", None),
        (ROUTER, "get", "/v1/jobs", None),
        (ROUTER, "GET", "/v1/jobs/5", ("get", {"id": "5"})),
        (ROUTER, "GET", "/jobs/5", ("get", {"id": "5"})),
        (ROUTER, "GET", "/v1/jobs/5/steps/6", ("step", {"id": "5", "step_id": "6"})),
        (ROUTER, "GET", "/v1/jobs/a:cancel", ("get", {"id": "a:cancel"})),
        (ROUTER, "GET", "/v1/jobs/a%2Fb", ("get", {"id": "a/b"})),
        (ROUTER, "GET", "/v1/jobs/%zz", ("get", {"id": "%zz"})),
        (ROUTER, "GET", "/v1/jobs/\n", ("get", {"id": "\n"})),
        (ROUTER, "GET", "/v1/jobs\n", None),
        (ROUTER, "GET", "/v1/jobs/", None),
        (ROUTER, "GET", "//v1/jobs", None),
        (ROUTER, "GET", "/v1.jobs", None),
        (ROUTER, "GET", "", None),
        (GATEWAY, "GET", "/v1/jobs/", ("get", {"id": ""})),
        (GATEWAY, "GET", "/v1/jobs/a%2Fb", None),
        (GATEWAY, "GET", "/v1%2Fjobs%2Fa", ("get", {"id": "a"})),
        (GATEWAY, "GET", "/v1/jobs/a%252Fb", ("get", {"id": "a%2Fb"})),
    ],
)
def test_which_route_takes_a_path(router, method, path, found):
    route, params = router.find(method, path)
    assert (None if route is None else route.name, params) == (found or (None, {}))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_parameters_are_decoded_once(text):
    route, params = ROUTER.find("GET", f"/v1/jobs/{quote(text, safe='')}")
    assert (route.name, params) == ("get", {"id": text})
    if "/" not in text:
        route, params = GATEWAY.find("GET", f"/v1/jobs/{quote(text, safe='')}")
        assert (route.name, params) == ("get", {"id": text})


def test_a_template_is_no_regular_expression():
    router = a_router(("get", "GET", "/a.b/{id}+"))
    assert router.find("GET", "/a.b/5+")[1] == {"id": "5"}
    assert router.find("GET", "/axb/5+") == (None, {})
    assert router.find("GET", "/a.b/5") == (None, {})


def test_the_routes_of_a_path():
    assert [route.name for route in ROUTER.at("/v1/jobs")] == ["list", "create"]
    assert ROUTER.at("/nowhere") == ()


@pytest.mark.parametrize(
    ("router", "method", "path", "lines"),
    [
        (
            ROUTER,
            "DELETE",
            "/v1/jobs/5",
            [
                "list: GET /v1/jobs: it has 2 segments, the path has 3",
                "create: POST /v1/jobs: it has 2 segments, the path has 3",
                "get: GET /v1/jobs/{id}: its method is GET, not DELETE",
                "step: GET /v1/jobs/{id}/steps/{step_id}: it has 5 segments, the path has 3",
            ],
        ),
        (
            GATEWAY,
            "GET",
            "//v1/jobs",
            [
                "list: GET /v1/jobs: the path has an empty segment (two slashes in a row): "
                "'//v1/jobs'",
                "get: GET /v1/jobs/{id}: the path has an empty segment (two slashes in a row): "
                "'//v1/jobs'",
            ],
        ),
        (
            GATEWAY,
            "GET",
            "/v2/jobs",
            ["list: GET /v1/jobs: 'v2' is not 'v1'", "get: GET /v1/jobs/{id}: 'v2' is not 'v1'"],
        ),
        (
            GATEWAY,
            "GET",
            "/v1/jobs/a%2Fb",
            [
                "list: GET /v1/jobs: it has 2 segments, the path has 4",
                "get: GET /v1/jobs/{id}: it has 3 segments, the path has 4",
            ],
        ),
        (
            a_router(("get", "GET", "/jobs/{id}")),
            "GET",
            "/jobs/",
            ["get: GET /jobs/{id}: {id} is empty"],
        ),
        (
            a_router(("get", "GET", "/jobs/{id}")),
            "GET",
            "",
            ["get: GET /jobs/{id}: it has 2 segments, the path has 0"],
        ),
    ],
)
def test_why_a_route_did_not_take_it(router, method, path, lines):
    assert router.find(method, path) == (None, {})
    assert router.why_not(method, path) == lines


def test_a_printed_route_leaves_out_what_nobody_can_read():
    route = Route("get", "GET", ("/jobs/{id}",), unused)
    assert "name='get', method='GET', paths=('/jobs/{id}',)" in repr(route)
    assert "unused" not in repr(route)


HOSTS = Router(
    (
        Route("list", "GET", ("/jobs",), unused),
        Route("add", "POST", ("/jobs",), unused, host="door"),
        Route("open", "GET", ("/jobs",), unused, host="door"),
    ),
    Paths(),
    "main",
)


@pytest.mark.parametrize(
    ("method", "hosts", "found", "at"),
    [
        ("GET", ("main",), "list", ["list"]),
        ("GET", ("door",), "open", ["add", "open"]),
        ("POST", ("main",), None, ["list"]),
        ("POST", ("main", "door"), "add", ["list", "add", "open"]),
        ("POST", (), "add", ["list", "add", "open"]),
        ("GET", ("roof",), None, []),
    ],
)
def test_a_route_is_at_its_host(method, hosts, found, at):
    route, _ = HOSTS.find(method, "/jobs", hosts)
    assert (route and route.name) == found
    assert [route.name for route in HOSTS.at("/jobs", hosts)] == at


def test_why_a_route_of_another_host_did_not_take_it():
    assert HOSTS.why_not("POST", "/jobs", ("main",)) == [
        "list: GET /jobs: its method is GET, not POST",
        "add: POST /jobs: its host is door, not main",
        "open: GET /jobs: its host is door, not main",
    ]
