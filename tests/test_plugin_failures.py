"""What fails, says why and no secret, and puts everything back."""

from __future__ import annotations

import signal

import pytest

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
    assert result.reports.lines("test_one", "teardown") == [
        "1 request reached a stub and matched no route:",
        "",
        "  GET https://api.app.chainloop.dev//v1/operations",
        "  chainloop at https://api.app.chainloop.dev has these routes:",
        "    list: GET /v1/operations: the path has an empty segment (two slashes in a row): "
        "'//v1/operations'",
        "    get: GET /v1/operations/{operation_id}: the path has an empty segment (two slashes "
        "in a row): '//v1/operations'",
        "",
        "If the code under test is meant to send them, set unmatched='answer', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]


@pytest.mark.usefixtures("no_proxies")
def test_a_test_that_fails_by_itself_is_not_reported_again(run):
    result = run(
        """
import socket

def test_one(asyncops_mock):
    requests.get("http://api.app.chainloop.dev/")

@pytest.mark.asyncops(base_urls={"chainloop": "http://192.0.2.1"})
def test_two(asyncops_mock):
    with socket.socket() as used:
        used.connect(("192.0.2.1", 80))
"""
    )
    result.assert_outcomes(failed=2)
    for test in ("test_one", "test_two"):
        assert "pytest_asyncops/" not in "\n".join(result.reports.lines(test))


@pytest.mark.usefixtures("no_proxies")
def test_a_blocked_network_fails_the_test_at_its_end(run):
    result = run(
        """
@pytest.mark.asyncops(network="block")
def test_one(asyncops_mock):
    try:
        requests.get("http://192.0.2.1/")
    except Exception:
        pass
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    first, place, rest = result.reports.lines("test_one", "teardown")
    assert first == "requests was about to reach 192.0.2.1:80, and network='block' forbids it."
    assert place.endswith("test_a_blocked_network_fails_the_test_at_its_end.py:13, in test_one")
    assert rest == (
        "Mock it, let it through with allowed_hosts=['192.0.2.1'], or set network='pass'."
    )


def test_a_mistake_in_start_is_shown_where_it_was_made(run):
    result = run(
        """
def test_one(asyncops_mock):
    asyncops_mock.chainloop.start(kin="x")
"""
    )
    result.assert_outcomes(failed=1)
    lines = result.reports.lines("test_one")
    assert [line for line in lines if line.startswith(">")] == [
        '>       asyncops_mock.chainloop.start(kin="x")'
    ]
    assert result.reports.errors("test_one") == [
        "pytest_asyncops.InvalidArgument: unknown field of a chainloop operation "
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
    # The error of the fixture comes before the request that matched no route.
    assert result.reports.errors("test_teardown", "teardown") == ["RuntimeError: teardown"]
    assert result.reports.lines("test_fail", "teardown")[0] == (
        "1 request reached a stub and matched no route:"
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


SECRET = "pcsk-9f8e7d6c5b4a"


@pytest.fixture(autouse=True)
def a_key(monkeypatch):
    monkeypatch.setenv("A_KEY", SECRET)


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


@pytest.mark.usefixtures("no_proxies")
def test_no_credential_of_an_api_of_ones_own_is_ever_in_a_report(run):
    result = run(
        """
import os
from pytest_asyncops import Lifecycle, State
from pytest_asyncops.apis import Api, ErrorResponse, Route, json_response

def get(exchange):
    exchange.authenticate()
    return json_response(200, exchange.show(exchange.find(exchange.params["id"])))

def unmatched(request, routes):
    return ErrorResponse(404, "lost", "nothing here")

OWN = Api(
    name="own", base_url="https://own.example", routes=(Route("get", "GET", ("/{id}",), get),),
    new_id="job-{}".format, statuses={state: state.name for state in State},
    render=lambda readings: lambda operation, snapshot: {"id": operation.id},
    credential=lambda request: request.header("X-Service-Token") or "",
    envelope=lambda error: {"why": error.message}, unmatched=unmatched,
)

@pytest.fixture
def asked(asyncops_mock):
    stub = asyncops_mock.stubs["own"]
    job = stub.start(lifecycle=Lifecycle.hangs())
    for path in (job.id, "no/where"):
        key = os.environ["A_KEY"]
        requests.get(f"{stub.base_url}/{path}?api_key={key}&page_token=next",
                     headers={"X-Service-Token": key})
    return asyncops_mock

pytestmark = pytest.mark.asyncops(apis=[OWN], max_polls_at_once=5, network="block")

def test_headers(asked):
    assert asked.calls[0].request.headers == {}

def test_one_header(asked):
    assert asked.calls[0].request.header("X-Service-Token") == "other"

def test_url(asked):
    assert asked.calls[0].request.url == "https://own.example"

def test_urls(asked):
    assert {call.request.url for call in asked.calls} == {"https://own.example"}

def test_query(asked):
    assert "other" in asked.calls[0].request.query

def test_response(asked):
    assert asked.calls == [], asked.calls[0].response

def test_hangs(asked):
    key = os.environ["A_KEY"]
    while True:
        requests.get(f"https://own.example/job-1?api_key={key}")

def test_blocked(asked):
    key = os.environ["A_KEY"]
    requests.get(f"http://me:{key}@192.0.2.1/?api_key={key}")
""",
        "-vv",
        "--tb=short",
        "-rA",
    )
    result.assert_outcomes(failed=8, errors=8)
    output = result.stdout.str() + result.stderr.str()
    assert SECRET not in output
    for printed in (
        "'X-Service-Token': '[hidden]'",
        "'https://own.example/job-1?api_key=[hidden]&page_token=next'",
        "  GET https://own.example/no/where?api_key=[hidden]&page_token=next",
        "https://own.example/job-1?api_key=[hidden] was requested 6 times",
        "requests was about to reach 192.0.2.1:80, and network='block' forbids it.",
    ):
        assert printed in output, printed


MISTAKES = {
    "asyncops_mock.chainloop.start_many(-1)": "count must be a whole number, 0 or more, not -1",
    "asyncops_mock.chainloop.limit_rate(0)": "limit_rate() needs per=",
    "asyncops_mock.chainloop.limit_rate(0, per=1)": "polls must be a whole number, 1 or more, "
    "not 0",
    "asyncops_mock.calls[-1]": "there is no call -1: no request has come. Let the code under test "
    "send one to the stub's base_url, with a client that the mock answers.",
    "asyncops_mock.stubs['chainlop']": "unknown live API 'chainlop'. Did you mean 'chainloop'? "
    "Choose 'chainloop' or 'pinecone'. The setting apis= says which are live.",
    "asyncops_mock.chainloop.operations['nope']": "there is no operation with the id 'nope'. None "
    "has been started; start one with start().",
    "asyncops_mock.chainlop": "unknown attribute of asyncops_mock: 'chainlop'. Did you mean "
    "'chainloop'? Choose 'ca_file', 'calls', 'chainloop', 'clock', 'pinecone', 'reset', 'stubs' "
    "or 'timeline'. An API of your own is an attribute while the mock is open, if the setting "
    "apis= has it.",
    "assert_polled('x', at_most=1)": "operation must be an Operation, as stub.start() returns it, "
    "not 'x'. By its id it is found in the operations of its stub: mock.chainloop.operations[id].",
    "mocked('chainloop')": "mocked() takes its arguments by name, not 'chainloop'. Write "
    "mocked(apis=...).",
    "assert_history([], api='chainloop')": "there is nothing to assert: values is empty. Give the "
    "answers that the poller got, such as operation.calls, and make sure that it has polled.",
    "asyncops_mock.chainloop.refuse('Bearer t')": "'Bearer t' is not a credential of chainloop, "
    "which reads only 't' of such a header. Write refuse('t').",
}


@pytest.mark.parametrize(("call", "message"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_is_shown_as_its_message_where_it_was_made(run, call, message):
    result = run(
        f"""
from pytest_asyncops import *

def test_one(asyncops_mock):
    {call}
"""
    )
    result.assert_outcomes(failed=1)
    assert result.reports.errors("test_one") == [f"pytest_asyncops.InvalidArgument: {message}"]
    assert result.reports.lines("test_one")[-1].endswith(": InvalidArgument")
    assert "pytest_asyncops/" not in "\n".join(result.reports.lines("test_one"))


PYTHONS_OWN = {
    "time.sleep(-1)": ValueError,
    "time.sleep('x')": TypeError,
    "time.ctime('x')": TypeError,
    "time.asctime('x')": TypeError,
    "select.select([], [], [], -1)": ValueError,
    "threading.Lock().acquire(timeout=-5)": ValueError,
    "threading.Thread().join()": RuntimeError,
    "queue.SimpleQueue().get(timeout=-1)": ValueError,
    **(
        {
            "time.clock_gettime('x')": TypeError,
            "time.clock_gettime_ns('x')": TypeError,
            "signal.setitimer(signal.ITIMER_REAL, -1)": OSError,
            "signal.alarm('x')": TypeError,
        }
        if hasattr(signal, "alarm")
        else {}
    ),
}


@pytest.mark.parametrize(("call", "error"), PYTHONS_OWN.items(), ids=PYTHONS_OWN)
def test_what_python_refuses_is_shown_without_a_frame_of_ours(run, call, error):
    result = run(
        f"""
import queue, select, signal, threading

def test_one(asyncops_mock):
    {call}

def test_two(asyncops_mock):
    with pytest.raises({error.__name__}):
        {call}
"""
    )
    result.assert_outcomes(failed=1, passed=1)
    assert "pytest_asyncops/" not in "\n".join(result.reports.lines("test_one"))
