"""The plugin: fixture, marker and ini options; what fails, says why; nothing leaks."""

from __future__ import annotations

import sys
import time

import pytest
import requests
import responses  # noqa: F401 - imported here, or else each run below imports it anew
import time_machine  # noqa: F401

import pytest_asyncops.transports.responses  # noqa: F401

HELP = """
import time, pytest, requests
from pytest_asyncops import Lifecycle, State

URL = "https://api.app.chainloop.dev/v1/operations"
BEARER = {"Authorization": "Bearer s3cret-t0ken"}

def get(path=""):
    return requests.get(URL + path, headers=BEARER)
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest over a test file, and checks that nothing of it stays behind."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Other plugins take their time to load; a run has what it names.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    before = (requests.adapters.HTTPAdapter.send, time.sleep, time.monotonic)

    def run(body: str, *arguments: str, subprocess: bool = False, conftest: str = ""):
        pytester.makepyfile(HELP + body)
        if conftest:
            pytester.makeconftest(conftest)
        arguments = ("-p", "asyncops", "-p", "no:cacheprovider", *arguments)
        if subprocess:
            return pytester.runpytest_subprocess(*arguments)
        result = pytester.runpytest_inprocess(*arguments, no_reraise_ctrlc=True)
        assert (requests.adapters.HTTPAdapter.send, time.sleep, time.monotonic) == before
        return result

    return run


def errors(result) -> list[str]:
    """The lines of the output that pytest marks as errors."""
    return [line for line in result.outlines if line.startswith("E ")]


def section(result, begin: str) -> list[str]:
    """The lines below this headline, up to the next one."""
    start = next(i for i, line in enumerate(result.outlines) if line.strip("_= ") == begin)
    lines = []
    for line in result.outlines[start + 1 :]:
        if line.startswith(("___", "===")):
            break
        lines.append(line)
    return lines


# --- fixture


def test_the_fixture_has_both_apis_live_and_is_new_for_each_test(run):
    run(
        """
@pytest.mark.parametrize("again", [1, 2])
def test_polls(asyncops_mock, again):
    assert asyncops_mock.clock.elapsed.total_seconds() == 0
    assert list(asyncops_mock.calls) == []
    operation = asyncops_mock.chainloop.start(id="x")
    while get("/x").json()["operation"]["status"] != "ASYNC_OPERATION_STATUS_COMPLETED":
        time.sleep(5)
    assert operation.polls == 3
    assert asyncops_mock.clock.elapsed.total_seconds() == 10

def test_the_other_api(asyncops_mock):
    stub = asyncops_mock.pinecone
    operation = stub.start(assistant_name="docs")
    headers = {"Api-Key": "k", "X-Pinecone-Api-Version": "2026-04"}
    answer = requests.get(f"{stub.base_url}/operations/docs/{operation.id}", headers=headers)
    assert answer.json()["status"] == "Processing"

real = (requests.adapters.HTTPAdapter.send, time.sleep)

def test_without_the_fixture_all_is_as_ever():
    assert (requests.adapters.HTTPAdapter.send, time.sleep) == real
"""
    ).assert_outcomes(passed=4)


def test_the_fixture_is_listed_with_its_docstring(run):
    result = run("", "--fixtures")
    result.stdout.fnmatch_lines(
        [
            "asyncops_mock [[]session scope[]] -- *plugin.py:*",
            "    Chainloop Platform and Pinecone Assistant, stubbed; operations go as the test *",
        ]
    )


def test_the_marker_is_listed(run):
    run("", "--markers").stdout.fnmatch_lines(
        [
            "@pytest.mark.asyncops(*settings): settings of asyncops_mock for this test; "
            "the closest mark wins, setting by setting."
        ]
    )


def test_the_ini_options_are_listed_with_their_reasons(run):
    run("", "--help").stdout.fnmatch_lines(
        ["  asyncops_clock (string):*", "  asyncops_pinecone_retention (string):*"]
    )


def test_the_mock_is_open_before_any_fixture_and_until_after_the_last(run):
    run(
        """
