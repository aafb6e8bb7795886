"""What type checkers see of the public surface: never run, checked by mypy --strict."""

from __future__ import annotations

import datetime
import pathlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from typing_extensions import assert_type

from pytest_asyncops import (
    Answered,
    Api,
    AsyncOpsError,
    AsyncOpsMock,
    CadenceError,
    Call,
    Calls,
    ChainloopStub,
    Changed,
    ConformanceError,
    Contract,
    ContractError,
    Event,
    InvalidArgument,
    Lifecycle,
    MockClosed,
    NetworkBlocked,
    Operation,
    OwnState,
    PineconeStub,
    Polls,
    Progress,
    Settings,
    State,
    Step,
    Stub,
    Timeline,
    UnmatchedRequests,
    Violation,
    VirtualClock,
    assert_conforms,
    assert_history,
    assert_polled,
    faults,
    mocked,
    polls,
    strategies,
    violations,
)
from pytest_asyncops.apis import Request, Response

MINUTE = datetime.timedelta(minutes=1)


def test_the_fixture(asyncops_mock: AsyncOpsMock) -> None:
    assert_type(asyncops_mock.chainloop, ChainloopStub)
    assert_type(asyncops_mock.pinecone, PineconeStub)
    assert_type(asyncops_mock.stubs, Mapping[str, Stub])
    assert_type(asyncops_mock.clock, VirtualClock)
    assert_type(asyncops_mock.calls, Calls)
    assert_type(asyncops_mock.timeline, Timeline)
    asyncops_mock.reset()


class Mock(AsyncOpsMock):
    jobs: Stub
    boards: ChainloopStub


def test_the_fixture_with_apis_of_the_project(asyncops_mock: Mock) -> None:
    assert_type(asyncops_mock.jobs, Stub)
    assert_type(asyncops_mock.boards.start(kind="sync"), Operation)
    assert_type(asyncops_mock.clock, VirtualClock)


def test_stubs(asyncops_mock: AsyncOpsMock) -> None:
    stub = asyncops_mock.chainloop
    assert_type(stub.api, Api)
    assert_type(stub.base_url, str)
    assert_type(stub.operations, Mapping[str, Operation])
    assert_type(stub.calls, Calls)
    assert_type(stub.start(), Operation)
    assert_type(stub.start(lifecycle=Lifecycle.hangs(), kind="scan"), Operation)
    assert_type(stub.start_many(3), list[Operation])
    assert_type(
        stub.start_many(3, lifecycle=lambda i: Lifecycle.fails("no", running=i)), list[Operation]
    )
    many = stub.start_many(3, id="job-{}".format, kind=lambda i: None if i else "scan")
    assert_type(many, list[Operation])
    stub.refuse("token", "expired")
    stub.limit_rate(2, per=10, retry_after="date")
    stub.answer_late(MINUTE)
    stub.answer_late(lambda request: 45 if request.method == "POST" else MINUTE)
    pinecone = asyncops_mock.pinecone
    pinecone.add_assistant("docs")
    injection = pinecone.inject(faults.status(503, retry_after=2), times=None, route="get")
    assert_type(injection.count, int)
    stub.inject(faults.status(500), when=lambda request: request.method == "GET")
    assert_type(pinecone.base_urls, Mapping[str, str])
    pinecone.start(assistant_name="docs", file_name="a.txt", metadata={"a": 1}, multimodal=True)
    operation = pinecone.start(
        assistant_name="docs", operation_type="upsert_file", file_id=None, ingestion_units=1
    )
    assert_type(operation, Operation)
    stubs: list[Stub] = [stub, pinecone]
    print(stubs)


def test_a_stub_of_an_own_api(asyncops_mock: AsyncOpsMock) -> None:
    stub = asyncops_mock.stubs["jobs"]
    assert_type(stub.start(verb="delete", lifecycle=Lifecycle.manual()), Operation)
    assert_type(stub.start_many(3, verb=["create", "delete"].__getitem__), list[Operation])
    stub.add_parent("docs")
    stub.refuse("token", "whatever it says")


