"""An assistant is what operations have made of it: created, ready, changed, given up, gone."""

from __future__ import annotations

import pytest
from support.pinecone_server import Server, bad, the_error

from pytest_asyncops import InvalidArgument, Lifecycle

NEW = "/assistants/new"


def made(server: Server, **asked: object) -> dict:
    answer = server.send("POST", "/assistants", {"name": "new", **asked})
    assert answer.status_code == 200
    return answer.json()


def status(server: Server, target: str = NEW, **headers: str) -> str | None:
    answer = server.send("GET", target, **headers)
    return answer.json()["status"] if answer.status_code == 200 else None


def test_an_assistant_that_a_test_adds_is_ready():
    server = Server()
    server.clock.advance(5)
    assert server.send("GET", "/assistants/docs").json() == {
        "name": "docs",
        "status": "Ready",
        "host": "https://prod-1-data.ke.pinecone.io",
        "region": "us",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def test_from_its_creation_to_its_end():
    server = Server()
    server.clock.advance(1)
    assert made(server, instructions="Be brief.", metadata={"a": 1}, region="eu") == {
        "name": "new",
        "status": "Initializing",
        "host": "https://prod-1-data.ke.pinecone.io",
        "region": "eu",
        "instructions": "Be brief.",
        "metadata": {"a": 1},
        "created_at": "2026-01-01T00:00:01Z",
        "updated_at": "2026-01-01T00:00:01Z",
    }
    server.clock.advance(9)
    assert status(server) == "Initializing"
    server.clock.advance(1)
    assert status(server) == "Ready"
    answer = server.send("DELETE", NEW)
    assert (answer.status_code, answer.content) == (200, b"")
    assert status(server) == "Terminating"
    server.clock.advance(10)
    answer = server.send("GET", NEW)
    assert the_error(answer) == (404, "NOT_FOUND", 'Assistant "new" not found.')
    names = [one["name"] for one in server.send("GET", "/assistants").json()["assistants"]]
    assert names == ["docs"]
    assert the_error(server.send("DELETE", NEW))[0] == 404


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("create_assistant", "InitializationFailed"), ("delete_assistant", "Failed")],
)
def test_what_fails(kind, expected):
    server = Server()
    plan = server.stub.plan(Lifecycle.fails("no room", running=3), operation_type=kind)
    made(server)
    if kind == "delete_assistant":
        server.send("DELETE", NEW)
    server.clock.advance(3)
    assert status(server) == expected
    assert [operation.fields["operation_type"] for operation in plan.operations] == [kind]


def test_a_test_may_start_it_too():
    server = Server()
    server.start(
        operation_type="create_assistant",
        assistant_name="new",
        instructions="Be brief.",
        lifecycle=Lifecycle.succeeds(pending=1, running=2),
    )
    seen = []
    for _ in range(4):
        seen.append(status(server))
        server.clock.advance(1)
    assert seen == ["Initializing", "Initializing", "Initializing", "Ready"]


def test_an_update_changes_what_it_tells():
    server = Server()
    made(server, instructions="Be brief.", metadata={"a": 1})
    server.clock.advance(20)
    answer = server.send("PATCH", NEW, {"metadata": {"b": 2}, "instructions": None})
    assert answer.json() == {"assistant_name": "new", **server.send("GET", NEW).json()}
    assert answer.json()["metadata"] == {"b": 2}
    assert answer.json()["instructions"] == "Be brief."
    assert answer.json()["updated_at"] == "2026-01-01T00:00:20Z"
    assert answer.json()["status"] == "Ready"
    assert the_error(server.send("PATCH", "/assistants/none", {}))[0] == 404


def test_a_name_is_taken_until_its_assistant_is_gone():
    server = Server()
    made(server)
    server.send("PUT", "/files/new/f")
    answer = the_error(server.send("POST", "/assistants", {"name": "new"}))
    assert answer == (429, "ALREADY_EXISTS", 'Assistant "new" already exists.')
    server.clock.advance(10)
    server.upload(target="/files/new")
    server.send("DELETE", NEW)
    server.clock.advance(10)
    assert server.send("GET", "/files/new").status_code == 404
    server.send("PATCH", NEW, {})
    assert made(server)["status"] == "Initializing"
    assert server.send("GET", "/files/new").json() == {"files": []}


def test_a_test_may_add_one_again():
    server = Server()
    server.send("DELETE", "/assistants/docs")
    server.clock.advance(10)
    assert status(server, "/assistants/docs") is None
    server.stub.add_assistant("docs")
    assert status(server, "/assistants/docs") == "Ready"
    server.stub.add_assistant("docs")
    assert len(server.stub.operations) == 2
    with pytest.raises(InvalidArgument):
        server.stub.add_assistant("")


def test_an_update_of_one_that_is_not_there():
    server = Server()
    server.start(operation_type="update_assistant", assistant_name="late")
    assert status(server, "/assistants/late") == "Ready"
    server.send("DELETE", "/assistants/late")
    server.clock.advance(10)
    server.start(operation_type="update_assistant", assistant_name="late")
    server.start(operation_type="delete_assistant", assistant_name="late")
    assert status(server, "/assistants/late") is None


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "a" * 64, None, 5, "\u00e9"])
def test_names(name):
    answer = the_error(Server().send("POST", "/assistants", {"name": name}))
    assert answer == bad(
        "Invalid name: must be 1 to 63 lower case letters, digits and hyphens, with no hyphen at "
        "either end"
    )


LARGE = "x" * 16_385


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"region": "mars"}, "Invalid region: Valid options are us, eu"),
        ({"instructions": 5}, "Invalid instructions: must be a string"),
        ({"instructions": LARGE}, "Instructions must not be larger than 16 KB"),
        ({"metadata": []}, "Metadata must be a JSON object"),
        ({"metadata": {"a": LARGE}}, "Metadata must not be larger than 16 KB"),
    ],
)
def test_what_cannot_be_asked_for(asked, message):
    server = Server()
    answer = the_error(server.send("POST", "/assistants", {"name": "new", **asked}))
    assert answer == bad(message)
    if "region" not in asked:
        assert the_error(server.send("PATCH", "/assistants/docs", asked)) == bad(message)
    assert server.stub.operations == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_object(body):
    answer = the_error(Server().ask("/assistants", "POST", body))
    assert answer == bad("The body must be a JSON object")


def test_the_older_edition_knows_no_regions():
    server = Server()
    old = {"X_Pinecone_Api_Version": "2025-10"}
    assert "region" not in server.send("GET", "/assistants/docs", **old).json()
    answer = server.send("POST", "/assistants", {"name": "new"}, **old)
    assert "region" not in answer.json()


def test_to_look_at_an_assistant_is_a_poll():
    server = Server()
    made(server)
    [operation] = server.stub.operations.values()
    assert operation.polls == 0
    status(server)
    server.send("GET", "/assistants")
    assert operation.polls == 2
    assert [call.response.route for call in operation.calls] == ["get_assistant"]
