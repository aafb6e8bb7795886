"""A debugger stands in the code that has called, not in this package."""

from __future__ import annotations

import pytest

STANDS = """
import pdb

class Stands(pdb.Pdb):
    def cmdloop(self, intro=None):
        print(f"stands in {self.curframe.f_globals['__name__']}: {self.curframe.f_code.co_name}")
"""

POLLERS = """
import threading
from pytest_asyncops import assert_conforms, mocked

@pytest.mark.asyncops(max_polls_at_once=3)
def test_without_end(asyncops_mock):
    while True:
        get()

@pytest.mark.asyncops(max_polls_unchanged=3)
def test_without_change(asyncops_mock):
    while True:
        get()
        time.sleep(5)

@pytest.mark.asyncops(max_polls_per_operation=3)
def test_one_operation(asyncops_mock):
    while True:
        get("/x")
        time.sleep(5)

@pytest.mark.asyncops(network="block")
def test_blocked(asyncops_mock):
    requests.get("http://192.0.2.1/")

@pytest.mark.asyncops(max_virtual_time=60)
def test_sleeps(asyncops_mock):
    while True:
        time.sleep(5)

@pytest.mark.asyncops(max_virtual_time=60)
def test_waits(asyncops_mock):
    while True:
        threading.Event().wait(5)

def test_without_the_fixture():
    with mocked(max_virtual_time=60):
        time.sleep(100)

def test_a_mistake(asyncops_mock):
    asyncops_mock.chainloop.start(kin="x")

def test_a_bad_response(asyncops_mock):
    assert_conforms([], api="chainloop", route="get")
"""


@pytest.mark.usefixtures("no_proxies")
def test_the_debugger_stands_in_the_code_that_asked_and_not_in_what_answers(run, pytester):
    pytester.makepyfile(stands=STANDS)
    pytester.syspathinsert()
    result = run(POLLERS, "--pdb", "--pdbcls=stands:Stands", "-s")
    assert result.ret != 0
    stood = [line.rpartition(": ")[2] for line in result.outlines if "stands in " in line]
    assert stood == [
        *["send"] * 3,  # of requests.sessions
        "getaddrinfo",
        "test_sleeps",
        "wait",  # of threading
        "test_without_the_fixture",
        "test_a_mistake",
        "test_a_bad_response",
    ]


def test_the_debugger_stands_in_an_endpoint_of_ones_own(run, pytester):
    pytester.makepyfile(stands=STANDS)
    pytester.syspathinsert()
    result = run(
        """
from dataclasses import replace
from pytest_asyncops.apis import Route
from pytest_asyncops.apis.chainloop import CHAINLOOP

def broken(exchange):
    raise ZeroDivisionError

api = replace(CHAINLOOP, routes=(Route("list", "GET", ("/v1/operations",), broken),))

@pytest.mark.asyncops(apis=[api])
def test_one(asyncops_mock):
    get()
""",
        "--pdb",
        "--pdbcls=stands:Stands",
        "-s",
    )
    stood = [line for line in result.outlines if "stands in " in line]
    assert [line.rpartition(": ")[2] for line in stood] == ["broken"]
