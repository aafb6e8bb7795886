"""databricks' own client waits for a run of an API of one's own, whose states are many."""

from __future__ import annotations

import datetime

import pytest
from support.databricks_runs import (
    BLOCKED,
    INTERNAL_ERROR,
    QUEUED,
    RUNS,
    TERMINATING,
    WAITING_FOR_RETRY,
)
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import Lifecycle, State, Step, assert_polled, mocked

sdk = pytest.importorskip("databricks.sdk")

from databricks.sdk.errors import OperationFailed  # noqa: E402
from databricks.sdk.service.jobs import RunResultState  # noqa: E402

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def mock():
    # Newer clients ask for its metadata first, and do without.
    with mocked(apis=[RUNS], unmatched="answer") as mock:
        yield mock


@pytest.fixture
def jobs(mock):
    return sdk.WorkspaceClient(host=RUNS.base_url, token="s3cret").jobs


def test_a_run_goes_through_all_its_states(mock, jobs):
    states = (QUEUED, BLOCKED, State.PENDING, State.RUNNING, WAITING_FOR_RETRY, TERMINATING)
    life = Lifecycle.steps(*(Step(state, 60) for state in states), Step(State.SUCCEEDED))
    plan = mock.runs.plan(life, job_parameters={"table": "a"})
    seen = []

    def note(run):
        seen.append(run.state.life_cycle_state.value)

    waiter = jobs.run_now(job_id=3, job_parameters={"table": "a"})
    run = waiter.result(timeout=HOUR, callback=note)
    assert run.state.result_state is RunResultState.SUCCESS
    assert (run.end_time - run.start_time, run.job_id) == (360_000, 3)
    words = ["QUEUED", "BLOCKED", "PENDING", "RUNNING", "WAITING_FOR_RETRY", "TERMINATING"]
    assert [word for word in dict.fromkeys(seen) if word != "TERMINATED"] == words
    assert 360 <= seconds_elapsed(mock) < 375  # its delays have jitter
    [operation] = plan.operations
    assert_polled(operation, min_interval=1, max_interval=12, not_after_done=True)


def test_a_run_with_an_internal_error(mock, jobs):
    error = Step(INTERNAL_ERROR, message="the driver died")
    mock.runs.plan(Lifecycle.steps(Step(State.RUNNING, 60), error))
    with pytest.raises(OperationFailed, match="the driver died"):
        jobs.run_now(job_id=3).result(timeout=HOUR)


def test_a_run_that_takes_too_long(mock, jobs):
    plan = mock.runs.plan(Lifecycle.manual())
    waiter = jobs.run_now(job_id=3)
    plan.operations[0].move_to(WAITING_FOR_RETRY, message="no machine is free")
    with pytest.raises(TimeoutError):
        waiter.result(timeout=HOUR)
    assert plan.operations[0].state == WAITING_FOR_RETRY
