"""What README and docs say is so: names, settings, routes, errors, quoted output, links."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

import pytest_asyncops
from pytest_asyncops import (
    Api,
    ConformanceError,
    InvalidArgument,
    Lifecycle,
    State,
    Step,
    assert_conforms,
    assert_history,
    mocked,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.settings import GENERAL, READINGS, Setting

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
APIS = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
KINDS = {"count": "a count", "seconds": "seconds", "names": "names", "urls": "URLs"}


def read(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def page_of(api: Api) -> str:
    return f"{api.name}.md"


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank or above."""
    _, _, rest = read(page).partition(f"\n## {heading}\n")
    assert rest, f"{page} has no section {heading}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the first table, without its head."""
    table: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif table:
            break
    assert len(table) > 2, "no table"
    return table[2:]


def words(cell: str) -> list[str]:
    """What stands in backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", read(page), re.MULTILINE | re.DOTALL)


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


@APIS
def test_readings(api: Api) -> None:
    check_settings(
        rows(section(page_of(api), "Readings")),
        {reading.name: reading for reading in READINGS[api.name]},
    )


# APIs


@APIS
def test_routes(api: Api) -> None:
    told_routes = [
        (words(row[0])[0], words(row[1])[0]) for row in rows(section(page_of(api), "Routes"))
    ]
    assert told_routes == [
        (route.name, f"{route.method} {path}") for route in api.routes for path in route.paths
    ]


@APIS
def test_fields(api: Api) -> None:
    table = rows(section(page_of(api), "Starting operations"))
    assert [words(row[0])[0] for row in table] == list(api.fields)
    for (_, default), field in zip(table, api.fields.values(), strict=True):
        if field.required:
            assert default == "must be given"
        elif field.default is None:
            assert default.startswith("not set")
        else:
            shown = field.default(1) if callable(field.default) else field.default
            assert words(default) == [shown, *(c for c in field.choices if c != shown)]


@APIS
def test_states(api: Api) -> None:
    told_words = {
        state: words(row[1])
        for row in rows(section(page_of(api), "States"))
        for state in words(row[0])
    }
    visible = {state.name: [word] for state, word in api.words.items()}
    assert told_words == {"PURGED": [], **visible}


@APIS
def test_base_url(api: Api) -> None:
    assert f"at `{api.base_url}`" in read(page_of(api))


@APIS
def test_refusals(api: Api) -> None:
    """Every reason stands in the table of credentials, with what it is answered."""
    text = "\n".join(line for line in read(page_of(api)).splitlines() if "refused as" in line)
    assert set(re.findall(r"refused as `(\w+)`", text)) == set(api.refusals)


ERRORS: dict[str, tuple[Api, str, str]] = {
    "an unknown operation": (CHAINLOOP, "GET", "/v1/operations/x"),
    "another method on a known path": (CHAINLOOP, "DELETE", "/v1/operations"),
    "an unknown path": (CHAINLOOP, "GET", "/v2"),
    "`pagination.page=abc`": (CHAINLOOP, "GET", "/v1/operations?pagination.page=abc"),
    "`status=DONE`": (CHAINLOOP, "GET", "/v1/operations?status=DONE"),
    "`resource_id` without `resource_type`": (CHAINLOOP, "GET", "/v1/operations?resource_id=1"),
    "no token, or another scheme": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `invalid`": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `expired`": (CHAINLOOP, "GET", "/v1/operations"),
    "a token refused as `forbidden`": (CHAINLOOP, "GET", "/v1/operations"),
    "an unknown assistant": (PINECONE, "GET", "/operations/docs"),
    "an unknown operation `op-1`": (PINECONE, "GET", "/operations/known/op-1"),
    "`limit=0`": (PINECONE, "GET", "/operations/known?limit=0"),
    "`status=Done`": (PINECONE, "GET", "/operations/known?status=Done"),
    "a token of another query": (PINECONE, "GET", "/operations/known?pagination_token=eA"),
    "no `Api-Key`": (PINECONE, "GET", "/operations/known"),
    "a key refused as `invalid`": (PINECONE, "GET", "/operations/known"),
    "a key refused as `forbidden`": (PINECONE, "GET", "/operations/known"),
    "no `X-Pinecone-Api-Version`": (PINECONE, "GET", "/operations/known"),
}
"""The request that a row of an error table means, the credential and the version apart."""


def answered(api: Api, request: str) -> tuple[int, dict[str, Any]]:
    method, path = ERRORS[request][1:]
    if api is PINECONE and request == "an unknown path":
        path = "/v2"
    elif api is PINECONE and request == "another method on a known path":
        path = "/operations/known"
    headers = {
        "Authorization": "Bearer key",
        "Api-Key": "key",
        "X-Pinecone-Api-Version": "2026-04",
    }
    if request.startswith("no "):
        names = {"no token, or another scheme": "Authorization"}
        del headers[names.get(request) or words(request)[0]]
    with mocked(unmatched="answer") as mock:
        stub = mock.stubs[api.name]
        mock.pinecone.add_assistant("known")
        if "refused as" in request:
            stub.refuse("key", words(request)[0])
        answer = requests.request(method, stub.base_url + path, headers=headers, timeout=30)
    return answer.status_code, answer.json()


def error_rows() -> Iterator[Any]:
    for api, heading in ((CHAINLOOP, "Credentials"), (PINECONE, "Credentials and version")):
        table = rows(section(page_of(api), heading))
        for number, (request, answer) in enumerate(table):
            shown = table[number - 1][1] if answer == "the same" else answer
            status, code, message = shown.split(", ")
            code = code.removeprefix("code ")
            yield pytest.param(api, request, [status, code, message], id=f"{api.name} {request}")
    for api in (CHAINLOOP, PINECONE):
        for request, *told_error in rows(section(page_of(api), "Errors")):
            yield pytest.param(api, request, told_error, id=f"{api.name} {request}")


@pytest.mark.parametrize(("api", "request_text", "told_error"), [*error_rows()])
def test_errors(api: Api, request_text: str, told_error: list[str]) -> None:
    """Each row of the tables of errors is what the stub answers."""
    status, payload = answered(api, request_text)
    error = payload.get("error", payload)
    if api is PINECONE:
        assert payload["status"] == status
    shown = [str(status), str(error["code"]), error["message"]]
    assert shown == [cell.strip("`") for cell in told_error]


# Names


def test_public_names() -> None:
    """The README's table has every public name and no other."""
    named = {
        word
        for row in rows(section("README.md", "What there is"))
        for word in words(row[0]) + (words(row[1]) if row[0] == "`AsyncOpsError`" else [])
    }
    told_names = {re.match(r"\w+", word)[0] for word in named if re.match(r"\w+", word)}
    assert told_names - {"asyncops_mock"} == set(pytest_asyncops.__all__)


