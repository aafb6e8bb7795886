"""Chainloop's two routes: auth, filters, pages, the readings and the wire profiles."""

from __future__ import annotations

import itertools
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import InvalidArgument, Lifecycle, State
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.clock import VirtualClock
from pytest_asyncops.messages import Headers, Request, Response
from pytest_asyncops.settings import CHAINLOOP as READINGS
from pytest_asyncops.stub import Stub

STATUS = "ASYNC_OPERATION_STATUS_"


class Server:
    """A stub, its clock, and a client that knows the token."""

    def __init__(self, **readings: object) -> None:
        self.clock = VirtualClock()
        self.stub = Stub(CHAINLOOP, self.clock, readings=readings)
        self.start = self.stub.start

    def ask(self, target: str, authorization: str | None = "Bearer token") -> Response:
        headers = Headers({} if authorization is None else {"Authorization": authorization})
        return self.stub.handle(Request("GET", self.stub.base_url + target, target, headers))

    def list(self, **query: object) -> dict:
        query = {name.replace("__", "."): value for name, value in query.items()}
        response = self.ask(f"/v1/operations?{urlencode(query)}")
        assert response.status_code == 200, response.content
        return response.json()

    def ids(self, **query: object) -> list[str]:
        return [item["id"] for item in self.list(**query)["operations"]]

    def get(self, name: str) -> dict:
        response = self.ask(f"/v1/operations/{name}")
        assert response.status_code == 200, response.content
        assert list(response.json()) == ["operation"]
        return response.json()["operation"]


def the_error(response: Response) -> tuple[int, int, str]:
    payload = response.json()
    return response.status_code, payload["code"], payload["message"]


# --- who may ask


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer   ", "token", "Basic dG9rZW4=", "Token token"],
)
@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x"])
def test_a_missing_token_is_a_401(authorization, target):
    response = Server().ask(target, authorization)
    assert the_error(response) == (401, 16, "JWT token is missing")
    assert response.headers["Www-Authenticate"] == "JWT token is missing"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_may_have_any_case(scheme):
    assert Server().ask("/v1/operations", f"{scheme} token").status_code == 200


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("forbidden", (403, 7, "operation not allowed")),
        ("invalid", (401, 16, "Token is invalid")),
        ("expired", (401, 16, "JWT token has expired")),
    ],
)
@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x"])
def test_a_refused_token(reason, error, target):
    server = Server()
    server.stub.refuse("bad", reason)
    response = server.ask(target, "Bearer bad")
    assert the_error(response) == error
    expected = error[2] if error[0] == 401 else None
    assert response.headers.get("www-authenticate") == expected
    assert server.ask("/v1/operations", "Bearer good").status_code == 200


def test_forbidden_is_what_a_refusal_is_by_default():
    server = Server()
    server.stub.refuse("bad")
    assert server.ask("/v1/operations", "Bearer bad").status_code == 403


def test_an_unknown_reason_names_the_choices():
    with pytest.raises(InvalidArgument) as caught:
        Server().stub.refuse("bad", "expierd")
    assert str(caught.value) == (
        "unknown reason for a refusal 'expierd'. Did you mean 'expired'? "
        "Choose 'forbidden', 'invalid' or 'expired'."
    )


def test_a_refused_token_hides_whether_an_operation_exists():
    server = Server()
    server.start(id="there")
    server.stub.refuse("bad", "invalid")
    answers = {
        server.ask(f"/v1/operations/{name}", "Bearer bad").content for name in ("there", "not")
    }
    assert len(answers) == 1


# --- filters


@pytest.fixture
def mixed() -> Server:
    """Operations in every state, of two kinds and two resources; oldest first."""
    server = Server(order="oldest")
    run = Lifecycle.manual
    server.start(id="pending", kind="a", lifecycle=run())
    server.start(
        id="running", kind="b", resource_id="r1", resource_type="t1", lifecycle=run()
    ).run()
    server.start(id="done", kind="a", resource_id="r1", resource_type="t2", lifecycle=run())
    server.stub.operations["done"].succeed(output=b"x")
    server.start(id="failed", kind="b", resource_id="r2", resource_type="t1", lifecycle=run())
    server.stub.operations["failed"].fail("boom")
    server.start(id="purged", kind="a", lifecycle=run()).succeed()
    server.stub.operations["purged"].purge()
    return server


EVERY = ["pending", "running", "done", "failed", "purged"]


