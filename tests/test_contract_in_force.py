"""The document in force is the one that was said last and still lasts."""

from __future__ import annotations

from pytest_asyncops.contract_in_force import contract_in_force, in_force


def test_what_is_in_force():
    assert contract_in_force() is None
    with in_force("a.yaml"):
        with in_force(None):
            assert contract_in_force() is None
        assert contract_in_force() == "a.yaml"
        with in_force("b.yaml"):
            assert contract_in_force() == "b.yaml"
        assert contract_in_force() == "a.yaml"
    assert contract_in_force() is None


def test_what_ends_before_what_began_later():
    first, second = in_force("a.yaml"), in_force("a.yaml")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert contract_in_force() == "a.yaml"
    second.__exit__(None, None, None)
    assert contract_in_force() is None
