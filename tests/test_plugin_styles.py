"""The fixture in tests of every style: Hypothesis, classes, unittest, doctests, xdist."""

from __future__ import annotations

import sys

import pytest

# --- Hypothesis

GIVEN = """
from hypothesis import given, settings, strategies as st, HealthCheck

settings.register_profile("here", deadline=None, max_examples=20, derandomize=True, database=None)
settings.load_profile("here")
"""
HYPOTHESIS = ("-p", "hypothesispytest")


def test_each_example_starts_from_what_the_fixtures_left(run):
    run(
        GIVEN
        + """
@pytest.fixture(autouse=True)
def prepared(request):
    if request.function.__name__ == "test_one":
        prepare(request.getfixturevalue("asyncops_mock"))

def prepare(asyncops_mock):
    asyncops_mock.chainloop.start(id="moved", lifecycle=Lifecycle.manual()).run()
    asyncops_mock.chainloop.start(id="timed", lifecycle=Lifecycle.succeeds(running=100))
    asyncops_mock.chainloop.refuse("bad")
    asyncops_mock.pinecone.add_assistant("docs")
    time.sleep(7)
    assert get("/moved").status_code == 200

examples = []

@given(st.integers(0, 3))
def test_one(asyncops_mock, n):
    stub = asyncops_mock.chainloop
    prepared = stub.operations["moved"]
    assert set(stub.operations) == {"moved", "timed"}
    assert (prepared.state, prepared.polls) == (State.RUNNING, 1)
    assert asyncops_mock.clock.elapsed.total_seconds() == 7
    assert len(asyncops_mock.calls) == len(stub.calls) == 1
    listed = get().json()
    assert listed["pagination"]["total_count"] == 2
    assert listed["operations"][0]["status"] == "ASYNC_OPERATION_STATUS_RUNNING"
    # All of this is to be undone.
    assert stub.start().id.endswith("-000000000003")
    prepared.fail("boom")
    for _ in range(n):
        get("/moved")
    stub.refuse("s3cret-t0ken")
    assert get().status_code == 403
    asyncops_mock.pinecone.add_assistant("more")
    time.sleep(1000)
    assert stub.operations["timed"].state is State.SUCCEEDED
    examples.append(n)

def test_two(asyncops_mock):
    assert set(examples) == {0, 1, 2, 3}
    assert dict(asyncops_mock.chainloop.operations) == {}
    assert asyncops_mock.clock.elapsed.total_seconds() == 0

class TestClass:
    @given(n=st.integers(0, 3))
    def test_method(self, n, asyncops_mock):
        assert len(asyncops_mock.calls) == 0
        get()

@given(st.integers(0, 3))
def test_without(n):
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"

real = time.monotonic

@given(st.lists(st.integers(1, 100)))
def test_the_monotonic_clock_never_runs_back(asyncops_mock, waits):
    global last
    assert time.monotonic() >= last
    for wait in waits:
        time.sleep(wait)
    last = time.monotonic()

last = 0
""",
        *HYPOTHESIS,
    ).assert_outcomes(passed=5)


def test_a_failing_example_is_shrunk_and_reported_as_ever(run):
    result = run(
        GIVEN
        + """
@given(st.integers(0, 1000))
def test_one(asyncops_mock, seconds):
    operation = asyncops_mock.chainloop.start(id="x", lifecycle=Lifecycle.succeeds(running=77))
    time.sleep(seconds)
    assert not operation.state.done

def test_two(asyncops_mock):
    assert len(asyncops_mock.chainloop.operations) == 0
""",
        *HYPOTHESIS,
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        ["E*assert not True", "E*where State.SUCCEEDED = <Operation x SUCCEEDED, 0 polls>.state"]
    )
    result.stdout.no_fnmatch_line("*plugin.py*")  # no frame of this package


def test_an_example_may_reset_and_the_next_starts_from_what_the_fixtures_left(run):
    run(
        GIVEN
        + """
@pytest.fixture(autouse=True)
def started(asyncops_mock):
    operation = asyncops_mock.chainloop.start(id="fixtures", lifecycle=Lifecycle.manual())
    operation.run(percent=40)
    assert get("/fixtures").status_code == 200
    return operation

@given(starts=st.integers(0, 2))
def test_one(started, asyncops_mock, starts):
    stub = asyncops_mock.chainloop
    assert list(stub.operations.values()) == [started]
    assert (started.state, started.percent, started.polls) == (State.RUNNING, 40, 1)
    assert get("/fixtures").status_code == 200
    asyncops_mock.reset()
    assert get("/fixtures").status_code == 404
    stub.start_many(starts, id="examples-{}".format)
    assert get().json()["pagination"]["total_count"] == starts
"""
    ).assert_outcomes(passed=1)


