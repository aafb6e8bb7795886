"""An example starts from what the fixtures left, and the last one is what is reported."""

from __future__ import annotations

import re

import pytest

PROPERTY = """
from hypothesis import given, settings, strategies as st

ON = settings(database=None, derandomize=True, deadline=None, max_examples=50)

@pytest.fixture
def operation(asyncops_mock):
    life = Lifecycle.succeeds(running=100)
    operation = asyncops_mock.chainloop.start(id="op-1", lifecycle=life)
    yield operation
    print("at the end", asyncops_mock.calls.total)

def wait(every):
    for _ in range(4):
        if get("/op-1").json()["operation"]["status"].endswith("COMPLETED"):
            return
        time.sleep(every)
    raise TimeoutError

@ON
@given(every=st.integers(0, 100))
def test_fails(asyncops_mock, operation, every):
    assert operation.polls == 0
    wait(every)

@ON
@given(every=st.integers(50, 60))
def test_passes(asyncops_mock, operation, every):
    wait(every)
"""


def test_what_is_printed_of_an_example_is_how_it_starts(run):
    result = run(PROPERTY, "-s")
    result.assert_outcomes(passed=1, failed=1)
    lines = result.reports.errors("test_fails")
    assert [line for line in lines if line.endswith(",")] == [
        "asyncops_mock=<AsyncOpsMock <ChainloopStub of chainloop at "
        "https://api.app.chainloop.dev, 1 operation, 0 calls>, "
        "<VirtualClock 2026-01-01T00:00:00Z, 0 s on>>,",
        "operation=<Operation op-1 RUNNING, 0 polls>,",
        "every=0,",
    ]


def test_what_is_reported_is_the_last_example(run):
    result = run(PROPERTY, "-s")
    shown = result.stdout.str()
    assert shown.count("asyncops timeline") == 1
    assert len(re.findall(r"^ +0 s .* GET /v1/operations/op-1 ", shown, re.MULTILINE)) == 4
    # So do the fixtures find it.
    assert re.findall(r"at the end (\d+)", shown) == ["4", "3"]


LOOPS = "asyncio_default_fixture_loop_scope=function"

ASYNC = """
import asyncio
from hypothesis import given, settings, strategies as st

@pytest.mark.asyncio
@settings(database=None, deadline=None, max_examples=20)
@given(n=st.integers(0, 100))
async def test_one(asyncops_mock, n):
    assert asyncops_mock.calls.total == 0
    get()
    await asyncio.sleep(5)
    assert n < 50
"""


def test_of_asyncio_too(run):
    pytest.importorskip("pytest_asyncio")
    result = run(ASYNC, "-p", "pytest_asyncio.plugin", "-o", LOOPS)
    result.assert_outcomes(failed=1)
    errors = result.reports.errors("test_one")
    assert any("VirtualClock 2026-01-01T00:00:00Z, 0 s on" in line for line in errors)
    assert "waits 5 s at test_of_asyncio_too.py:19, in test_one" in result.stdout.str()


ASKING = """
from hypothesis import given, settings, strategies as st

@settings(database=None, deadline=None, max_examples=20)
@given(n=st.integers(0, 100))
def test_one(request, n):
    mock = request.getfixturevalue("asyncops_mock")
    assert mock.calls.total == 0
    get()
    assert n < 50

@settings(database=None, deadline=None, max_examples=20)
@given(n=st.integers(0, 100))
def test_two(request, n):
    pass
"""


def test_a_mock_that_an_example_has_opened(run):
    result = run(ASKING)
    result.assert_outcomes(passed=1, failed=1)
    assert "0 s    GET /v1/operations  200 no operations" in result.stdout.str()


def test_an_explanation_has_no_line_of_this_package(run):
    result = run(PROPERTY)
    notes = [line for line in result.reports.errors("test_fails") if "pytest_asyncops" in line]
    assert notes == []
