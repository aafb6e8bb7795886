"""The fixture, its mark and its ini options: there for each test that names it, and new."""

from __future__ import annotations

import pytest

from pytest_asyncops.settings import options

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
            "asyncops_mock *",
            "*Chainloop Platform and Pinecone Assistant, stubbed: a `pytest_asyncops.*",
            '*operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.fails("disk full"))',
            '*assert my_client.wait(operation.id) == "failed"  # its waits take no time',
            "*assert operation.polls < 10",
            "*The marker asyncops changes its settings: see pytest --markers.",
        ],
        consecutive=True,
    )


def test_the_marker_is_listed(run):
    run("", "--markers").stdout.fnmatch_lines(
        [
            "@pytest.mark.asyncops(*settings): settings of asyncops_mock for this test, by name, "
            "such as asyncops(clock='manual'). For each setting, the closest mark wins. The ini "
            "file sets them for all tests, with asyncops_ before each name. The settings are "
            "transport, clock, apis, base_urls, *, pinecone_list_without_operations; pytest "
            "--help explains each."
        ]
    )


def test_the_ini_options_are_listed_with_their_reasons(run):
    lines = run("", "--help").stdout.str().split()
    said = " ".join(lines)
    for name, setting in options():
        assert f"asyncops_{name} (string): {' '.join(setting.help.split())}" in said


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


