"""mypy and pyright accept the public surface as it is meant, and refuse wrong uses of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SURFACE = Path("tests", "typing_surface.py")

# Each line of the function is a wrong use.
WRONG_USES = """\
import datetime

import pytest

from pytest_asyncops import (
    AsyncOpsMock,
    Lifecycle,
    Operation,
    Progress,
    Settings,
    State,
    Step,
    assert_conforms,
    assert_history,
    assert_polled,
    mocked,
    polls,
    strategies,
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
    asyncops_mock.clock.rewind(0)
    asyncops_mock.chainloop.start(Lifecycle.manual())
    asyncops_mock.chainloop.start(lifecycle=Lifecycle.manual)
    asyncops_mock.chainloop.start(kinds="scan")
    asyncops_mock.chainloop.start(state=State.RUNNING)
    asyncops_mock.chainloop.start(output=b"done")
    asyncops_mock.chainloop.limit_rate(2)
    asyncops_mock.chainloop.base_url = "http://localhost:1"
    asyncops_mock.chainlop
    mocked("chainloop")
    strategies.payloads("chainloop", "rpcStatus", max_item=1)
    strategies.list_queries("chainloop", valid="no")
    assert_polled("x", at_most=1)
    assert_polled(operation, not_after_done="yes")
    asyncops_mock.chainloop.start(kind=7)
    asyncops_mock.chainloop.start(operation_type="upload_file")
    asyncops_mock.chainloop.start_many("3")
    asyncops_mock.chainloop.start_many(3, kind=["scan"])
    asyncops_mock.chainloop.refuse("token", "expierd")
    asyncops_mock.chainloop.limit_rate(1, per=10, retry_after="minutes")
    asyncops_mock.chainloop.add_assistant("docs")
    asyncops_mock.chainloop.handle(asyncops_mock.calls[0].request)
    asyncops_mock.pinecone.start()
    asyncops_mock.pinecone.start(assistant_name="docs", operation_type="upload")
    asyncops_mock.pinecone.start_many(3, assistant_name="docs", operation_type=lambda i: "upload")
    asyncops_mock.pinecone.refuse("key", "expired")
    asyncops_mock.calls.add(asyncops_mock.calls[0])
    asyncops_mock.calls[0].response.status_code + "200"
    asyncops_mock.sentry
    mocked().chainloop
    mocked()(7)
    mocked(clok="manual")
    mocked(clock="manul")
    mocked(apis=[5])
    mocked(epoch=2026)
    mocked(max_polls_at_once="7")
    mocked(chainloop_order="random")
    mocked(pinecone_page_base="one")
    pytest.mark.asyncops(**Settings(clok="manual"))
    pytest.mark.asyncops(**Settings(chainloop_purged="hidden"))
    assert_conforms({}, "chainloop", "get")
    assert_conforms({}, route=1)
    assert_history([])
"""


def mypy(wrong_uses: Path) -> set[tuple[str, int]]:
    output = run("mypy", "--strict", "--no-pretty", str(SURFACE), str(wrong_uses))
    found = re.findall(r"^(.+?):(\d+): error: ", output, re.MULTILINE)
    return {(file, int(line)) for file, line in found}


def pyright(wrong_uses: Path) -> set[tuple[str, int]]:
    found = json.loads(run("pyright", "--outputjson", str(SURFACE), str(wrong_uses)))
    return {
        (each["file"], each["range"]["start"]["line"] + 1)
        for each in found["generalDiagnostics"]
        if each["severity"] == "error"
    }


def run(checker: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    # pyright takes the Python that is first on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", checker, *arguments],
        cwd=cwd,
        env={**os.environ, "MYPYPATH": str(ROOT), "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_types(tmp_path: Path, checker: Callable[[Path], set[tuple[str, int]]]) -> None:
    # A name of its own: mypy remembers what it said of a module, down to where it stood.
    wrong_uses = tmp_path / f"wrong_uses_{os.getpid()}.py"
    wrong_uses.write_text(WRONG_USES)
    _, body = WRONG_USES.split("-> None:\n")
    last = len(WRONG_USES.splitlines())
    expected = {(str(wrong_uses), last - i) for i in range(len(body.splitlines()))}
    assert checker(wrong_uses) == expected


def test_every_public_type_is_known(tmp_path: Path) -> None:
    """To pyright, that does not look into what an editable installation does."""
    site = tmp_path / "site"
    shutil.copytree(ROOT / "pytest_asyncops", site / "pytest_asyncops")
    arguments = ["--verifytypes", "pytest_asyncops", "--ignoreexternal", "--outputjson"]
    output = run("pyright", *arguments, cwd=tmp_path, PYTHONPATH=str(site))
    found: dict[str, Any] = json.loads(output)["typeCompleteness"]
    assert found["packageRootDirectory"] == str(site / "pytest_asyncops")
    assert found["exportedSymbolCounts"]["withKnownType"]
    assert [each["name"] for each in found["symbols"] if not each["isTypeKnown"]] == []
    assert found["completenessScore"] == 1