def test_examples_may_ask_for_the_mock_by_getfixturevalue(run):
    run(
        GIVEN
        + """
seen = []

@given(n=st.integers(0, 3))
def test_in_the_body(request, n):
    mock = request.getfixturevalue("asyncops_mock")
    assert (len(mock.calls), len(mock.chainloop.operations)) == (0, 0)
    assert mock.clock.elapsed.total_seconds() == 0
    mock.chainloop.start()
    get()
    time.sleep(n)
    seen.append(n)

@pytest.fixture
def prepared(request):
    mock = request.getfixturevalue("asyncops_mock")
    mock.chainloop.start(id="prepared")
    return mock

@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.integers(0, 3))
def test_in_a_fixture(prepared, n):
    assert list(prepared.chainloop.operations) == ["prepared"]
    prepared.chainloop.start()

@given(n=st.integers(0, 3))
def test_never(request, n):
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"

def test_all():
    assert set(seen) == {0, 1, 2, 3}
""",
        *HYPOTHESIS,
    ).assert_outcomes(passed=4)


def test_unmatched_requests_of_an_example_are_reported_once_at_the_end(run):
    result = run(
        GIVEN
        + """
@given(st.just(1))
def test_one(asyncops_mock, n):
    get("/a/b")
""",
        *HYPOTHESIS,
    )
    result.assert_outcomes(passed=1, errors=1)
    assert result.reports.lines("test_one", "teardown")[0] == (
        "1 request reached a stub and matched no route:"
    )


def test_the_inner_test_is_put_back(run):
    run(
        GIVEN
        + """
@given(st.just(1))
def test_one(asyncops_mock, n):
    pass

inner = test_one.hypothesis.inner_test

@given(st.just(1))
def test_error(asyncops_mock, n):
    assert 0

inner_error = test_error.hypothesis.inner_test

def test_two():
    assert test_one.hypothesis.inner_test is inner
    assert test_error.hypothesis.inner_test is inner_error
""",
        *HYPOTHESIS,
    ).assert_outcomes(passed=2, failed=1)


# --- styles


def test_classes_and_unittest(run):
    run(
        """
import unittest

class TestPlain:
    def setup_method(self):
        self.code = get().status_code

    def test_one(self, asyncops_mock):
        assert self.code == 200
        assert len(asyncops_mock.calls) == 1

@pytest.mark.usefixtures("asyncops_mock")
class TestUses(unittest.TestCase):
    def setUp(self):
        self.code = get().status_code

    def test_one(self):
        time.sleep(10_000)
        self.assertEqual(self.code, 200)

class TestAutouse(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _keep(self, asyncops_mock):
        self.mock = asyncops_mock

    @pytest.mark.asyncops(clock="manual")
    def test_one(self):
        self.mock.chainloop.start(id="x")
        self.mock.clock.advance(10)
        self.assertEqual(get("/x").json()["operation"]["finished_at"], "2026-01-01T00:00:10Z")

    def test_two(self):
        self.assertEqual(dict(self.mock.chainloop.operations), {})
        self.assertEqual(self.mock.clock.elapsed.total_seconds(), 0)
"""
    ).assert_outcomes(passed=4)


def test_the_responses_decorator_on_a_test(run):
    run(
        """
import responses

@responses.activate
def test_one(asyncops_mock):
    responses.get("https://other.example/", status=418)
    assert requests.get("https://other.example/").status_code == 418
    assert get().status_code == 200

def test_two(asyncops_mock):
    assert get().status_code == 200
"""
    ).assert_outcomes(passed=2)


def test_doctests_and_other_items_are_left_alone(run, pytester):
    pytester.makefile(".txt", test_doc=">>> 1 + 1\n2\n")
    run("def test_one(asyncops_mock): pass", "--doctest-glob=*.txt").assert_outcomes(passed=2)


def test_under_xdist(run):
    pytest.importorskip("xdist")
    result = run(
        """
@pytest.mark.parametrize("n", range(6))
def test_one(asyncops_mock, n):
    assert asyncops_mock.chainloop.start().id.endswith("-000000000001")
    time.sleep(100)
    assert asyncops_mock.clock.elapsed.total_seconds() == 100

@pytest.mark.asyncops(clock="vitual")
def test_bad(asyncops_mock):
    pass
""",
        "-p",
        "xdist",
        "-n",
        "2",
        subprocess=True,
    )
    result.assert_outcomes(passed=6, errors=1)
    assert any(line.startswith("unknown clock 'vitual'.") for line in result.outlines)


def test_assertions_of_this_test_run_see_the_installed_plugin():
    assert "pytest_asyncops.plugin" in sys.modules
