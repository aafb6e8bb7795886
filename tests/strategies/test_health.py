"""At default settings no health check fires, and nothing is drawn to be thrown away."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import pytest_asyncops
from pytest_asyncops import State
from pytest_asyncops import strategies as s

STRATEGIES = {
    "operations": s.operations("chainloop"),
    "operations with options": s.operations(
        "pinecone", extra="sometimes", unknown="sometimes", alphabet="abc", max_length=3
    ),
    "failures": s.operations("pinecone", state=State.FAILED),
    "lists": s.lists("chainloop"),
    "lists with tokens": s.lists("pinecone"),
    "gets": s.gets("chainloop", profile="gateway_camel"),
    "bytes": s.gets("pinecone", encoded=True, deviations=True),
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

MODULES = sorted(Path(pytest_asyncops.__file__).parent.glob("strategies/**/*.py"))


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_health_check_fires_and_what_is_begun_is_ended(name):
    begun, ended = [], []

    @st.composite
    def counted(draw):
        begun.append(name)
        return draw(STRATEGIES[name])

    @settings(max_examples=100, database=None, deadline=None, phases=[Phase.generate])
    @given(counted())
    def test(value):
        ended.append(name)

    test()
    # Hypothesis itself breaks off what gets too large, now and then.
    assert len(begun) - len(ended) <= 30
    assert len(ended) >= MANY.get(name, 100)


MANY = {"unique words": 6}
"""How many values there are, where they are few."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_nothing_is_filtered(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"filter", "assume", "reject"}