def test_operations(operation: Operation) -> None:
    assert_type(operation.id, str)
    assert_type(operation.state, State | OwnState)
    assert_type(operation.state.meaning, State)
    assert_type(operation.state.done, bool)
    assert_type(operation.percent, int | None)
    assert_type(operation.polls, int)
    assert_type(operation.lifecycle, Lifecycle)
    operation.run()
    operation.run(percent=50)
    operation.succeed()
    operation.succeed(output=b"done")
    operation.fail("no space left")
    operation.cancel()
    operation.purge()
    operation.move_to(State.RUNNING, percent=50)
    operation.move_to(OwnState("finalizing", State.RUNNING), message="soon")


def test_lifecycles() -> None:
    assert_type(Lifecycle.succeeds(), Lifecycle)
    assert_type(Lifecycle.succeeds(pending=2, running=0.5, output=b"done"), Lifecycle)
    assert_type(Lifecycle.succeeds(pending=MINUTE, running=polls(3)), Lifecycle)
    assert_type(Lifecycle.fails("no", pending=1, running=MINUTE, percent=15), Lifecycle)
    assert_type(Lifecycle.hangs(pending=polls(1), percent=99.5), Lifecycle)
    assert_type(Lifecycle.hangs(progress=Progress.stalled(40)), Lifecycle)
    assert_type(Lifecycle.manual(), Lifecycle)
    assert_type(Lifecycle.manual(OwnState("queued", State.PENDING)), Lifecycle)
    assert_type(
        Lifecycle.steps(Step(State.RUNNING, 5), Step(State.SUCCEEDED, output=b"")), Lifecycle
    )
    assert_type(Lifecycle.manual().then_purged(MINUTE), Lifecycle)
    assert_type(Lifecycle.manual().answered_late(lambda poll: MINUTE * poll), Lifecycle)
    assert_type(Lifecycle.hangs().answered_late(late=1.5), Lifecycle)
    assert_type(polls(3), Polls)
    assert_type(Step(State.RUNNING, polls(3), percent=15).state, State | OwnState)
    Step(State.FAILED, message="no")
    Step(State.RUNNING, MINUTE, progress=Progress.curve([(0, 0), (0.5, 90), (1, 99)]))
    assert_type(Progress.full(), Progress)
    assert_type(Progress.absent(), Progress)


def test_the_clock(clock: VirtualClock) -> None:
    assert_type(clock.now(), datetime.datetime)
    assert_type(clock.elapsed, datetime.timedelta)
    clock.advance(5)
    clock.advance(0.5)
    clock.advance(MINUTE)
    clock.advance_to(datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc))


def test_timeline(timeline: Timeline) -> None:
    assert_type(timeline[0], Event)
    assert_type(timeline.text(lines=None), str)
    for event in timeline:
        assert_type(event.at, datetime.datetime)
        if isinstance(event, Answered):
            assert_type(event.call, Call)
            assert_type(event.interval, Union[datetime.timedelta, None])
        elif isinstance(event, Changed):
            assert_type(event.seen, Union[bool, None])


def test_calls(calls: Calls) -> None:
    assert_type(calls[-1], Call)
    assert_type(calls[1:], list[Call])
    assert_type(len(calls), int)
    assert_type(calls.dropped, int)
    assert_type([call.at for call in calls], list[datetime.datetime])
    call = calls[0]
    assert_type(call.request, Request)
    assert_type(call.response, Response)
    assert_type(call.operations, tuple[str, ...])
    assert_type(call.request.method, str)
    assert_type(call.request.header("Accept"), str | None)
    assert_type(call.response.status_code, int)
    assert_type(call.response.content, bytes)
    assert_type(call.response.route, str | None)


def test_conformance(response: Response, api: Api) -> None:
    assert_conforms(response)
    assert_conforms({}, api="chainloop", route="get", status_code=404, extra="forbid")
    assert_conforms({}, api=api, route="list", unknown="forbid", profile="gateway")
    assert_conforms(response, contract="openapi.yaml")
    assert_conforms({}, contract=Path("openapi.yaml"), route="GET /jobs/{id}", status_code=404)
    found = violations(response)
    assert_type(found, list[Violation])
    assert_type(found[0].path, str)
    assert_type(found[0].message, str)
    assert_type(found[0].rule, str)
    assert_type(found[0].source, str)
    assert_history([response, {}], api="pinecone")
    assert_history(iter([response]), api=api)


def test_cadence(operation: Operation) -> None:
    assert_polled(operation, min_interval=2, max_interval=MINUTE, at_least=1, at_most=9)
    assert_polled(operation, not_after_done=True, honours_retry_after=True, backoff=1.5)


