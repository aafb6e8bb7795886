"""mypy accepts the public surface as it is meant, and refuses wrong uses of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SURFACE = Path("tests", "typing_surface.py")

# Each line of the function is a wrong use.
WRONG_USES = """\
import datetime

from pytest_asyncops import (
    AsyncOpsMock,
    Lifecycle,
    Operation,
    Progress,
    State,
    Step,
    assert_conforms,
    assert_history,
    polls,
)


def test_wrong_uses(asyncops_mock: AsyncOpsMock, operation: Operation) -> None:
    Lifecycle.succeeds(running="10")
    Lifecycle.succeeds(running=[1, 2])
    Lifecycle.succeeds(output="done")
    Lifecycle.succeeds(10)
    Lifecycle.fails()
    Lifecycle.hangs(running=10)
    Lifecycle.steps(State.RUNNING)
    Lifecycle.manual().plan = ()
    Lifecycle.manual().then_purged()
    Step("RUNNING", 5)
    Step(State.FAILED, None, "message")
    Progress.stalled("half")
    polls(1.5)
    operation.fail()
    operation.succeed(output="done")
    operation.state = State.FAILED
    asyncops_mock.clock.advance("10")
    asyncops_mock.clock.advance_to(datetime.date(2026, 2, 1))
    asyncops_mock.chainloop.start(Lifecycle.manual())
    asyncops_mock.chainloop.start(lifecycle=Lifecycle.manual)
    asyncops_mock.chainloop.start_many("3")
    asyncops_mock.chainloop.add_assistant("docs")
    asyncops_mock.calls[0].response.status_code + "200"
    asyncops_mock.sentry
    assert_conforms({}, "chainloop", "get")
    assert_conforms({}, route=1)
    assert_history([])
"""


def test_types(tmp_path):
    # A name of its own: mypy remembers what it said of a module, down to where it stood.
    wrong_uses = tmp_path / f"wrong_uses_{os.getpid()}.py"
    wrong_uses.write_text(WRONG_USES)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", str(SURFACE), str(wrong_uses)],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    refused = re.findall(r"^(.+?):(\d+): error: ", run.stdout, re.MULTILINE)
    _, body = WRONG_USES.split("-> None:\n")
    last = len(WRONG_USES.splitlines())
    expected = {(str(wrong_uses), str(last - i)) for i in range(len(body.splitlines()))}
    assert set(refused) == expected, run.stdout + run.stderr
