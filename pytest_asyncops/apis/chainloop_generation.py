"""What the strategies have to know of Chainloop beyond contract and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import Absent, GenerationHints, NumberedPages, Present, Queries, RuleEdit, gateway
from .chainloop_rules import COMPLETED, FAILED, HISTORY, PENDING, PURGED, RUNNING

UNSET: dict[str, Any] = {
    "id": "",
    "kind": "",
    "status": "",
    "output": "",
    "error_message": "",
    "created_at": None,
    "started_at": None,
    "finished_at": None,
    "resource_id": "",
    "resource_type": "",
    "project_id": "",
    "project_version_id": "",
}
"""The values that a grpc-gateway writes for fields that are not set, in the contract's order."""


def _filled(body: Any) -> Any:
    """The body as written by a gateway that leaves nothing out."""
    if HISTORY.listed_in in body:
        return {**body, HISTORY.listed_in: [UNSET | item for item in body[HISTORY.listed_in]]}
    if HISTORY.wrapped_in in body:
        return {**body, HISTORY.wrapped_in: UNSET | body[HISTORY.wrapped_in]}
    return body if UNSET.keys().isdisjoint(body) else UNSET | body


def _wrong_pages(body: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    pagination = body["pagination"]
    pages = pagination["total_pages"] + number
    return {**body, "pagination": {**pagination, "total_pages": pages}}


def _too_few(body: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    pagination = body["pagination"]
    total = max(len(body["operations"]) - number, 0)
    pages = -(-total // pagination["page_size"])
    return {**body, "pagination": {**pagination, "total_count": total, "total_pages": pages}}


def _too_many(body: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    pagination, operations = body["pagination"], body["operations"]
    if len(operations) == 1:  # a page of no operations has no size
        [only] = operations
        operations = [only, {**only, "id": f"{only.get('id', '')}-{number}"}]
    size = max(len(operations) - number, 1)
    total = max(pagination["total_count"], len(operations))
    counters = {"page_size": size, "total_count": total, "total_pages": -(-total // size)}
    return {**body, "operations": operations, "pagination": {**pagination, **counters}}


def _queries(readings: Mapping[str, Any]) -> Queries:
    count: dict[str, Any] = {"type": "integer", "format": "int32"}
    if readings["negative_page"] == "refuse":
        count["minimum"] = 0
    return Queries(
        schemas={"pagination.page": count, "pagination.page_size": count},
        together=(("resource_id", "resource_type"),),
        refusal=(400, gateway.INVALID_ARGUMENT),
    )


_TEXT = {"minLength": 1}  # in protobuf, an empty string is the same as an unset one

GENERATION = GenerationHints(
    stricter={
        HISTORY.schema: {
            "required": ["id", "status", "created_at"],
            "properties": {name: _TEXT for name, unset in UNSET.items() if unset == ""}
            | {"status": {}, "output": {}},
        },
        "v1AsyncOperationsServiceGetOperationResponse": {"required": ["operation"]},
        "v1AsyncOperationsServiceListOperationsResponse": {
            "required": ["operations", "pagination"]
        },
        "rpcStatus": {"required": ["code", "message"], "properties": {"message": _TEXT}},
        **{
            f"v1{kind}Response": {"properties": {"message": _TEXT}}
            for kind in ("BadRequest", "Unauthorized", "PermissionDenied", "InternalServerError")
        },
    },
    habits=(
        Present("started_at", "status", (RUNNING, COMPLETED)),
        Present("finished_at", "status", (PURGED,)),
        Present("error_message", "status", (FAILED,)),
        Absent("output", "status", (PENDING, RUNNING, FAILED, PURGED)),
    ),
    together=(("resource_id", "resource_type"),),
    paging=NumberedPages(
        member="pagination",
        page="page",
        size="page_size",
        total="total_count",
        pages="total_pages",
    ),
    rule_edits={
        "chainloop.total-pages": RuleEdit(("pagination",), _wrong_pages),
        "chainloop.within-total": RuleEdit(("operations", "*"), _too_few),
        "chainloop.within-page-size": RuleEdit(("operations", "*"), _too_many),
    },
    queries=_queries,
    profiles={
        "gateway": _filled,
        "gateway_camel": lambda body: gateway.camel(_filled(body)),
    },
)