def test_documents() -> None:
    contract = Contract.load("openapi.yaml")
    assert_type(contract, Contract)
    assert_type(Contract.load(pathlib.Path("openapi.json")), Contract)
    assert_type(contract.unchecked_formats(), dict[str, list[str]])
    assert_type(contract.schemas, Mapping[str, Mapping[str, Any]])
    assert_type(strategies.from_schema({}, contract=contract), SearchStrategy[Any])
    assert_type(strategies.from_schema({}, contract="pinecone"), SearchStrategy[Any])
    found = strategies.payloads(contract, route="GET /jobs/{id}", status_code=404)
    assert_type(found, SearchStrategy[Any])
    assert_type(strategies.payloads(contract, "Job", content_type="a/b"), SearchStrategy[Any])
    broken = strategies.invalid_payloads(contract, route="getJob", content_type="text/plain")
    assert_type(broken, SearchStrategy[strategies.Invalid])


def test_strategies(api: Api, stub: Stub) -> None:
    assert_type(strategies.operations("pinecone", id=st.just("a")), SearchStrategy[Any])
    assert_type(strategies.lists(api, state=State.FAILED, max_items=3), SearchStrategy[Any])
    assert_type(strategies.gets(api, alphabet="abc", encoded=True), SearchStrategy[Any])
    assert_type(strategies.errors("chainloop", 404, max_length=9), SearchStrategy[Any])
    assert_type(strategies.payloads(api, "Job", unknown="case"), SearchStrategy[Any])
    assert_type(strategies.from_schema({"type": "string"}, contract=api), SearchStrategy[Any])
    invalid = strategies.invalid_payloads(api, "Job", status_code=400)
    assert_type(invalid, SearchStrategy[strategies.Invalid])
    assert_type(invalid.example().violations, tuple[tuple[str, str], ...])
    queries = strategies.list_queries(api, valid=False, readings=stub.readings)
    assert_type(queries, SearchStrategy[strategies.ListQuery])
    assert_type(queries.example().params, dict[str, str])
    lives = strategies.lifecycles(states=[State.RUNNING], max_duration=60, polls=False)
    assert_type(lives, SearchStrategy[Lifecycle])
    histories = strategies.histories("pinecone", lifecycle=lives, file_id=st.text())
    assert_type(histories, SearchStrategy[list[Any]])


def test_errors(
    usage: InvalidArgument,
    unmatched: UnmatchedRequests,
    conformance: ConformanceError,
    cadence: CadenceError,
    contract: ContractError,
) -> None:
    assert_type(usage.choices, tuple[str, ...])
    assert_type(unmatched.requests, tuple[Request, ...])
    assert_type(conformance.violations, tuple[Violation, ...])
    assert_type(contract.line, int | None)
    errors: list[AsyncOpsError] = [usage, contract, MockClosed(), NetworkBlocked("")]
    errors += [unmatched, conformance, cadence]
    failures: list[AssertionError] = [unmatched, conformance, cadence]
    value_error: ValueError = usage
    print(errors, failures, value_error)


def test_mocked(api: Api) -> None:
    with mocked(clock="manual", chainloop_page_base="one") as mock:
        assert_type(mock, AsyncOpsMock)
    with mocked(
        apis=["chainloop", api], base_urls={"jobs": {"main": "http://localhost:1"}}
    ) as mock:
        assert_type(mock, AsyncOpsMock)
    with mocked(apis=[api], jobs_page_size=3, patience=MINUTE) as mock:
        assert_type(mock, AsyncOpsMock)
    with mocked(**Settings(epoch="now", pinecone_retention=60)) as mock:
        assert_type(mock, AsyncOpsMock)


async def test_mocked_in_other_ways() -> None:
    @mocked(clock="manual")
    def plain(one: int, *, two: str) -> bytes:
        return bytes(one) + two.encode()

    @mocked(apis=["chainloop"])
    async def later(one: int) -> str:
        return str(one)

    assert_type(plain(1, two="x"), bytes)
    assert_type(await later(1), str)
    async with mocked() as mock:
        assert_type(mock, AsyncOpsMock)


@pytest.mark.asyncops(
    **Settings(clock="manual", apis=["pinecone"], contract=Path("openapi.yaml")), jobs_page_size=3
)
def test_the_marker() -> None:
    settings: Settings = {"network": "block", "max_real_wait": 0.5}
    pytest.mark.asyncops(**settings)
