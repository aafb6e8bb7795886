"""Pinecone Assistant: the operations of an assistant, to list and to describe.

The contract is ``schemas/pinecone_assistant.yaml``. Where it is silent, the readings in `settings`
decide.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from ..errors import InvalidArgument, hides_usage_errors
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, State
from ..settings import PINECONE as READINGS
from . import (
    Api,
    Checking,
    ErrorResponse,
    Exchange,
    Field,
    Operation,
    Render,
    Request,
    Response,
    Route,
    Serving,
    Snapshot,
    json_response,
    position_after,
    rfc3339,
    window,
)
from .pinecone_generation import GENERATION
from .pinecone_rules import HISTORY, INGESTION, RULES, TYPES
from .pinecone_stub import PineconeStub

__tracebackhide__ = hides_usage_errors

_FILTERS = HISTORY.states
# Ordered by the states, because the order of a set differs from run to run.
_STATUSES: Mapping[AnyState, str] = {
    state: word for state in State for word, states in _FILTERS.items() if state in states
}
_LIMITS = range(1, 101)


def _bad_request(message: str) -> ErrorResponse:
    return ErrorResponse(400, "INVALID_ARGUMENT", message)


def _enter(exchange: Exchange) -> str:
    """Check what every route checks first; returns the assistant's name."""
    exchange.authenticate()
    version = exchange.request.header("X-Pinecone-Api-Version")
    readings = exchange.readings
    if version is None:
        if readings["version_header"] == "required":
            raise _bad_request("Missing required header X-Pinecone-Api-Version")
    elif readings["versions"] == "dates" and not re.fullmatch(r"[0-9]{4}-[0-9]{2}", version):
        raise _bad_request(f"Invalid X-Pinecone-Api-Version: {version}")
    assistant = exchange.params["assistant_name"]
    if assistant not in exchange.parents:
        raise ErrorResponse(404, "NOT_FOUND", f'Assistant "{assistant}" not found.')
    return assistant


def _list(exchange: Exchange) -> Response:
    assistant = _enter(exchange)
    readings = exchange.readings
    query = dict(parse_qsl(exchange.request.query, keep_blank_values=True))
    where: dict[str, object] = {"assistant_name": assistant}
    if "operation_type" in query:
        where["operation_type"] = _filter(query, "operation_type", TYPES, readings)
    states = frozenset(_STATUSES)
    if "status" in query:
        states = _FILTERS.get(_filter(query, "status", _FILTERS, readings), frozenset())
    limit = _limit(query.get("limit"), readings)
    tied_to = json.dumps([where, query.get("status")], sort_keys=True)
    members = exchange.members(where, states)
    order = readings["order"]
    offset = 0
    if "pagination_token" in query:
        last = _last_served(query["pagination_token"], tied_to)
        if last is not None:
            offset = position_after(members, last, order)
        elif readings["bad_token"] == "refuse":
            raise _bad_request("Invalid pagination token")
    numbers = window(members, offset, limit, order)
    page: dict[str, Any] = {"operations": exchange.show_all(numbers)}
    if offset + len(numbers) < len(members):
        # The last page has no pagination at all: real clients refuse a pagination without a token.
        page["pagination"] = {"next": _token(tied_to, numbers[-1])}
    return json_response(200, page)


def _describe(exchange: Exchange) -> Response:
    assistant = _enter(exchange)
    name = exchange.params["operation_id"]
    operation = exchange.find(name, assistant_name=assistant)
    if operation is None:
        raise ErrorResponse(404, "NOT_FOUND", f"Operation {name.removeprefix('op-')} not found.")
    return json_response(200, exchange.show(operation))


def _filter(query: Mapping[str, str], name: str, known: Any, readings: Mapping[str, Any]) -> str:
    value = query[name]
    if value not in known and readings["bad_filter"] == "refuse":
        raise _bad_request(f"Invalid {name}: Valid options are {', '.join(known)}")
    return value


