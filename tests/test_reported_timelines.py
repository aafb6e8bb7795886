"""A failing test that used a mock shows the timeline, however it is run, and no other test does."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

TESTS = """
import unittest
from pytest_asyncops import mocked

def wait(name, timeout):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if get("/" + name).json()["operation"]["status"].endswith("COMPLETED"):
            return
        time.sleep(5)
    raise TimeoutError(f"{name} after {timeout} s")

def start(mock, running=30):
    return mock.chainloop.start(id="op-1", lifecycle=Lifecycle.succeeds(running=running)).id

def test_timeout(asyncops_mock):
    wait(start(asyncops_mock), 10)

def test_passes(asyncops_mock):
    wait(start(asyncops_mock), 60)

def test_unused(asyncops_mock):
    assert False
"""

TIMELINE = """\
10 s of the servers' time, from 2026-01-01T00:00:00Z on
  0 s        chainloop starts op-1: RUNNING 30 s, SUCCEEDED
  0 s        GET /v1/operations/op-1  200 RUNNING
             waits 5 s at {file}:18, in wait
  5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
             waits 5 s at {file}:18, in wait
at the end: op-1 is RUNNING, shown by 2 answers"""

TITLE = "asyncops timeline"


def sections(result: pytest.RunResult) -> list[str]:
    """The timelines that were printed, each on its own."""
    parts = re.split(rf"^-+ {TITLE} -+$", result.stdout.str(), flags=re.MULTILINE)[1:]
    return [re.split(r"^(?:=|_|-)+ .* (?:=|_|-)+$", part, flags=re.MULTILINE)[0].strip("\n")
            for part in parts]  # fmt: skip


def expected(result: pytest.RunResult) -> str:
    [file] = set(re.findall(r"test_\w+\.py", result.stdout.str()))
    return TIMELINE.format(file=file)


def test_a_failing_test_shows_what_happened(run):
    result = run(TESTS)
    result.assert_outcomes(failed=2, passed=1)
    assert sections(result) == [expected(result)]


@pytest.mark.parametrize("arguments", [("-q",), ("--tb=short",), ("-v",)])
def test_it_is_shown_where_pytest_shows_sections(run, arguments):
    result = run(TESTS, *arguments)
    assert sections(result) == [expected(result)]


@pytest.mark.parametrize("arguments", [("--tb=no",), ("--show-capture=no",)])
def test_it_is_not_shown_where_pytest_shows_none(run, arguments):
    assert sections(run(TESTS, *arguments)) == []


@pytest.mark.parametrize(
    ("settings", "count", "with_passing"),
    [("", 1, 1), ("timeline='always'", 1, 2), ("timeline='never'", 0, 0)],
)
def test_the_setting_decides(run, settings, count, with_passing):
    tests = f"pytestmark = pytest.mark.asyncops({settings})\n{TESTS}"
    assert len(sections(run(tests))) == count
    assert len(sections(run(tests, "-rP"))) == with_passing


def test_the_setting_of_an_ini_file(run, pytester):
    pytester.makeini("[pytest]\nasyncops_timeline = never")
    assert sections(run(TESTS)) == []


def test_in_processes_of_xdist(run):
    pytest.importorskip("xdist")
    result = run(TESTS, "-p", "xdist", "-n", "2", subprocess=True)
    assert sections(result) == [expected(result)]


def test_in_any_order(run):
    pytest.importorskip("pytest_randomly")
    result = run(TESTS, "-p", "pytest_randomly", "--randomly-seed=1")
    assert sections(result) == [expected(result)]


def test_a_test_that_is_run_again_shows_the_last_time(run, pytester):
    pytest.importorskip("pytest_rerunfailures")
    result = run(TESTS, "-p", "pytest_rerunfailures", "--reruns=2", "--junitxml=out.xml")
    assert sections(result) == [expected(result)]
    # JUnit's XML has a property once for each time that the test was run.
    assert properties(pytester)["test_timeout"][-1] == expected(result)


def properties(pytester: pytest.Pytester) -> dict[str, list[str]]:
    """The timelines in JUnit's XML, by test."""
    found: dict[str, list[str]] = {}
    for case in ElementTree.parse(pytester.path / "out.xml").iter("testcase"):
        for one in case.iter("property"):
            assert one.get("name") == TITLE
            found.setdefault(case.attrib["name"], []).append(one.attrib["value"])
    return found


