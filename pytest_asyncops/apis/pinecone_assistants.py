"""Pinecone Assistant's assistants, which follow from operations, and the control plane.

An assistant is created, updated and deleted by operations that no route shows. Its state is a
function of these.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, State
from . import ErrorResponse, Exchange, Operation, Response, json_response, rfc3339
from .pinecone_effects import Effect, effects, tell
from .pinecone_paging import page_of, read_limit
from .pinecone_requests import (
    OLD,
    bad_request,
    check,
    edition,
    not_found,
    read_metadata,
    read_object,
)

CREATE, UPDATE, DELETE = "create_assistant", "update_assistant", "delete_assistant"
ASSISTANT_TYPES = (CREATE, UPDATE, DELETE)
"""The types of operations that change assistants."""

AT_ONCE: Lifecycle = Lifecycle.succeeds(running=0)
"""The lifecycle of an operation that is done at once."""

_DEFAULT_LIMIT = 50
_NAME = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REGIONS = ("us", "eu")
_MOST_INSTRUCTIONS = 16 * 1024


class Assistant(NamedTuple):
    """An assistant at one moment.

    Attributes:
        name: its name.
        status: its status.
        created_ns: when it was created, in nanoseconds since 1970.
        updated_ns: when it changed last.
        fields: its instructions, metadata and region, if they are known.
        since: the number of the operation since which it exists; older ones are of another
            assistant with the same name.
        operation: the operation that decides its status, ``None`` if it has always existed.
    """

    name: str
    status: str
    created_ns: int
    updated_ns: int
    fields: Mapping[str, Any]
    since: int = 0
    operation: Operation | None = None


def find_assistant(exchange: Exchange, name: str) -> Assistant | None:
    """The assistant of this name, ``None`` if there is none."""
    return _assistants(exchange, {"assistant_name": name}, [name]).get(name)


def enter(exchange: Exchange) -> Assistant:
    """Make the checks with which every route below an assistant begins.

    Returns:
        The assistant.

    Raises:
        ErrorResponse: for a bad credential or version, and if there is no such assistant.
    """
    check(exchange)
    name = exchange.params["assistant_name"]
    found = find_assistant(exchange, name)
    if found is None:
        raise not_found(f'Assistant "{name}" not found.')
    return found


def _assistants(
    exchange: Exchange, where: Mapping[str, object], names: Iterable[str]
) -> dict[str, Assistant]:
    """The assistants with these names and those of these operations."""
    born = exchange.began_ns
    known = exchange.parents
    found = {name: Assistant(name, "Ready", born, born, {}) for name in names if name in known}
    asked = {**where, "operation_type": frozenset(ASSISTANT_TYPES)}
    seen: set[str] = set()
    for number, effect in effects(exchange, asked).items():
        name = str(effect.operation.fields["assistant_name"])
        before = found.pop(name, None)
        if name not in seen and effect.kind == CREATE:
            before = None  # it is known because of this
        seen.add(name)
        after = _changed(before, number, effect)
        if after is not None:
            found[name] = after
    return found


def _changed(before: Assistant | None, number: int, effect: Effect) -> Assistant | None:
    """An assistant as an operation leaves it; ``None`` if there is none."""
    fields = {name: effect.operation.fields.get(name) for name in _FIELDS}
    if effect.kind == CREATE:
        status = _CREATING.get(effect.state, "InitializationFailed")
        born = effect.operation.created_ns
        name = str(effect.operation.fields["assistant_name"])
        return Assistant(name, status, born, effect.changed_ns, fields, number, effect.operation)
    if before is None or (effect.kind == DELETE and effect.state is State.SUCCEEDED):
        return None
    if effect.kind == DELETE:
        status = "Failed" if effect.state.done else "Terminating"
        return before._replace(
            status=status, updated_ns=effect.changed_ns, operation=effect.operation
        )
    told = {name: value for name, value in fields.items() if value is not None}
    return before._replace(fields={**before.fields, **told}, updated_ns=effect.changed_ns)


_FIELDS = ("instructions", "metadata", "region")
_CREATING: Mapping[AnyState, str] = {
    State.PENDING: "Initializing",
    State.RUNNING: "Initializing",
    State.SUCCEEDED: "Ready",
}


def _shown(exchange: Exchange, assistant: Assistant) -> dict[str, Any]:
    """An assistant as the API shows it."""
    payload = {
        "name": assistant.name,
        "status": assistant.status,
        "host": exchange.base_urls["data"],
        "created_at": rfc3339(assistant.created_ns),
        "updated_at": rfc3339(assistant.updated_ns),
        "instructions": assistant.fields.get("instructions"),
        "metadata": assistant.fields.get("metadata"),
    }
    if edition(exchange.request) != OLD:
        payload["region"] = assistant.fields.get("region") or _REGIONS[0]
    return {name: value for name, value in payload.items() if value is not None}


def list_assistants(exchange: Exchange) -> Response:
    """Answer ``GET /assistants``."""
    check(exchange)
    found = _assistants(exchange, {}, sorted(exchange.parents))
    by_rank = {_rank(one): one for one in found.values()}
    numbers: Sequence[int] = sorted(by_rank)
    pagination: Mapping[str, Any] = {}
    if edition(exchange.request) != OLD:
        query = exchange.query
        limit = read_limit(query.get("limit"), _DEFAULT_LIMIT, exchange.readings)
        numbers, pagination = page_of(exchange, numbers, query, "assistants", limit)
    page = [by_rank[number] for number in numbers]
    exchange.look_all(one.operation for one in page if one.operation is not None)
    return json_response(200, {"assistants": [_shown(exchange, one) for one in page], **pagination})


def _rank(assistant: Assistant) -> int:
    """A unique number that grows with the time of its creation."""
    digest = hashlib.blake2s(assistant.name.encode(), digest_size=8).digest()
    return assistant.created_ns << 128 | assistant.since << 64 | int.from_bytes(digest, "big")


def get_assistant(exchange: Exchange) -> Response:
    """Answer ``GET /assistants/{assistant_name}``."""
    assistant = enter(exchange)
    tell(exchange, assistant.operation)
    return json_response(200, _shown(exchange, assistant))


def create_assistant(exchange: Exchange) -> Response:
    """Answer ``POST /assistants``."""
    check(exchange)
    asked = read_object(exchange.request.body, "The body")
    name = asked.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise bad_request(
            "Invalid name: must be 1 to 63 lower case letters, digits and hyphens, with no hyphen "
            "at either end"
        )
    region = asked.get("region") or _REGIONS[0]
    if region not in _REGIONS:
        raise bad_request(f"Invalid region: Valid options are {', '.join(_REGIONS)}")
    fields = _read_fields(asked)
    if find_assistant(exchange, name) is not None:
        raise ErrorResponse(429, "ALREADY_EXISTS", f'Assistant "{name}" already exists.')
    operation = exchange.start(
        operation_type=CREATE, assistant_name=name, region=region, file_id=None, **fields
    )
    exchange.look(operation)
    return _now(exchange, name)


def update_assistant(exchange: Exchange) -> Response:
    """Answer ``PATCH /assistants/{assistant_name}``."""
    name = enter(exchange).name
    fields = _read_fields(read_object(exchange.request.body, "The body"))
    exchange.start(
        operation_type=UPDATE, assistant_name=name, file_id=None, lifecycle=AT_ONCE, **fields
    )
    # The contract has assistant_name, and the SDK looks for the members of an assistant.
    return _now(exchange, name, {"assistant_name": name})


def delete_assistant(exchange: Exchange) -> Response:
    """Answer ``DELETE /assistants/{assistant_name}``."""
    name = enter(exchange).name
    operation = exchange.start(operation_type=DELETE, assistant_name=name, file_id=None)
    exchange.look(operation)
    return Response(200)


def _now(exchange: Exchange, name: str, also: Mapping[str, Any] | None = None) -> Response:
    assistant = find_assistant(exchange, name)
    assert assistant is not None  # it has just been started or changed
    return json_response(200, {**(also or {}), **_shown(exchange, assistant)})


def _read_fields(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The instructions and metadata of a request, if it has them."""
    instructions, metadata = asked.get("instructions"), asked.get("metadata")
    if instructions is not None:
        if not isinstance(instructions, str):
            raise bad_request("Invalid instructions: must be a string")
        if len(instructions.encode()) > _MOST_INSTRUCTIONS:
            raise bad_request("Instructions must not be larger than 16 KB")
    return {
        "instructions": instructions,
        "metadata": None if metadata is None else read_metadata(json.dumps(metadata)),
    }
