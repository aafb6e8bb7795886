"""Chainloop's lists, pages and profiles, in each choice of each reading."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_server import STATUS, Server, the_error

from pytest_asyncops import Lifecycle, State
from pytest_asyncops.settings import CHAINLOOP

# What answers have to have is switched in tests/conformance/test_answer_rules.py.
READINGS = [one for one in CHAINLOOP if one.choices != ("refuse", "allow")]

# --- the readings, each choice of each

FIVE = ["1", "2", "3", "4", "5"]

CHOICES = [
    ("page_base", "zero", "pagination.page=1&pagination.page_size=2", ["3", "2"], (1, 2)),
    ("page_base", "zero", "pagination.page_size=2", ["5", "4"], (0, 2)),
    ("page_base", "one", "pagination.page=1&pagination.page_size=2", ["5", "4"], (1, 2)),
    ("page_base", "one", "pagination.page_size=2", ["5", "4"], (1, 2)),
    ("page_base", "one", "pagination.page=3&pagination.page_size=2", ["1"], (3, 2)),
    ("page_base", "offset", "pagination.page=1&pagination.page_size=2", ["4", "3"], (0, 2)),
    ("page_base", "offset", "pagination.page=4&pagination.page_size=2", ["1"], (2, 2)),
    ("negative_page", "refuse", "pagination.page=-1", 400, None),
    ("negative_page", "refuse", "pagination.page_size=-1", 400, None),
    ("negative_page", "default", "pagination.page=-1&pagination.page_size=2", ["5", "4"], (0, 2)),
    ("negative_page", "default", "pagination.page_size=-1", FIVE[::-1], (0, 100)),
    ("order", "newest", "", FIVE[::-1], (0, 100)),
    ("order", "newest", "pagination.page=2&pagination.page_size=2", ["1"], (2, 2)),
    ("order", "oldest", "", FIVE, (0, 100)),
    ("order", "oldest", "pagination.page=1&pagination.page_size=2", ["3", "4"], (1, 2)),
    ("default_page_size", 3, "", ["5", "4", "3"], (0, 3)),
    ("default_page_size", 3, "pagination.page_size=0", ["5", "4", "3"], (0, 3)),
    ("default_page_size", 3, "pagination.page_size=4", ["5", "4", "3", "2"], (0, 4)),
    ("default_page_size", 200, "", FIVE[::-1], (0, 100)),
    ("max_page_size", 2, "pagination.page_size=3", ["5", "4"], (0, 2)),
    ("max_page_size", 2, "pagination.page_size=2", ["5", "4"], (0, 2)),
    ("max_page_size", 2, "pagination.page_size=1&pagination.page=1", ["4"], (1, 1)),
    ("max_page_size", 2, "", ["5", "4"], (0, 2)),
]
"""Reading, value, query, the ids or the status that it leads to, and the page and size shown."""


@pytest.mark.parametrize(("reading", "value", "query", "expected", "page"), CHOICES)
def test_a_reading_of_lists(reading, value, query, expected, page):
    server = Server(**{reading: value})
    for name in FIVE:
        server.start(id=name)
    response = server.ask(f"/v1/operations?{query}")
    if expected == 400:
        error = (400, 3, "page and page_size must not be negative")
        assert the_error(response) == error
        return
    payload = response.json()
    assert [item["id"] for item in payload["operations"]] == expected
    number, size = page
    assert payload["pagination"] == {
        "page": number,
        "page_size": size,
        "total_count": 5,
        "total_pages": -(-5 // size),
    }


def test_the_tables_have_every_reading_and_every_choice():
    tried = {(reading, value) for reading, value, *_ in CHOICES}
    tried |= {("profile", profile) for profile in PROFILES}
    tried |= {("purged", "visible"), ("purged", "gone")}
    for setting in READINGS:
        if setting.choices:
            assert {(setting.name, choice) for choice in setting.choices} <= tried
        else:
            assert setting.name in {name for name, _ in tried}
    assert {name for name, _ in tried} == {setting.name for setting in READINGS}


def test_purged_visible_keeps_the_status_and_drops_the_output():
    server = Server(purged="visible")
    server.start(
        id="x", lifecycle=Lifecycle.succeeds(running=1, output=b"big").then_purged(1), kind="k"
    )
    server.clock.advance(2)
    assert server.get("x") == {
        "id": "x",
        "kind": "k",
        "status": f"{STATUS}PURGED",
        "created_at": "2026-01-01T00:00:00Z",
        "started_at": "2026-01-01T00:00:00Z",
        "finished_at": "2026-01-01T00:00:01Z",
    }
    assert server.ids(status=5) == ["x"]


def test_purged_gone_is_neither_listed_nor_found():
    server = Server(purged="gone")
    operation = server.start(id="x", lifecycle=Lifecycle.succeeds(running=1).then_purged(1))
    server.clock.advance(1.999999999)
    assert server.ids() == ["x"]
    server.clock.advance(0.000000001)
    assert the_error(server.ask("/v1/operations/x")) == (404, 5, "operation not found")
    assert server.ids() == server.ids(status=5) == []
    assert operation.state is State.PURGED


def test_an_empty_list_has_no_pages():
    assert Server().list() == {
        "operations": [],
        "pagination": {"page": 0, "page_size": 100, "total_count": 0, "total_pages": 0},
    }


def test_a_page_past_the_end_is_empty():
    server = Server()
    server.start()
    page = server.list(pagination__page=7, pagination__page_size=1)
    assert page["operations"] == []
    assert page["pagination"]["total_count"] == 1


@given(
    count=st.integers(0, 7),
    size=st.integers(1, 4),
    order=st.sampled_from(["newest", "oldest"]),
    base=st.sampled_from(["zero", "one", "offset"]),
)
def test_pages_concatenate_to_the_whole(count, size, order, base):
    server = Server(order=order, page_base=base)
    server.stub.start_many(count, id=str)
    # The number that asks for the n-th page.
    number = {"zero": lambda n: n, "one": lambda n: n + 1, "offset": lambda n: n * size}[base]
    met = []
    for n in itertools.count():
        page = server.ids(pagination__page=number(n), pagination__page_size=size)
        if not page:
            break
        met += page
    whole = [str(index) for index in range(count)]
    assert met == (whole if order == "oldest" else whole[::-1])


# --- the wire

BORN = "2026-01-01T00:00:00Z"

CONTRACT = [
    {"id": "x", "kind": "k", "status": f"{STATUS}PENDING", "created_at": BORN},
    {
        "id": "x",
        "kind": "k",
        "status": f"{STATUS}RUNNING",
        "created_at": BORN,
        "started_at": "2026-01-01T00:00:00.120Z",
    },
    {
        "id": "x",
        "kind": "k",
        "status": f"{STATUS}COMPLETED",
        "created_at": BORN,
        "started_at": "2026-01-01T00:00:00.120Z",
        "finished_at": "2026-01-01T00:00:01.120Z",
        "output": "+/8=",
    },
    {
        "id": "x",
        "kind": "k",
        "status": f"{STATUS}PURGED",
        "created_at": BORN,
        "started_at": "2026-01-01T00:00:00.120Z",
        "finished_at": "2026-01-01T00:00:01.120Z",
    },
]

UNSET = {
    "id": "",
    "kind": "",
    "status": "",
    "output": "",
    "error_message": "",
    "created_at": None,
    "started_at": None,
    "finished_at": None,
    "resource_id": "",
    "resource_type": "",
    "project_id": "",
    "project_version_id": "",
}


def camel(payload: dict) -> dict:
    names = {
        "error_message": "errorMessage",
        "created_at": "createdAt",
        "started_at": "startedAt",
        "finished_at": "finishedAt",
        "resource_id": "resourceId",
        "resource_type": "resourceType",
        "project_id": "projectId",
        "project_version_id": "projectVersionId",
    }
    return {names.get(name, name): value for name, value in payload.items()}


PROFILES = {
    "contract": lambda payload: payload,
    "gateway": lambda payload: {**UNSET, **payload},
    "gateway_camel": lambda payload: camel({**UNSET, **payload}),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_each_answer_of_a_success(profile):
    server = Server(profile=profile)
    life = Lifecycle.succeeds(pending=0.12, running=1, output=b"\xfb\xff").then_purged(1)
    server.start(id="x", kind="k", lifecycle=life)
    for payload, wait in zip(CONTRACT, (0.12, 1, 1, 0), strict=True):
        expected = PROFILES[profile](payload)
        response = server.ask("/v1/operations/x")
        assert response.json() == {"operation": expected}
        assert list(response.json()["operation"])[:3] == ["id", "kind", "status"]
        assert response.profile == profile
        listed = server.list()
        assert listed["operations"] == [expected]
        assert set(listed["pagination"]) == (
            {"page", "pageSize", "totalCount", "totalPages"}
            if profile == "gateway_camel"
            else {"page", "page_size", "total_count", "total_pages"}
        )
        server.clock.advance(wait)


def test_the_last_answer_of_a_failure():
    server = Server()
    server.start(
        id="x",
        kind="k",
        resource_id="r",
        resource_type="t",
        project_id="p",
        project_version_id="v",
        lifecycle=Lifecycle.fails("disk full", running=0.000000005),
    )
    server.clock.advance(1)
    assert server.get("x") == {
        "id": "x",
        "kind": "k",
        "resource_id": "r",
        "resource_type": "t",
        "project_id": "p",
        "project_version_id": "v",
        "status": f"{STATUS}FAILED",
        "created_at": BORN,
        "started_at": BORN,
        "finished_at": "2026-01-01T00:00:00.000000005Z",
        "error_message": "disk full",
    }


def test_a_failure_before_the_run_was_never_started():
    server = Server()
    server.start(id="x", lifecycle=Lifecycle.manual()).fail("no such evidence")
    payload = server.get("x")
    assert "started_at" not in payload
    assert payload["finished_at"] == BORN


@pytest.mark.parametrize("profile", ["gateway", "gateway_camel"])
def test_errors_look_the_same_in_every_profile(profile):
    response = Server(profile=profile).ask("/v1/operations/x")
    assert response.json() == {"code": 5, "message": "operation not found", "details": []}


def test_an_empty_output_is_not_an_absent_one():
    server = Server()
    server.start(id="x", lifecycle=Lifecycle.succeeds(running=0, output=b""))
    assert server.get("x")["output"] == ""
