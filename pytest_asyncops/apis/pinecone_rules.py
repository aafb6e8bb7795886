"""The rules that Pinecone Assistant's contract states in its prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..lifecycle.states import State
from . import Absent, Break, ByFunction, Fixed, HistorySchema, Ordered, Rule, SameAsStatus

PROCESSING, COMPLETED, FAILED = "Processing", "Completed", "Failed"
TYPES = ("upload_file", "upsert_file", "update_file_metadata", "delete_file")
INGESTION = ("upload_file", "upsert_file")

_SCHEMAS = "/components/schemas"
_PROPERTIES = f"{_SCHEMAS}/OperationModel/properties"
_RESPONSES = "/paths/~1operations~1{assistant_name}/get/responses"


def _next_token(value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
    if value.get("next") == "":
        yield (
            ("next",),
            "",
            "must not be empty: the last page has no pagination, and a client would ask again",
        )


RULES = (
    Rule(
        "pinecone.completed-only-when-done",
        "OperationModel",
        f"{_PROPERTIES}/completed_on",
        "an operation that is processing has not completed",
        Absent("completed_on", "status", (PROCESSING,)),
    ),
    Rule(
        "pinecone.error-only-when-failed",
        "OperationModel",
        f"{_PROPERTIES}/error_message",
        "an operation has an error message only if it failed",
        Absent("error_message", "status", (PROCESSING, COMPLETED)),
    ),
    Rule(
        "pinecone.units-only-when-completed",
        "OperationModel",
        f"{_PROPERTIES}/ingestion_units",
        "only a completed operation has consumed ingestion units",
        Absent("ingestion_units", "status", (PROCESSING, FAILED)),
    ),
    Rule(
        "pinecone.units-only-for-ingestion",
        "OperationModel",
        f"{_PROPERTIES}/ingestion_units",
        "only an operation that ingests a file consumes ingestion units",
        Absent(
            "ingestion_units",
            "operation_type",
            tuple(word for word in TYPES if word not in INGESTION),
        ),
    ),
    Rule(
        "pinecone.times-in-order",
        "OperationModel",
        f"{_PROPERTIES}/completed_on",
        "an operation is created before it completes",
        Ordered(("created_on", "completed_on")),
    ),
    Rule(
        "pinecone.next-token",
        "PaginationResponse",
        f"{_SCHEMAS}/PaginationResponse/properties/next",
        "where there is a next page, there is a token for it",
        ByFunction(_next_token),
    ),
    Rule(
        "pinecone.error-status",
        "ErrorResponse",
        f"{_SCHEMAS}/ErrorResponse/properties/status",
        "an error repeats its HTTP status",
        SameAsStatus("status"),
    ),
    Rule(
        "pinecone.error-code",
        "ErrorResponse",
        f"{_RESPONSES}/401",
        "the documented errors have a code each",
        Fixed(
            ("error", "code"),
            {401: ("UNAUTHENTICATED",), 404: ("NOT_FOUND",), 500: ("UNKNOWN",)},
        ),
    ),
)


HISTORY = HistorySchema(
    schema="OperationModel",
    listed_in="operations",
    wrapped_in=None,
    id="id",
    status="status",
    states={
        PROCESSING: frozenset({State.PENDING, State.RUNNING}),
        COMPLETED: frozenset({State.SUCCEEDED}),
        FAILED: frozenset({State.FAILED}),
    },
    constant=("operation_type", "file_id", "created_on"),
    once=("completed_on",),
    result=("error_message", "ingestion_units", "percent_complete"),
    routes=("list", "get"),
)
