"""Pinecone's two routes: auth, versions, assistants, filters, pages, tokens and retention."""

from __future__ import annotations

import datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import InvalidArgument, Lifecycle, Progress, State, Step
from pytest_asyncops.apis.pinecone import PINECONE, PineconeStub
from pytest_asyncops.clock import VirtualClock
from pytest_asyncops.messages import Headers, Request, Response
from pytest_asyncops.settings import PINECONE as READINGS

DAY = 24 * 60 * 60
GOOD = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}


class Server:
    """A stub with the assistant ``docs``, its clock, and a client that knows the key."""

    def __init__(self, **readings: object) -> None:
        self.clock = VirtualClock()
        self.stub = PineconeStub(PINECONE, self.clock, readings=readings)
        self.stub.add_assistant("docs")

    def start(self, name: str | None = None, **given: object):
        return self.stub.start(id=name, **{"assistant_name": "docs", **given})

    def ask(self, target: str, method: str = "GET", **headers: str | None) -> Response:
        sent = {**GOOD, **{name.replace("_", "-"): value for name, value in headers.items()}}
        sent = Headers({name: value for name, value in sent.items() if value is not None})
        return self.stub.handle(Request(method, self.stub.base_url + target, target, sent))

    def page(self, assistant: str = "docs", **query: object) -> dict:
        response = self.ask(f"/operations/{assistant}?{urlencode(query)}")
        assert response.status_code == 200, response.content
        return response.json()

    def ids(self, assistant: str = "docs", **query: object) -> list[str]:
        return [item["id"] for item in self.page(assistant, **query)["operations"]]

    def get(self, name: str) -> dict:
        response = self.ask(f"/operations/docs/{name}")
        assert response.status_code == 200, response.content
        return response.json()


def the_error(response: Response) -> tuple[int, str, str]:
    """Status, code and message, once the envelope is the contract's."""
    payload = response.json()
    assert set(payload) == {"error", "status"}
    assert set(payload["error"]) == {"code", "message"}
    assert payload["status"] == response.status_code
    assert response.headers["Content-Type"] == "application/json"
    return response.status_code, payload["error"]["code"], payload["error"]["message"]


def bad(message: str) -> tuple[int, str, str]:
    return 400, "INVALID_ARGUMENT", message


# --- who may ask, and in which version

ROUTES = ["/operations/docs", "/operations/docs/op-1"]


@pytest.mark.parametrize("target", ROUTES)
@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_a_401(target, key):
    answer = the_error(Server().ask(target, Api_Key=key))
    assert answer == (401, "UNAUTHENTICATED", "Invalid API key.")


@pytest.mark.parametrize("target", ROUTES)
@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("invalid", (401, "UNAUTHENTICATED", "Invalid API key.")),
        ("forbidden", (403, "FORBIDDEN", "Forbidden")),
    ],
)
def test_a_refused_key(target, reason, error):
    server = Server()
    server.start("op-1")
    server.stub.refuse("bad", reason)
    assert the_error(server.ask(target, Api_Key="bad")) == error
    assert server.ask(target, Api_Key="good").status_code == 200


def test_a_key_does_not_expire():
    with pytest.raises(InvalidArgument, match="Choose 'invalid' or 'forbidden'"):
        Server().stub.refuse("bad", "expired")


@pytest.mark.parametrize("target", ROUTES)
def test_the_key_is_looked_at_first_the_version_next_the_assistant_last(target):
    server = Server()
    target = target.replace("docs", "nobody")
    assert server.ask(target, Api_Key=None, X_Pinecone_Api_Version="x").status_code == 401
    assert server.ask(target, X_Pinecone_Api_Version="x").status_code == 400
    assert server.ask(target).status_code == 404


def test_an_assistant_that_nobody_added():
    assert the_error(Server().ask("/operations/nobody")) == (
        404,
        "NOT_FOUND",
        'Assistant "nobody" not found.',
    )


