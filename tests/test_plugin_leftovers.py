"""Work of a test that goes on after its end fails the session, and is told of with its test."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("no_proxies")

LEFT = """
import threading

go, done = threading.Event(), threading.Event()

def poll():
    go.wait()
    try:
        get()
    except Exception:
        pass
    finally:
        done.set()

@pytest.mark.asyncops(clock="manual")
def test_leaves_a_thread(asyncops_mock):
    threading.Thread(target=poll).start()

def test_is_not_accused():
    go.set()
    done.wait()
"""
TEST = "test_the_session_fails.py::test_leaves_a_thread"
HEADLINE = "*= asyncops: work that continued after its test =*"
SAID = (
    "has ended, but work that it began continues: "
    "requests was about to reach api.app.chainloop.dev:443."
)


def test_the_session_fails(run, pytester):
    result = run(LEFT, subprocess=True)  # where no warning is an error
    result.assert_outcomes(passed=2, warnings=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*LeftoverWorkWarning: test_the_session_fails.py::test_leaves*"])
    lines = result.outlines
    warned = next(line for line in lines if ": LeftoverWorkWarning: " in line)
    assert warned.strip().startswith(str(pytester.path / "test_the_session_fails.py:8: "))
    at = next(at for at, line in enumerate(lines) if "work that continued after its test" in line)
    assert lines[at + 1] == f"{TEST} {SAID}"
    assert lines[at + 2].endswith("test_the_session_fails.py:8, in get")
    assert lines[at + 3] == (
        "Let the test wait for it, or end it: join the thread, shut the pool down, cancel the task."
    )


def test_the_warning_can_be_an_error(run):
    result = run(LEFT, "-W", "error::pytest_asyncops.LeftoverWorkWarning")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([HEADLINE])


def test_nothing_is_said_where_nothing_goes_on(run):
    result = run(
        """
def test_polls(asyncops_mock):
    get()
"""
    )
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line(HEADLINE)


def test_the_main_process_of_xdist_hears_of_it(run):
    result = run(LEFT, "-p", "xdist", "-n", "1", subprocess=True)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([HEADLINE, "*has ended, but work that it began continues*"])


def test_a_session_that_fails_otherwise_keeps_its_code(run):
    result = run(LEFT + "    raise KeyboardInterrupt\n")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([HEADLINE])