@pytest.fixture(autouse=True)
def around(asyncops_mock):
    asyncops_mock.chainloop.start(id="before")
    yield
    time.sleep(3600)
    assert get("/before").json()["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED"

@pytest.fixture
def first():
    # It does not name the mock, and yet its requests are the stub's.
    assert get().status_code == 200
    yield
    assert get().status_code == 200

def test_one(first, asyncops_mock):
    assert set(asyncops_mock.chainloop.operations) == {"before"}

def test_two(asyncops_mock):
    assert len(asyncops_mock.calls) == 0
"""
    ).assert_outcomes(passed=2)


def test_usefixtures_names_it_too(run):
    run(
        """
@pytest.mark.usefixtures("asyncops_mock")
def test_one():
    assert get().status_code == 200
"""
    ).assert_outcomes(passed=1)


def test_a_fixture_of_wider_scope_may_keep_the_handle(run):
    run(
        """
@pytest.fixture(scope="session")
def chainloop(asyncops_mock):
    return lambda: asyncops_mock.chainloop

def test_one(chainloop):
    chainloop().start(id="x")

def test_two(chainloop):
    assert dict(chainloop().operations) == {}
"""
    ).assert_outcomes(passed=2)


def test_asking_by_getfixturevalue_alone_gives_the_clear_error(run):
    result = run(
        """
def test_one(request):
    mock = request.getfixturevalue("asyncops_mock")
    assert repr(mock) == "<AsyncOpsMock, closed>"
    mock.chainloop.start()
"""
    )
    result.assert_outcomes(failed=1)
    assert errors(result) == [
        "E       pytest_asyncops.errors.MockClosed: asyncops_mock is not live here. Name it in the "
        "arguments of the test, or in @pytest.mark.usefixtures('asyncops_mock'), and use it while "
        "the test runs. Elsewhere: with pytest_asyncops.mocked() as mock."
    ]
    # Shown where the user made the mistake.
    assert ">       mock.chainloop.start()" in result.outlines
    assert not [line for line in result.outlines if "mocking.py" in line]


def test_getfixturevalue_of_a_name_that_the_test_has(run):
    run(
        """
def test_one(request, asyncops_mock):
    assert request.getfixturevalue("asyncops_mock") is asyncops_mock
    asyncops_mock.chainloop.start()
"""
    ).assert_outcomes(passed=1)


# --- settings


def test_the_closest_mark_wins_setting_by_setting(run, pytester):
    pytester.makeini("[pytest]\nasyncops_clock = manual\nasyncops_chainloop_order = oldest\n")
    run(
        """
pytestmark = pytest.mark.asyncops(chainloop_wire="gateway", chainloop_page_base="one")

@pytest.mark.asyncops(chainloop_wire="gateway_camel")
class TestMarks:
    def seen(self, mock):
        readings = mock.chainloop.readings
        real = type(time.sleep).__name__ == "builtin_function_or_method"
        return [readings[name] for name in ("wire", "page_base", "order")] + [real]

    def test_class(self, asyncops_mock):
        assert self.seen(asyncops_mock) == ["gateway_camel", "one", "oldest", True]

    @pytest.mark.asyncops(clock="virtual")
    @pytest.mark.asyncops(chainloop_wire="contract", clock="real")
    def test_function(self, asyncops_mock):
        # Of two marks on one function the lower one is the closer one.
        assert self.seen(asyncops_mock) == ["contract", "one", "oldest", True]

    @pytest.mark.asyncops(chainloop_order="newest", clock="virtual")
    def test_more(self, asyncops_mock):
        assert self.seen(asyncops_mock) == ["gateway_camel", "one", "newest", False]

def test_module(asyncops_mock):
    readings = asyncops_mock.chainloop.readings
    assert [readings[name] for name in ("wire", "page_base")] == ["gateway", "one"]
"""
    ).assert_outcomes(passed=4)


def test_ini_options_of_every_kind(run, pytester):
    pytester.makeini(
        """
[pytest]
asyncops_apis = chainloop
asyncops_base_urls =
    chainloop=http://localhost:8080/base
asyncops_epoch = 2030-05-05T00:00:00Z
asyncops_network = block
asyncops_unmatched = answer
asyncops_chainloop_max_page_size = 7
asyncops_pinecone_retention = 60.5
asyncops_clock =
"""
    )
    run(
        """
def test_one(asyncops_mock):
    assert list(asyncops_mock.stubs) == ["chainloop"]
    stub = asyncops_mock.chainloop
    assert stub.base_url == "http://localhost:8080/base"
    assert stub.readings["max_page_size"] == 7
    assert asyncops_mock.clock.now().year == 2030
    assert requests.get(stub.base_url + "/v2").status_code == 404
    time.sleep(3600)
    assert asyncops_mock.clock.elapsed.total_seconds() == 3600
"""
    ).assert_outcomes(passed=1)


BAD_SETTINGS = [
    (
        "clok='real'",
        "unknown setting 'clok'. Did you mean 'clock'? Choose 'transport', 'clock', 'apis', "
        "'base_urls', 'epoch', 'network', 'unmatched', 'max_polls_at_once', "
        "'max_polls_per_operation', 'max_polls_unchanged', 'max_virtual_time', "
        "'chainloop_page_base', "
        "'chainloop_default_page_size', 'chainloop_max_page_size', 'chainloop_negative_page', "
        "'chainloop_order', 'chainloop_wire', 'chainloop_purged', 'pinecone_version_header', "
        "'pinecone_versions', 'pinecone_bad_filter', 'pinecone_bad_limit', "
        "'pinecone_default_limit', 'pinecone_bad_token', 'pinecone_order' or "
        "'pinecone_retention'.",
    ),
    (
        "clock='vitual'",
        "unknown clock 'vitual'. Did you mean 'virtual'? Choose 'virtual', 'manual' or 'real'.",
    ),
    (
        "'manual'",
        "@pytest.mark.asyncops takes settings by name, not 'manual'; for example "
        "@pytest.mark.asyncops(clock='manual')",
    ),
]


@pytest.mark.parametrize(("mark", "message"), BAD_SETTINGS)
def test_a_mistake_in_a_mark_is_its_message_alone(run, mark, message):
    result = run(
        f"""
@pytest.mark.asyncops({mark})
def test_one(asyncops_mock):
    pass

def test_two(asyncops_mock):
    assert get().status_code == 200
"""
    )
    result.assert_outcomes(errors=1, passed=1)
    assert section(result, "ERROR at setup of test_one") == [message]


def test_a_mistake_in_the_ini_file(run, pytester):
    pytester.makeini("[pytest]\nasyncops_epoch = yesterday\n")
    result = run("def test_one(asyncops_mock): pass")
    result.assert_outcomes(errors=1)
    assert section(result, "ERROR at setup of test_one") == [
        "epoch must be 'now' or an instant like '2026-01-01T00:00:00Z', not 'yesterday'"
    ]


def test_an_unknown_ini_option_is_pytests_to_refuse(run, pytester):
    pytester.makeini("[pytest]\nasyncops_clok = real\n")
    result = run("def test_one(): pass", "--strict-config")
    result.stderr.fnmatch_lines(["*asyncops_clok*"])
    assert result.ret != 0


# --- what fails


def test_unmatched_requests_fail_the_test_at_its_end(run):
    result = run(
        """
def test_one(asyncops_mock):
    try:
        requests.get("https://api.app.chainloop.dev//v1/operations", headers=BEARER).json()["id"]
    except Exception:
        pass  # as pollers do
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    assert section(result, "ERROR at teardown of test_one") == [
        "1 request reached a stub and no route took it:",
        "",
        "  GET https://api.app.chainloop.dev//v1/operations",
        "  chainloop at https://api.app.chainloop.dev has these routes:",
        "    list: GET /v1/operations: the path has an empty segment (two slashes in a row): "
        "'//v1/operations'",
        "    get: GET /v1/operations/{operation_id}: the path has an empty segment (two slashes "
        "in a row): '//v1/operations'",
        "",
        "If the code under test is meant to send it, set unmatched='answer', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]


def test_a_blocked_network_fails_the_test_at_its_end(run):
    result = run(
        """
@pytest.mark.asyncops(network="block")
def test_one(asyncops_mock):
    try:
        requests.get("http://127.0.0.1:9/")
    except Exception:
        pass
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    assert section(result, "ERROR at teardown of test_one") == [
        "network='block' kept this from the network: GET http://127.0.0.1:9/. Stub the URL, or "
        "set network='pass'."
    ]


def test_a_mistake_in_start_is_shown_where_it_was_made(run):
    result = run(
        """
def test_one(asyncops_mock):
    asyncops_mock.chainloop.start(kin="x")
"""
    )
    result.assert_outcomes(failed=1)
    lines = section(result, "test_one")
    assert [line for line in lines if line.startswith(">")] == [
        '>       asyncops_mock.chainloop.start(kin="x")'
    ]
    assert errors(result) == [
        "E       pytest_asyncops.errors.InvalidArgument: unknown field of a chainloop operation "
        "'kin'. Did you mean 'kind'? Choose 'id', 'kind', 'resource_id', 'resource_type', "
        "'project_id', 'project_version_id' or 'lifecycle'."
    ]
    assert not [line for line in lines if "pytest_asyncops/" in line.replace("\\", "/")]


FAILING = """
import unittest

@pytest.fixture
def broken_setup(asyncops_mock):
    get()
    raise RuntimeError("setup")

@pytest.fixture
def broken_teardown(asyncops_mock):
    yield
    get("/a/b")
    raise RuntimeError("teardown")

def test_setup(broken_setup): pass
def test_teardown(broken_teardown): pass
def test_skip(asyncops_mock): pytest.skip("not today")
def test_fail(asyncops_mock): assert get("/a/b").status_code == 200

@pytest.mark.skip
def test_skipped(asyncops_mock): pass

@pytest.mark.xfail(strict=True)
def test_xfail(asyncops_mock): assert False

def test_missing(asyncops_mock, no_such_fixture): pass

def test_nothing_is_left(asyncops_mock):
    assert len(asyncops_mock.calls) == 0
    assert dict(asyncops_mock.chainloop.operations) == {}

def test_all_is_as_ever():
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
    assert time.sleep.__name__ == "sleep"
"""


def test_whatever_happens_everything_is_put_back(run):
    result = run(FAILING)
    result.assert_outcomes(passed=3, failed=1, errors=4, skipped=2, xfailed=1)
    # The error of the fixture comes before the request that no route took.
    teardown = section(result, "ERROR at teardown of test_teardown")
    assert [line for line in teardown if line.startswith("E ")] == [
        "E       RuntimeError: teardown"
    ]
    assert section(result, "ERROR at teardown of test_fail")[0] == (
        "1 request reached a stub and no route took it:"
    )


@pytest.mark.parametrize("where", ["setup", "call", "teardown"])
def test_an_interrupt_puts_everything_back(run, where):
    result = run(
        f"""
@pytest.fixture
def interrupts(asyncops_mock):
    if {where!r} == "setup":
        raise KeyboardInterrupt
    yield
    if {where!r} == "teardown":
        raise KeyboardInterrupt

def test_one(interrupts):
    time.sleep(100)
    if {where!r} == "call":
        raise KeyboardInterrupt
"""
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_exit_puts_everything_back(run):
    result = run(
        """
def test_one(asyncops_mock):
    time.sleep(100)
    pytest.exit("enough")
"""
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


# --- secrets


def test_no_credential_is_ever_in_a_report(run):
    result = run(
        """
import logging

def ask(mock, key):
    headers = {"Api-Key": key, "X-Pinecone-Api-Version": "2026-04"}
    requests.get(mock.pinecone.base_url + "/operations/docs", headers=headers)
    requests.get(mock.pinecone.base_url + "/operation/docs", headers=headers)
    requests.get(URL, headers={"Authorization": "Bearer " + key[::-1]})

@pytest.fixture
def key():
    return KEY

@pytest.fixture
def asked(asyncops_mock):
    global KEY
    asyncops_mock.pinecone.add_assistant("docs")
    import os
    ask(asyncops_mock, os.environ["A_KEY"])
    return asyncops_mock

def test_headers(asked):
    call = asked.calls[0]
    assert call.request.headers == {}

def test_one_header(asked):
    request, response = asked.calls[0].request, asked.calls[0].response
    calls, stubs = asked.calls, asked.stubs
    assert "X-Missing" in request.headers
    assert request is None

def test_calls(asked):
    calls = list(asked.calls)
    assert asked.calls == [], asked
    assert not calls

def test_values(asked):
    headers = [call.request.headers for call in asked.calls]
    assert headers == [{}, {}, {}]

def test_text(asked):
    assert asked.calls[0].request.headers["api-key"] == "pcsk-other"

def test_text_inside(asked):
    assert "pcsk" not in asked.calls[0].request.header("Api-Key")

def test_error(asked):
    request = asked.calls[0].request
    raise ValueError(f"{request!r} {request.headers!r} {asked.calls!r} {asked!r}")
""",
        "--showlocals",
        "-vv",
        "--tb=long",
        "-rA",
        "--log-level=DEBUG",
    )
    result.assert_outcomes(failed=7, errors=7)
    output = result.stdout.str() + result.stderr.str()
    assert SECRET not in output
    assert SECRET[::-1] not in output
    assert "'Api-Key': '[hidden]'" in output
    assert "'Authorization': '[hidden]'" in output


SECRET = "pcsk-9f8e7d6c5b4a"


@pytest.fixture(autouse=True)
def a_key(monkeypatch):
    monkeypatch.setenv("A_KEY", SECRET)


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
    assert section(result, "ERROR at teardown of test_one")[0] == (
        "1 request reached a stub and no route took it:"
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
