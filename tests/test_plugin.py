"""The fixture, its mark and its ini options: there for each test that names it, and new."""

from __future__ import annotations

import pytest

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
    run("", "--help").stdout.fnmatch_lines(["*asyncops_clock*", "*asyncops_pinecone_retention*"])


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
    assert result.reports.errors("test_one") == [
        "pytest_asyncops.MockClosed: asyncops_mock is not live here. Name it in the "
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
        "'base_urls', 'epoch', 'network', 'unmatched', 'max_polls_at_once', "
        "'max_polls_per_operation', 'max_polls_unchanged', 'max_virtual_time', 'max_real_wait', "
        "'max_calls_kept', 'max_bytes_kept', 'patience', 'chainloop_page_base', "
        "'chainloop_default_page_size', 'chainloop_max_page_size', 'chainloop_negative_page', "
        "'chainloop_order', 'chainloop_profile', 'chainloop_purged', 'pinecone_version_header', "
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
    assert result.reports.lines("test_one", "setup") == [message]


def test_a_mistake_in_the_ini_file(run, pytester):
    pytester.makeini("[pytest]\nasyncops_epoch = yesterday\n")
    result = run("def test_one(asyncops_mock): pass")
    result.assert_outcomes(errors=1)
    assert result.reports.lines("test_one", "setup") == [
        "epoch must be 'now' or an instant like '2026-01-01T00:00:00Z', not 'yesterday'"
    ]


def test_an_unknown_ini_option_is_pytests_to_refuse(run, pytester):
    pytester.makeini("[pytest]\nasyncops_clok = real\n")
    result = run("def test_one(): pass", "--strict-config")
    result.stderr.fnmatch_lines(["*asyncops_clok*"])
    assert result.ret != 0
