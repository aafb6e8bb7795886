"""Plans that were used for nothing fail a test that asks for it, and it says what came near."""

from __future__ import annotations

import re

import pytest
import requests
from support.toy_api import ROUTES, toy

from pytest_asyncops import Lifecycle, UnusedPlans, mocked
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.routing import Route


def create(exchange):
    shelf, _, name = exchange.request.query.partition("/")
    facts = {"name": name} if name else None
    return json_response(202, exchange.show(exchange.start(facts, shelf=shelf)))


API = toy(routes=(*ROUTES, Route("create", "POST", ("/jobs",), create)), facts=("name",))


def asking():
    return mocked(apis=[API], unused_plans="fail")


def ask(*queries):
    for query in queries:
        requests.post(f"https://toy.example/jobs?{query}", timeout=5)


def report_of(test):
    """What the end of a mock says."""
    with pytest.raises(UnusedPlans) as caught, asking() as mock:
        test(mock.toy)
    return caught.value


def says_no(known):
    return None


HANGS = "Lifecycle.steps(Step(State.PENDING, 0), Step(State.RUNNING))"


def test_each_plan_says_why_it_was_not_for_what_was_started():
    made = []

    def test(stub):
        made.append(stub.plan(Lifecycle.fails("never"), name="x"))
        ask("a", "b/y")
        made.append(stub.plan(Lifecycle.hangs(), shelf="b", name="y"))
        made.append(stub.plan(Lifecycle.hangs(), when=says_no))
        stub.plan(Lifecycle.hangs(), shelf="b", name="z")
        ask("b/z")

    error = report_of(test)
    assert error.plans == tuple(made)
    lines = re.sub(r"<function \S+ at \w+>", "<function>", str(error)).splitlines()
    assert lines == [
        "3 plans matched no operation that a request started:",
        "",
        "  <Plan(Lifecycle.steps(Step(State.PENDING, 0), Step(State.RUNNING, 10), "
        "Step(State.FAILED, message='never')), name='x'), used for 0 operations>, of toy at "
        "https://toy.example",
        "    not for job-1: name is not known, not 'x'",
        "    not for job-2: name is 'y', not 'x'",
        "    not for job-3: name is 'z', not 'x'",
        "",
        f"  <Plan({HANGS}, shelf='b', name='y'), used for 0 operations>, of toy at "
        "https://toy.example",
        "    not for job-1: it was started before the plan was made",
        "    not for job-2: it was started before the plan was made",
        "    not for job-3: name is 'z', not 'y'",
        "",
        f"  <Plan({HANGS}, when=<function>), used for 0 operations>, of toy at https://toy.example",
        "    not for job-1: it was started before the plan was made",
        "    not for job-2: it was started before the plan was made",
        f"    not for job-3: a newer plan was used, <Plan({HANGS}, shelf='b', name='z'), used "
        "for 1 operation>",
        "",
        "Plan what the code under test starts, or set unused_plans='allow', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]


def test_the_nearest_come_first_and_not_all():
    def test(stub):
        stub.plan(Lifecycle.hangs(), shelf="b", name="y")
        ask(*"acdefg", "b")

    told = re.findall(r"^    (?:not|nor) for ([^:\n]+)", str(report_of(test)), re.MULTILINE)
    assert told == ["job-7", "job-1", "job-2", "job-3", "job-4", "2 others"]


def test_a_function_that_says_no():
    def test(stub):
        stub.plan(Lifecycle.manual(), shelf="a")
        stub.plan(Lifecycle.hangs(), shelf="a", when=says_no)
        ask("a")

    assert "    not for job-1: when does not match it" in str(report_of(test)).splitlines()


def test_where_nothing_is_started():
    error = report_of(lambda stub: stub.plan(Lifecycle.hangs()))
    assert "    no request has started an operation" in str(error).splitlines()
    assert isinstance(error, AssertionError)


def test_it_is_allowed_unless_a_test_asks_and_never_hides_another_error():
    with mocked(apis=[API]) as mock:
        mock.toy.plan(Lifecycle.hangs())
    with asking() as mock:
        mock.toy.plan(Lifecycle.hangs(), shelf="a")
        ask("a")
    with asking() as mock:
        mock.toy.plan(Lifecycle.hangs())
        mock.reset()
    with pytest.raises(ZeroDivisionError):
        report_of(lambda stub: [stub.plan(Lifecycle.hangs()), 1 / 0])


def test_a_failed_test_fails_once(run):
    result = run(
        """
@pytest.mark.asyncops(unused_plans="fail")
@pytest.mark.parametrize("works", [True, False])
def test_one(asyncops_mock, works):
    asyncops_mock.pinecone.plan(Lifecycle.hangs())
    assert works
"""
    )
    result.assert_outcomes(passed=1, failed=1, errors=1)
    assert "1 plan matched no operation that a request started:" in str(result.stdout)


def test_a_plan_of_a_fixture_that_some_example_takes_is_used():
    with asking() as mock:
        plan = mock.toy.plan(Lifecycle.hangs(), shelf="a")
        beginning = mock._session().checkpoint()
        ask("a")
        beginning.restore()  # as each example begins
        ask("b")
        assert plan.operations == ()
