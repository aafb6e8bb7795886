"""What README and docs say is so: names, settings, rules, quoted output, links."""

from __future__ import annotations

import dataclasses
import io
import linecache
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
import requests
from hypothesis import Phase, given, settings
from support.pages import PAGES, blocks, page_of, read, rows, section, words

import pytest_asyncops
from pytest_asyncops import (
    Api,
    AsyncOpsMock,
    CadenceError,
    ConformanceError,
    InvalidArgument,
    Lifecycle,
    PollerHangs,
    State,
    Step,
    assert_conforms,
    assert_history,
    assert_polled,
    mocked,
    strategies,
)
from pytest_asyncops.apis import Checking, Serving
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.settings import GENERAL, READINGS, Setting
from pytest_asyncops.transports.client_libraries import LIBRARIES

APIS = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
KINDS = {"count": "a count", "seconds": "seconds", "names": "names", "urls": "URLs",
         "hosts": "hosts", "path": "a path", "rate": "a number",
         "flag": "true or false"}  # fmt: skip


# Settings


def told(setting: Setting) -> tuple[list[str], list[str]]:
    """The default and the choices of a setting, as the tables write them."""
    if isinstance(setting.default, tuple):
        default = [str(name) for name in setting.default]
    else:
        default = [] if setting.default == {} else [str(setting.default)]
    return default, list(setting.choices)


def check_settings(table: list[list[str]], settings: dict[str, Setting]) -> None:
    assert [words(row[0]) for row in table] == [[name] for name in settings]
    for (name, default, choices, why), setting in zip(table, settings.values(), strict=True):
        assert (words(default), words(choices)) == told(setting), name
        if not setting.choices:
            assert choices == KINDS.get(setting.kind, "an instant"), name
        assert why, name


def test_settings() -> None:
    settings = {setting.name: setting for setting in GENERAL}
    for api, readings in READINGS.items():
        settings |= {f"{api}_{reading.name}": reading for reading in readings}
    check_settings(rows(section("settings.md", "All settings")), settings)


def test_client_libraries() -> None:
    table = rows(read("clients.md"))
    told_of = [(words(library), words(transport)) for library, transport, *_ in table]
    assert told_of == [([each.module, *each.brings], [each.transport]) for each in LIBRARIES]


@APIS
def test_readings(api: Api) -> None:
    check_settings(
        rows(section(page_of(api), "Readings")),
        {reading.name: reading for reading in READINGS[api.name]},
    )


# Names


def test_public_names() -> None:
    """The README's table has every public name and no other."""
    named = {
        word
        for row in rows(section("README.md", "Public names"))
        for word in words(row[0]) + (words(row[1]) if row[0] == "`AsyncOpsError`" else [])
    }
    told_names = {re.match(r"\w+", word)[0] for word in named if re.match(r"\w+", word)}
    assert told_names - {"asyncops_mock", "asyncops_server"} == set(pytest_asyncops.__all__)


def test_public_attributes() -> None:
    """Every attribute that the README's table gives a name is there."""
    with mocked() as mock:
        owners: dict[str, object] = {
            "AsyncOpsMock": mock,
            "Stub": mock.pinecone,
            "Operation": mock.chainloop.start(),
            "Lifecycle": Lifecycle.succeeds(),
            "Plan": mock.pinecone.plan(Lifecycle.hangs()),
            "Progress": pytest_asyncops.Progress,
            "Contract": pytest_asyncops.Contract,
            "VirtualClock": mock.clock,
        }
        seen = set()
        for name, text in rows(section("README.md", "Public names")):
            for attribute in re.findall(r"`\.(\w+)(?:\(\))?`", text):
                owner = words(name)[0]
                seen.add(owner)
                assert hasattr(owners[owner], attribute), f"{owner}.{attribute}"
        assert seen == set(owners)


def test_parts_of_an_api() -> None:
    tables = section("own_api.md", "The parts").split("\n\n|")
    told_parts = [[part for row in rows(f"|{table}") for part in words(row[0])] for table in tables]
    real_parts = [
        [field.name for field in dataclasses.fields(kind)] for kind in (Api, Serving, Checking)
    ]
    assert [sorted(told) for told in told_parts] == [sorted(real) for real in real_parts]


def test_an_api_takes_little() -> None:
    first = blocks("own_api.md", "python")[0]
    assert len(first.splitlines()) <= 50
    assert "Api(" in first
    homes = set(re.findall(r"^from (pytest_asyncops\S*) import", first, re.MULTILINE))
    assert homes == {"pytest_asyncops", "pytest_asyncops.apis"}


