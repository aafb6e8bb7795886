"""A test's mocks are known to its report: those that are open, and the latest."""

from __future__ import annotations

from pytest_asyncops import mocked
from pytest_asyncops.opened_mocks import opened


def test_those_that_are_open_and_the_latest_are_kept():
    with mocked() as outer:
        assert [*opened] == [outer._live]
        for _ in range(3):
            with mocked() as inner:
                latest = inner._live
        assert [*opened] == [outer._live, latest]


def test_without_pytest_none_is_kept(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with mocked():
        assert [*opened] == []


def test_none_is_kept_of_a_test_that_is_over(run):
    run(
        """
from pytest_asyncops import mocked

def test_fixture(asyncops_mock):
    assert get().status_code == 200

def test_block():
    with mocked():
        pass
"""
    ).assert_outcomes(passed=2)
    assert [*opened] == []
