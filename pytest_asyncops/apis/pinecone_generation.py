"""What the strategies need to know of Pinecone Assistant beyond contract and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import GenerationHints, Present, Queries, RuleEdit, TokenPages
from .pinecone_rules import COMPLETED, FAILED, HISTORY, TYPES

_LONGEST = 10**18 - 1
"""The largest number that the server reads if the reading ``bad_limit`` is ``clamp``."""


def _queries(readings: Mapping[str, Any]) -> Queries:
    schemas: dict[str, Mapping[str, Any]] = {}
    if readings["bad_filter"] == "refuse":
        # The enums are open in the contract, but the server can only filter by known values.
        schemas["operation_type"] = {"type": "string", "enum": list(TYPES)}
        schemas["status"] = {"type": "string", "enum": list(HISTORY.states)}
    if readings["bad_limit"] == "clamp":
        schemas["limit"] = {"type": "integer", "minimum": -_LONGEST, "maximum": _LONGEST}
    return Queries(
        schemas=schemas,
        opaque=("pagination_token",) if readings["bad_token"] == "refuse" else (),
        refusal=(400, "INVALID_ARGUMENT"),
    )


GENERATION = GenerationHints(
    stricter={
        HISTORY.schema: {
            "properties": {
                "id": {"minLength": 1},
                "error_message": {"minLength": 1},
                "ingestion_units": {"minimum": 0},
            }
        },
        "OperationList": {"required": ["operations"]},
        "PaginationResponse": {"properties": {"next": {"minLength": 1}}},
    },
    habits=(
        Present("completed_on", "status", (COMPLETED, FAILED)),
        Present("error_message", "status", (FAILED,)),
    ),
    paging=TokenPages(member="pagination"),
    rule_edits={
        "pinecone.next-token": RuleEdit(("next",), lambda body, number: {**body, "next": ""})
    },
    queries=_queries,
)