@pytest.mark.parametrize("name", ["", None, 7])
def test_an_assistant_has_a_name(name):
    with pytest.raises(InvalidArgument, match="a name must be a string that is not empty"):
        Server().stub.add_assistant(name)


def test_start_makes_the_assistant_known():
    server = Server()
    server.start("op-1", assistant_name="other")
    assert server.ids("other") == ["op-1"]
    assert server.ids("docs") == []


def test_an_operation_of_another_assistant_is_not_found():
    server = Server()
    server.start("op-1", assistant_name="other")
    answer = the_error(server.ask("/operations/docs/op-1"))
    assert answer == (404, "NOT_FOUND", "Operation 1 not found.")


@pytest.mark.parametrize(
    ("name", "shown"), [("op-1234-abcd", "1234-abcd"), ("1234", "1234"), ("op-op-1", "op-1")]
)
def test_an_unknown_operation_loses_its_prefix(name, shown):
    answer = the_error(Server().ask(f"/operations/docs/{name}"))
    assert answer == (404, "NOT_FOUND", f"Operation {shown} not found.")


# --- paths


@pytest.mark.parametrize("prefix", ["", "/assistant"])
def test_both_prefixes_are_served(prefix):
    server = Server()
    server.start("op-1")
    assert server.ask(f"{prefix}/operations/docs").json()["operations"][0]["id"] == "op-1"
    assert server.ask(f"{prefix}/operations/docs/op-1").json()["id"] == "op-1"


@pytest.mark.parametrize("name", ["my docs", "a/b", "größe", "a+b", "100%", "a;b", "%2F", "?#"])
def test_names_may_be_percent_encoded(name):
    server = Server()
    server.start(name, assistant_name=name)
    quoted = quote(name, safe="")
    for prefix in ("", "/assistant"):
        response = server.ask(f"{prefix}/operations/{quoted}")
        assert [item["id"] for item in response.json()["operations"]] == [name]
        assert server.ask(f"{prefix}/operations/{quoted}/{quoted}").json()["id"] == name


@pytest.mark.parametrize(
    "target",
    ["", "/", "/operations", "/operations/", "/operations/docs/", "/operations/docs/a/b", "//"],
)
def test_an_unknown_path(target):
    assert the_error(Server().ask(target)) == (404, "NOT_FOUND", "Not found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("target", ROUTES)
def test_a_wrong_method(method, target):
    answer = the_error(Server().ask(target, method))
    assert answer == (405, "UNIMPLEMENTED", "Method not allowed")


@pytest.mark.parametrize("target", [*ROUTES, "/nowhere"])
def test_head_has_no_body(target):
    response = Server().ask(target, "HEAD")
    assert (response.status_code, response.content) == (404 if "no" in target else 405, b"")


# --- filters


@pytest.fixture
def mixed() -> Server:
    server = Server(order="oldest")
    server.start("waits", lifecycle=Lifecycle.manual())
    server.start("runs", operation_type="delete_file", lifecycle=Lifecycle.manual()).run()
    server.start("done", operation_type="upsert_file", lifecycle=Lifecycle.manual()).succeed()
    server.start("fails", lifecycle=Lifecycle.manual()).fail("boom")
    server.start("gone", lifecycle=Lifecycle.manual()).succeed()
    server.stub.operations["gone"].purge()
    return server


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["waits", "runs", "done", "fails"]),
        ({"status": "Processing"}, ["waits", "runs"]),
        ({"status": "Completed"}, ["done"]),
        ({"status": "Failed"}, ["fails"]),
        ({"operation_type": "upload_file"}, ["waits", "fails"]),
        ({"operation_type": "upsert_file"}, ["done"]),
        ({"operation_type": "delete_file"}, ["runs"]),
        ({"operation_type": "update_file_metadata"}, []),
        ({"operation_type": "upload_file", "status": "Failed"}, ["fails"]),
        ({"operation_type": "upsert_file", "status": "Failed"}, []),
        ({"unknown": "x"}, ["waits", "runs", "done", "fails"]),
    ],
)
def test_filters(mixed, query, found):
    assert mixed.ids(**query) == found


