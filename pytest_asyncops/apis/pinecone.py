"""Pinecone Assistant: assistants, their files, and the operations that change them.

The contract is ``schemas/pinecone_assistant.yaml``, and of an older edition
``schemas/pinecone_assistant_2025-10.yaml``. Where they are silent, the readings in `settings`
decide.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidArgument, hides_usage_errors
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import State
from ..settings import PINECONE as READINGS
from . import Api, Checking, ErrorResponse, Field, Request, Route, Serving
from .pinecone_assistants import (
    ASSISTANT_TYPES,
    create_assistant,
    delete_assistant,
    get_assistant,
    list_assistants,
    update_assistant,
)
from .pinecone_files import delete_file, describe_file, list_files, upload_file, upsert_file
from .pinecone_generation import GENERATION
from .pinecone_operations import STATUSES, describe_operation, list_operations, renderer
from .pinecone_requests import OLD, edition
from .pinecone_rules import HISTORY, INGESTION, RULES, TYPES
from .pinecone_sdk import forget
from .pinecone_stub import PineconeStub

__tracebackhide__ = hides_usage_errors


def _envelope(error: ErrorResponse) -> Mapping[str, Any]:
    return {"error": {"code": error.code, "message": error.message}, "status": error.status_code}


def _unauthenticated() -> ErrorResponse:
    return ErrorResponse(401, "UNAUTHENTICATED", "Invalid API key.")


def _credential(request: Request) -> str:
    key = request.header("Api-Key")
    if not key:
        raise _unauthenticated()
    return key


def _unmatched(request: Request, routes: tuple[Route, ...]) -> ErrorResponse:
    if routes:
        return ErrorResponse(405, "UNIMPLEMENTED", "Method not allowed")
    return ErrorResponse(404, "NOT_FOUND", "Not found")


def _admit(fields: Mapping[str, object], lifecycle: Lifecycle) -> None:
    for step in lifecycle.plan:
        if step.output is not None:
            raise InvalidArgument(
                f"a Pinecone operation has no output, so output={step.output!r} is never shown. "
                "Leave it out; it can show ingestion_units=, given to start().",
                value=step.output,
            )
    units = fields.get("ingestion_units")
    if units is None:
        return
    if fields["operation_type"] not in INGESTION:
        raise InvalidArgument(
            f"ingestion_units belongs to {' and '.join(INGESTION)}, not to "
            f"{fields['operation_type']!r}",
            value=units,
            choices=INGESTION,
        )
    if not (isinstance(units, (int, float)) and 0 <= units <= sys.float_info.max):
        raise InvalidArgument(
            f"ingestion_units must be finite and not negative, not {units!r}", value=units
        )


def _below(path: str) -> tuple[str, ...]:
    """The forms of a path that clients use."""
    return path, f"/assistant{path}"


_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "TOO_MANY_REQUESTS",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_FILES = "/files/{assistant_name}"
_FILE = "/files/{assistant_name}/{assistant_file_id}"
_ASSISTANT = "/assistants/{assistant_name}"

PINECONE = Api(
    name="pinecone",
    base_url="https://prod-1-data.ke.pinecone.io",
    routes=(
        Route("list", "GET", _below("/operations/{assistant_name}"), list_operations),
        Route(
            "get",
            "GET",
            _below("/operations/{assistant_name}/{operation_id}"),
            describe_operation,
            "operation_id",
        ),
        Route("list_files", "GET", _below(_FILES), list_files),
        Route("upload_file", "POST", _below(_FILES), upload_file),
        Route("describe_file", "GET", _below(_FILE), describe_file),
        Route("upsert_file", "PUT", _below(_FILE), upsert_file),
        Route("delete_file", "DELETE", _below(_FILE), delete_file),
        Route("list_assistants", "GET", _below("/assistants"), list_assistants, host="control"),
        Route("create_assistant", "POST", _below("/assistants"), create_assistant, host="control"),
        Route("get_assistant", "GET", _below(_ASSISTANT), get_assistant, host="control"),
        Route("update_assistant", "PATCH", _below(_ASSISTANT), update_assistant, host="control"),
        Route("delete_assistant", "DELETE", _below(_ASSISTANT), delete_assistant, host="control"),
    ),
    new_id="op-{:012x}".format,
    statuses=STATUSES,
    render=renderer,
    credential=_credential,
    envelope=_envelope,
    unmatched=_unmatched,
    fields={
        "assistant_name": Field(required=True),
        "operation_type": Field(
            default="upload_file", choices=(*TYPES, *ASSISTANT_TYPES), required=True
        ),
        # In the edition 2025-10 it has to be a UUID.
        "file_id": Field(default="00000000-0000-4000-8000-{:012x}".format),
        "ingestion_units": Field(kind=(int, float)),
        "file_name": Field(),
        "size": Field(kind=int),
        "metadata": Field(kind=dict),
        "multimodal": Field(kind=bool),
        "instructions": Field(),
        "region": Field(),
    },
    readings=READINGS,
    serving=Serving(
        refusals={
            "invalid": _unauthenticated(),
            "forbidden": ErrorResponse(403, "FORBIDDEN", "Forbidden"),
        },
        error_code=lambda status_code: _CODES.get(status_code, "UNKNOWN"),
        throttled=ErrorResponse(
            429, "TOO_MANY_REQUESTS", "Too many get or list assistant requests, try again later"
        ),
        hidden=lambda readings: frozenset({State.PURGED}),
        retention=lambda readings: readings["retention"],
        admit=_admit,
        parent="assistant_name",
        edition=edition,
        hosts={"control": "https://api.pinecone.io"},
        main_host="data",
        real_hosts=("*.pinecone.io",),
        forget=forget,
        stub_class=PineconeStub,
    ),
    checking=Checking(
        contract="pinecone_assistant.yaml",
        editions={OLD: "pinecone_assistant_2025-10.yaml"},
        error_schema="ErrorResponse",
        rules=RULES,
        history=HISTORY,
    ),
    generation=GENERATION,
)
"""Pinecone Assistant, versions 2025-10 and 2026-04."""
