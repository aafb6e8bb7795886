"""A fault meets so many requests, of those that it is meant for, and then everything is well."""

from __future__ import annotations

import pytest
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import InvalidArgument, MockClosed, faults, mocked
from pytest_asyncops.serving.checkpoint import Checkpoint
from pytest_asyncops.serving.messages import ErrorResponse


@pytest.fixture
def stub():
    stub = stub_of(toy())
    stub.start(shelf="a", id="job-1")
    return stub


def statuses(stub, *paths):
    return [handle(stub, request(path)).status_code for path in paths]


GET = "/jobs/a/job-1"


def test_it_meets_one_request_unless_told_otherwise(stub):
    injection = stub.inject(faults.status(503))
    assert statuses(stub, GET, GET) == [503, 200]
    assert injection.count == 1
    assert handle(stub, request(GET)).json()["id"] == "job-1"


def test_it_meets_so_many_or_all(stub):
    stub.inject(faults.status(503), times=2)
    assert statuses(stub, GET, "/jobs", GET) == [503, 503, 200]
    for_ever = stub.inject(faults.status(500), times=None)
    assert statuses(stub, *[GET] * 50) == [500] * 50
    assert for_ever.count == 50
    assert repr(for_ever) == "<Injection of status(500), used for 50 requests>"


def test_it_meets_what_it_is_meant_for(stub):
    stub.inject(faults.status(503), route="list", times=None)
    stub.inject(faults.status(502), when=lambda asked: asked.header("Authorization") == "x")
    assert statuses(stub, GET, "/jobs", GET) == [200, 503, 200]
    assert handle(stub, request(GET, key="x")).status_code == 502
    assert statuses(stub, GET) == [200]


def test_the_one_that_was_injected_first_comes_first(stub):
    stub.inject(faults.status(502))
    stub.inject(faults.status(503))
    assert statuses(stub, GET, GET, GET) == [502, 503, 200]


def test_it_comes_before_credentials_and_the_rate_and_after_the_route():
    stub = stub_of(toy(throttled=ErrorResponse(429, "slow", "too fast")))
    stub.start(shelf="a", id="job-1")
    stub.limit_rate(1, per=60)
    stub.inject(faults.status(503), times=3)
    assert handle(stub, request(GET, key=None)).status_code == 503
    assert statuses(stub, "/nowhere", GET, GET, GET) == [404, 503, 503, 200]


def test_the_request_is_recorded_for_the_operation_that_it_names(stub):
    stub.inject(faults.status(503))
    statuses(stub, GET)
    [operation] = stub.operations.values()
    assert operation.polls == 0
    assert [call.response.status_code for call in operation.calls] == [503]
    assert stub.calls[0].response.route == "get"
    assert stub.calls[0].response.json() == {"code": 503, "why": "Service Unavailable"}


def test_a_reset_gives_them_back(stub):
    stub.inject(faults.status(503), times=2)
    statuses(stub, GET)
    moment = Checkpoint(stub._server.clock, stub._server.changing())
    assert statuses(stub, GET, GET) == [503, 200]
    stub.inject(faults.status(500), times=None)
    moment.restore()
    assert statuses(stub, GET, GET) == [503, 200]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fault": 503}, r"fault must be one that pytest_asyncops\.faults makes, such as faults"),
        ({"fault": faults.status}, r"fault must be one that pytest_asyncops\.faults makes"),
        ({"times": 0}, "times "),
        ({"times": 1.5}, "times "),
        ({"route": "gett"}, "unknown route of toy 'gett'. Did you mean 'get'"),
        ({"when": "now"}, "when must be a function of a request, not 'now'"),
    ],
)
def test_what_cannot_be_injected(stub, given, message):
    with pytest.raises(InvalidArgument, match=f"^{message}"):
        stub.inject(**{"fault": faults.status(503), **given})
    assert statuses(stub, GET) == [200]


def test_a_mock_that_is_closed():
    with mocked() as mock:
        stub = mock.pinecone
    with pytest.raises(MockClosed):
        stub.inject(faults.status(503))