def test_a_purged_operation_is_not_found(mixed):
    assert the_error(mixed.ask("/operations/docs/gone"))[0] == 404
    assert mixed.stub.operations["gone"].state is State.PURGED


# --- the readings, each choice of each

NO_VERSION = bad("Missing required header X-Pinecone-Api-Version")
STATUSES = bad("Invalid status: Valid options are Processing, Completed, Failed")
TYPES = bad(
    "Invalid operation_type: Valid options are "
    "upload_file, upsert_file, update_file_metadata, delete_file"
)
LIMIT = bad("Invalid limit: must be an integer from 1 to 100")
TOKEN = bad("Invalid pagination token")
NEWEST = ["5", "4", "3", "2", "1"]


def version(text: str) -> tuple[int, str, str]:
    return bad(f"Invalid X-Pinecone-Api-Version: {text}")


CHOICES = [
    ("version_header", "required", "", None, NO_VERSION),
    ("version_header", "optional", "", None, NEWEST),
    ("version_header", "optional", "", "latest", version("latest")),
    ("versions", "dates", "", "2026-04", NEWEST),
    ("versions", "dates", "", "2025-10", NEWEST),
    ("versions", "dates", "", "2026-07", NEWEST),
    ("versions", "dates", "", "2026-4", version("2026-4")),
    ("versions", "dates", "", "2026-04-01", version("2026-04-01")),
    ("versions", "dates", "", "unstable", version("unstable")),
    ("versions", "dates", "", "", version("")),
    ("versions", "any", "", "unstable", NEWEST),
    ("versions", "any", "", None, NO_VERSION),
    ("bad_filter", "refuse", "status=Done", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=processing", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=PURGED", "2026-04", STATUSES),
    ("bad_filter", "refuse", "operation_type=upload", "2026-04", TYPES),
    ("bad_filter", "refuse", "operation_type=", "2026-04", TYPES),
    ("bad_filter", "empty", "status=Done", "2026-04", []),
    ("bad_filter", "empty", "status=", "2026-04", []),
    ("bad_filter", "empty", "operation_type=upload", "2026-04", []),
    ("bad_filter", "empty", "operation_type=upload_file", "2026-04", NEWEST),
    ("bad_limit", "refuse", "limit=0", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=101", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=-1", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=x", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=1.0", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=%D9%A1", "2026-04", LIMIT),
    ("bad_limit", "refuse", f"limit={'9' * 5000}", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=1", "2026-04", ["5"]),
    ("bad_limit", "refuse", "limit=100", "2026-04", NEWEST),
    ("bad_limit", "clamp", "limit=0", "2026-04", ["5"]),
    ("bad_limit", "clamp", "limit=-7", "2026-04", ["5"]),
    ("bad_limit", "clamp", "limit=101", "2026-04", NEWEST),
    ("bad_limit", "clamp", "limit=2", "2026-04", ["5", "4"]),
    ("bad_limit", "clamp", "limit=x", "2026-04", LIMIT),
    ("default_limit", 2, "", "2026-04", ["5", "4"]),
    ("default_limit", 2, "limit=3", "2026-04", ["5", "4", "3"]),
    ("bad_token", "refuse", "pagination_token=x", "2026-04", TOKEN),
    ("bad_token", "refuse", "pagination_token=", "2026-04", TOKEN),
    ("bad_token", "restart", "pagination_token=x", "2026-04", NEWEST),
    ("order", "newest", "", "2026-04", NEWEST),
    ("order", "oldest", "", "2026-04", NEWEST[::-1]),
    ("order", "oldest", "limit=2", "2026-04", ["1", "2"]),
    ("retention", 1, "", "2026-04", ["5", "4", "3"]),
    ("retention", 2, "", "2026-04", ["5", "4", "3", "2"]),
]
"""Reading, value, query, the version header, and the ids or the error that these lead to."""


@pytest.mark.parametrize(("reading", "value", "query", "sent", "expected"), CHOICES)
def test_a_reading(reading, value, query, sent, expected):
    server = Server(**{reading: value})
    for number in range(1, 6):
        # Four seconds on, the first three have been over for 2, 1 and 0 seconds.
        server.start(str(number), lifecycle=Lifecycle.succeeds(running=number + 1))
    server.clock.advance(4)
    response = server.ask(f"/operations/docs?{query}", X_Pinecone_Api_Version=sent)
    if isinstance(expected, tuple):
        assert the_error(response) == expected
    else:
        assert [item["id"] for item in response.json()["operations"]] == expected


def test_the_table_has_every_reading_and_every_choice():
    tried = {(reading, value) for reading, value, *_ in CHOICES}
    for setting in READINGS:
        assert {(setting.name, choice) for choice in setting.choices} <= tried
    assert {name for name, _ in tried} == {setting.name for setting in READINGS}


def test_describe_takes_the_same_readings_of_the_version():
    assert Server().ask(ROUTES[1], X_Pinecone_Api_Version=None).status_code == 400
    served = Server(version_header="optional")
    served.start("op-1")
    assert served.ask(ROUTES[1], X_Pinecone_Api_Version=None).status_code == 200


# --- pages


def tokens(server: Server, **query: object) -> list[str]:
    """The tokens of all pages, in order."""
    found: list[str] = []
    page = server.page(**query)
    while "pagination" in page:
        assert list(page["pagination"]) == ["next"]
        found.append(page["pagination"]["next"])
        page = server.page(**{**query, "pagination_token": found[-1]})
    return found


@given(
    count=st.integers(0, 9), limit=st.integers(1, 4), order=st.sampled_from(["newest", "oldest"])
)
def test_pages_concatenate_to_the_whole(count, limit, order):
    server = Server(order=order)
    server.stub.start_many(count, id=str, assistant_name="docs")
    met = server.ids(limit=limit)
    for token in tokens(server, limit=limit):
        met += server.ids(limit=limit, pagination_token=token)
    whole = [str(index) for index in range(count)]
    assert met == (whole if order == "oldest" else whole[::-1])
    # Only the last page is without a token, and no page is empty but that of an empty list.
    assert len(tokens(server, limit=limit)) == max(-(-count // limit) - 1, 0)


def test_an_empty_list_is_a_list():
    assert Server().page() == {"operations": []}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_nothing_is_met_twice_though_operations_come_and_go(order):
    server = Server(order=order)
    for name in "abcdef":
        server.start(name, lifecycle=Lifecycle.manual())
    first = server.page(limit=2)
    met = [item["id"] for item in first["operations"]]
    # One that was served goes, so does the one that would come next; a new one appears.
    for name in (met[0], "c", "d"):
        server.stub.operations[name].succeed()
        server.stub.operations[name].purge()
    server.start("new")
    rest = server.ids(limit=9, pagination_token=first["pagination"]["next"])
    if order == "oldest":
        assert (met, rest) == (["a", "b"], ["e", "f", "new"])
    else:
        assert (met, rest) == (["f", "e"], ["b", "a"])


def paged() -> tuple[Server, str]:
    server = Server()
    server.stub.start_many(40, assistant_name="docs", operation_type="upload_file")
    server.stub.start_many(3, assistant_name="other")
    return server, server.page(limit=1, status="Processing")["pagination"]["next"]


def test_a_token_is_good_for_its_query_and_any_limit():
    server, token = paged()
    for limit in (1, 2, 50):
        page = server.page(limit=limit, status="Processing", pagination_token=token)
        assert len(page["operations"]) == min(limit, 39)


@pytest.mark.parametrize(
    ("assistant", "query"),
    [
        ("other", {"status": "Processing"}),
        ("docs", {}),
        ("docs", {"status": "Completed"}),
        ("docs", {"status": "Processing", "operation_type": "upload_file"}),
    ],
)
def test_a_token_is_tied_to_its_query(assistant, query):
    server, token = paged()
    target = f"/operations/{assistant}?{urlencode({**query, 'pagination_token': token})}"
    assert the_error(server.ask(target)) == TOKEN


SERVER, ISSUED = paged()


@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            lambda at, piece, cut: ISSUED[:at] + piece + ISSUED[at + cut :],
            st.integers(0, len(ISSUED)),
            st.text("ABCyz019-_+/= \n%", max_size=2),
            st.integers(0, 3),
        ),
    ).filter(lambda token: token != ISSUED)
)
def test_a_token_that_was_tampered_with_is_refused(token):
    query = urlencode({"status": "Processing", "pagination_token": token})
    assert the_error(SERVER.ask(f"/operations/docs?{query}")) == TOKEN


def test_no_character_of_a_token_can_be_changed():
    for at, character in enumerate(ISSUED):
        for other in {"A", "B", "E", "I", "Q", "g", "w", "="} - {character}:
            token = ISSUED[:at] + other + ISSUED[at + 1 :]
            query = urlencode({"status": "Processing", "pagination_token": token})
            assert the_error(SERVER.ask(f"/operations/docs?{query}")) == TOKEN


def test_a_token_shows_neither_ids_nor_names():
    server = Server()
    server.start("op-secret")
    server.start("op-other")
    token = server.page(limit=1)["pagination"]["next"]
    assert "docs" not in token
    assert "secret" not in token


# --- retention


@pytest.mark.parametrize("by_hand", [False, True])
def test_an_operation_is_retained_for_30_days_after_its_end(by_hand):
    server = Server()
    plan = Lifecycle.manual() if by_hand else Lifecycle.succeeds(running=10)
    operation = server.start("op-1", lifecycle=plan)
    server.clock.advance(10)
    if by_hand:
        operation.succeed()
    server.clock.advance_ns(30 * DAY * 10**9 - 1)
    assert server.get("op-1")["status"] == "Completed"
    assert server.ids() == server.ids(status="Completed") == ["op-1"]
    server.clock.advance_ns(1)
    assert the_error(server.ask("/operations/docs/op-1"))[0] == 404
    assert server.ids() == server.ids(status="Completed") == []
    assert operation.state is State.PURGED


def test_what_has_not_ended_is_retained_for_ever():
    server = Server()
    server.start("op-1", lifecycle=Lifecycle.hangs())
    server.clock.advance(datetime.timedelta(days=400))
    assert server.ids() == ["op-1"]


def test_a_purge_of_the_lifecycle_itself_comes_before_retention():
    server = Server()
    server.start("op-1", lifecycle=Lifecycle.succeeds(running=1).then_purged(1))
    server.clock.advance(2)
    assert server.ids() == []


# --- the wire


def test_a_life_on_the_wire():
    server = Server()
    server.start(
        "op-1",
        operation_type="upsert_file",
        file_id="f-1",
        ingestion_units=50,
        lifecycle=Lifecycle.succeeds(pending=1, running=4),
    )
    born = {
        "id": "op-1",
        "operation_type": "upsert_file",
        "created_on": "2026-01-01T00:00:00Z",
        "file_id": "f-1",
    }
    assert server.get("op-1") == {**born, "status": "Processing", "percent_complete": 0}
    server.clock.advance(2)
    assert server.get("op-1") == {**born, "status": "Processing", "percent_complete": 25}
    server.clock.advance(3)
    assert server.get("op-1") == {
        **born,
        "status": "Completed",
        "percent_complete": 100,
        "completed_on": "2026-01-01T00:00:05Z",
        "ingestion_units": 50,
    }
    assert server.page()["operations"] == [server.get("op-1")]


def test_a_failure_on_the_wire():
    server = Server()
    plan = Lifecycle.fails("unsupported file format", running=12, percent=15)
    server.start("op-1", ingestion_units=2.5, lifecycle=plan)
    server.clock.advance(12)
    assert server.get("op-1") == {
        "id": "op-1",
        "operation_type": "upload_file",
        "status": "Failed",
        "created_on": "2026-01-01T00:00:00Z",
        "file_id": "file-000001",
        "percent_complete": 15,
        "completed_on": "2026-01-01T00:00:12Z",
        "error_message": "unsupported file format",
    }


def test_a_server_may_send_no_percentage_and_an_operation_have_no_file():
    server = Server()
    progress = Progress.absent()
    server.start("op-1", file_id=lambda index: None, lifecycle=Lifecycle.hangs(progress=progress))
    assert set(server.get("op-1")) == {"id", "operation_type", "status", "created_on"}


def test_ids_are_counted():
    first, second = Server().stub.start_many(2, assistant_name="docs")
    assert (first.id, second.id) == ("op-000000000001", "op-000000000002")
    assert (first.fields["file_id"], second.fields["file_id"]) == ("file-000001", "file-000002")


# --- what cannot be started

REFUSED_STARTS = [
    (
        {"assistant_name": None},
        "a pinecone operation needs assistant_name=; for example start(assistant_name='...')",
    ),
    (
        {"operation_type": "upload"},
        "unknown operation_type 'upload'. Did you mean 'upload_file'? Choose 'upload_file', "
        "'upsert_file', 'update_file_metadata' or 'delete_file'.",
    ),
    (
        {"lifecycle": Lifecycle.succeeds(output=b"x")},
        "a Pinecone operation has no output, so output=b'x' would reach nobody. Leave it out; "
        "what it does show is ingestion_units=, given to start().",
    ),
    (
        {"operation_type": "delete_file", "ingestion_units": 1},
        "ingestion_units belongs to upload_file and upsert_file, not to 'delete_file'",
    ),
    ({"ingestion_units": -1}, "ingestion_units must be finite and not negative, not -1"),
    (
        {"ingestion_units": float("nan")},
        "ingestion_units must be finite and not negative, not nan",
    ),
    ({"ingestion_units": float("inf")}, "ingestion_units must be finite and not negative, not inf"),
    ({"ingestion_units": True}, "ingestion_units must be int or float, not True"),
    ({"ingestion_units": "5"}, "ingestion_units must be int or float, not '5'"),
    (
        {"lifecycle": Lifecycle.steps(Step(State.CANCELLED))},
        "pinecone has no status for State.CANCELLED; it has PENDING, RUNNING, SUCCEEDED or FAILED",
    ),
]


@pytest.mark.parametrize(("given", "message"), REFUSED_STARTS)
def test_what_cannot_be_shown_cannot_be_started(given, message):
    server = Server()
    with pytest.raises(InvalidArgument) as caught:
        server.start(**given)
    assert str(caught.value) == message
    assert server.stub.operations == {}


def test_an_output_is_refused_to_an_operation_moved_by_hand():
    operation = Server().start(lifecycle=Lifecycle.manual())
    with pytest.raises(InvalidArgument, match="a Pinecone operation has no output"):
        operation.succeed(output=b"x")
    assert operation.state is State.PENDING


@pytest.mark.parametrize("units", [0, 1, 2.5, 10**20])
@pytest.mark.parametrize("operation_type", ["upload_file", "upsert_file"])
def test_ingestion_units_of_a_completed_ingestion(units, operation_type):
    server = Server()
    server.start("op-1", ingestion_units=units, operation_type=operation_type)
    assert "ingestion_units" not in server.get("op-1")
    server.clock.advance(10)
    assert server.get("op-1")["ingestion_units"] == units
