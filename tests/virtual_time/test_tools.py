"""What the tools of testing measure stays true, and logs agree with the code under test."""

from __future__ import annotations

import datetime
import faulthandler
import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import DeadlineExceeded
from support.pytest_runs import Reports
from support.real_pauses import really_wait

from pytest_asyncops import mocked

MONTH = 30 * 86_400


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *arguments: str, **more: Any) -> pytest.RunResult:
        pytester.makepyfile("import select, time, pytest\n" + source)
        return pytester.runpytest_inprocess("-p", "asyncops", *arguments, **more)

    return run


A_MONTH = f"""
def test_a_month(asyncops_mock):
    time.sleep({MONTH})
"""


def test_durations(run, pytester: pytest.Pytester) -> None:
    before = datetime.datetime.now().timestamp()
    reports = Reports()
    result = run(A_MONTH, "--junitxml=report.xml", plugins=[reports])
    result.assert_outcomes(passed=1)
    assert reports.duration("test_a_month") < 60
    report = ElementTree.parse(pytester.path / "report.xml").getroot()
    [suite] = report.iter("testsuite")
    assert float(suite.attrib["time"]) < 60
    assert all(float(case.attrib["time"]) < 60 for case in report.iter("testcase"))
    began = datetime.datetime.fromisoformat(suite.attrib["timestamp"]).timestamp()
    assert abs(began - before) < 60


@pytest.mark.parametrize("func_only", ["false", "true"])
def test_pytest_timeout(run, func_only: str) -> None:
    run(
        A_MONTH
        + """
@pytest.mark.timeout(0.5)
def test_hangs(asyncops_mock):
    with asyncops_mock.clock.real():
        time.sleep(30)
""",
        *("-p", "pytest_timeout", "-o", f"timeout_func_only={func_only}"),
        *("--timeout=60", "--timeout-method=signal"),
    ).assert_outcomes(passed=1, failed=1)


def test_a_timer_of_pytest_timeout_keeps_real_time() -> None:
    fired: list[bool] = []
    tool: dict[str, Any] = {"__name__": "pytest_timeout", "threading": threading}
    exec("def begin(told): t = threading.Timer(60, told); t.start(); return t", tool)
    with mocked() as mock:
        timer = tool["begin"](lambda: fired.append(True))
        time.sleep(MONTH)
        own = threading.Timer(60, lambda: fired.append(False))
        own.start()
        time.sleep(61)
        timer.cancel()
        timer.join()
        assert mock.clock.elapsed.total_seconds() == MONTH + 61
    assert fired == [False]


@pytest.mark.parametrize("seconds", [MONTH, 0])
def test_the_deadlines_of_hypothesis(seconds: int) -> None:
    real = datetime.timedelta(milliseconds=2_000 if seconds else 1)

    @settings(deadline=real, database=None, max_examples=3)
    @given(st.just(seconds))
    def wait(virtual: int) -> None:
        time.sleep(virtual)
        if not virtual:
            really_wait(0.01)

    with mocked():
        if seconds:
            wait()
        else:
            with pytest.raises(DeadlineExceeded):
                wait()


def test_faulthandler(run) -> None:
    result = run(A_MONTH, "-o", "faulthandler_timeout=60")
    result.assert_outcomes(passed=1)
    assert "test_faulthandler" not in str(result.stderr)  # the file that a dump would name


def test_a_dump_comes_after_real_time(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    with mocked(), dump.open("w") as file:
        faulthandler.dump_traceback_later(0.1, file=file)
        try:
            time.sleep(MONTH)
            assert not dump.read_bytes()
            while not dump.read_bytes():
                really_wait(0.01)
        finally:
            faulthandler.cancel_dump_traceback_later()


def test_the_log_has_the_time_that_the_code_under_test_sees(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen = []
    with mocked() as mock, caplog.at_level(logging.INFO):
        for _ in range(3):
            logging.getLogger("made_up").info("polled")
            seen.append(mock.clock.now().timestamp())
            time.sleep(5)
    assert [record.created for record in caplog.records] == pytest.approx(seen, abs=1e-6)
    assert seen[2] - seen[0] == 10
    formatter = logging.Formatter("%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    assert formatter.format(caplog.records[1]) == "2026-01-01T00:00:05Z polled"


def test_a_debugger(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
import threading, time

def test_stops(asyncops_mock):
    thread = threading.Thread(target=time.sleep, args=(60,))
    thread.start()
    time.sleep(5)
    breakpoint()
    thread.join()
    print("went", asyncops_mock.clock.elapsed, "on")
"""
    )
    result = pytester.run(
        *(sys.executable, "-m", "pytest", "-p", "asyncops", "-s"),
        # Wherever it stops: with another tracer beside it, that may be in the next call.
        stdin=b"p __import__('time').monotonic() > 0\np __import__('time').gmtime()[:6]\nc\n",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*True", "*(2026, 1, 1, 0, 0, 5)", "*went 0:01:00 on*"])
