"""The fixture asyncops_server: the same mock, served, whichever way a test asks for it."""

from __future__ import annotations

import pytest

CLIENT = """
import urllib.request
import pytest
from pytest_asyncops import Lifecycle

def ask(stub, operation):
    request = urllib.request.Request(
        f"{stub.base_url}/v1/operations/{operation.id}", headers={"Authorization": "Bearer t"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()
"""


@pytest.fixture(autouse=True)
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed beside is not to say a word."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(CLIENT + test)
    return pytester.runpytest("-p", "asyncops", "-p", "no:cacheprovider", *options)


def test_each_test_has_a_server_of_its_own(pytester):
    result = run(
        pytester,
        """
urls = set()

@pytest.mark.parametrize("number", range(3))
def test_it(asyncops_server, number):
    stub = asyncops_server.chainloop
    assert b"RUNNING" in ask(stub, stub.start())
    assert len(asyncops_server.calls) == 1
    assert stub.base_url not in urls
    urls.add(stub.base_url)
    assert stub.base_url.startswith("http://127.0.0.1:")

def test_the_other_fixture_is_served_no_more(asyncops_mock):
    assert asyncops_mock.chainloop.base_url not in urls
    assert asyncops_mock.chainloop.base_url.startswith("https://")
""",
    )
    result.assert_outcomes(passed=4)


def test_both_fixtures_are_one_mock_that_is_served(pytester):
    result = run(
        pytester,
        """
def test_it(asyncops_mock, asyncops_server):
    assert asyncops_mock is asyncops_server
    assert asyncops_mock.chainloop.base_url.startswith("http://127.0.0.1:")
""",
    )
    result.assert_outcomes(passed=1)


def test_it_is_asked_for_by_name_while_the_test_runs(pytester):
    result = run(
        pytester,
        """
@pytest.fixture
def served(request):
    return request.getfixturevalue("asyncops_server")

@pytest.mark.parametrize("number", range(2))
def test_it(served, number):
    assert b"RUNNING" in ask(served.chainloop, served.chainloop.start())

@pytest.fixture(scope="module")
def wide(request):
    return request.getfixturevalue("asyncops_server")

@pytest.mark.parametrize("number", range(2))
def test_wide(wide, number):
    assert b"RUNNING" in ask(wide.chainloop, wide.chainloop.start())
""",
    )
    result.assert_outcomes(passed=4)


def test_it_is_asked_for_when_the_mock_is_open_without_a_server(pytester):
    result = run(
        pytester,
        """
def test_it(asyncops_mock, request):
    request.getfixturevalue("asyncops_server")
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*asyncops_server was requested after asyncops_mock had opened*"])


def test_settings_reach_it(pytester):
    pytester.makeini("[pytest]\nasyncops_transport = httpx\nasyncops_skip_idle = true")
    result = run(
        pytester,
        """
@pytest.mark.asyncops(apis=["chainloop"])
def test_it(asyncops_server):
    stub = asyncops_server.chainloop
    started = stub.start(lifecycle=Lifecycle.succeeds(pending=60, running=60))
    words = [ask(stub, started) for _ in range(5)]
    assert b"PENDING" in words[1] and b"RUNNING" in words[3] and b"COMPLETED" in words[4]

@pytest.mark.asyncops(transport="server")
def test_the_same_transport(asyncops_server):
    pass
""",
    )
    result.assert_outcomes(passed=2)


def test_a_mark_asks_for_another_transport(pytester):
    result = run(
        pytester,
        """
@pytest.mark.asyncops(transport="httpx")
def test_it(asyncops_server):
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*transport='httpx' contradicts asyncops_server*"])


def test_settings_without_a_mock_are_refused_and_with_a_server_are_not(pytester):
    result = run(
        pytester,
        """
@pytest.mark.asyncops(skip_idle=True)
def test_it(asyncops_server):
    pass
""",
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(("module", "mark"), [("h11", "clock='manual'"), ("trustme", "tls=True")])
def test_an_extra_that_is_missing_is_named(pytester, monkeypatch, module, mark):
    pytester.makeconftest(
        f"import sys\nsys.modules[{module!r}] = None\n"
        "for name in list(sys.modules):\n"
        "    if name.startswith('pytest_asyncops.loopback'):\n"
        "        del sys.modules[name]\n"
    )
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.asyncops({mark})\ndef test_it(asyncops_server):\n    pass\n"
    )
    result = pytester.runpytest_subprocess("-p", "asyncops", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"*needs {module}, which is not installed: *pip install 'pytest-asyncops?server?'"]
    )


def test_an_error_of_an_endpoint_is_an_error_of_the_test(pytester):
    result = run(
        pytester,
        """
import urllib.error

@pytest.mark.asyncops(apis=["chainloop"])
def test_it(asyncops_server):
    stub = asyncops_server.chainloop
    stub.answer_late(lambda request: 1 // 0)
    with pytest.raises(urllib.error.HTTPError, match="500"):
        ask(stub, stub.start())
""",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])


def test_an_api_of_the_project_is_served_too(pytester):
    pytester.makeconftest(
        """
import dataclasses
from pytest_asyncops.apis.chainloop import CHAINLOOP

def pytest_asyncops_apis(config):
    return dataclasses.replace(CHAINLOOP, name="jobs", base_url="https://jobs.example")
"""
    )
    result = run(
        pytester,
        """
def test_it(asyncops_server):
    assert asyncops_server.jobs.base_url.startswith("http://127.0.0.1:")
    assert b"RUNNING" in ask(asyncops_server.jobs, asyncops_server.jobs.start())
""",
    )
    result.assert_outcomes(passed=1)
