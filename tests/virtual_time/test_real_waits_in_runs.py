"""Real waits are noticed in whole runs of pytest: in xdist's workers, and beside a debugger."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from support.pytest_runs import HELP

POLLERS = """
import threading
LOCK = threading.Lock()
LOCK.acquire()

@pytest.fixture
def poll(asyncops_mock):
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.hangs())
    url = f"{asyncops_mock.chainloop.base_url}/v1/operations/{operation.id}"
    return lambda: requests.get(url, headers={"Authorization": "Bearer token"})
"""

WAITS_REALLY = """
@pytest.mark.asyncops(max_real_wait=0.2)
def test_waits_really(poll):
    while True:
        poll()
        LOCK.acquire(timeout=0.05)
"""

COMPUTES = """
@pytest.mark.asyncops(max_real_wait=0.2)
def test_computes(poll):
    for _ in range(3):
        poll()
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
"""

STANDS_IN_A_DEBUGGER = """
@pytest.mark.asyncops(max_real_wait=0.2)
def test_is_debugged(poll):
    poll()
    breakpoint()
    poll()
    assert 0, "after the breakpoint"
"""


def test_in_workers_of_xdist(run: Callable[..., pytest.RunResult]) -> None:
    pytest.importorskip("xdist")
    result = run(POLLERS + WAITS_REALLY + COMPUTES, "-p", "xdist", "-n", "2", subprocess=True)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*the code under test polls * and really waits in between, * s so far, *",
         "*test_*.py:*, in test_waits_really"]
    )  # fmt: skip


def _typed_into(arguments: list[str], prompt: bytes, line: bytes, after: float) -> bytes:
    """What a program prints on a terminal where somebody answers its prompts slowly.

    Args:
        arguments: the program and its arguments.
        prompt: what it prints when it waits for a line.
        line: what is typed then.
        after: the real seconds that it takes to type it.
    """
    pty = pytest.importorskip("pty")
    terminal, its_end = pty.openpty()
    ends = {"stdin": its_end, "stdout": its_end, "stderr": its_end}
    printed, answered, until = b"", 0, time.monotonic() + 60
    with subprocess.Popen(arguments, start_new_session=True, **ends) as process:
        os.close(its_end)
        try:
            while time.monotonic() < until:
                if select.select([terminal], [], [], after)[0]:
                    try:
                        printed += os.read(terminal, 9_999)
                    except OSError:  # as Linux says that the program has ended
                        return printed
                elif prompt in printed[answered:]:
                    answered = len(printed)
                    os.write(terminal, line)
            pytest.fail(f"does not end:\n{printed.decode()}")
        finally:
            os.close(terminal)
            process.kill()


def test_while_somebody_thinks_in_a_debugger(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHON_COLORS", "0")
    pytester.makepyfile(HELP + POLLERS + STANDS_IN_A_DEBUGGER + WAITS_REALLY)
    command = [sys.executable, "-m", "pytest", "-p", "asyncops", "-p", "no:cacheprovider", "--pdb"]
    printed = _typed_into(command, b"(Pdb) ", b"continue\n", after=0.5).decode()
    before, debugged = printed.split("PDB set_trace")
    assert "PollerHangs" not in before
    debugged, hung = debugged.split("really waits in between", 1)
    assert "AssertionError: after the breakpoint" in debugged
    assert debugged.count("entering PDB") == 1
    assert ", in test_waits_really" in hung
    assert "entering PDB" in hung
    assert "2 failed" in hung