def test_in_the_xml_of_junit_it_is_a_property(run, pytester):
    result = run(TESTS, "--junitxml=out.xml")
    assert properties(pytester) == {"test_timeout": [expected(result)]}


PHASES = """
@pytest.fixture
def asks(asyncops_mock):
    get()
    yield
    get("/op-1")

@pytest.fixture
def fails_before(asks):
    assert False

@pytest.fixture
def fails_after(asks):
    yield
    assert False

@pytest.fixture
def fails_quietly(asyncops_mock):
    yield
    assert False

def test_once(fails_quietly): assert get().status_code == 0
def test_before(fails_before): pass
def test_after(fails_after): pass
def test_twice(fails_after): assert False
def test_unmatched(asyncops_mock): requests.get(URL + "//")
@pytest.mark.xfail
def test_expected(asks): assert False
@pytest.mark.xfail(strict=True)
def test_unexpected(asks): pass
def test_skips(asks): pytest.skip()
"""


def test_whatever_fails(run, pytester):
    result = run(PHASES, "--junitxml=out.xml")
    result.assert_outcomes(passed=2, failed=3, errors=5, xfailed=1, skipped=1)
    told = [[*map(str.strip, section.splitlines())][1:] for section in sections(result)]
    first = "0 s    GET /v1/operations       200 no operations"
    then = "0 s    GET /v1/operations/op-1  404 operation not found"
    assert told == [
        [first.replace("     ", "")],  # before
        [first, then],  # after
        [first, then],  # twice, at its teardown
        ["0 s    GET /v1/operations//  404 matched no route: Not Found"],
        [first.replace("     ", "")],  # once, and nothing at its teardown
        [first.replace("     ", "")],  # twice
        [first.replace("     ", "")],  # unexpected
    ]
    assert {name: len(texts) for name, texts in properties(pytester).items()} == {
        "test_once": 2, "test_before": 1, "test_after": 1, "test_twice": 2, "test_unmatched": 1,
        "test_unexpected": 1,
    }  # fmt: skip


MOCKED = """
from pytest_asyncops import mocked

def test_inside():
    with mocked():
        get()
        assert False

def test_outside():
    with mocked():
        get()
    with mocked() as mock:
        mock.clock.advance(5)
    assert False

@mocked()
def test_decorated(asyncops_mock):
    get("/inner")
    assert False

def test_nothing():
    assert False
"""


def test_mocks_without_the_fixture_are_told_too(run):
    result = run(MOCKED)
    told = [re.sub(r" +", " ", section).splitlines()[1:] for section in sections(result)]
    assert [lines[0] for lines in told] == [
        " 0 s GET /v1/operations 200 no operations",
        " the test moves the clock by 5 s at test_mocks_without_the_fixture_are_told_too.py:21, "
        "in test_outside",
        " 0 s GET /v1/operations/inner 404 operation not found",
    ]  # fmt: skip


SUBTESTS = """
def test_one(subtests, asyncops_mock):
    for n in range(3):
        with subtests.test(n=n):
            get(f"/{n}")
            assert n == 1
"""


def test_subtests(run):
    own = hasattr(pytest, "Subtests")
    if not own:
        pytest.importorskip("pytest_subtests")
    result = run(SUBTESTS, *(() if own else ("-p", "pytest_subtests.plugin")))
    assert [len(section.splitlines()) for section in sections(result)] == [2, 4]


def test_no_credential_is_shown(run):
    result = run(
        """
def test_one(asyncops_mock):
    requests.get(URL + "?api_key=s3cret-t0ken", headers=BEARER)
    asyncops_mock.chainloop.refuse("s3cret-t0ken", "invalid")
    get()
    get("/s3cret-t0ken")
    assert False
""",
        "--junitxml=out.xml",
    )
    [section] = sections(result)
    assert "api_key=[hidden]" in section
    assert "401" in section
