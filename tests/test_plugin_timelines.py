"""What each kind of failure says, to the letter: the error, and the timeline beside it."""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple

import pytest

HELP = """
import socket
from hypothesis import given, settings, strategies as st
from pytest_asyncops import assert_conforms, assert_polled

def wait(mock, running=12, timeout=10, every=5):
    life = Lifecycle.succeeds(running=running)
    operation = mock.chainloop.start(id="op-1", lifecycle=life)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if get("/op-1").json()["operation"]["status"].endswith("COMPLETED"):
            return operation
        time.sleep(every)
    raise TimeoutError("op-1 is not done")
"""

POLLED = """\
  0 s        chainloop starts op-1: RUNNING 12 s, SUCCEEDED
  0 s        GET /v1/operations/op-1  200 RUNNING
             waits 5 s at FILE, in wait
  5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
             waits 5 s at FILE, in wait
"""

DONE = """\
15 s of the servers' time, from 2026-01-01T00:00:00Z on
   0 s        chainloop starts op-1: RUNNING 12 s, SUCCEEDED
   0 s        GET /v1/operations/op-1  200 RUNNING
              waits 5 s at FILE, in wait
   5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
              waits 5 s at FILE, in wait
  10 s  +5 s  GET /v1/operations/op-1  200 RUNNING
              waits 5 s at FILE, in wait
  12 s        op-1 is now SUCCEEDED
  15 s  +5 s  GET /v1/operations/op-1  200 SUCCEEDED
at the end: op-1 is SUCCEEDED, shown by 4 answers
"""


class Kind(NamedTuple):
    """A test that fails, what it says, and when."""

    test: str
    error: str
    timeline: str
    when: str = "call"


