"""A file is what operations have made of it: taken in, available, replaced, taken out, gone."""

from __future__ import annotations

import pytest
from support.pinecone_server import Server, bad, the_error

from pytest_asyncops import Lifecycle, Progress, State, polls

OLD = {"X_Pinecone_Api_Version": "2025-10"}
FIRST = "00000000-0000-4000-8000-000000000001"


def status(server: Server, name: str = FIRST, **headers: str) -> str | None:
    file = server.file(name, **headers)
    return None if file is None else file["status"]


def test_an_upload_from_its_beginning_to_its_end():
    server = Server()
    answer = server.upload(b"text", "a.txt", metadata='{"a": 1}')
    assert answer.status_code == 202
    assert answer.headers["Location"] == "/operations/docs/op-000000000001"
    assert answer.json() == {
        "id": "op-000000000001",
        "operation_type": "upload_file",
        "status": "Processing",
        "created_on": "2026-01-01T00:00:00Z",
        "file_id": FIRST,
        "percent_complete": 0,
    }
    assert status(server) == "Processing"
    server.clock.advance(10)
    assert server.file(FIRST) == {
        "id": FIRST,
        "name": "a.txt",
        "status": "Available",
        "created_on": "2026-01-01T00:00:00Z",
        "updated_on": "2026-01-01T00:00:10Z",
        "metadata": {"a": 1},
        "multimodal": False,
        "size": 4,
    }
    assert server.get("op-000000000001")["status"] == "Completed"


def test_the_older_edition_answers_with_the_file():
    server = Server()
    server.stub.plan(Lifecycle.succeeds(pending=2, running=8))
    answer = server.upload(b"text", "a.txt", **OLD)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert answer.json() == {
        "id": FIRST,
        "name": "a.txt",
        "status": "Processing",
        "created_on": "2026-01-01T00:00:00Z",
        "updated_on": "2026-01-01T00:00:00Z",
        "metadata": None,
        "multimodal": False,
        "percent_done": 0.0,
        "error_message": None,
    }
    server.clock.advance(6)
    assert server.file(FIRST, **OLD)["percent_done"] == 0.5
    server.clock.advance(4)
    assert status(server, **OLD) == "Available"
    assert server.stub.calls[0].operations == ("op-000000000001",)
    assert server.stub.operations["op-000000000001"].polls == 2


def test_a_file_without_a_percentage():
    server = Server()
    server.stub.plan(Lifecycle.hangs(progress=Progress.absent()))
    assert "percent_done" not in server.upload(**OLD).json()