def _limit(given: str | None, readings: Mapping[str, Any]) -> int:
    if given is None:
        default: int = readings["default_limit"]
        return default
    if re.fullmatch(r"-?[0-9]{1,18}", given):
        limit = int(given)
        if limit in _LIMITS:
            return limit
        if readings["bad_limit"] == "clamp":
            return min(max(limit, _LIMITS[0]), _LIMITS[-1])
    raise _bad_request(f"Invalid limit: must be an integer from {_LIMITS[0]} to {_LIMITS[-1]}")


def _token(tied_to: str, last: int) -> str:
    """The token of the page that follows this operation. The limit may differ from page to page."""
    seal = hashlib.blake2s(f"{tied_to}{last}".encode(), digest_size=8).hexdigest()
    return base64.urlsafe_b64encode(f"{seal}:{last}".encode()).decode()


def _last_served(token: str, tied_to: str) -> int | None:
    """The number of the last operation served, ``None`` if the token is not of this query."""
    try:
        last = int(base64.urlsafe_b64decode(token.encode()).rpartition(b":")[2])
    except ValueError:
        return None
    return last if _token(tied_to, last) == token else None


def _render(operation: Operation, snapshot: Snapshot) -> dict[str, Any]:
    born = operation.created_ns
    fields = operation.fields
    payload = {
        "id": operation.id,
        "operation_type": fields["operation_type"],
        "status": _STATUSES[snapshot.state],
        "created_on": rfc3339(born),
    }
    if "file_id" in fields:
        payload["file_id"] = fields["file_id"]
    if snapshot.percent is not None:
        payload["percent_complete"] = snapshot.percent
    if snapshot.finished is not None:
        payload["completed_on"] = rfc3339(born + snapshot.finished)
    if snapshot.message is not None:
        payload["error_message"] = snapshot.message
    if snapshot.state is State.SUCCEEDED and "ingestion_units" in fields:
        payload["ingestion_units"] = fields["ingestion_units"]
    return payload


def _renderer(readings: Mapping[str, Any]) -> Render:
    return _render


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
                f"a Pinecone operation has no output, so output={step.output!r} would reach "
                "nobody. Leave it out; what it does show is ingestion_units=, given to start().",
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


PINECONE = Api(
    name="pinecone",
    base_url="https://prod-1-data.ke.pinecone.io",
    routes=(
        Route(
            "list",
            "GET",
            ("/operations/{assistant_name}", "/assistant/operations/{assistant_name}"),
            _list,
        ),
        Route(
            "get",
            "GET",
            (
                "/operations/{assistant_name}/{operation_id}",
                "/assistant/operations/{assistant_name}/{operation_id}",
            ),
            _describe,
            "operation_id",
        ),
    ),
    new_id="op-{:012x}".format,
    statuses=_STATUSES,
    render=_renderer,
    credential=_credential,
    envelope=_envelope,
    unmatched=_unmatched,
    fields={
        "assistant_name": Field(required=True),
        "operation_type": Field(default="upload_file", choices=TYPES, required=True),
        "file_id": Field(default="file-{:06d}".format),
        "ingestion_units": Field(kind=(int, float)),
    },
    readings=READINGS,
    serving=Serving(
        refusals={
            "invalid": _unauthenticated(),
            "forbidden": ErrorResponse(403, "FORBIDDEN", "Forbidden"),
        },
        throttled=ErrorResponse(
            429, "TOO_MANY_REQUESTS", "Too many get or list assistant requests, try again later"
        ),
        hidden=lambda readings: frozenset({State.PURGED}),
        retention=lambda readings: readings["retention"],
        admit=_admit,
        parent="assistant_name",
        real_hosts=("*.pinecone.io",),
        stub_class=PineconeStub,
    ),
    checking=Checking(
        contract="pinecone_assistant.yaml",
        error_schema="ErrorResponse",
        rules=RULES,
        history=HISTORY,
    ),
    generation=GENERATION,
)
"""Pinecone Assistant, version 2026-04."""
