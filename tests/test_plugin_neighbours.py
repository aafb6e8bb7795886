"""The fixture beside other plugins of pytest, which run tests in their own ways."""

from __future__ import annotations

import pytest

TESTS = """
from hypothesis import given, settings, strategies as st

real = (requests.adapters.HTTPAdapter.send, time.sleep)

@pytest.mark.parametrize("n", range(4))
def test_names_it(asyncops_mock, n):
    assert asyncops_mock.chainloop.start().id.endswith("-000000000001")
    time.sleep(100)
    assert asyncops_mock.clock.elapsed.total_seconds() == 100
    assert get().json()["pagination"]["total_count"] == 1

@pytest.mark.parametrize("n", range(4))
def test_asks_for_it(request, n):
    mock = request.getfixturevalue("asyncops_mock")
    assert len(mock.chainloop.operations) == 0
    mock.chainloop.start()

@settings(deadline=None, database=None)
@given(st.integers(0, 3))
def test_examples(asyncops_mock, n):
    assert len(asyncops_mock.calls) == 0
    get()

@pytest.mark.parametrize("n", range(4))
def test_without(n):
    assert (requests.adapters.HTTPAdapter.send, time.sleep) == real
"""


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order(run, seed):
    pytest.importorskip("pytest_randomly")
    result = run(TESTS, "-p", "pytest_randomly", f"--randomly-seed={seed}")
    result.assert_outcomes(passed=13)


RERUNS = """
runs = []

@pytest.mark.parametrize("n", [1, 2])
def test_named(asyncops_mock, n):
    runs.append(len(asyncops_mock.chainloop.operations))
    asyncops_mock.chainloop.start()
    time.sleep(100)
    assert asyncops_mock.clock.elapsed.total_seconds() == 100
    assert len(runs) % 3 == 0

@pytest.mark.asyncops(clock="manual")
def test_asked_for(request):
    mock = request.getfixturevalue("asyncops_mock")
    runs.append(len(mock.chainloop.operations))
    mock.chainloop.start()
    assert time.sleep.__name__ == "sleep" and type(time.sleep).__name__ != "method"
    assert len(runs) % 3 == 0

@pytest.mark.asyncops(clock="manual")
def test_asks_in_the_end(request):
    runs.append(0)
    if len(runs) % 3 == 0:
        request.getfixturevalue("asyncops_mock")

@pytest.mark.asyncops(clock="manual")
def test_asks_at_first_and_in_the_end(request):
    runs.append(0)
    if len(runs) % 3 != 2:
        request.getfixturevalue("asyncops_mock")
    assert len(runs) % 3 != 1

@pytest.fixture
def broken(asyncops_mock):
    runs.append(len(asyncops_mock.chainloop.operations))
    asyncops_mock.chainloop.start()
    assert len(runs) % 3 == 0

def test_with_a_broken_fixture(broken):
    pass

def test_end(asyncops_mock):
    runs.append(0)
    if len(runs) % 3:
        get("/a/b")

def test_all_runs_were_new():
    assert runs == [0] * 21
"""


def test_a_test_that_is_run_again_has_a_new_mock(run):
    pytest.importorskip("pytest_rerunfailures")
    result = run(RERUNS, "-p", "pytest_rerunfailures", "--reruns=2")
    assert result.ret == 0


SUBTESTS = """
import unittest

def test_one(subtests, asyncops_mock):
    for n in range(3):
        with subtests.test(n=n):
            asyncops_mock.chainloop.start(id=f"x{n}")
            time.sleep(5)
            assert get(f"/x{n}").status_code == 200
            assert n != 1
    assert len(asyncops_mock.chainloop.operations) == 3
    assert asyncops_mock.clock.elapsed.total_seconds() == 15

@pytest.mark.usefixtures("asyncops_mock")
class TestUnittest(unittest.TestCase):
    def test_two(self):
        for n in range(3):
            with self.subTest(n=n):
                time.sleep(5)
                self.assertEqual(get().status_code, 200)
                self.assertNotEqual(n, 1)

@pytest.mark.asyncops(max_polls_at_once=3)
def test_three(subtests, asyncops_mock):
    with subtests.test("hangs"):
        while True:
            get()

def test_four():
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
    assert type(time.sleep).__name__ == "builtin_function_or_method"
"""


