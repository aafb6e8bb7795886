"""The unmodified SDK of Pinecone, version 8 with the plugin for assistants, over bare urllib3."""

from __future__ import annotations

import importlib.util
import io
from importlib.metadata import version

import pytest

from pytest_asyncops import Lifecycle, State, assert_conforms, assert_polled, faults

if importlib.util.find_spec("pinecone") is None or version("pinecone").split(".")[0] != "8":
    pytest.skip("these are tests of pinecone 8", allow_module_level=True)

from pinecone import Pinecone


@pytest.fixture
def stub(asyncops_mock):
    """The stub with the assistant ``docs``; at the end, all that it has answered conforms."""
    asyncops_mock.pinecone.add_assistant("docs")
    yield asyncops_mock.pinecone
    for call in asyncops_mock.calls:
        assert_conforms(call)


def upload(**given):
    docs = Pinecone(api_key="key").assistant.Assistant(assistant_name="docs")
    return docs, docs.upload_bytes_stream(io.BytesIO(b"some text"), "a.txt", **given)


def test_an_upload_until_it_is_done_and_its_end(stub, asyncops_mock):
    stub.plan(Lifecycle.succeeds(running=30), file_name="a.txt")
    docs, file = upload(metadata={"year": 2026})
    assert (file.name, file.status, file.metadata) == ("a.txt", "Available", {"year": 2026})
    [operation] = stub.operations.values()
    assert operation.state is State.SUCCEEDED
    assert asyncops_mock.clock.elapsed.total_seconds() == 30
    assert_polled(operation, min_interval=5, at_most=6, not_after_done=True)
    assert [one.name for one in docs.list_files()] == ["a.txt"]
    docs.delete_file(file_id=file.id)
    assert docs.list_files() == []


def test_a_failure(stub):
    stub.plan(Lifecycle.fails("unsupported file format", running=12))
    with pytest.raises(Exception, match="unsupported file format"):
        upload()


def test_a_timeout(stub, asyncops_mock):
    stub.plan(Lifecycle.hangs())
    with pytest.raises(TimeoutError):
        upload(timeout=60)
    assert asyncops_mock.clock.elapsed.total_seconds() >= 60


def test_a_file_that_is_gone(stub):
    docs, file = upload()
    docs.delete_file(file_id=file.id)
    with pytest.raises(Exception, match="not found in provided assistant"):
        docs.describe_file(file_id=file.id)


def test_an_error_of_the_service(stub):
    stub.inject(faults.status(500), times=None)
    with pytest.raises(Exception, match="Internal Server Error"):
        upload()


def test_an_assistant_from_its_creation_to_its_end(stub):
    stub.plan(Lifecycle.succeeds(running=3), operation_type="create_assistant")
    made = Pinecone(api_key="key").assistant
    assert made.create_assistant("new", instructions="Be brief.").status == "Ready"
    assert made.update_assistant("new", instructions="Be kind.").instructions == "Be kind."
    assert sorted(one.name for one in made.list_assistants()) == ["docs", "new"]
    made.delete_assistant("new")
    assert [one.name for one in made.list_assistants()] == ["docs"]
