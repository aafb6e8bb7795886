"""A request that is refused before its endpoint looks is for what its URL names."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from support.toy_api import ROUTES, handle, request, stub_of, toy

from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import ErrorResponse
from pytest_asyncops.serving.routing import Route


def get_by_query(exchange):
    exchange.authenticate()
    job = exchange.find(dict(parse_qsl(exchange.request.query)).get("run_id", ""))
    return json_response(404 if job is None else 200, job and exchange.show(job))


def cancel(exchange):
    exchange.authenticate()
    return json_response(202, {})


REFUSED = [
    ("/jobs/a/job-1", "GET", ["job-1"]),
    ("/jobs/a/job-9", "GET", []),
    ("/runs?run_id=job-1&other=x", "GET", ["job-1"]),
    ("/runs?run_id=job-9", "GET", []),
    ("/jobs?everything", "GET", []),
    ("/jobs?after=job-1", "GET", []),
    ("/jobs/job-1", "DELETE", []),
    ("/declared/job-1", "GET", ["job-1"]),
    ("/declared/job-9", "GET", ["job-9"]),
    ("/declared/job-9", "POST", ["job-9"]),
    ("/nowhere/job-1", "GET", []),
]


@pytest.mark.parametrize("refusal", ["rate", "credential", "no credential"])
@pytest.mark.parametrize(("path", "method", "asked_for"), REFUSED)
def test_a_request_that_is_refused_at_once_is_for_what_its_url_names(
    path, method, asked_for, refusal
):
    routes = (
        *ROUTES,
        Route("run", "GET", ("/runs",), get_by_query),
        Route("cancel", "DELETE", ("/jobs/{id}",), cancel),
        Route("declared", "GET", ("/declared/{id}",), cancel, "id"),
        Route("wait", "POST", ("/declared/{id}",), cancel, "id"),
    )
    stub = stub_of(toy(routes=routes, throttled=ErrorResponse(429, "slow", "not so fast")))
    job = stub.start(shelf="a")
    handle(stub, request("/jobs"))  # it is known as a list from now on
    if refusal == "rate":
        stub.limit_rate(1, per=10)
        handle(stub, request("/nowhere"))
        handle(stub, request("/jobs"))
    elif refusal == "credential":
        stub.refuse("k")
    answer = handle(stub, request(path, method=method, key=None if "no" in refusal else "k"))
    status = {"rate": 429, "credential": 403, "no credential": 401}[refusal]
    assert answer.status_code == (404 if path.startswith("/nowhere") else status)
    assert list(stub.calls[-1]._asked_for) == asked_for
    assert job.calls == ([stub.calls[-1]] if asked_for == [job.id] else [])
