"""What the SDK keeps for the process is forgotten when a mock opens, starts over and closes."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from pytest_asyncops import mocked

MODULES = {
    "pinecone._internal.http_client": "get_budget_registry",
    "pinecone._internal.bulk.registry": "get_registry",
}


@pytest.fixture(params=MODULES)
def resets(request, monkeypatch):
    done = []
    for module in MODULES:
        monkeypatch.delitem(sys.modules, module, raising=False)
    keeper = SimpleNamespace(_reset=lambda: done.append(request.param))
    module = SimpleNamespace(**{MODULES[request.param]: lambda: keeper})
    monkeypatch.setitem(sys.modules, request.param, module)
    return done


def test_it_is_forgotten_at_the_beginning_and_at_the_end(resets):
    with mocked() as mock:
        assert len(resets) == 1
        mock.reset()
        assert len(resets) == 2
    assert len(resets) == 3


def test_a_mock_without_pinecone_leaves_it_alone(resets):
    with mocked(apis=["chainloop"]):
        pass
    assert resets == []


@pytest.mark.parametrize(
    "module",
    [
        SimpleNamespace(),
        SimpleNamespace(get_registry=None),
        SimpleNamespace(get_registry=lambda: None),
        SimpleNamespace(get_registry=lambda: SimpleNamespace(_reset=None)),
    ],
)
def test_a_version_that_keeps_nothing(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "pinecone._internal.bulk.registry", module)
    with mocked():
        pass


def test_it_is_not_imported():
    before = [name for name in sys.modules if name.startswith("pinecone")]
    with mocked():
        pass
    assert [name for name in sys.modules if name.startswith("pinecone")] == before
