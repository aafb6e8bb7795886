"""Pinecone Assistant's files, which follow from operations, and the routes of the data plane.

No route makes a file itself: operations add, change and remove it. Its state is a function of
these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from ..lifecycle.states import AnyState, State
from . import Exchange, Operation, Response, json_response, rfc3339
from .metadata_filter import matches, read_filter
from .pinecone_assistants import AT_ONCE, Assistant, enter
from .pinecone_effects import Effect, effects, tell
from .pinecone_paging import page_of, read_limit
from .pinecone_requests import (
    OLD,
    bad_request,
    edition,
    not_found,
    read_object,
    read_upload,
)
from .pinecone_rules import INGESTION, TYPES

_ID = re.compile("[A-Za-z0-9_-]{1,128}")
_TAKING_IN: Mapping[AnyState, str] = {
    State.PENDING: "Processing",
    State.RUNNING: "Processing",
    State.SUCCEEDED: "Available",
}
_FAILED = "ProcessingFailed"


class File(NamedTuple):
    """A file at one moment.

    Attributes:
        id: its id.
        number: the number of the operation that added it.
        status: its status.
        created_ns: when it was first uploaded, in nanoseconds since 1970.
        effect: the effect that decides its status.
        told: the facts of its upload.
        metadata: its metadata.
    """

    id: str
    number: int
    status: str
    created_ns: int
    effect: Effect
    told: Mapping[str, Any]
    metadata: object


def _files(exchange: Exchange, assistant: Assistant, **where: object) -> Mapping[str, File]:
    """The files of an assistant by id, in the order in which they were added."""
    found: dict[str, File] = {}
    asked = {"assistant_name": assistant.name, "operation_type": frozenset(TYPES), **where}
    for number, effect in effects(exchange, asked).items():
        name = effect.operation.fields.get("file_id")
        if number < assistant.since or not isinstance(name, str):
            continue
        after = _changed(found.get(name), name, number, effect)
        if after is not None:
            found[name] = after
        else:
            found.pop(name, None)
    return found


def _changed(before: File | None, name: str, number: int, effect: Effect) -> File | None:
    """A file as an operation leaves it; ``None`` if there is none."""
    told = effect.operation.fields
    if effect.kind in INGESTION:
        status = _TAKING_IN.get(effect.state, _FAILED)
        if before is not None:
            number, born = before.number, before.created_ns
        else:
            born = effect.operation.created_ns
        return File(name, number, status, born, effect, told, told.get("metadata"))
    if before is None or effect.kind != "delete_file":
        if before is None or effect.state is not State.SUCCEEDED:
            return before
        return before._replace(metadata=told.get("metadata"))
    if effect.state.done:
        return None if effect.state is State.SUCCEEDED else before
    return before._replace(status="Deleting", effect=effect)


def _find(exchange: Exchange) -> tuple[Assistant, File]:
    """The assistant and the file that a request names.

    Raises:
        ErrorResponse: if there is none.
    """
    assistant = enter(exchange)
    name = exchange.params["assistant_file_id"]
    found = _files(exchange, assistant, file_id=name).get(name)
    if found is None:
        raise not_found(f"File with id {name}  not found in provided assistant")
    return assistant, found


def _shown(exchange: Exchange, file: File) -> dict[str, Any]:
    """A file as the API shows it."""
    effect = file.effect
    payload: dict[str, Any] = {
        "id": file.id,
        "name": file.told.get("file_name", file.id),
        "status": file.status,
        "created_on": rfc3339(file.created_ns),
        "updated_on": rfc3339(effect.changed_ns),
        "metadata": file.metadata,
        "multimodal": file.told.get("multimodal", False),
    }
    if edition(exchange.request) != OLD:
        return {**payload, "size": file.told.get("size", 0)}
    if effect.percent is not None:
        payload["percent_done"] = effect.percent / 100
    return {**payload, "error_message": effect.message}


def list_files(exchange: Exchange) -> Response:
    """Answer ``GET /files/{assistant_name}``."""
    assistant = enter(exchange)
    query = exchange.query
    files = _files(exchange, assistant)
    if "filter" in query:
        wanted = read_filter(read_object(query["filter"], "The filter"))
        files = {name: file for name, file in files.items() if matches(wanted, file.metadata)}
    by_number = {file.number: file for file in files.values()}
    numbers: Any = sorted(by_number)
    pagination: Mapping[str, Any] = {}
    if edition(exchange.request) == OLD:
        limit = len(numbers) or 1
    else:
        readings = exchange.readings
        limit = read_limit(query.get("limit"), readings["default_limit"], readings)
    tied_to = f"files {assistant.name} {query.get('filter')}"
    numbers, pagination = page_of(exchange, numbers, query, tied_to, limit)
    page = [by_number[number] for number in numbers]
    exchange.look_all(file.effect.operation for file in page)
    return json_response(200, {"files": [_shown(exchange, one) for one in page], **pagination})


def describe_file(exchange: Exchange) -> Response:
    """Answer ``GET /files/{assistant_name}/{assistant_file_id}``."""
    assistant, file = _find(exchange)
    tell(exchange, file.effect.operation)
    payload = _shown(exchange, file)
    if exchange.query.get("include_url") == "true":
        path = f"{quote(assistant.name, safe='')}/{quote(file.id, safe='')}"
        payload["signed_url"] = f"https://files.example.com/{path}?signature=none"
    return json_response(200, payload)


def upload_file(exchange: Exchange) -> Response:
    """Answer ``POST /files/{assistant_name}``."""
    assistant = enter(exchange)
    operation = _take_in(exchange, assistant, "upload_file", {})
    if edition(exchange.request) != OLD:
        return _accepted(exchange, assistant, operation)
    name = str(operation.fields["file_id"])
    exchange.look(operation)
    return json_response(200, _shown(exchange, _files(exchange, assistant, file_id=name)[name]))


def upsert_file(exchange: Exchange) -> Response:
    """Answer ``PUT /files/{assistant_name}/{assistant_file_id}``."""
    assistant = enter(exchange)
    name = exchange.params["assistant_file_id"]
    if not _ID.fullmatch(name):
        raise bad_request(
            "Invalid file id: must be 1 to 128 letters, digits, hyphens or underscores"
        )
    operation = _take_in(exchange, assistant, "upsert_file", {"file_id": name})
    return _accepted(exchange, assistant, operation)


def delete_file(exchange: Exchange) -> Response:
    """Answer ``DELETE /files/{assistant_name}/{assistant_file_id}``."""
    assistant, file = _find(exchange)
    is_old = edition(exchange.request) == OLD
    fields: dict[str, Any] = {"assistant_name": assistant.name, "file_id": file.id}
    if "file_name" in file.told:  # plans for the file also match its deletion
        fields["file_name"] = file.told["file_name"]
    if file.status == _FAILED:
        # This one is never seen: the file is gone when the answer comes.
        exchange.start(operation_type="delete_file", lifecycle=AT_ONCE.then_purged(0), **fields)
        return Response(200 if is_old else 204)
    operation = exchange.start(operation_type="delete_file", **fields)
    if not is_old:
        return _accepted(exchange, assistant, operation)
    exchange.look(operation)
    return Response(200)


def _take_in(
    exchange: Exchange, assistant: Assistant, kind: str, also: Mapping[str, Any]
) -> Operation:
    upload = read_upload(exchange)
    return exchange.start(
        operation_type=kind,
        assistant_name=assistant.name,
        file_name=upload.name,
        size=upload.size,
        metadata=upload.metadata,
        multimodal=upload.multimodal,
        **also,
    )


def _accepted(exchange: Exchange, assistant: Assistant, operation: Operation) -> Response:
    path = f"/operations/{quote(assistant.name, safe='')}/{quote(operation.id, safe='')}"
    return json_response(202, exchange.show(operation), {"Location": path})