def test_public_attributes() -> None:
    """Every attribute that the README's table gives a name is there."""
    with mocked() as mock:
        owners: dict[str, object] = {
            "AsyncOpsMock": mock,
            "Stub": mock.pinecone,
            "Operation": mock.chainloop.start(),
            "Lifecycle": Lifecycle.succeeds(),
            "Progress": pytest_asyncops.Progress,
            "VirtualClock": mock.clock,
        }
        seen = set()
        for name, text in rows(section("README.md", "What there is")):
            for attribute in re.findall(r"`\.(\w+)(?:\(\))?`", text):
                owner = words(name)[0]
                seen.add(owner)
                assert hasattr(owners[owner], attribute), f"{owner}.{attribute}"
        assert seen == set(owners)


def test_parts_of_an_api() -> None:
    told_parts = [
        part for row in rows(section("own_api.md", "The parts")) for part in words(row[0])
    ]
    assert sorted(told_parts) == sorted(field.name for field in dataclasses.fields(Api))


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


class Quote(NamedTuple):
    page: str
    text: str


QUOTES = [Quote(page, text) for page in PAGES for text in blocks(page, "text")]
SOURCES = [
    unmatched_report,
    step_after_the_end,
    unknown_clock,
    partial(hand_written, "README.md", "chainloop"),
    partial(hand_written, "conformance.md", "pinecone"),
]


@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: quote.page)
def test_quoted_output(quote: Quote) -> None:
    """Everything quoted as output is what comes out."""
    assert quote.text in [source() for source in SOURCES]


# Conformance


@APIS
def test_rules(api: Api) -> None:
    """Every rule of the contract's prose stands in the docs, with its words and its place."""
    text = read("conformance.md").partition(f"\n### {api.contract}\n")[2]
    assert rows(text) == [[f"`{rule.id}`", rule.says, f"`{rule.source}`"] for rule in api.rules]


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
