"""The fixture's mock is open in each test that asks for it, however it asks."""

from __future__ import annotations

import pytest

# --- getfixturevalue


def test_getfixturevalue_of_a_name_that_the_test_has(run):
    run(
        """
def test_one(request, asyncops_mock):
    assert request.getfixturevalue("asyncops_mock") is asyncops_mock
    asyncops_mock.chainloop.start()
"""
    ).assert_outcomes(passed=1)


ASKS = """
@pytest.fixture
def asks(request):
    return request.getfixturevalue("asyncops_mock")

@pytest.mark.parametrize("again", [1, 2])
def test_in_the_body(request, again):
    mock = request.getfixturevalue("asyncops_mock")
    assert request.getfixturevalue("asyncops_mock") is mock
    assert mock.chainloop.start().id.endswith("-000000000001")
    time.sleep(100)
    assert mock.clock.elapsed.total_seconds() == 100

def test_names_it(asyncops_mock):
    assert get().status_code == 200

@pytest.mark.asyncops(chainloop_order="oldest")
@pytest.mark.parametrize("again", [1, 2])
def test_in_a_fixture(asks, again):
    assert asks.chainloop.readings["order"] == "oldest"
    assert len(asks.calls) == 0
    assert get().status_code == 200

def test_does_not_ask(request):
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
    assert time.sleep.__name__ == "sleep"
"""


def test_asking_by_getfixturevalue_opens_it_in_each_test(run):
    run(ASKS).assert_outcomes(passed=6)


def test_what_getfixturevalue_has_opened_is_checked_at_the_end(run):
    result = run(
        """
@pytest.mark.parametrize("again", [1, 2])
def test_one(request, again):
    request.getfixturevalue("asyncops_mock")
    get("/a/b")
"""
    )
    result.assert_outcomes(passed=2, errors=2)
    assert result.reports.lines("test_one[2]", "teardown")[0] == (
        "1 request reached a stub and matched no route:"
    )


def test_what_a_fixture_of_wider_scope_asks_for_is_open_in_each_of_its_tests(run):
    run(
        """
@pytest.fixture(scope="module")
def api(request):
    return request.getfixturevalue("asyncops_mock")

@pytest.mark.parametrize("again", [1, 2])
def test_one(api, again):
    assert len(api.calls) == 0
    assert get().status_code == 200

def test_another():
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"

class TestOwn:
    @pytest.fixture(scope="class")
    def api(self):
        return None

    def test_another_fixture_of_this_name(self, api):
        assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
"""
    ).assert_outcomes(passed=4)


def test_a_mistake_in_the_mark_of_who_asks_by_getfixturevalue_does_no_harm_to_others(run):
    result = run(
        """
@pytest.mark.asyncops(clock="vitual")
def test_one(request):
    request.getfixturevalue("asyncops_mock")

def test_two(request):
    request.getfixturevalue("asyncops_mock").chainloop.start()

def test_three(asyncops_mock):
    assert get().status_code == 200
"""
    )
    result.assert_outcomes(failed=1, errors=0, passed=2)
    assert result.reports.lines("test_one") == [
        "unknown clock 'vitual'. Did you mean 'virtual'? Choose 'virtual', 'manual' or 'real'."
    ]


def test_an_override_of_the_fixture_may_ask_for_it(run):
    run(
        """
@pytest.fixture
def asyncops_mock(request):
    return request.getfixturevalue("asyncops_mock").chainloop

@pytest.mark.parametrize("again", [1, 2])
def test_one(asyncops_mock, again):
    asyncops_mock.start(id="x")
    assert get("/x").status_code == 200
"""
    ).assert_outcomes(passed=2)


def test_an_override_of_wider_scope_cannot_start_operations(run):
    result = run(
        """
@pytest.fixture(scope="module")
def asyncops_mock(asyncops_mock):
    asyncops_mock.chainloop.start()
    return asyncops_mock

def test_one(asyncops_mock): pass
"""
    )
    result.assert_outcomes(errors=1)
    assert result.reports.errors("test_one", "setup")[0].startswith(
        "pytest_asyncops.InvalidArgument: the fixture 'asyncops_mock' of module scope starts"
    )


# --- fixtures of wider scope


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
@pytest.mark.parametrize(
    "use", ["chainloop.start()", "pinecone.add_assistant('docs')", "chainloop.refuse('token')"]
)
def test_a_fixture_of_wider_scope_cannot_start_what_the_next_test_would_not_have(run, scope, use):
    result = run(
        f"""
@pytest.fixture(scope="{scope}")
def job(asyncops_mock):
    return asyncops_mock.{use}

def test_one(job): pass
def test_two(asyncops_mock): asyncops_mock.{use}
"""
    )
    result.assert_outcomes(errors=1, passed=1)
    assert result.reports.errors("test_one", "setup") == [
        f"pytest_asyncops.InvalidArgument: the fixture 'job' of {scope} scope starts or sets "
        "something in asyncops_mock, which is new in each test, so the next test would not have "
        "it. Give the fixture function scope, or open a mock of its own in it: with "
        "pytest_asyncops.mocked() as mock: ... yield mock"
    ]


def test_that_holds_also_where_it_asks_by_getfixturevalue_and_for_setup_class(run):
    result = run(
        """
@pytest.fixture(scope="session")
def job(request):
    return request.getfixturevalue("asyncops_mock").chainloop.start()

@pytest.fixture
def started(asyncops_mock):
    return asyncops_mock.chainloop.start()

@pytest.fixture(scope="session")
def outer(job): pass

def test_one(outer): pass

kept = []

def test_two(started, asyncops_mock):
    kept.append(asyncops_mock)

@pytest.mark.usefixtures("asyncops_mock")
class TestClass:
    def setup_class(self):
        kept[0].chainloop.start()

    def test_three(self): pass
"""
    )
    result.assert_outcomes(errors=2, passed=1)


def test_a_mock_that_a_fixture_of_wider_scope_holds_open_is_an_outer_one_in_each_test(run):
    run(
        """
from pytest_asyncops import mocked

@pytest.fixture(scope="module")
def held():
    with mocked(apis=["chainloop"], epoch="2030-01-01T00:00:00Z") as mock:
        mock.chainloop.start(id="held", lifecycle=Lifecycle.hangs())
        assert get("/held").status_code == 200
        yield mock

@pytest.mark.parametrize("again", [1, 2])
def test_both(held, asyncops_mock, again):
    asyncops_mock.chainloop.start(id="own")
    assert get("/own").status_code == 200
    assert get("/held").status_code == 404
    assert time.time() == asyncops_mock.clock.now().timestamp()
    time.sleep(10)
    assert asyncops_mock.clock.elapsed.total_seconds() == 10

@pytest.mark.asyncops(apis=["pinecone"])
def test_each_its_own(held, asyncops_mock):
    assert get("/held").status_code == 200

def test_the_held_one(held):
    assert get("/held").status_code == 200
    assert held.clock.elapsed.total_seconds() == 20
    assert time.time() == held.clock.now().timestamp()

def test_without():
    assert get("/held").status_code == 200  # it is still open
"""
    ).assert_outcomes(passed=5)
