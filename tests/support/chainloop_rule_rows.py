"""Rules of Chainloop: a payload that breaks each, and one that does not."""

from __future__ import annotations

from typing import Any

from support.rule_rows import Row, at


def job(word: str = "RUNNING", **members: object) -> dict[str, Any]:
    return {"operation": {"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}", **members}}


def jobs(count: int, **pagination: object) -> dict[str, Any]:
    operations = [job(id=str(number))["operation"] for number in range(count)]
    return {"operations": operations, "pagination": pagination}


def error(**members: object) -> dict[str, Any]:
    return {"code": 3, "message": "no", "details": [], **members}


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
        "total_pages is the number of pages that the operations fill, whatever the published "
        "example says",
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
        "a page is no longer than its size",
        200,
        jobs(2, page_size=1),
        [("$.pagination.page_size", "chainloop.within-page-size")],
        jobs(2, page_size=2),
        "list",
    ),
    Row(
        "a page of no size has any length",
        200,
        jobs(2, page_size=1, total_count=2, total_pages=2),
        [("$.pagination.page_size", "chainloop.within-page-size")],
        jobs(2, page_size=0, total_count=2, total_pages=2),
        "list",
    ),
    Row(
        "an operation is listed once",
        200,
        {"operations": [{"id": "1"}, {"id": "2"}, {"id": "1"}]},
        [("$.operations[2].id", "chainloop.list-distinct-ids")],
        {"operations": [{"id": "1"}, {"id": "2"}, {"id": ""}, {"id": ""}, {}, {}]},
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
    Row(
        "a get has its operation",
        200,
        {},
        [("$.operation", "chainloop.get-has-operation")],
        {"operation": {"id": "1"}},
    ),
    Row(
        "an operation has something to say",
        200,
        {"operation": {}},
        [("$.operation", "chainloop.get-has-operation")],
        {"operation": {"status": "ASYNC_OPERATION_STATUS_RUNNING"}},
    ),
    Row(
        "a get is not a list",
        200,
        {"operations": []},
        [
            ("$", "chainloop.own-members"),
            ("$.operation", "chainloop.get-has-operation"),
        ],
        {"operation": {"id": "1"}, "operations": []},
    ),
    Row(
        "a list is not a get",
        200,
        {"operation": {"id": "1"}},
        [("$", "chainloop.own-members")],
        {"operations": [{"id": "1"}]},
        "list",
    ),
    Row(
        "a success is not an error",
        200,
        {"code": 5},
        [
            ("$", "chainloop.no-error-in-success"),
            ("$.operation", "chainloop.get-has-operation"),
        ],
        {"operation": {"id": "1"}, "code": 5},
    ),
    Row(
        "nor is a list",
        200,
        {"message": "m", "details": []},
        [("$", "chainloop.no-error-in-success")],
        {"pagination": {}, "message": "m", "details": []},
        "list",
    ),
    Row(
        "an error is not a list",
        404,
        {"operations": []},
        [("$", "chainloop.own-members")],
        {},  # rpcStatus requires nothing
    ),
    Row(
        "a get is an object",
        200,
        "1",
        [("$", "schema.type")],
        {"operation": {"id": "1"}, "more": None},
    ),
    Row(
        "a get wraps its operation",
        200,
        {"id": "1", "kind": "k", "status": "s"},
        [
            ("$", "chainloop.get-wraps"),
            ("$", "chainloop.own-members"),
            ("$.operation", "chainloop.get-has-operation"),
        ],
        {"operation": {"id": "1", "kind": "k"}},
    ),
    Row(
        "the operations of a list are bare",
        200,
        {"operations": [{"id": "0"}, job()]},
        [("$.operations[1]", "chainloop.list-items-bare")],
        {"operations": [{"id": "0"}, job()["operation"]]},
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
