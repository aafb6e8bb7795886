"""Who may ask Pinecone, on which paths, what an operation looks like, and what none can be."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from support.pinecone_server import Server, the_error

from pytest_asyncops import InvalidArgument, Lifecycle, Progress, State, Step

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


def test_describe_takes_the_same_readings_of_the_version():
    assert Server().ask(ROUTES[1], X_Pinecone_Api_Version=None).status_code == 400
    served = Server(version_header="optional")
    served.start("op-1")
    assert served.ask(ROUTES[1], X_Pinecone_Api_Version=None).status_code == 200


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
    response = Server().ask(target, method)
    assert the_error(response) == (405, "UNIMPLEMENTED", "Method not allowed")
    assert response.headers["Allow"] == "GET"  # RFC 9110, 15.5.6


@pytest.mark.parametrize("target", [*ROUTES, "/nowhere"])
def test_head_has_no_body(target):
    response = Server().ask(target, "HEAD")
    assert (response.status_code, response.content) == (404 if "no" in target else 405, b"")


# --- the wire


def test_each_answer_of_a_success():
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


def test_the_last_answer_of_a_failure():
    server = Server()
    plan = Lifecycle.fails("unsupported file format", running=12, percent=15)
    server.start("op-1", ingestion_units=2.5, lifecycle=plan)
    server.clock.advance(12)
    assert server.get("op-1") == {
        "id": "op-1",
        "operation_type": "upload_file",
        "status": "Failed",
        "created_on": "2026-01-01T00:00:00Z",
        "file_id": "00000000-0000-4000-8000-000000000001",
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
    assert first.fields["file_id"] == "00000000-0000-4000-8000-000000000001"
    assert second.fields["file_id"] == "00000000-0000-4000-8000-000000000002"


# --- what cannot be started

REFUSED_STARTS = [
    (
        {"assistant_name": None},
        "a pinecone operation needs assistant_name=; for example start(assistant_name='...')",
    ),
    (
        {"operation_type": "upload"},
        "unknown operation_type 'upload'. Did you mean 'upload_file'? Choose 'upload_file', "
        "'upsert_file', 'update_file_metadata', 'delete_file', 'create_assistant', "
        "'update_assistant' or 'delete_assistant'.",
    ),
    (
        {"lifecycle": Lifecycle.succeeds(output=b"x")},
        "a Pinecone operation has no output, so output=b'x' is never shown. Leave it out; it can "
        "show ingestion_units=, given to start().",
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