def test_a_failure():
    server = Server()
    plan = server.stub.plan(Lifecycle.fails("no text", running=3), file_name="b.txt")
    server.upload(name="a.txt")
    server.upload(name="b.txt")
    server.clock.advance(20)
    second = FIRST.replace("1", "2")
    assert [status(server), status(server, second)] == ["Available", "ProcessingFailed"]
    assert server.file(second, **OLD)["error_message"] == "no text"
    assert [operation.fields["file_name"] for operation in plan.operations] == ["b.txt"]
    gone = server.send("DELETE", f"/files/docs/{second}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert status(server, second) is None
    assert len(server.ids()) == 2


def test_a_failure_that_the_older_edition_removes():
    server = Server()
    server.stub.plan(Lifecycle.fails("no text", running=0))
    server.upload(**OLD)
    answer = server.send("DELETE", f"/files/docs/{FIRST}", **OLD)
    assert (answer.status_code, answer.content) == (200, b"")
    assert status(server, **OLD) is None


def test_a_deletion():
    server = Server()
    server.upload(name="a.txt")
    server.clock.advance(10)
    plan = server.stub.plan(Lifecycle.succeeds(running=4), file_name="a.txt")
    answer = server.send("DELETE", f"/files/docs/{FIRST}")
    assert (answer.status_code, answer.json()["operation_type"]) == (202, "delete_file")
    assert answer.headers["Location"] == "/operations/docs/op-000000000002"
    assert answer.json()["file_id"] == FIRST
    assert status(server) == "Deleting"
    server.clock.advance(4)
    assert status(server) is None
    assert len(plan.operations) == 1
    again = the_error(server.send("DELETE", f"/files/docs/{FIRST}"))
    assert again == (404, "NOT_FOUND", f"File with id {FIRST}  not found in provided assistant")


def test_a_deletion_in_the_older_edition():
    server = Server()
    server.start()
    answer = server.send("DELETE", f"/files/docs/{FIRST}", **OLD)
    assert (answer.status_code, answer.content) == (200, b"")
    assert status(server, **OLD) == "Deleting"
    server.clock.advance(10)
    assert status(server, **OLD) is None


def test_a_deletion_that_fails_leaves_the_file():
    server = Server()
    server.start(file_id="f")
    server.clock.advance(10)
    server.start(file_id="f", operation_type="delete_file", lifecycle=Lifecycle.fails("no"))
    assert status(server, "f") == "Deleting"
    server.clock.advance(10)
    assert status(server, "f") == "Available"


def test_an_upsert_adds_a_file_and_replaces_it():
    server = Server()
    target = "/files/docs/my-file"
    assert server.upload(target=target, method="PUT").json()["operation_type"] == "upsert_file"
    server.clock.advance(20)
    server.upload(b"longer", "b.txt", target=target, method="PUT", metadata='{"a": 1}')
    file = server.file("my-file")
    assert file["status"] == "Processing"
    assert file["created_on"] == "2026-01-01T00:00:00Z"
    assert file["updated_on"] == "2026-01-01T00:00:20Z"
    assert (file["name"], file["size"], file["metadata"]) == ("b.txt", 6, {"a": 1})
    assert len(server.send("GET", "/files/docs").json()["files"]) == 1


@pytest.mark.parametrize("name", ["a b", "a.b", "a%2Fb", "x" * 129, "%C3%A9"])
def test_an_id_that_no_file_can_have(name):
    answer = server = Server()
    answer = server.upload(target=f"/files/docs/{name}", method="PUT")
    assert the_error(answer) == bad(
        "Invalid file id: must be 1 to 128 letters, digits, hyphens or underscores"
    )


def test_metadata_that_an_operation_changes():
    server = Server()
    server.start(file_id="f", metadata={"a": 1})
    changed = {"operation_type": "update_file_metadata", "file_id": "f"}
    server.start(metadata={"a": 2}, lifecycle=Lifecycle.fails("no", running=1), **changed)
    server.start(metadata={"a": 3}, lifecycle=Lifecycle.succeeds(running=5), **changed)
    server.clock.advance(2)
    assert server.file("f")["metadata"] == {"a": 1}
    server.clock.advance(3)
    assert (server.file("f")["metadata"], status(server, "f")) == ({"a": 3}, "Processing")
    server.start(operation_type="update_file_metadata", file_id="none")
    server.start(operation_type="delete_file", file_id="none")
    assert server.file("none") is None


def test_an_operation_without_a_file_makes_none():
    server = Server()
    server.start(file_id=lambda index: None)
    assert server.send("GET", "/files/docs").json() == {"files": []}


def test_a_filter():
    server = Server()
    for genre in ("comedy", "drama"):
        server.start(file_id=genre, metadata={"genre": genre})
    server.start(file_id="other")
    found = server.send("GET", '/files/docs?filter={"genre":"drama"}').json()["files"]
    assert [one["id"] for one in found] == ["drama"]
    answer = the_error(server.send("GET", "/files/docs?filter=x"))
    assert answer == bad("The filter must be a JSON object")
    assert the_error(server.send("GET", '/files/docs?filter={"a":{"$x":1}}'))[0] == 400


def test_an_address_to_read_a_file_at():
    server = Server()
    server.start(file_id="a b")
    file = server.send("GET", "/files/docs/a%20b?include_url=true").json()
    assert file["signed_url"] == "https://files.example.com/docs/a%20b?signature=none"


@pytest.mark.parametrize("target", ["/files/none", "/files/none/f", "/operations/none"])
def test_an_assistant_that_there_is_not(target):
    answer = Server().send("GET", target)
    assert the_error(answer) == (404, "NOT_FOUND", 'Assistant "none" not found.')


def test_polls_of_a_file_end_what_is_counted_in_polls():
    server = Server()
    server.stub.plan(Lifecycle.succeeds(running=polls(3)))
    server.upload(**OLD)
    assert [status(server, **OLD) for _ in range(4)] == ["Processing"] * 3 + ["Available"]


def test_an_upload_that_is_sent_again_starts_another_operation():
    server = Server()
    server.stub.answer_late(45)
    assert [server.upload().late for _ in range(2)] == [45, 45]
    first, second = server.stub.operations.values()
    assert first.fields["file_id"] != second.fields["file_id"]
    assert first.state is second.state is State.RUNNING


def test_all_four_forms_of_paths():
    server = Server()
    server.start("op-1", file_id="f")
    for below in ("/operations/docs", "/operations/docs/op-1", "/files/docs", "/files/docs/f"):
        assert server.send("GET", below).status_code == 200
        assert server.send("GET", f"/assistant{below}").status_code == 200
    assert server.upload(target="/assistant/files/docs").status_code == 202
    assert server.send("GET", "/assistant/assistants/docs").status_code == 200


def test_routes_that_the_older_edition_does_not_have_are_those_of_the_newer_one():
    server = Server()
    assert server.upload(target=f"/files/docs/{FIRST}", method="PUT", **OLD).status_code == 202
    assert server.send("GET", "/operations/docs", **OLD).status_code == 200
    assert server.send("GET", "/operations/docs/op-000000000001", **OLD).status_code == 200