# Quoted output


def unmatched_report() -> str:
    with pytest.raises(pytest_asyncops.UnmatchedRequests) as caught, mocked() as mock:
        requests.get(f"{mock.chainloop.base_url}/v1/operation/eval-1", timeout=30)
    return str(caught.value)


def refused(make: Callable[[], object]) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        make()
    return caught.value


def step_after_the_end() -> str:
    error = refused(lambda: Lifecycle.steps(Step(State.SUCCEEDED, 1), Step(State.RUNNING)))
    return f"InvalidArgument: {error}"


def unknown_clock() -> str:
    return str(refused(lambda: mocked(clock="manul").__enter__()))


def hand_written(page: str, api: str) -> str:
    """What the page's example prints without its ``pytest.raises``."""
    [example] = [block for block in blocks(page, "python") if "HAND_WRITTEN" in block]
    names: dict[str, Any] = {}
    exec(example, names)
    with pytest.raises(ConformanceError) as caught:
        assert_conforms(names["HAND_WRITTEN"], api=api, route="get")
    return f"ConformanceError: {caught.value}"


SHORTER_AND_SHORTER = """\
def wait_for_job(ask):
    for interval in (5, 2):
        ask()
        time.sleep(interval)
    ask()
"""


def polled_too_soon() -> str:
    names: dict[str, Any] = {"time": time}
    exec(compile(SHORTER_AND_SHORTER, os.path.abspath("jobs.py"), "exec"), names)
    with mocked(apis=["chainloop"]) as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=6))
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        headers = {"Authorization": "Bearer token"}
        names["wait_for_job"](lambda: requests.get(url, headers=headers, timeout=30))
        with pytest.raises(CadenceError) as caught:
            assert_polled(operation, min_interval=5)
    return str(caught.value)


JOBS = "/home/me/project/tests/test_jobs.py"

POLLER = """\
import time

import requests

HEADERS = {"Authorization": "Bearer token"}


def wait_for_job(url):
    while True:
        answer = requests.get(url, headers=HEADERS, timeout=30)
        if answer.json()["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED":
            return answer
        time.sleep(5)
"""


def hanging(mock: AsyncOpsMock) -> str:
    """What a user's poller in a file of its own ends with."""
    operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
    linecache.cache[JOBS] = (len(POLLER), None, POLLER.splitlines(keepends=True), JOBS)
    names: dict[str, Any] = {"__name__": "test_jobs"}
    exec(compile(POLLER, JOBS, "exec"), names)
    with ThreadPoolExecutor(1) as pool:  # so that nothing of this file has called it
        polls = pool.submit(
            names["wait_for_job"], f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        )
        error = polls.exception()
    assert isinstance(error, PollerHangs)
    mock._live.guards.note_failure(error)
    return str(error)


def polled_on_and_on() -> str:
    with mocked(apis=["chainloop"], max_polls_per_operation=50) as mock:
        return hanging(mock)


def really_waited() -> str:
    with mocked(apis=["chainloop"]) as mock:
        mock._live.guards.really_waited = lambda: (f"{JOBS}:13, in wait_for_job", 2.0)
        return hanging(mock)


def picture_of_polls() -> str:
    """When an operation changes, and when it is polled; a character is a second."""
    with mocked(apis=["chainloop"]) as mock:
        operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=10, running=30))
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        times, states, rule, polls, shown = "", "", "", "", None
        for second in range(41):
            if operation.state is not shown:
                shown = operation.state
                times = f"{times:{second}}{second} s"
                states = f"{states:{second}}{shown.name}"
                rule = f"{rule:─<{second}}{'┼' if second else '├'}"
            if second % 5 == 0:
                requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
                polls = f"{polls:{second}}{operation.polls}"
            mock.clock.advance(1)
    rule += "─" * 9
    rows = [("", times), ("operation", states), ("", rule), ("polls", polls)]
    return "\n".join(f"{name:11}{row}" for name, row in rows)


def failing_example() -> str:
    last: dict[str, Any] = {}  # Hypothesis tries the example that it shows once more

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(strategies.operations("pinecone"))
    def drawing_a_bar(operation: dict[str, Any]) -> None:
        last.clear()
        last.update(operation)
        operation["percent_complete"]

    with pytest.raises(KeyError):
        drawing_a_bar()
    shown = ",\n ".join(f"{name!r}: {value!r}" for name, value in last.items())
    return f"{{{shown}}}"


