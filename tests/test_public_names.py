"""The public names: those that others build on, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import requests
from support.toy_api import toy

import pytest_asyncops
from pytest_asyncops import apis, mocked, strategies

NAMES = {
    pytest_asyncops: """
        Answered Api AsyncOpsError AsyncOpsMock CadenceError Call Calls ChainloopStub Changed
        ConformanceError Contract ContractError Event Field ForkedRequestsWarning InvalidArgument
        LeftoverWorkWarning Lifecycle MockClosed MockedWarning Moved NetworkBlocked Operation
        OwnState PatienceWarning PineconeStub Plan PollerHangs Polls Progress Settings Started State
        Step Stub TakenRequestsWarning Timeline UnknownVersionWarning UnmatchedRequests UnusedPlans
        Violation VirtualClock Waited assert_conforms
        assert_history assert_polled faults mocked polls strategies violations
        """,
    apis: """
        ANSWER_READINGS Absent AnyState Api Break ByFunction Checking Constraint ErrorResponse
        Exchange Field Fixed GenerationHints HTTP_DATES HistorySchema Needed Never NotAMember
        NumberedPages Operation Ordered OwnMembers Paths Present Queries Render Request Response
        Route Rule RuleEdit SameAsStatus Serving Setting Snapshot TimeForm TokenPages
        UNIX_MILLISECONDS UNIX_SECONDS http_date json_response position_after rfc3339
        unix_milliseconds unix_seconds window
        """,
    strategies: """
        Invalid ListQuery errors from_schema gets histories invalid_payloads lifecycles
        list_queries lists operations payloads
        """,
}


@pytest.mark.parametrize("module", NAMES, ids=lambda module: module.__name__)
def test_exported_names(module):
    assert sorted(module.__all__) == NAMES[module].split()
    assert all(hasattr(module, name) for name in module.__all__)


ATTRIBUTES = {
    "mock": "ca_file calls chainloop clock pinecone reset stubs timeline",
    "stub": """
        add_parent answer_late api base_url base_urls calls inject limit_rate operations plan
        readings refuse start start_many
        """,
    "operation": """
        calls cancel created_ns fail fields id lifecycle move_to percent polls purge run state
        succeed
        """,
    "clock": "advance advance_to elapsed now real",
    "calls": "count dropped index total",
    "call": "at at_ns operation_id operations request response states",
}
"""What completion shows of the objects that a test works with."""
ATTRIBUTES["chainloop"] = ATTRIBUTES["stub"]
ATTRIBUTES["pinecone"] = f"add_assistant {ATTRIBUTES['stub']}"


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes(name):
    with mocked(apis=["chainloop", "pinecone", toy()]) as mock:
        operation = mock.chainloop.start()
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
        shown = {
            "mock": mock,
            "stub": mock.stubs["toy"],
            "operation": operation,
            "clock": mock.clock,
            "calls": mock.calls,
            "call": mock.calls[0],
            "chainloop": mock.chainloop,
            "pinecone": mock.pinecone,
        }[name]
    public = [attribute for attribute in dir(shown) if not attribute.startswith("_")]
    assert public == ATTRIBUTES[name].split()


BUILT_IN = sorted(Path(apis.__file__).parent.glob("*_*.py")) + [
    Path(apis.__file__).with_name(f"{name}.py") for name in ("chainloop", "gateway", "pinecone")
]
INTERNAL = {"CHAINLOOP", "PINECONE", "explained", "hides_usage_errors"}
"""The readings stand where pytest finds them without importing more; the others are about
mistakes in calls."""


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_the_built_in_apis_are_made_of_public_names(path):
    public = {*pytest_asyncops.__all__, *apis.__all__}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            assert {alias.name for alias in node.names} <= public | INTERNAL
