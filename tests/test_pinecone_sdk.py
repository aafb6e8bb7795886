"""The unmodified SDK of Pinecone, version 10 and newer, with nothing but the mock."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import os
import random
from contextlib import closing
from importlib.metadata import version

import pytest

from pytest_asyncops import Lifecycle, State, assert_conforms, assert_polled, faults, mocked

if importlib.util.find_spec("pinecone") is None or int(version("pinecone").split(".")[0]) < 10:
    pytest.skip("these are tests of pinecone 10 and newer", allow_module_level=True)

from pinecone import AsyncPinecone, Pinecone
from pinecone.errors import (
    NotFoundError,
    PineconeError,
    PineconeTimeoutError,
    RateLimitError,
    ServiceError,
    UnauthorizedError,
)


@pytest.fixture(params=["sync", "async"])
def assistants(request):
    """What calls a method of ``assistants`` by name, of a client of its own."""
    if request.param == "sync":
        client = Pinecone(api_key="key", ssl_verify=False).assistants
        return lambda method, /, **given: listed(getattr(client, method)(**given))

    def call(method, /, **given):
        async def called():
            async with AsyncPinecone(api_key="key", ssl_verify=False) as client:
                result = getattr(client.assistants, method)(**given)
                if hasattr(result, "__aiter__"):
                    return [one async for one in result]
                return await result

        return asyncio.run(called())

    return call


def listed(result):
    return list(result) if hasattr(result, "__next__") or hasattr(result, "pages") else result


def upload(assistants, name="a.txt", **given):
    stream = io.BytesIO(b"some text")
    return assistants(
        "upload_file", assistant_name="docs", file_stream=stream, file_name=name, **given
    )


@pytest.fixture
def stub(asyncops_mock):
    """The stub with the assistant ``docs``; at the end, all that it has answered conforms."""
    random.seed(0)
    asyncops_mock.pinecone.add_assistant("docs")
    yield asyncops_mock.pinecone
    for call in asyncops_mock.calls:
        assert_conforms(call)


def routes(stub):
    return [call.response.route for call in stub.calls]


def test_an_upload_until_it_is_done(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.succeeds(pending=2, running=30), file_name="report.pdf")
    file = upload(assistants, "report.pdf", metadata={"year": 2026})
    assert (file.name, file.status, file.size) == ("report.pdf", "Available", 9)
    assert file.metadata == {"year": 2026}
    [operation] = stub.operations.values()
    assert operation.fields["file_id"] == file.id
    assert operation.state is State.SUCCEEDED
    assert asyncops_mock.clock.elapsed.total_seconds() == 35
    assert_polled(operation, min_interval=5, at_most=8, not_after_done=True)
    assert routes(stub) == ["get_assistant", "upload_file", *["get"] * 8, "describe_file"]


def test_a_file_with_an_id_of_ones_own(assistants, stub):
    file = upload(assistants, file_id="my-file")
    assert (file.id, file.status) == ("my-file", "Available")
    [operation] = stub.operations.values()
    assert operation.fields["operation_type"] == "upsert_file"


def test_a_failure(assistants, stub):
    stub.plan(Lifecycle.fails("unsupported file format", running=12))
    with pytest.raises(PineconeError, match="unsupported file format"):
        upload(assistants)
    [file] = assistants("list_files", assistant_name="docs")
    assert file.status == "ProcessingFailed"
    assert assistants("delete_file", assistant_name="docs", file_id=file.id) is None
    assert stub.calls[-1].response.status_code == 204
    assert assistants("list_files", assistant_name="docs") == []


def test_a_timeout(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.hangs())
    with pytest.raises(PineconeTimeoutError):
        upload(assistants, timeout=60)
    assert asyncops_mock.clock.elapsed.total_seconds() == 60
    [operation] = stub.operations.values()
    assert operation.state is State.RUNNING


def test_a_deletion(assistants, stub, asyncops_mock):
    stub.start(assistant_name="docs", file_id="f")
    stub.plan(Lifecycle.succeeds(running=12), operation_type="delete_file")
    assistants("delete_file", assistant_name="docs", file_id="f")
    assert asyncops_mock.clock.elapsed.total_seconds() == 15
    with pytest.raises(NotFoundError):
        assistants("describe_file", assistant_name="docs", file_id="f")


def test_lists_have_pages(assistants, stub):
    stub.start_many(230, assistant_name="docs")
    operations = assistants("list_operations", assistant_name="docs")
    assert [one.operation_id for one in operations] == list(stub.operations)[::-1]
    assert len(assistants("list_files", assistant_name="docs")) == 230
    assert routes(stub).count("list") == routes(stub).count("list_files") == 3
    page = assistants("list_operations_page", assistant_name="docs", page_size=7)
    assert len(page.operations) == 7


def test_filters_of_lists(assistants, stub):
    stub.start(assistant_name="docs", metadata={"genre": "comedy"}, file_id="a")
    stub.start(assistant_name="docs", file_id="b", operation_type="upsert_file")
    wanted = {"genre": "comedy"}
    [file] = assistants("list_files", assistant_name="docs", filter=wanted)
    assert file.id == "a"
    [operation] = assistants(
        "list_operations", assistant_name="docs", operation_type="upsert_file", status="Processing"
    )
    assert operation.file_id == "b"


def test_it_tries_again_after_errors(assistants, stub, asyncops_mock):
    outage = stub.inject(faults.status(503), times=2)
    assert upload(assistants).status == "Available"
    assert outage.count == 2
    assert routes(stub)[:4] == ["get_assistant", "get_assistant", "get_assistant", "upload_file"]
    assert asyncops_mock.clock.elapsed.total_seconds() > 10


def test_an_outage_that_lasts(assistants, stub):
    stub.inject(faults.status(503), times=None)
    with pytest.raises(ServiceError):
        assistants("describe", name="docs")
    assert len(stub.calls) == 4


def test_it_comes_again_when_it_is_told_to(assistants, stub, asyncops_mock):
    stub.limit_rate(2, per=30)
    assert upload(assistants).status == "Available"
    refused = [call for call in stub.calls if call.response.status_code == 429]
    assert refused
    assert asyncops_mock.clock.elapsed.total_seconds() >= 40
    stub.inject(faults.status(429, retry_after=1), times=None)
    with pytest.raises(RateLimitError):
        assistants("describe", name="docs")


def test_an_upload_whose_answer_comes_late_has_begun(assistants, stub):
    stub.answer_late(lambda request: 45 if request.method == "POST" else 0)
    with pytest.raises(PineconeError):
        upload(assistants)
    assert routes(stub).count("upload_file") == len(stub.operations) == 4


def test_an_assistant_from_its_creation_to_its_end(assistants, stub, asyncops_mock):
    stub.plan(Lifecycle.succeeds(running=3), operation_type="create_assistant")
    made = assistants("create", name="new", instructions="Be brief.", timeout=60)
    assert (made.status, made.instructions) == ("Ready", "Be brief.")
    assert asyncops_mock.clock.elapsed.total_seconds() == 3
    assert assistants("update", name="new", instructions="Be kind.").instructions == "Be kind."
    assert sorted(one.name for one in assistants("list")) == ["docs", "new"]
    assistants("delete", name="new")
    assert [one.name for one in assistants("list")] == ["docs"]
    with pytest.raises(NotFoundError):
        assistants("describe", name="new")


def test_an_assistant_that_cannot_be_made(assistants, stub):
    stub.plan(Lifecycle.fails("no room", running=3), operation_type="create_assistant")
    with pytest.raises(PineconeError):
        assistants("create", name="new", timeout=60)


def test_a_key_that_is_refused(assistants, stub):
    stub.refuse("key", "invalid")
    with pytest.raises(UnauthorizedError, match="Invalid API key"):
        assistants("describe", name="docs")


def test_a_client_keeps_the_host(asyncops_mock):
    client = Pinecone(api_key="key", ssl_verify=False).assistants
    asyncops_mock.pinecone.add_assistant("docs")
    client.describe(name="docs")
    assert list(client.list_files(assistant_name="docs")) == []
    with mocked() as other:
        other.pinecone.add_assistant("docs")
        assert list(client.list_files(assistant_name="docs")) == []
        assert routes(other.pinecone) == ["list_files"]


@pytest.mark.parametrize("number", range(2))
def test_an_outage_leaves_nothing_to_the_next_test(number, stub):
    client = Pinecone(api_key="key", ssl_verify=False).assistants
    stub.inject(faults.status(503, retry_after=36_000), times=None)
    for _ in range(16):
        with pytest.raises(ServiceError):
            client.describe(name="docs")
    budgets = importlib.import_module("pinecone._internal.http_client").get_budget_registry()
    before = budgets.get("api.pinecone.io").tokens()
    assert before <= 50  # no more retries
    with mocked():
        assert budgets.get("api.pinecone.io").tokens() == 100


def busy_seconds():
    """The processor time of this process, to which it is all the same what else is going on."""
    spent = os.times()
    return spent.user + spent.system


def test_a_request_takes_less_than_a_millisecond(stub, asyncops_mock):
    client = Pinecone(api_key="key", ssl_verify=False).assistants
    client.describe(name="docs")
    stub.plan(Lifecycle.succeeds(running=3600))
    times = []
    for _ in range(3):
        before = len(stub.calls)
        began = busy_seconds()
        client.upload_file(assistant_name="docs", file_stream=io.BytesIO(b"x"), file_name="x.txt")
        times.append((busy_seconds() - began) / (len(stub.calls) - before))
    assert asyncops_mock.clock.elapsed.total_seconds() == 3 * 3600
    assert min(times) < 0.001


@pytest.mark.skipif(importlib.util.find_spec("h11") is None, reason="it needs the extra server")
def test_over_a_server(asyncops_server):
    stub = asyncops_server.pinecone
    stub.add_assistant("docs")
    control = stub.base_urls["control"]
    with closing(Pinecone(api_key="key", host=control, ssl_verify=False).assistants) as client:
        file = client.upload_file(
            assistant_name="docs", file_stream=io.BytesIO(b"text"), file_name="a.txt"
        )
        assert file.status == "Available"
        assert client.describe(name="docs").host == stub.base_urls["data"]
    assert asyncops_server.clock.elapsed.total_seconds() == 10