@pytest.mark.parametrize(
    ("word", "number", "found"),
    [
        ("UNSPECIFIED", 0, EVERY),
        ("PENDING", 1, ["pending"]),
        ("RUNNING", 2, ["running"]),
        ("COMPLETED", 3, ["done"]),
        ("FAILED", 4, ["failed"]),
        ("PURGED", 5, ["purged"]),
    ],
)
def test_status_filter_by_name_and_by_number(mixed, word, number, found):
    assert mixed.ids(status=STATUS + word) == found
    assert mixed.ids(status=number) == found
    if word != "UNSPECIFIED":
        assert mixed.get(found[0])["status"] == STATUS + word


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, EVERY),
        ({"kind": "a"}, ["pending", "done", "purged"]),
        ({"kind": "A"}, []),
        ({"kind": ""}, EVERY),
        ({"kind": "b", "status": 2}, ["running"]),
        ({"resource_id": "r1", "resource_type": "t1"}, ["running"]),
        ({"resourceId": "r1", "resourceType": "t2"}, ["done"]),
        ({"resource_id": "r1", "resource_type": "t1", "kind": "a"}, []),
        ({"resource_id": "r9", "resource_type": "t1"}, []),
        ({"resource_id": "", "resource_type": ""}, EVERY),
    ],
)
def test_field_filters(mixed, query, found):
    assert mixed.ids(**query) == found
    assert mixed.list(**query)["pagination"]["total_count"] == len(found)


@pytest.mark.parametrize(
    "query",
    ["resource_id=r1", "resource_type=t1", "resource_id=r1&resource_type=", "resourceType=t1"],
)
def test_a_resource_is_named_by_id_and_type_together(mixed, query):
    assert the_error(mixed.ask(f"/v1/operations?{query}")) == (
        400,
        3,
        "resource_id and resource_type must be provided together",
    )


def test_filters_follow_the_states_as_time_goes_by():
    server = Server()
    server.start(id="x", lifecycle=Lifecycle.succeeds(pending=1, running=1).then_purged(1))
    seen = []
    for _ in range(4):
        seen.append([number for number in range(1, 6) if server.ids(status=number)])
        server.clock.advance(1)
    assert seen == [[1], [2], [3], [5]]


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
    tried |= {("wire", wire) for wire in PROFILES}
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


@pytest.mark.parametrize("wire", PROFILES)
def test_a_life_on_the_wire(wire):
    server = Server(wire=wire)
    life = Lifecycle.succeeds(pending=0.12, running=1, output=b"\xfb\xff").then_purged(1)
    server.start(id="x", kind="k", lifecycle=life)
    for payload, wait in zip(CONTRACT, (0.12, 1, 1, 0), strict=True):
        expected = PROFILES[wire](payload)
        response = server.ask("/v1/operations/x")
        assert response.json() == {"operation": expected}
        assert list(response.json()["operation"])[:3] == ["id", "kind", "status"]
        assert response.wire == wire
        listed = server.list()
        assert listed["operations"] == [expected]
        assert set(listed["pagination"]) == (
            {"page", "pageSize", "totalCount", "totalPages"}
            if wire == "gateway_camel"
            else {"page", "page_size", "total_count", "total_pages"}
        )
        server.clock.advance(wait)


def test_a_failure_on_the_wire():
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


@pytest.mark.parametrize("wire", ["gateway", "gateway_camel"])
def test_errors_look_the_same_in_every_profile(wire):
    response = Server(wire=wire).ask("/v1/operations/x")
    assert response.json() == {"code": 5, "message": "operation not found", "details": []}


def test_an_empty_output_is_not_an_absent_one():
    server = Server()
    server.start(id="x", lifecycle=Lifecycle.succeeds(running=0, output=b""))
    assert server.get("x")["output"] == ""


def test_ids_are_uuids_and_counted():
    operations = Server().stub.start_many(11)
    assert operations[0].id == "00000000-0000-4000-8000-000000000001"
    assert operations[-1].id == "00000000-0000-4000-8000-00000000000b"


def test_there_is_no_word_for_cancelled():
    with pytest.raises(InvalidArgument, match=r"chainloop has no status for State\.CANCELLED"):
        Server().start(lifecycle=Lifecycle.manual()).cancel()


def test_a_refused_request_polls_nothing():
    server = Server()
    operation = server.start(id="x")
    server.ask("/v1/operations/x", None)
    server.ask("/v1/operations?status=9")
    assert operation.polls == 0
    server.ask("/v1/operations/x")
    server.ids()
    assert operation.polls == 2