def test_outside_of_a_test_the_handle_says_what_to_do(run):
    result = run(
        """
kept = []

def test_one(asyncops_mock):
    kept.append(asyncops_mock)

def test_two():
    kept[0].chainloop.start()
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    assert result.reports.errors("test_two") == [
        "pytest_asyncops.MockClosed: asyncops_mock is not live here. Name it in the "
        "arguments of the test, or in @pytest.mark.usefixtures('asyncops_mock'), and use it while "
        "the test runs. Elsewhere: with pytest_asyncops.mocked() as mock."
    ]
    # Shown where the user made the mistake.
    assert ">       kept[0].chainloop.start()" in result.outlines
    assert not [line for line in result.outlines if "mocking.py" in line]


# --- settings


def test_the_closest_mark_wins_setting_by_setting(run, pytester):
    pytester.makeini("[pytest]\nasyncops_clock = manual\nasyncops_chainloop_order = oldest\n")
    run(
        """
pytestmark = pytest.mark.asyncops(chainloop_profile="gateway", chainloop_page_base="one")

@pytest.mark.asyncops(chainloop_profile="gateway_camel")
class TestMarks:
    def seen(self, mock):
        readings = mock.chainloop.readings
        real = type(time.sleep).__name__ == "builtin_function_or_method"
        return [readings[name] for name in ("profile", "page_base", "order")] + [real]

    def test_class(self, asyncops_mock):
        assert self.seen(asyncops_mock) == ["gateway_camel", "one", "oldest", True]

    @pytest.mark.asyncops(clock="virtual")
    @pytest.mark.asyncops(chainloop_profile="contract", clock="real")
    def test_function(self, asyncops_mock):
        # Of two marks on one function the lower one is the closer one.
        assert self.seen(asyncops_mock) == ["contract", "one", "oldest", True]

    @pytest.mark.asyncops(chainloop_order="newest", clock="virtual")
    def test_more(self, asyncops_mock):
        assert self.seen(asyncops_mock) == ["gateway_camel", "one", "newest", False]

def test_module(asyncops_mock):
    readings = asyncops_mock.chainloop.readings
    assert [readings[name] for name in ("profile", "page_base")] == ["gateway", "one"]
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
        "'base_urls', 'epoch', 'network', 'allowed_hosts', 'unmatched', "
        "'unused_plans', 'max_polls_at_once', "
        "'max_polls_per_operation', 'max_polls_unchanged', 'max_virtual_time', 'max_real_wait', "
        "'max_calls_kept', 'max_bytes_kept', 'patience', 'timeline', 'speed', 'skip_idle', "
        "'tls', 'contract', "
        "'chainloop_page_base', "
        "'chainloop_default_page_size', 'chainloop_max_page_size', 'chainloop_negative_page', "
        "'chainloop_order', 'chainloop_profile', 'chainloop_purged', "
        "'chainloop_get_without_operation', 'chainloop_foreign_body', "
        "'chainloop_error_in_success', 'chainloop_other_notation', 'chainloop_empty_or_missing', "
        "'chainloop_list_without_operations', "
        "'pinecone_version_header', "
        "'pinecone_versions', 'pinecone_bad_filter', 'pinecone_bad_limit', "
        "'pinecone_default_limit', 'pinecone_bad_token', 'pinecone_order', "
        "'pinecone_retention', 'pinecone_foreign_body', 'pinecone_error_in_success', "
        "'pinecone_other_notation', 'pinecone_empty_or_missing' or "
        "'pinecone_list_without_operations'.",
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
    assert result.reports.lines("test_one", "setup") == [message]


IN_VAIN = (
    "@pytest.mark.asyncops({given}) of {test} has no mock to set: the test would run against the "
    "real services, in real time. Name asyncops_mock in its arguments, or in "
    "@pytest.mark.usefixtures('asyncops_mock'), or remove the mark."
).format


@pytest.mark.parametrize(
    ("tests", "mistakes"),
    [
        (
            """
@pytest.mark.asyncops(clock="manual", apis=["chainloop"])
@pytest.mark.parametrize("n", [1, 2])
def test_one(n): pass

@pytest.mark.asyncops("manual")
def test_two(): pass
""",
            [("clock='manual', apis=['chainloop']", "test_one"), ("'manual'", "test_two")],
        ),
        (
            """
class TestClass:
    @pytest.fixture
    def other(self): pass

    @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.asyncops(clock="real"))])
    def test_three(self, n, other): pass
""",
            [("clock='real'", "TestClass::test_three")],
        ),
    ],
)
def test_a_mark_of_a_test_without_a_mock_is_an_error_at_collection(run, tests, mistakes):
    result = run(f"def test_sound(): pass\n{tests}")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    file = "test_a_mark_of_a_test_without_a_mock_is_an_error_at_collection.py"
    assert [line for line in result.outlines if line.startswith("@pytest.mark.")] == [
        IN_VAIN(given=given, test=f"{file}::{test}") for given, test in mistakes
    ]


def test_a_mark_that_may_be_meant_for_other_tests_or_sets_nothing_is_no_error(run):
    run(
        """
from hypothesis import given, strategies as st

pytestmark = pytest.mark.asyncops(clock="manual")

@pytest.fixture
def opens(asyncops_mock): pass

@pytest.mark.asyncops(clock="real")
class TestClass:
    def test_one(self): pass

    @pytest.mark.asyncops(clock="manual")
    def test_two(self, opens): pass

    @pytest.mark.asyncops(clock="manual")
    @pytest.mark.usefixtures("asyncops_mock")
    def test_three(self): pass

@pytest.mark.asyncops
def test_four(): pass

@given(st.just(1))
@pytest.mark.asyncops(clock="manual")
def test_five(asyncops_mock, n): pass
"""
    ).assert_outcomes(passed=5)


def test_marks_that_a_conftest_adds_may_be_meant_for_other_tests(run, pytester):
    pytester.makeconftest(
        """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.asyncops(clock="manual"))
"""
    )
    run(
        """
def test_one(request): pass
def test_two(): pass
def test_three(asyncops_mock):
    assert type(time.sleep).__name__ == "builtin_function_or_method"
"""
    ).assert_outcomes(passed=3)


def test_with_request_a_mark_is_checked_at_the_end_of_the_test(run):
    result = run(
        """
import unittest

@pytest.mark.asyncops(clock="manual")
def test_asks(request):
    request.getfixturevalue("asyncops_mock")

@pytest.mark.asyncops(clock="manual")
def test_does_not(request): pass

@pytest.mark.asyncops(clock="manual")
def test_fails(request): raise ZeroDivisionError

@pytest.mark.asyncops(clock="manual")
def test_skips(request): pytest.skip("not today")

@pytest.fixture
def broken(request): raise ZeroDivisionError

@pytest.mark.asyncops(clock="manual")
def test_setup(broken): pass

@pytest.mark.asyncops(clock="manual")
def test_teardown(request): request.addfinalizer(lambda: 1 / 0)

class TestCase(unittest.TestCase):  # pytest's own fixtures for it name request
    @pytest.mark.asyncops(clock="manual")
    def test_method(self): pass

    @pytest.mark.asyncops(clock="manual")
    def test_skips(self): self.skipTest("not today")
"""
    )
    result.assert_outcomes(passed=4, failed=1, skipped=2, errors=5)
    file = "test_with_request_a_mark_is_checked_at_the_end_of_the_test.py"
    for test in ("test_does_not", "test_fails", "TestCase::test_method"):
        assert result.reports.lines(test.rpartition("::")[2], "teardown") == [
            IN_VAIN(given="clock='manual'", test=f"{file}::{test}")
        ]
    assert result.reports.errors("test_teardown", "teardown") == [
        "ZeroDivisionError: division by zero"
    ]


def test_a_test_that_another_hook_skips_before_it_begins(run, pytester):
    pytester.makeconftest(
        """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    pytest.skip("not today")
"""
    )
    run("def test_one(asyncops_mock): pass").assert_outcomes(skipped=1)


def test_a_mistake_in_the_ini_file(run, pytester):
    pytester.makeini("[pytest]\nasyncops_epoch = yesterday\n")
    result = run("def test_one(asyncops_mock): pass")
    result.assert_outcomes(errors=1)
    assert result.reports.lines("test_one", "setup") == [
        f"{pytester.path / 'tox.ini'}: asyncops_epoch = 'yesterday': epoch must be 'now', an "
        "instant like '2026-01-01T00:00:00Z' or a datetime with a time zone, not 'yesterday'"
    ]


def test_an_unknown_ini_option_is_pytests_to_refuse(run, pytester):
    pytester.makeini("[pytest]\nasyncops_clok = real\n")
    result = run("def test_one(): pass", "--strict-config")
    result.stderr.fnmatch_lines(["*asyncops_clok*"])
    assert result.ret != 0


def test_an_api_of_the_project_is_there_in_every_test(run, pytester):
    pytester.makeconftest(
        """
import dataclasses
from pytest_asyncops.apis.chainloop import CHAINLOOP

JOBS = dataclasses.replace(CHAINLOOP, name="jobs", base_url="https://jobs.example")

def pytest_asyncops_apis(config):
    return [JOBS]
"""
    )
    run(
        """
JOBS = "https://jobs.example/v1/operations"

def test_one(asyncops_mock):
    job = asyncops_mock.jobs.start()
    assert requests.get(f"{JOBS}/{job.id}", headers=BEARER).status_code == 200
    assert get().json()["operations"] == []

@pytest.mark.asyncops(apis=["pinecone"])
def test_where_it_is_not_live_it_is_not_reached_either(asyncops_mock):
    assert not hasattr(asyncops_mock, "jobs")
    with pytest.raises(Exception):
        requests.get(JOBS, headers=BEARER)
"""
    ).assert_outcomes(passed=2, errors=1)  # it fails once more at its end
