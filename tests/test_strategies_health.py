"""At default settings no health check fires, and nothing is drawn to be thrown away."""

from __future__ import annotations

import re

TESTS = """
from hypothesis import given, settings

from pytest_asyncops import State, strategies as s

STRATEGIES = {
    "operations": s.operations("chainloop"),
    "operations with options": s.operations(
        "pinecone", extra="sometimes", unknown="sometimes", alphabet="abc", max_length=3
    ),
    "failures": s.operations("pinecone", state=State.FAILED),
    "lists": s.lists("chainloop"),
    "lists with tokens": s.lists("pinecone"),
    "gets": s.gets("chainloop", profile="gateway_camel"),
    "bytes": s.gets("pinecone", wire=True, deviations=True),
    "errors": s.errors("chainloop"),
    "payloads": s.payloads("chainloop", "v1AsyncOperationsServiceListOperationsResponse"),
    "errors of any kind": s.payloads("pinecone", "ErrorResponse"),
    "invalid payloads": s.invalid_payloads("pinecone", "OperationList"),
    "queries": s.list_queries("chainloop"),
    "bad queries": s.list_queries("pinecone", valid=False),
    "lifecycles": s.lifecycles(),
    "histories": s.histories("chainloop"),
    "unique items": s.from_schema(
        {"type": "array", "uniqueItems": True, "items": {"type": "string"}, "minItems": 1}
    ),
    "unique words": s.from_schema(
        {"type": "array", "uniqueItems": True, "items": {"enum": [1, 2, 3]}, "minItems": 3}
    ),
    "patterns": s.from_schema({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}),
}


def a_test_of(values):
    @settings(max_examples=100, database=None, deadline=None)
    @given(values)
    def test(value):
        pass

    return test


for number, values in enumerate(STRATEGIES.values()):
    globals()[f"test_{number}"] = a_test_of(values)
"""


def test_nothing_is_filtered_and_no_health_check_fires(pytester):
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess(
        "--hypothesis-show-statistics", "-p", "no:xdist", "-p", "no:asyncio"
    )
    result.assert_outcomes(passed=18)
    text = result.stdout.str()
    counts = [int(count) for count in re.findall(r"(\d+) passing", text)]
    assert len(counts) == 18
    assert sum(counts) >= 1_000
    # Hypothesis names every `.filter` that had to draw again.
    assert "Retried draw" not in text
