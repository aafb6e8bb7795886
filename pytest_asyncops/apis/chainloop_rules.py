"""The rules that Chainloop's contract states in its prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..lifecycle.states import State
from . import (
    Absent,
    Break,
    ByFunction,
    Fixed,
    HistorySchema,
    Never,
    NotAMember,
    Ordered,
    Present,
    Rule,
)

_PREFIX = "ASYNC_OPERATION_STATUS_"
UNSPECIFIED, PENDING, RUNNING, COMPLETED, FAILED, PURGED = (
    f"{_PREFIX}{word}"
    for word in ("UNSPECIFIED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "PURGED")
)

_SCHEMAS = "/components/schemas"
_OPERATION = "v1AsyncOperationResult"
_GET = "v1AsyncOperationsServiceGetOperationResponse"
_LIST = "v1AsyncOperationsServiceListOperationsResponse"
_PROPERTIES = f"{_SCHEMAS}/{_OPERATION}/properties"


def _paging(value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
    pagination = value.get("pagination")
    if not isinstance(pagination, Mapping):
        return
    total, size, pages = (
        _natural(pagination.get(name)) for name in ("total_count", "page_size", "total_pages")
    )
    if total is not None and size and pages is not None and pages != -(-total // size):
        yield (
            ("pagination", "total_pages"),
            pages,
            f"must be {-(-total // size)}: {total} operations on pages of {size}",
        )


def _within(name: str, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
    """A member of the pagination that is less than the number of operations on the page."""
    pagination, operations = value.get("pagination"), value.get("operations")
    if not isinstance(pagination, Mapping) or not isinstance(operations, list):
        return
    most = _natural(pagination.get(name))
    # A size of zero is the same as no size: then the server chooses it.
    if most is not None and len(operations) > most and (most or name != "page_size"):
        yield (
            ("pagination", name),
            most,
            f"must not be less than the {len(operations)} operations on this page",
        )


def _natural(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _error_code(schema: str, status_code: int, codes: tuple[int, ...]) -> Rule:
    return Rule(
        f"chainloop.code-{status_code}",
        schema,
        f"{_SCHEMAS}/{schema}/properties/code",
        f"the code of a {status_code} is fixed",
        Fixed(("code",), {status_code: codes}),
    )


RULES = (
    _error_code("v1BadRequestResponse", 400, (3,)),
    _error_code("v1UnauthorizedResponse", 401, (16,)),
    _error_code("v1PermissionDeniedResponse", 403, (7,)),
    # A grpc-gateway also gives 2 for an error without a status, and 15 for lost data.
    _error_code("v1InternalServerErrorResponse", 500, (13, 2, 15)),
    Rule(
        "chainloop.status-specified",
        _OPERATION,
        f"{_PROPERTIES}/status",
        "the status of an operation is specified",
        Never("status", (UNSPECIFIED,)),
    ),
    Rule(
        "chainloop.error-only-when-failed",
        _OPERATION,
        f"{_PROPERTIES}/error_message",
        "an operation has an error message only if it failed",
        Absent("error_message", "status", (PENDING, RUNNING, COMPLETED, PURGED), True),
    ),
    Rule(
        "chainloop.finished-only-when-done",
        _OPERATION,
        f"{_PROPERTIES}/finished_at",
        "an operation that has not completed or failed has not finished",
        Absent("finished_at", "status", (PENDING, RUNNING)),
    ),
    Rule(
        "chainloop.finished-when-done",
        _OPERATION,
        f"{_PROPERTIES}/finished_at",
        "an operation that completed or failed has finished",
        Present("finished_at", "status", (COMPLETED, FAILED)),
    ),
    Rule(
        "chainloop.not-started-while-pending",
        _OPERATION,
        f"{_PROPERTIES}/started_at",
        "an operation that is pending has not started to run",
        Absent("started_at", "status", (PENDING,)),
    ),
    Rule(
        "chainloop.times-in-order",
        _OPERATION,
        f"{_PROPERTIES}/created_at",
        "an operation is created, then started, then finished",
        Ordered(("created_at", "started_at", "finished_at")),
    ),
    Rule(
        "chainloop.total-pages",
        _LIST,
        f"{_SCHEMAS}/v1OffsetPaginationResponse/properties/total_pages",
        "total_pages is the number of pages that the operations fill",
        ByFunction(_paging),
    ),
    Rule(
        "chainloop.within-total",
        _LIST,
        f"{_SCHEMAS}/v1OffsetPaginationResponse/properties/total_count",
        "a page has no more operations than the total",
        ByFunction(partial(_within, "total_count")),
    ),
    Rule(
        "chainloop.within-page-size",
        _LIST,
        f"{_SCHEMAS}/v1OffsetPaginationResponse/properties/page_size",
        "a page has no more operations than its size",
        ByFunction(partial(_within, "page_size")),
    ),
    Rule(
        "chainloop.get-wraps",
        _GET,
        f"{_SCHEMAS}/{_GET}/properties/operation",
        "the get route wraps its operation",
        NotAMember(("id", "kind", "status"), "the operation is in the member operation"),
    ),
    Rule(
        "chainloop.list-items-bare",
        _OPERATION,
        f"{_SCHEMAS}/{_LIST}/properties/operations",
        "an operation itself is not wrapped",
        NotAMember(("operation",), "this is the operation itself"),
    ),
)


HISTORY = HistorySchema(
    schema=_OPERATION,
    listed_in="operations",
    wrapped_in="operation",
    id="id",
    status="status",
    states={
        PENDING: frozenset({State.PENDING}),
        RUNNING: frozenset({State.RUNNING}),
        COMPLETED: frozenset({State.SUCCEEDED}),
        FAILED: frozenset({State.FAILED}),
        PURGED: frozenset({State.PURGED}),
    },
    constant=(
        "kind",
        "created_at",
        "resource_id",
        "resource_type",
        "project_id",
        "project_version_id",
    ),
    once=("started_at", "finished_at"),
    result=("output", "error_message"),
)
