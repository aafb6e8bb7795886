"""Rules of Pinecone: a payload that breaks each, and one that does not."""

from __future__ import annotations

from typing import Any

from support.rule_rows import Row, at


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
        "a list's operations are a list",
        200,
        {"operations": "x"},
        [("$.operations", "schema.type")],
        {"operations": []},
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
            {"operations": [op("Completed", id="0"), op(**{name: value})]},
            [(f"$.operations[1].{name}", f"pinecone.{rule}")],
            {"operations": [op(**{name: None}), op("Completed", id="0")]},
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
        {"operations": [], "pagination": {"next": 1}},
        [("$.pagination.next", "schema.type")],
        {"operations": [], "pagination": {"next": "dXNlcl9pZD11c2VyXzE="}},
        "list",
    ),
    Row(
        "a list has its operations, because the service's own client needs them",
        200,
        {"pagination": {"next": "x"}},
        [("$.operations", "pinecone.list-has-operations")],
        {"operations": []},
        "list",
    ),
    Row(
        "a list is not an operation",
        200,
        op("Completed"),
        [
            ("$", "pinecone.own-members"),
            ("$.operations", "pinecone.list-has-operations"),
        ],
        {"operations": [op("Completed")]},
        "list",
    ),
    Row(
        "an operation is listed once",
        200,
        {"operations": [op(), op(id="op-2"), op()]},
        [("$.operations[2].id", "pinecone.list-distinct-ids")],
        {"operations": [op(), op(id="op-2")]},
        "list",
    ),
    Row(
        "a list is not an error",
        200,
        {"error": {"code": "NOT_FOUND", "message": "m"}},
        [
            ("$", "pinecone.no-error-in-success"),
            ("$.operations", "pinecone.list-has-operations"),
        ],
        {"operations": [], "error": {"code": "NOT_FOUND", "message": "m"}},
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
