"""What the strategies have to know of Pinecone Assistant."""

from __future__ import annotations

from ..generation import Fault, Generation, Queries, Tokened
from ..rules import Present
from .pinecone_rules import COMPLETED, FAILED, LIFE, TYPES

GENERATION = Generation(
    tighter={
        LIFE.schema: {
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
    paging=Tokened(member="pagination"),
    faults={"pinecone.next-token": Fault(("next",), lambda body, number: {**body, "next": ""})},
    queries=Queries(
        # The sets are open in the contract; what the server knows is what it can filter by.
        tighter={
            "operation_type": {"enum": list(TYPES)},
            "status": {"enum": list(LIFE.states)},
        },
        opaque=("pagination_token",),
        refusal=(400, "INVALID_ARGUMENT"),
    ),
)
