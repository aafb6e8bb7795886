"""A client that openapi-python-client makes of Chainloop's document asks the stub, over httpx."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pytest_asyncops import Lifecycle, assert_conforms, assert_history, assert_polled, mocked

pytest.importorskip("openapi_python_client")  # for CPython 3.11 and newer
httpx = pytest.importorskip("httpx")

DOCUMENT = Path(__file__).parents[2] / "schemas" / "chainloop.yaml"
NAME = "generated_chainloop_client"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The generated package."""
    place = tmp_path_factory.mktemp("made")
    (place / "config.yaml").write_text("post_hooks: []\n")
    options = {"path": DOCUMENT, "output-path": place / NAME, "meta": "none"}
    options["config"] = place / "config.yaml"
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "openapi_python_client", "generate", *given]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    sys.path.insert(0, str(place))
    try:
        calls = f"{NAME}.api.default.async_operations_service"
        yield SimpleNamespace(
            client=importlib.import_module(f"{NAME}.client").AuthenticatedClient,
            get=importlib.import_module(f"{calls}_get_operation"),
            list=importlib.import_module(f"{calls}_list_operations"),
            models=importlib.import_module(f"{NAME}.models"),
            unset=importlib.import_module(f"{NAME}.types").UNSET,
        )
    finally:
        sys.path.remove(str(place))


@pytest.fixture
def client(made):
    return made.client("https://api.app.chainloop.dev", "token", verify_ssl=False)


def word(operation):
    return operation.status.name.removeprefix("ASYNC_OPERATION_STATUS_")


def test_an_operation_is_waited_for(made, client):
    with mocked(apis=["chainloop"]) as mock:
        life = Lifecycle.succeeds(pending=10, running=600, output=b"passed").then_purged(60)
        job = mock.chainloop.start(lifecycle=life, project_id="shop")
        words = []
        while not words or words[-1] != "PURGED":
            seen = made.get.sync(job.id, client=client).operation
            words.append(word(seen))
            if words[-1] == "COMPLETED":
                assert seen.output == "cGFzc2Vk"
                assert (seen.finished_at - seen.created_at).total_seconds() == 610
                assert (seen.kind, seen.project_id) == ("evidence_evaluation", "shop")
            time.sleep(5)
        assert list(dict.fromkeys(words)) == ["PENDING", "RUNNING", "COMPLETED", "PURGED"]
        assert_polled(job, min_interval=5, max_interval=5)
        assert_history(job.calls, api="chainloop")
        for call in mock.calls:
            assert_conforms(call.response)


def test_a_failure_seen_by_a_task(made, client):
    async def wait(name):
        while True:
            seen = (await made.get.asyncio(name, client=client)).operation
            if word(seen) == "FAILED":
                return seen.error_message
            await asyncio.sleep(5)

    with mocked(apis=["chainloop"]) as mock:
        job = mock.chainloop.start(lifecycle=Lifecycle.fails("disk full", running=60))
        assert asyncio.run(wait(job.id)) == "disk full"


def test_a_list(made, client):
    with mocked(apis=["chainloop"]) as mock:
        mock.chainloop.start_many(3, lifecycle=Lifecycle.hangs())
        mock.chainloop.start(kind="scan", resource_id="r", resource_type="t")
        page = made.list.sync(client=client, pagination_page=1, pagination_page_size=3)
        assert len(page.operations) == 1
        assert (page.pagination.page, page.pagination.total_pages) == (1, 2)
        running = made.models.AsyncOperationsServiceListOperationsStatus
        found = made.list.sync(
            client=client, status=running.ASYNC_OPERATION_STATUS_RUNNING, kind="scan"
        )
        assert [one.resource_id for one in found.operations] == ["r"]


def test_errors_are_parsed(made, client):
    with mocked(apis=["chainloop"]) as mock:
        unknown = made.get.sync_detailed("unknown", client=client)
        assert (unknown.status_code, unknown.parsed.code) == (404, 5)
        alone = made.list.sync_detailed(client=client, resource_id="r")
        assert (alone.status_code, alone.parsed.code) == (400, 3)
        mock.chainloop.refuse("token", "expired")
        refused = made.list.sync_detailed(client=client)
        assert (refused.status_code, refused.parsed.code) == (401, 16)
        assert refused.parsed.message == "JWT token has expired"


def test_a_gateways_null_timestamps_raise(made, client):
    with mocked(apis=["chainloop"], chainloop_profile="gateway") as mock:
        job = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=60))
        with pytest.raises(TypeError):
            made.get.sync(job.id, client=client)
        with pytest.raises(TypeError):
            made.list.sync(client=client)
        mock.clock.advance(60)  # now each of them is set
        assert word(made.get.sync(job.id, client=client).operation) == "COMPLETED"


def test_a_gateways_camel_case_is_lost_in_silence(made, client):
    with mocked(apis=["chainloop"], chainloop_profile="gateway_camel") as mock:
        job = mock.chainloop.start(lifecycle=Lifecycle.fails("disk full", running=60))
        mock.clock.advance(60)
        seen = made.get.sync(job.id, client=client).operation
        assert (seen.id, word(seen)) == (job.id, "FAILED")
        assert seen.error_message is made.unset
        assert seen.finished_at is made.unset
        assert seen.additional_properties["errorMessage"] == "disk full"
        page = made.list.sync(client=client).pagination
        assert page.total_count is made.unset
