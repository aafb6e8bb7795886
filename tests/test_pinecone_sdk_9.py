"""The unmodified SDK of Pinecone, version 9, which expects a file in answer to an upload."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import random
from importlib.metadata import version

import pytest

from pytest_asyncops import Lifecycle, State, assert_conforms, assert_polled, faults

if importlib.util.find_spec("pinecone") is None or version("pinecone").split(".")[0] != "9":
    pytest.skip("these are tests of pinecone 9", allow_module_level=True)

from pinecone import AsyncPinecone, Pinecone
from pinecone.errors import NotFoundError, PineconeError, PineconeTimeoutError

UUID = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture(params=["sync", "async"])
def assistants(request):
    """What calls a method of ``assistants`` by name, of a client of its own."""
    if request.param == "sync":
        client = Pinecone(api_key="key").assistants

        def call(method, /, **given):
            result = getattr(client, method)(**given)
            return list(result) if hasattr(result, "pages") else result

        return call

    def call_async(method, /, **given):
        async def called():
            async with AsyncPinecone(api_key="key") as client:
                result = getattr(client.assistants, method)(**given)
                if hasattr(result, "__aiter__"):
                    return [one async for one in result]
                return await result

        return asyncio.run(called())

    return call_async


def upload(assistants, **given):
    stream = io.BytesIO(b"some text")
    return assistants(
        "upload_file", assistant_name="docs", file_stream=stream, file_name="a.txt", **given
    )


@pytest.fixture
def stub(asyncops_mock):
    """The stub with the assistant ``docs``; at the end, all that it has answered conforms."""
    random.seed(0)
    asyncops_mock.pinecone.add_assistant("docs")
    yield asyncops_mock.pinecone
    for call in asyncops_mock.calls:
        assert_conforms(call)


def test_an_upload_until_it_is_done(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.succeeds(running=30), file_name="a.txt")
    file = upload(assistants, metadata={"year": 2026})
    assert (file.name, file.status, file.metadata) == ("a.txt", "Available", {"year": 2026})
    [operation] = stub.operations.values()
    assert operation.state is State.SUCCEEDED
    assert asyncops_mock.clock.elapsed.total_seconds() == 30
    assert_polled(operation, min_interval=5, at_most=7, not_after_done=True)


def test_a_file_with_an_id_of_ones_own(assistants, stub):
    assert upload(assistants, file_id=UUID).status == "Available"
    [operation] = stub.operations.values()
    assert operation.fields["operation_type"] == "upsert_file"


def test_a_failure(assistants, stub):
    stub.plan(Lifecycle.fails("unsupported file format", running=12))
    with pytest.raises(PineconeError, match="unsupported file format"):
        upload(assistants)
    [file] = assistants("list_files", assistant_name="docs")
    assistants("delete_file", assistant_name="docs", file_id=file.id)
    assert assistants("list_files", assistant_name="docs") == []


def test_a_timeout(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.hangs())
    with pytest.raises(PineconeTimeoutError):
        upload(assistants, timeout=60)
    assert asyncops_mock.clock.elapsed.total_seconds() == 60


def test_a_deletion(assistants, stub, asyncops_mock):
    stub.start(assistant_name="docs", file_id=UUID)
    stub.plan(Lifecycle.succeeds(running=12), operation_type="delete_file")
    assistants("delete_file", assistant_name="docs", file_id=UUID)
    assert asyncops_mock.clock.elapsed.total_seconds() == 15
    with pytest.raises(NotFoundError):
        assistants("describe_file", assistant_name="docs", file_id=UUID)


def test_lists_have_pages(assistants, stub):
    stub.start_many(230, assistant_name="docs")
    assert len(assistants("list_files", assistant_name="docs")) == 230
    pages = [call for call in stub.calls if call.response.route == "list_files"]
    assert len(pages) == 3


def test_it_tries_again(assistants, stub):
    outage = stub.inject(faults.status(503), times=2)
    assert upload(assistants).status == "Available"
    assert outage.count == 2
    stub.limit_rate(1, per=1)
    assert assistants("describe", name="docs").status == "Ready"
    assert assistants("describe", name="docs").status == "Ready"


def test_an_assistant_from_its_creation_to_its_end(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.succeeds(running=3), operation_type="create_assistant")
    assert assistants("create", name="new", timeout=60).status == "Ready"
    assert assistants("update", name="new", instructions="Be kind.").instructions == "Be kind."
    assert sorted(one.name for one in assistants("list")) == ["docs", "new"]
    assistants("delete", name="new")
    assert [one.name for one in assistants("list")] == ["docs"]