KINDS = {
    "a TimeoutError": Kind(
        "def test_one(asyncops_mock): wait(asyncops_mock)",
        "TimeoutError: op-1 is not done\n",
        f"""\
10 s of the servers' time, from 2026-01-01T00:00:00Z on
{POLLED}at the end: op-1 is RUNNING, shown by 2 answers
""",
    ),
    "PollerHangs": Kind(
        """
@pytest.mark.asyncops(max_polls_per_operation=30)
def test_one(asyncops_mock): wait(asyncops_mock, running=1e6, timeout=1e6)
""",
        """\
operation op-1 was polled 31 times, every 5 s on average, and the code under test does not stop.
Give it a deadline, or a lifecycle that ends.
The code under test was here:
  File "FILE", line N, in test_one
    def test_one(asyncops_mock): wait(asyncops_mock, running=1e6, timeout=1e6)
  File "FILE", line N, in wait
    if get("/op-1").json()["operation"]["status"].endswith("COMPLETED"):
  File "FILE", line N, in get
    return requests.get(URL + path, headers=BEARER)
If this is intended, raise the limit: @pytest.mark.asyncops(max_polls_per_operation=...); it is 30.
""",
        """\
2 min 30 s of the servers' time, from 2026-01-01T00:00:00Z on
    0 s        chainloop starts op-1: RUNNING 11 days 13 h 46 min 40 s, SUCCEEDED
    0 s        GET /v1/operations/op-1  200 RUNNING
               waits 5 s at FILE, in wait
    5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
               … 28 more polls every 5 s, all RUNNING …
               waits 5 s at FILE, in wait
  150 s  +5 s  GET /v1/operations/op-1  200 RUNNING
at the end: op-1 is RUNNING, shown by 31 answers
""",
    ),
    "CadenceError": Kind(
        """
def test_one(asyncops_mock):
    assert_polled(wait(asyncops_mock, timeout=60), max_interval=4, at_most=3)
""",
        """\
pytest_asyncops.CadenceError: operation op-1 was not polled as asserted:

  it was polled 4 times; at_most is 3
  poll 2 came 5 s after the one before; max_interval is 4 s (the first of 3)

  its polls:
          0 s        chainloop starts op-1: RUNNING 12 s, SUCCEEDED
      1   0 s        GET /v1/operations/op-1  200 RUNNING
                     waits 5 s at FILE, in wait
  >   2   5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
                     waits 5 s at FILE, in wait
  >   3  10 s  +5 s  GET /v1/operations/op-1  200 RUNNING
                     waits 5 s at FILE, in wait
         12 s        op-1 is now SUCCEEDED
  >   4  15 s  +5 s  GET /v1/operations/op-1  200 SUCCEEDED
""",
        DONE,
    ),
    "ConformanceError": Kind(
        """
def test_one(asyncops_mock):
    wait(asyncops_mock, timeout=60)
    answer = asyncops_mock.calls[1].response
    answer.content = b'{"operation": {"id": 7}}'
    assert_conforms(answer)
""",
        """\
pytest_asyncops.ConformanceError: chainloop get, status 200, breaks its contract in 1 place:

  $.operation.id = 7
    must be a string
    schema.type, SCHEMA

It is this answer:

     0 s        chainloop starts op-1: RUNNING 12 s, SUCCEEDED
     0 s        GET /v1/operations/op-1  200 RUNNING
                waits 5 s at FILE, in wait
  >  5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
                waits 5 s at FILE, in wait
    10 s  +5 s  GET /v1/operations/op-1  200 RUNNING
                waits 5 s at FILE, in wait
                … 1 more request, 1 more change …

To reproduce it:

  assert_conforms({'operation': {'id': 7}}, api='chainloop', route='get')
""",
        DONE,
    ),
    "UnmatchedRequests": Kind(
        "def test_one(asyncops_mock): requests.get(URL + 's')",
        """\
1 request reached a stub and matched no route:

  GET https://api.app.chainloop.dev/v1/operationss
  chainloop at https://api.app.chainloop.dev has these routes:
    list: GET /v1/operations: 'operationss' is not 'operations'
    get: GET /v1/operations/{operation_id}: 'operationss' is not 'operations'

If the code under test is meant to send them, set unmatched='answer', in \
@pytest.mark.asyncops(...) or mocked(...).
""",
        """\
0 s of the servers' time, from 2026-01-01T00:00:00Z on
  0 s    GET /v1/operationss  404 matched no route: Not Found
""",
        "teardown",
    ),
    "NetworkBlocked": Kind(
        """
@pytest.mark.asyncops(network="block")
def test_one(asyncops_mock):
    wait(asyncops_mock, timeout=60)
    with socket.socket() as used:
        used.connect(("192.0.2.1", 80))
""",
        """\
pytest_asyncops.NetworkBlocked: a socket was about to reach 192.0.2.1:80, and network='block' \
forbids it.
  FILE, in test_one
Mock it, let it through with allowed_hosts=['192.0.2.1'], or set network='pass'.
""",
        DONE,
    ),
    "a failing assert": Kind(
        """
def test_one(asyncops_mock):
    assert wait(asyncops_mock, timeout=60).polls == 3
""",
        "",  # pytest says it in its own words
        DONE,
    ),
    "a failing @given": Kind(
        """
@settings(database=None, derandomize=True, deadline=None)
@given(running=st.integers(0, 60))
def test_one(asyncops_mock, running): wait(asyncops_mock, running)
""",
        """\
TimeoutError: op-1 is not done
HYPOTHESIS
    asyncops_mock=<AsyncOpsMock <VirtualClock 2026-01-01T00:00:00Z, 0 s on>>,
    running=6,
""",
        """\
10 s of the servers' time, from 2026-01-01T00:00:00Z on
  0 s        chainloop starts op-1: RUNNING 6 s, SUCCEEDED
  0 s        GET /v1/operations/op-1  200 RUNNING
             waits 5 s at FILE, in wait
  5 s  +5 s  GET /v1/operations/op-1  200 RUNNING
             waits 5 s at FILE, in wait
! 6 s        op-1 is now SUCCEEDED, and no answer showed it
at the end: op-1 is SUCCEEDED, shown by 2 answers
""",
    ),
}


def plain(text: str) -> str:
    """The text without what differs from run to run, and from version to version of a library."""
    for pattern, instead in (
        (r'(?<=File ")[^"]*test_\w+\.py', "FILE"),
        (r"(?<=line )\d+", "N"),
        (r"\S*test_\w+\.py:\d+", "FILE"),
        (r"pytest_asyncops/schemas/\S+ #\S+", "SCHEMA"),
    ):
        text = re.sub(pattern, instead, text)
    return text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("no_proxies")
def test_it_says(run, kind):
    test, error, timeline, when = KINDS[kind]
    result = run(HELP + test)
    reports = result.reports
    lines = reports.lines("test_one", when)
    lines = [line[1:] for line in lines if line.startswith("E ")] or lines
    told = plain(textwrap.dedent("\n".join(lines))).splitlines()
    if not error:
        expected = told
    elif "HYPOTHESIS" in error:  # which says the rest in its own words
        first, _, *arguments = error.splitlines()
        expected = [first, *map(str.strip, arguments)]
        told = [line for line in map(str.strip, told) if line in expected]
    else:
        expected = error.splitlines()
    assert told == expected
    [shown] = [
        text
        for name, text in reports.report("test_one", when).sections
        if name == "asyncops timeline"
    ]
    assert plain(shown).splitlines() == timeline.splitlines()
    assert all(line.isprintable() for line in shown.splitlines())
