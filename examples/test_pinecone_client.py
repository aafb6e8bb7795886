"""How to test a client that follows the operations of a Pinecone Assistant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pinecone_client import (
    AssistantOperations,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    UploadFailed,
)

from pytest_asyncops import AsyncOpsMock, Lifecycle, Progress, assert_conforms, assert_history


@pytest.fixture(scope="module")  # one for all: tests with @given may not have one of their own
def docs() -> AssistantOperations:
    return AssistantOperations("docs", api_key="any key will do")


def test_waits_until_the_file_is_there(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    upload = asyncops_mock.pinecone.start(
        assistant_name="docs",
        operation_type="upload_file",
        file_id="file-7",
        lifecycle=Lifecycle.succeeds(running=90),
    )

    assert docs.wait_for_upload(upload.id) == "file-7"

    assert asyncops_mock.clock.elapsed == timedelta(seconds=90)


def test_says_why_the_upload_failed(asyncops_mock: AsyncOpsMock, docs: AssistantOperations) -> None:
    upload = asyncops_mock.pinecone.start(
        assistant_name="docs",
        lifecycle=Lifecycle.fails("unsupported file format", running=12, percent=15),
    )

    with pytest.raises(UploadFailed, match="unsupported file format"):
        docs.wait_for_upload(upload.id)


def test_says_how_far_an_upload_came_that_hangs(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    upload = asyncops_mock.pinecone.start(
        assistant_name="docs", lifecycle=Lifecycle.hangs(percent=42)
    )

    with pytest.raises(TimeoutError, match="is at 42 % after 300 seconds"):
        docs.wait_for_upload(upload.id)

    assert asyncops_mock.clock.elapsed == timedelta(minutes=5)


@pytest.mark.parametrize("progress", [Progress.full(), Progress.stalled(at=80), Progress.absent()])
def test_goes_by_the_status_and_not_by_the_percentage(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations, progress: Progress
) -> None:
    upload = asyncops_mock.pinecone.start(
        assistant_name="docs", lifecycle=Lifecycle.succeeds(running=60, progress=progress)
    )

    docs.wait_for_upload(upload.id)

    assert asyncops_mock.clock.elapsed == timedelta(seconds=60)


def test_operations_are_kept_for_thirty_days(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    upload = asyncops_mock.pinecone.start(
        assistant_name="docs", lifecycle=Lifecycle.succeeds(running=60)
    )

    asyncops_mock.clock.advance(timedelta(days=30, seconds=59))
    assert [operation["id"] for operation in docs.history()] == [upload.id]

    asyncops_mock.clock.advance(1)
    assert list(docs.history()) == []
    with pytest.raises(NotFound, match=r"Operation .* not found"):
        docs.describe(upload.id)


def test_the_history_goes_beyond_the_first_page(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    uploads = asyncops_mock.pinecone.start_many(50, assistant_name="docs")
    asyncops_mock.pinecone.start(assistant_name="another")

    newest_first = [operation["id"] for operation in docs.history(page_size=20)]

    assert newest_first == [upload.id for upload in reversed(uploads)]
    assert len(asyncops_mock.calls) == 3


def test_the_history_can_be_filtered(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    start = asyncops_mock.pinecone.start
    start(assistant_name="docs", lifecycle=Lifecycle.succeeds())
    failed = start(assistant_name="docs", lifecycle=Lifecycle.fails("too large"))
    start(
        assistant_name="docs",
        operation_type="delete_file",
        lifecycle=Lifecycle.fails("file is in use"),
    )
    asyncops_mock.clock.advance(10)

    found = docs.history(operation_type="upload_file", status="Failed")

    assert [operation["id"] for operation in found] == [failed.id]


def test_an_assistant_without_operations(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations
) -> None:
    asyncops_mock.pinecone.add_assistant("docs")

    assert list(docs.history()) == []


def test_an_unknown_assistant(asyncops_mock: AsyncOpsMock, docs: AssistantOperations) -> None:
    with pytest.raises(NotFound, match='Assistant "docs" not found'):
        list(docs.history())


@pytest.mark.parametrize(
    ("reason", "error"), [("invalid", NotAuthenticated), ("forbidden", NotAllowed)]
)
def test_a_key_may_be_refused(
    asyncops_mock: AsyncOpsMock, reason: str, error: type[Exception]
) -> None:
    upload = asyncops_mock.pinecone.start(assistant_name="docs")
    asyncops_mock.pinecone.refuse("a bad key", reason)

    with pytest.raises(error):
        AssistantOperations("docs", api_key="a bad key").wait_for_upload(upload.id)


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 10))
def test_the_history_has_every_operation_once(
    asyncops_mock: AsyncOpsMock, docs: AssistantOperations, pauses: list[int], page_size: int
) -> None:
    asyncops_mock.pinecone.add_assistant("docs")
    for pause in pauses:
        asyncops_mock.pinecone.start(assistant_name="docs")
        asyncops_mock.clock.advance(pause)

    found = list(docs.history(page_size=page_size))

    assert len({operation["id"] for operation in found}) == len(found) == len(pauses)


def test_what_was_received_conforms(asyncops_mock: AsyncOpsMock, docs: AssistantOperations) -> None:
    """The same assertion takes answers of the real service, for a test that has a key for it."""
    upload = asyncops_mock.pinecone.start(assistant_name="docs", ingestion_units=12.5)

    docs.wait_for_upload(upload.id)
    list(docs.history())

    for call in asyncops_mock.calls:
        assert_conforms(call.response)
    assert_history([call.response for call in asyncops_mock.calls], api="pinecone")
