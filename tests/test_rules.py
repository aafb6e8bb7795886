"""The law of the contracts' prose: every rule has a payload that breaks it, and only it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract import load_contract
from pytest_asyncops.rules import (
    Absent,
    Check,
    Fixed,
    Never,
    Ordered,
    Present,
    SameAsStatus,
    Unknown,
)

APIS = (CHAINLOOP, PINECONE)
RULES = [(api, rule) for api in APIS for rule in api.rules]


class Row(NamedTuple):
    """A rule, what breaks it, where and by which id, and a neighbour that does not break it."""

    says: str
    status: int
    payload: Any
    broken: list[tuple[str, str]]
    neighbour: Any
    route: str = "get"


# --- Chainloop


def job(word: str = "RUNNING", **members: object) -> dict[str, Any]:
    return {"operation": {"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}", **members}}


def jobs(count: int, **pagination: object) -> dict[str, Any]:
    operations = [job(id=str(number))["operation"] for number in range(count)]
    return {"operations": operations, "pagination": pagination}


def error(**members: object) -> dict[str, Any]:
    return {"code": 3, "message": "no", "details": [], **members}


def at(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}Z"


GET = "chainloop.get-wraps"
TEXT = [("$.operation.output", "schema.format"), ("$.operation.output", "schema.pattern")]

CHAINLOOP_TABLE = [
    Row(
        "the code of a 400 is 3, whatever the published example says",
        400,
        error(code=0),
        [("$.code", "chainloop.code-400")],
        error(code=3),
    ),
    Row(
        "the code of a 401 is 16",
        401,
        error(code=6),
        [("$.code", "chainloop.code-401")],
        error(code=16),
    ),
    Row(
        "the code of a 403 is 7",
        403,
        error(code=1),
        [("$.code", "chainloop.code-403")],
        error(code=7),
    ),
    Row(
        "the code of a 500 is 13",
        500,
        error(code=5),
        [("$.code", "chainloop.code-500")],
        error(code=13),
    ),
    Row(
        "a gateway's code of a 500 for what is no status is 2",
        500,
        error(code=3),
        [("$.code", "chainloop.code-500")],
        error(code=2),
    ),
    Row(
        "a gateway's code of a 500 for lost data is 15",
        500,
        error(code=16),
        [("$.code", "chainloop.code-500")],
        error(code=15),
    ),
    Row(
        "the code holds on the list route too",
        400,
        error(code=0),
        [("$.code", "chainloop.code-400")],
        error(code=3),
        "list",
    ),
    Row(
        "the code is always there, though it has a default",
        400,
        {"message": "no"},
        [("$", "schema.required")],
        {"code": 3, "message": "no"},
    ),
    Row(
        "a documented error has a message",
        401,
        {"code": 16},
        [("$", "schema.required")],
        {"code": 16, "message": ""},
    ),
    Row(
        "the details of a documented error are strings",
        403,
        error(code=7, details=[{}]),
        [("$.details[0]", "schema.type")],
        error(code=7, details=["text"]),
    ),
    Row(
        "the details of any other error are objects",
        404,
        error(code=5, details=["text"]),
        [("$.details[0]", "schema.type")],
        error(code=5, details=[{"@type": "type.googleapis.com/x"}]),
    ),
    Row(
        "an error that is not documented requires nothing",
        404,
        None,
        [("$", "schema.type")],
        {},
    ),
    Row(
        "the other members of a detail are objects",
        404,
        error(code=5, details=[{"@type": "type.googleapis.com/x", "reason": "text"}]),
        [("$.details[0].reason", "schema.type")],
        error(code=5, details=[{"@type": "type.googleapis.com/x", "reason": {"a": 1}}]),
    ),
    Row(
        "the 404 of an unknown id is a status of gRPC",
        404,
        error(code="5"),
        [("$.code", "schema.type")],
        error(code=5),
    ),
    Row(
        "a 429 is a status of gRPC, though nothing documents it",
        429,
        error(code=8, message=1),
        [("$.message", "schema.type")],
        error(code=8),
    ),
    Row(
        "a 503 is a status of gRPC, though nothing documents it",
        503,
        error(code=2**31),
        [("$.code", "schema.format")],
        error(code=14),
        "list",
    ),
    Row(
        "a status is one of those listed, PURGED too",
        200,
        job("ERASED"),
        [("$.operation.status", "schema.enum")],
        job("PURGED"),
    ),
    Row(
        "a real operation is never UNSPECIFIED, whatever the published example says",
        200,
        job("UNSPECIFIED", output="", error_message="e", finished_at=at(1)),
        [("$.operation.status", "chainloop.status-specified")],
        job("COMPLETED", output="", finished_at=at(1)),
    ),
    Row(
        "output is no plain text, whatever the published example says",
        200,
        job(output="output"),
        TEXT,
        job(output="b3V0cHV0"),
    ),
    Row(
        "output ends where its base64 ends",
        200,
        job(output="aGk=\n"),
        TEXT,
        job(output="aGk="),
    ),
    Row("output is padded", 200, job(output="aGk"), TEXT, job(output="")),
    Row(
        "output has the standard alphabet, not that for URLs",
        200,
        job(output="_-8="),
        TEXT,
        job(output="/+8="),
    ),
    *(
        Row(
            f"{word} has no error message",
            200,
            job(word, error_message="disk full", **end),
            [("$.operation.error_message", "chainloop.error-only-when-failed")],
            job("FAILED", error_message="disk full", finished_at=at(1)),
        )
        for word, end in (
            ("PENDING", {}),
            ("RUNNING", {}),
            ("COMPLETED", {"finished_at": at(1)}),
            ("PURGED", {}),
        )
    ),
    Row(
        "an error message that is empty is none",
        200,
        job(error_message=" "),
        [("$.operation.error_message", "chainloop.error-only-when-failed")],
        job(error_message=""),
    ),
    *(
        Row(
            f"{word} has not finished",
            200,
            job(word, finished_at=at(1)),
            [("$.operation.finished_at", "chainloop.finished-only-when-done")],
            job("PURGED", finished_at=at(1)),
        )
        for word in ("PENDING", "RUNNING")
    ),
    *(
        Row(
            f"{word} has finished",
            200,
            job(word),
            [("$.operation.finished_at", "chainloop.finished-when-done")],
            job(word, finished_at=at(1)),
        )
        for word in ("COMPLETED", "FAILED")
    ),
    Row(
        "PURGED may have finished, or not",
        200,
        job("PURGED", finished_at="yesterday"),
        [("$.operation.finished_at", "schema.format")],
        job("PURGED", finished_at=at(1)),
    ),
    Row(
        "PENDING has not started",
        200,
        job("PENDING", started_at=at(1)),
        [("$.operation.started_at", "chainloop.not-started-while-pending")],
        job("RUNNING", started_at=at(1)),
    ),
    Row(
        "what started was created before",
        200,
        job(created_at=at(2), started_at=at(1)),
        [("$.operation.started_at", "chainloop.times-in-order")],
        job(created_at=at(2), started_at=at(2)),
    ),
    Row(
        "what finished was started before",
        200,
        job("FAILED", created_at=at(1), started_at=at(3), finished_at=at(2)),
        [("$.operation.finished_at", "chainloop.times-in-order")],
        job("FAILED", created_at=at(1), started_at=at(2), finished_at=at(2)),
    ),
    Row(
        "what finished was created before, though it never started",
        200,
        job("FAILED", created_at=at(2), finished_at=at(1)),
        [("$.operation.finished_at", "chainloop.times-in-order")],
        job("FAILED", created_at=at(2), finished_at=at(3)),
    ),
    Row(
        "times are compared as instants",
        200,
        job(created_at="2026-01-01T00:00:00.5Z", started_at="2026-01-01T01:00:00.25+01:00"),
        [("$.operation.started_at", "chainloop.times-in-order")],
        job(created_at="2026-01-01T00:00:00.5Z", started_at="2026-01-01T01:00:00.75+01:00"),
    ),
    *(
        Row(
            f"{name} is not null",
            200,
            job(**{name: None}),
            [(f"$.operation.{name}", "schema.type")],
            job(),
        )
        for name in ("created_at", "started_at", "finished_at", "output", "kind")
    ),
    Row(
        "there are as many pages as the operations fill, whatever the published example says",
        200,
        jobs(0, total_count=4, page_size=2, total_pages=7, page=3),
        [("$.pagination.total_pages", "chainloop.total-pages")],
        jobs(0, total_count=4, page_size=2, total_pages=2, page=3),
        "list",
    ),
    Row(
        "a page that is not full is a page",
        200,
        jobs(0, total_count=5, page_size=2, total_pages=2),
        [("$.pagination.total_pages", "chainloop.total-pages")],
        jobs(0, total_count=5, page_size=2, total_pages=3),
        "list",
    ),
    Row(
        "no operations fill no page",
        200,
        jobs(0, total_count=0, page_size=2, total_pages=1),
        [("$.pagination.total_pages", "chainloop.total-pages")],
        jobs(0, total_count=0, page_size=2, total_pages=0),
        "list",
    ),
    Row(
        "pages of no operations are not counted",
        200,
        jobs(0, total_count=4, page_size=-1, total_pages="7"),
        [("$.pagination.total_pages", "schema.type")],
        jobs(0, total_count=4, page_size=0, total_pages=7),
        "list",
    ),
    Row(
        "a page is no longer than the whole, whatever the published page's example says",
        200,
        jobs(2, total_count=1),
        [("$.pagination.total_count", "chainloop.within-total")],
        jobs(2, total_count=2),
        "list",
    ),
    Row(
        "what is no number counts nothing",
        200,
        jobs(2, total_count=True),
        [("$.pagination.total_count", "schema.type")],
        jobs(2, total_count=3),
        "list",
    ),
    Row(
        "a list requires nothing, and is no list itself",
        200,
        [],
        [("$", "schema.type")],
        {},
        "list",
    ),
    Row(
        "a list's members are what they are",
        200,
        {"operations": {}, "pagination": []},
        [("$.operations", "schema.type"), ("$.pagination", "schema.type")],
        {"operations": [], "pagination": {}},
        "list",
    ),
    Row("a get requires nothing, and is no operation", 200, "1", [("$", "schema.type")], {}),
    Row(
        "a get wraps its operation",
        200,
        {"id": "1", "kind": "k", "status": "s"},
        [("$", GET)],
        {"operation": {"id": "1", "kind": "k"}},
    ),
    Row(
        "the operations of a list are bare",
        200,
        {"operations": [{"id": "1"}, job()]},
        [("$.operations[1]", "chainloop.list-items-bare")],
        {"operations": [{"id": "1"}, job()["operation"]]},
        "list",
    ),
    Row(
        "the operation of a get is wrapped once",
        200,
        {"operation": job()},
        [("$.operation", "chainloop.list-items-bare")],
        job(),
    ),
]


# --- Pinecone


def op(status: str = "Processing", **members: object) -> dict[str, Any]:
    return {
        "id": "op-1",
        "operation_type": "upload_file",
        "status": status,
        "created_on": at(0),
        **members,
    }


def without(payload: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: value for other, value in payload.items() if other != name}


def refusal(status: int, code: str = "UNKNOWN", **members: object) -> dict[str, Any]:
    return {"status": status, "error": {"code": code, "message": "no"}, **members}


PINECONE_TABLE = [
    Row(
        "a status may be one that nobody knows, but is a string",
        200,
        op(7),
        [("$.status", "schema.type")],
        op("Paused"),
    ),
    Row(
        "an operation_type may be one that nobody knows, but is a string",
        200,
        op(operation_type=None),
        [("$.operation_type", "schema.type")],
        op(operation_type="copy_file", ingestion_units=None),
    ),
    Row(
        "an error's code may be one that nobody knows, but is a string",
        503,
        refusal(503, 14),
        [("$.error.code", "schema.type")],
        refusal(503, "TEAPOT"),
    ),
    Row(
        "a pagination has a next",
        200,
        {"operations": [], "pagination": {}},
        [("$.pagination", "schema.required")],
        {"operations": []},
        "list",
    ),
    Row(
        "a pagination is not null",
        200,
        {"operations": [], "pagination": None},
        [("$.pagination", "schema.type")],
        {"operations": [], "pagination": {"next": "x"}},
        "list",
    ),
    Row(
        "a next is not null",
        200,
        {"operations": [], "pagination": {"next": None}},
        [("$.pagination.next", "schema.type")],
        {"operations": [], "pagination": {"next": "null"}},
        "list",
    ),
    Row(
        "a next is not empty",
        200,
        {"operations": [], "pagination": {"next": ""}},
        [("$.pagination.next", "pinecone.next-token")],
        {"operations": [], "pagination": {"next": " "}},
        "list",
    ),
    Row(
        "a list requires nothing, but its operations are a list",
        200,
        {"operations": None},
        [("$.operations", "schema.type")],
        {},
        "list",
    ),
    *(
        Row(
            f"an operation has its {name}",
            200,
            without(op(), name),
            [("$", "schema.required")],
            op(),
        )
        for name in ("id", "operation_type", "status", "created_on")
    ),
    Row(
        "Processing has not completed",
        200,
        op(completed_on=at(1)),
        [("$.completed_on", "pinecone.completed-only-when-done")],
        op(completed_on=None),
    ),
    Row(
        "Completed and Failed may have completed, or not",
        200,
        op("Completed", completed_on="now"),
        [("$.completed_on", "schema.format")],
        op("Failed", completed_on=at(0)),
    ),
    *(
        Row(
            f"{status} has no error message",
            200,
            op(status, error_message=""),
            [("$.error_message", "pinecone.error-only-when-failed")],
            op("Failed", error_message=""),
        )
        for status in ("Processing", "Completed")
    ),
    *(
        Row(
            f"{status} has used no ingestion units",
            200,
            op(status, ingestion_units=0),
            [("$.ingestion_units", "pinecone.units-only-when-completed")],
            op("Completed", ingestion_units=0),
        )
        for status in ("Processing", "Failed")
    ),
    *(
        Row(
            f"{kind} uses no ingestion units",
            200,
            op("Completed", operation_type=kind, ingestion_units=1.5),
            [("$.ingestion_units", "pinecone.units-only-for-ingestion")],
            op("Completed", operation_type="upsert_file", ingestion_units=1.5),
        )
        for kind in ("delete_file", "update_file_metadata")
    ),
    *(
        Row(
            f"{name} of a list's operations too",
            200,
            {"operations": [op("Completed"), op(**{name: value})]},
            [(f"$.operations[1].{name}", f"pinecone.{rule}")],
            {"operations": [op(**{name: None}), op("Completed")]},
            "list",
        )
        for name, value, rule in (
            ("completed_on", at(1), "completed-only-when-done"),
            ("error_message", "e", "error-only-when-failed"),
            ("ingestion_units", 1, "units-only-when-completed"),
        )
    ),
    Row(
        "what completed was created before",
        200,
        op("Completed", created_on=at(2), completed_on=at(1)),
        [("$.completed_on", "pinecone.times-in-order")],
        op("Completed", created_on=at(2), completed_on=at(2)),
    ),
    *(
        Row(
            f"a percentage is a whole number from 0 to 100, not {percent!r}",
            200,
            op(percent_complete=percent),
            [("$.percent_complete", rule)],
            op("Failed", percent_complete=good),
        )
        for percent, rule, good in (
            (-1, "schema.minimum", 0),
            (101, "schema.maximum", 100),
            (40.0, "schema.type", 40),
            ("40", "schema.type", 15),
            (None, "schema.type", 1),
            (True, "schema.type", 1),
        )
    ),
    *(
        Row(
            f"{name} is not null, though others may be",
            200,
            op(**{name: None}),
            [(f"$.{name}", "schema.type")],
            op(file_id=None, completed_on=None, error_message=None, ingestion_units=None),
        )
        for name in ("id", "operation_type", "status", "created_on")
    ),
    Row(
        "an error repeats its status",
        404,
        refusal(500, "NOT_FOUND"),
        [("$.status", "pinecone.error-status")],
        refusal(404, "NOT_FOUND"),
    ),
    Row(
        "an error has a status and an error",
        404,
        {},
        [("$", "schema.required"), ("$", "schema.required")],
        refusal(404, "NOT_FOUND"),
    ),
    *(
        Row(
            f"the code of a {status} is {code}",
            status,
            refusal(status, "INTERNAL"),
            [("$.error.code", "pinecone.error-code")],
            refusal(status, code),
            route,
        )
        for status, code in ((401, "UNAUTHENTICATED"), (404, "NOT_FOUND"), (500, "UNKNOWN"))
        for route in ("list", "get")
    ),
    Row(
        "an error that has no code breaks no rule of codes",
        401,
        {"status": 401, "error": {"message": "no"}},
        [("$.error", "schema.required")],
        refusal(401, "UNAUTHENTICATED"),
    ),
    Row(
        "an error that is text breaks no rule of codes",
        401,
        {"status": 401, "error": "no"},
        [("$.error", "schema.type")],
        refusal(401, "UNAUTHENTICATED"),
    ),
    *(
        Row(
            f"a {status} has the envelope of errors, though nothing documents it",
            status,
            {"error": {"code": "X"}, "status": status},
            [("$.error", "schema.required")],
            refusal(status, "TOO_MANY_REQUESTS"),
            route,
        )
        for status in (400, 403, 429)
        for route in ("list", "get")
    ),
    *(
        Row(
            f"a timestamp may end in {fraction or 'the second'}, but has a zone",
            200,
            op(created_on=f"2026-01-01T00:00:00{fraction}"),
            [("$.created_on", "schema.format")],
            op(created_on=f"2026-01-01T00:00:00{fraction}Z"),
        )
        for fraction in ("", ".0", ".000", ".123456", ".123456789")
    ),
    Row(
        "a token is opaque, but a string",
        200,
        {"pagination": {"next": 1}},
        [("$.pagination.next", "schema.type")],
        {"pagination": {"next": "dXNlcl9pZD11c2VyXzE="}},
        "list",
    ),
    *(
        Row(
            f"ingestion units are a number, such as {good!r}",
            200,
            op("Completed", ingestion_units=str(good)),
            [("$.ingestion_units", "schema.type")],
            op("Completed", ingestion_units=good),
        )
        for good in (50, 50.0, 0.125)
    ),
]

TABLE = [
    *((CHAINLOOP, row) for row in CHAINLOOP_TABLE),
    *((PINECONE, row) for row in PINECONE_TABLE),
]


def ids(rows):
    return [f"{api.name}: {row.says}" for api, row in rows]


@pytest.mark.parametrize(("api", "row"), TABLE, ids=ids(TABLE))
def test_a_rule_is_broken_and_by_nothing_else(api, row):
    found = violations(row.payload, api=api, route=row.route, status_code=row.status)
    assert sorted((each.path, each.rule) for each in found) == sorted(row.broken)


@pytest.mark.parametrize(("api", "row"), TABLE, ids=ids(TABLE))
def test_its_neighbour_breaks_nothing(api, row):
    assert violations(row.neighbour, api=api, route=row.route, status_code=row.status) == []


def test_the_table_has_every_rule():
    broken = {rule for _, row in TABLE for _, rule in row.broken if not rule.startswith("schema.")}
    assert broken == {rule.id for _, rule in RULES}


def test_no_row_is_there_twice():
    assert len({(api.name, row.says, row.route) for api, row in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("member", "word", "route"),
    [
        ("$.status", op("Paused"), "get"),
        ("$.operation_type", op(operation_type="copy_file"), "get"),
        ("$.operations[0].status", {"operations": [op("Paused")]}, "list"),
    ],
)
def test_a_word_that_nobody_knows_is_reported_when_asked(member, word, route):
    [found] = violations(word, api="pinecone", route=route, unknown="forbid")
    assert (found.path, found.rule) == (member, "schema.x-enum")


@given(st.integers(0, 60), st.integers(1, 7))
def test_the_pages_that_operations_fill_are_as_many_as_hold_them_all(total, size):
    """Counted here by dealing the operations out."""
    pages = len([range(start, total)[:size] for start in range(0, total, size)])
    for said in (pages - 1, pages, pages + 1):
        found = violations(
            jobs(0, total_count=total, page_size=size, total_pages=said),
            api="chainloop",
            route="list",
        )
        # Where no number of pages was written, nothing is wrong with it.
        assert [each.rule for each in found] == (
            [] if said in (pages, -1) else ["chainloop.total-pages"]
        )


# --- the rules that no response can break, and who holds them

ELSEWHERE = [
    ("no status filter is the filter UNSPECIFIED", "chainloop", "status_filter_by_name_and_by"),
    ("PURGED can be filtered for", "chainloop", "status_filter_by_name_and_by_number"),
    ("resource id and type come together", "chainloop", "a_resource_is_named_by_id_and_type_"),
    ("what a page number counts", "chainloop", "a_reading_of_lists"),
    ("a page size over the maximum is cut", "chainloop", "a_reading_of_lists"),
    ("a page or size below zero", "chainloop", "a_reading_of_lists"),
    ("two slashes in a row lead nowhere", "gateway", "unknown_path"),
    ("a bearer token is needed", "chainloop", "a_missing_token_is_a_401"),
    ("kinds and resources are matched as they are", "chainloop", "field_filters"),
    ("the order of a list", "chainloop", "pages_concatenate_to_the_whole"),
    ("the version header is needed, and may have any date", "pinecone", "a_reading"),
    ("filters mind their case", "pinecone", "filters"),
    ("a limit is 1 to 100", "pinecone", "a_reading"),
    ("the last page has no pagination", "pinecone", "pages_concatenate_to_the_whole"),
    ("operations are always there", "pinecone", "an_empty_list_is_a_list"),
    ("operations are kept for 30 days", "pinecone", "an_operation_is_retained_for_30_days_after"),
    ("the newest come first", "pinecone", "pages_concatenate_to_the_whole"),
    ("both prefixes are served", "pinecone", "both_prefixes_are_served"),
    ("a token of another query is refused", "pinecone", "a_token_is_tied_to_its_query"),
]


@pytest.mark.parametrize(("says", "module", "name"), ELSEWHERE)
def test_rules_of_requests_are_held_elsewhere(says, module, name):
    text = (Path(__file__).parent / f"test_{module}.py").read_text(encoding="utf-8")
    assert f"def test_{name}" in text


# --- rules as data


@pytest.mark.parametrize(("api", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_a_rule_stands_where_it_says(api, rule):
    contract = load_contract(api.contract)
    contract.at(rule.source)
    assert rule.source in contract.document.lines
    assert rule.on in contract.schemas


@pytest.mark.parametrize(("api", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_a_rule_speaks_the_words_of_its_schema(api, rule):
    contract = load_contract(api.contract)

    def member(name: str) -> dict[str, Any]:
        return contract.resolved(contract.schemas[rule.on]["properties"][name])

    kind = rule.kind
    match kind:
        case Absent() | Present():
            member(kind.member)
            words = member(kind.when)
            assert set(kind.values) <= set(words.get("enum", words.get("x-enum")))
        case Never():
            assert set(kind.values) <= set(member(kind.member)["enum"])
        case Ordered():
            assert {member(name)["format"] for name in kind.members} == {"date-time"}
        case SameAsStatus():
            assert member(kind.member)["type"] == "integer"
        case Fixed(path=(name, *inner)):
            schema = member(name)
            for part in inner:
                schema = schema["properties"][part]
            assert schema["type"] in ("integer", "string")
        case Unknown():
            assert not set(kind.members) & set(contract.schemas[rule.on]["properties"])
        case Check():
            pass


def test_ids_are_unique_and_begin_with_the_name_of_their_api():
    names = [rule.id for _, rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.id.startswith(f"{api.name}.") for api, rule in RULES)
    assert all(rule.says for _, rule in RULES)