def kept_from_the_network() -> str:
    names: dict[str, Any] = {}
    exec(compile(blocks("network.md", "python")[0], "tests/test_network.py", "exec"), names)
    printed = io.StringIO()
    with redirect_stdout(printed):
        names["test_nothing_gets_away"]()
    return printed.getvalue().rstrip()


def timeline_of_a_failure() -> str:
    names: dict[str, Any] = {}
    file = os.path.abspath("test_jobs.py")
    exec(compile(blocks("timeline.md", "python")[0], file, "exec"), names)
    with mocked() as mock:
        names["test_waits_until_done"](mock)
        return str(mock.timeline)


def unused_plan() -> str:
    [example] = [block for block in blocks("own_api.md", "python") if "def run(kind" in block]
    names: dict[str, Any] = {}
    exec(example, names)

    def planned_in_vain() -> None:
        with mocked(apis=[names["JOBS"]], unused_plans="fail") as mock:
            mock.stubs["jobs"].plan(Lifecycle.hangs(), kind="report")
            names["run"]("scan", "short")

    with pytest.raises(pytest_asyncops.UnusedPlans) as caught:
        planned_in_vain()
    return str(caught.value)


@cache
def report_of_a_failing_test() -> str:
    """What pytest prints when the README's failing test is put below its first example."""
    [failing] = blocks("README.md", "py")
    file = f"{blocks('README.md', 'python')[0]}\n\n\n{failing}\n"
    with TemporaryDirectory() as folder:
        Path(folder, "test_jobs.py").write_text(file, encoding="utf-8")
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "asyncops", "-p", "no:cacheprovider"],
            cwd=folder,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,  # the test is to fail
        ).stdout
    _, begin, rest = said.partition("15 s of the servers' time")
    return begin + rest[: rest.index("\n==")]


class Quote(NamedTuple):
    page: str
    text: str


QUOTES = [Quote(page, text) for page in PAGES for text in blocks(page, "text")]
SOURCES = [
    unmatched_report,
    unused_plan,
    step_after_the_end,
    unknown_clock,
    polled_too_soon,
    polled_on_and_on,
    really_waited,
    failing_example,
    picture_of_polls,
    kept_from_the_network,
    timeline_of_a_failure,
    report_of_a_failing_test,
    partial(hand_written, "README.md", "chainloop"),
    partial(hand_written, "conformance.md", "pinecone"),
]


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.page)
def test_quoted_output(quote: Quote) -> None:
    """Everything quoted as output is what comes out."""
    assert quote.text in [source() for source in SOURCES]


# Conformance


@APIS
def test_rules(api: Api) -> None:
    """Every rule of the contract's prose stands in the docs, with its words and its place."""
    text = read("conformance.md").partition(f"\n### {api.checking.contract}\n")[2]
    assert rows(text) == [
        [f"`{rule.id}`", rule.says, f"`{rule.source}`"] for rule in api.checking.rules
    ]


def seen(word: str, **members: str) -> dict[str, str]:
    return {"id": "op-1", "status": f"ASYNC_OPERATION_STATUS_{word}", **members}


def test_history_rules() -> None:
    history = [
        seen("RUNNING", kind="scan", started_at="2026-01-01T00:00:00Z"),
        seen("PENDING", kind="rescan", started_at="2026-01-01T00:00:01Z"),
        seen("COMPLETED", output="aGk="),
        seen("COMPLETED", output="aGo="),
    ]
    with pytest.raises(ConformanceError) as caught:
        assert_history(history, api="chainloop")
    told_rules = {words(row[0])[0] for row in rows(section("conformance.md", "Histories"))}
    broken = {violation.rule for violation in caught.value.violations}
    assert {f"chainloop.{rule}" for rule in told_rules} == broken


# Links


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as the renderers of Markdown make them."""
    headings = re.findall(r"^#+ (.*)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [
    (page, target)
    for page in PAGES
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page))
    if not target.startswith("http")
]


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_links(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    there = (PAGES[page].parent / path).resolve() if path else PAGES[page]
    assert there.exists(), f"{page} links to {target}"
    if anchor:
        assert anchor in anchors(there.name), f"{page} links to {target}"


def test_the_readme_has_no_picture_that_some_do_not_show() -> None:
    """PyPI shows none in Mermaid."""
    assert not blocks("README.md", "mermaid")
