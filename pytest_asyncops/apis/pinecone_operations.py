"""Pinecone Assistant's operations: how they are listed, described and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..lifecycle.states import AnyState, State
from . import Exchange, Operation, Render, Response, Snapshot, json_response, rfc3339
from .pinecone_assistants import enter
from .pinecone_paging import page_of, read_limit
from .pinecone_requests import bad_request, not_found
from .pinecone_rules import HISTORY, TYPES

_FILTERS = HISTORY.states
# Ordered by the states, because the order of a set differs from run to run.
STATUSES: Mapping[AnyState, str] = {
    state: word for state in State for word, states in _FILTERS.items() if state in states
}
"""The status of each state."""

_SHOWN = frozenset(TYPES)
"""The types of operations that the routes show: those on files, not those on assistants."""


def list_operations(exchange: Exchange) -> Response:
    """Answer ``GET /operations/{assistant_name}``."""
    assistant = enter(exchange)
    readings = exchange.readings
    query = exchange.query
    where: dict[str, object] = {"assistant_name": assistant.name}
    if "operation_type" in query:
        where["operation_type"] = _filter(query, "operation_type", TYPES, readings)
    tied_to = json.dumps([where, query.get("status")], sort_keys=True)
    states = frozenset(STATUSES)
    if "status" in query:
        states = _FILTERS.get(_filter(query, "status", _FILTERS, readings), frozenset())
    limit = read_limit(query.get("limit"), readings["default_limit"], readings)
    members = exchange.members({"operation_type": _SHOWN, **where}, states)
    numbers, pagination = page_of(exchange, members, query, tied_to, limit)
    return json_response(200, {"operations": exchange.show_all(numbers), **pagination})


def describe_operation(exchange: Exchange) -> Response:
    """Answer ``GET /operations/{assistant_name}/{operation_id}``."""
    assistant = enter(exchange)
    name = exchange.params["operation_id"]
    operation = exchange.find(name, assistant_name=assistant.name, operation_type=_SHOWN)
    if operation is None:
        raise not_found(f"Operation {name.removeprefix('op-')} not found.")
    return json_response(200, exchange.show(operation))


def _filter(query: Mapping[str, str], name: str, known: Any, readings: Mapping[str, Any]) -> str:
    value = query[name]
    if value not in known and readings["bad_filter"] == "refuse":
        raise bad_request(f"Invalid {name}: Valid options are {', '.join(known)}")
    return value


def _render(operation: Operation, snapshot: Snapshot) -> dict[str, Any]:
    born = operation.created_ns
    fields = operation.fields
    payload = {
        "id": operation.id,
        "operation_type": fields["operation_type"],
        "status": STATUSES[snapshot.state],
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


def renderer(readings: Mapping[str, Any]) -> Render:
    """The function that shows an operation."""
    return _render