def test_subtests(run):
    own = hasattr(pytest, "Subtests")  # since 9.0
    if not own:
        pytest.importorskip("pytest_subtests")
    result = run(SUBTESTS, *(() if own else ("-p", "pytest_subtests.plugin")))
    # In each of the first three one subtest fails, and nothing is told twice.
    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"]) == ((5, 2) if own else (3, 4))
    assert "errors" not in outcomes
    told = [line for line in result.outlines if "was requested 4 times" in line]
    assert len(told) == 1


def test_in_processes_of_xdist(run):
    pytest.importorskip("xdist")
    result = run(
        f"""
{TESTS}
@pytest.mark.asyncops(clock="vitual")
def test_bad(asyncops_mock): pass
""",
        *("-p", "xdist", "-n", "2"),
        subprocess=True,
    )
    result.assert_outcomes(passed=13, errors=1)
    assert any(line.startswith("unknown clock 'vitual'.") for line in result.outlines)


def test_a_mark_in_vain_in_processes_of_xdist(run):
    pytest.importorskip("xdist")
    result = run(
        """
@pytest.mark.asyncops(clock="real")
def test_one(): pass
""",
        *("-p", "xdist", "-n", "2"),
        subprocess=True,
    )
    result.assert_outcomes(errors=1)
    assert any(
        line.startswith("@pytest.mark.asyncops(clock='real') of") for line in result.outlines
    )


UNITTEST = """
import asyncio, unittest
from pytest_asyncops import mocked

class TestOpens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        block = mocked(apis=["chainloop"])
        block.__enter__().chainloop.start(id="shared")
        cls.addClassCleanup(block.__exit__, None, None, None)

    def setUp(self):
        self.block = mocked(apis=["pinecone"])
        self.mock = self.block.__enter__()

    def tearDown(self):
        assert get("/shared").status_code == 200
        self.block.__exit__(None, None, None)

    def test_one(self):
        self.assertEqual(get("/shared").status_code, 200)
        self.assertEqual(self.mock.calls.total, 0)

    @mocked(apis=["chainloop"])
    def test_two(self):
        self.assertEqual(get("/shared").status_code, 404)

@pytest.mark.usefixtures("asyncops_mock")
class TestBeside(TestOpens):
    def tearDown(self):
        self.assertEqual(get("/shared").status_code, 404)
        self.block.__exit__(None, None, None)

    def test_one(self):
        self.assertEqual(get("/shared").status_code, 404)

class TestLater(unittest.IsolatedAsyncioTestCase):
    @mocked()
    async def test_four(self):
        await asyncio.sleep(3600)
        self.assertEqual(get().status_code, 200)

    async def test_five(self):
        async with mocked() as mock:
            await asyncio.sleep(3600)
            self.assertEqual(mock.clock.elapsed.total_seconds(), 3600)

def test_six():
    assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
    assert type(time.sleep).__name__ == "builtin_function_or_method"
"""


@pytest.mark.parametrize("options", [(), ("--pdb",)])
def test_unittest(run, options):
    run(UNITTEST, *options).assert_outcomes(passed=7)


STANDS = """
import pdb, requests

class Stands(pdb.Pdb):
    def cmdloop(self, intro=None):
        url = "https://api.app.chainloop.dev/v1/operations/x"
        answer = requests.get(url, headers={"Authorization": "Bearer t"})
        print(f"stands in {self.curframe.f_code.co_name}: {answer.status_code}")
"""

FAILS = """
import unittest

def test_asked_for(request):
    request.getfixturevalue("asyncops_mock").chainloop.start(id="x")
    assert get("/x").status_code == 500

@pytest.fixture
def broken(asyncops_mock):
    asyncops_mock.chainloop.start(id="x")
    assert get("/x").status_code == 500

def test_setup(broken): pass

class TestUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def keep(self, asyncops_mock):
        asyncops_mock.chainloop.start(id="x")

    def tearDown(self):
        assert get("/x").status_code == 200

    def test_method(self):
        assert get("/x").status_code == 500
"""


def test_the_mock_is_open_while_the_debugger_stands(run, pytester):
    pytester.makepyfile(stands_there=STANDS)
    pytester.syspathinsert()
    result = run(FAILS, "--pdb", "--pdbcls=stands_there:Stands", "-s")
    assert [line for line in result.outlines if line.startswith("stands in ")] == [
        "stands in test_asked_for: 200",
        "stands in broken: 200",
        "stands in test_method: 200",
    ]
    result.assert_outcomes(failed=2, errors=1)
