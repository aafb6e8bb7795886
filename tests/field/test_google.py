"""google-api-core's own client waits for operations of an API of one's own, over requests."""

from __future__ import annotations

import pytest
import requests
from support.google_longrunning import LONGRUNNING

from pytest_asyncops import Lifecycle, assert_polled, mocked

operation = pytest.importorskip("google.api_core.operation")
operations_v1 = pytest.importorskip("google.api_core.operations_v1")
pytest.importorskip("grpc")  # its REST client imports it

from google.api_core.exceptions import GoogleAPICallError, NotFound  # noqa: E402
from google.auth.credentials import AnonymousCredentials  # noqa: E402
from google.longrunning.operations_pb2 import Operation  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from google.protobuf.wrappers_pb2 import StringValue  # noqa: E402


@pytest.fixture
def stub():
    with mocked(apis=[LONGRUNNING]) as mock:
        yield mock.longrunning


@pytest.fixture
def client(stub):
    transport = operations_v1.OperationsRestTransport(credentials=AnonymousCredentials())
    return operations_v1.AbstractOperationsClient(transport=transport)


def imported(client, source):
    """The code under test: starts an operation, and gives the library's future of it."""
    url = f"{LONGRUNNING.base_url}/v1/projects/p/datasets:import"
    answer = requests.post(url, json={"source": source}, timeout=30)
    started = json_format.Parse(answer.content, Operation())
    return operation.from_gapic(started, client, StringValue)


def test_a_success(stub, client):
    plan = stub.plan(Lifecycle.succeeds(running=600, output=b"bucket"), source="gs://a")
    future = imported(client, "gs://a")
    assert not future.done()
    assert future.result(timeout=3600).value == "bucket"
    [job] = plan.operations
    assert_polled(job, at_least=5, at_most=100, not_after_done=True)


def test_a_failure(stub, client):
    stub.plan(Lifecycle.fails("no such bucket"))
    with pytest.raises(GoogleAPICallError, match="no such bucket"):
        imported(client, "gs://a").result(timeout=3600)


def test_one_that_takes_too_long(stub, client):
    stub.plan(Lifecycle.hangs())
    with pytest.raises(Exception, match="imeout"):
        imported(client, "gs://a").result(timeout=60)


def test_a_list_of_several_pages(stub, client):
    stub.start_many(5, project="q")
    stub.start(project="p")
    pages = client.list_operations("projects/q", "", page_size=2)
    names = [one.name for one in pages]
    assert names == [f"projects/q/operations/import-{number}" for number in range(1, 6)]
    with pytest.raises(NotFound):
        client.get_operation("projects/p/operations/import-1")
