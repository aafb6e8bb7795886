"""Reads the requests of all routes of Pinecone Assistant: version, credentials, bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import ErrorResponse, Exchange, Request
from .multipart import read_multipart

OLD = "2025-10"
"""The edition that answers uploads with a file; all later ones answer with an operation."""

_VERSION = "X-Pinecone-Api-Version"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}")
_MOST_METADATA = 16 * 1024


def edition(request: Request) -> str | None:
    """`OLD` for a request of this edition, or an older one; ``None`` for the newest."""
    version = _version(request)
    is_old = version is not None and _DATE.fullmatch(version) is not None and version <= OLD
    return OLD if is_old else None


def _version(request: Request) -> str | None:
    """The version header. Some clients send it twice."""
    given = request.header(_VERSION)
    different = {} if given is None else dict.fromkeys(given.split(", "))
    return next(iter(different)) if len(different) == 1 else given


def bad_request(message: str) -> ErrorResponse:
    """The answer to an invalid request."""
    return ErrorResponse(400, "INVALID_ARGUMENT", message)


def not_found(message: str) -> ErrorResponse:
    """The answer to a request for something that does not exist."""
    return ErrorResponse(404, "NOT_FOUND", message)


def check(exchange: Exchange) -> None:
    """Check the credential and the version, as every route does first.

    Raises:
        ErrorResponse: if something is wrong with them.
    """
    exchange.authenticate()
    version = _version(exchange.request)
    readings = exchange.readings
    if version is None:
        if readings["version_header"] == "required":
            raise bad_request(f"Missing required header {_VERSION}")
    elif readings["versions"] == "dates" and not _DATE.fullmatch(version):
        raise bad_request(f"Invalid {_VERSION}: {version}")


def read_object(text: str | bytes, what: str) -> Mapping[str, Any]:
    """An object in JSON.

    Raises:
        ErrorResponse: if it is not one.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad_request(f"{what} must be a JSON object")
    return found


def read_metadata(text: str | bytes) -> Mapping[str, Any]:
    """The metadata of a file or an assistant.

    Raises:
        ErrorResponse: if it is not a JSON object, or too large.
    """
    if len(text) > _MOST_METADATA:
        raise bad_request("Metadata must not be larger than 16 KB")
    return read_object(text, "Metadata")


class Upload(NamedTuple):
    """A file that a request uploads.

    Attributes:
        name: its name.
        size: its size in bytes.
        metadata: its metadata.
        multimodal: whether pictures in it are processed.
    """

    name: str
    size: int
    metadata: Mapping[str, Any] | None
    multimodal: bool


def read_upload(exchange: Exchange) -> Upload:
    """The file that a request uploads.

    Raises:
        ErrorResponse: for a body that is not multipart, or that has no file or more than one.
    """
    request, query = exchange.request, exchange.query
    try:
        parts = read_multipart(request.header("Content-Type") or "", request.body)
    except ValueError as error:
        raise bad_request(f"Invalid multipart body: {error}") from None
    files = [part for part in parts if part.name == "file"]
    if len(files) != 1:
        raise bad_request(f"The body must have one part named file, not {len(files)}")
    told = [part.content for part in parts if part.name == "metadata"]
    metadata = told[-1] if told else query.get("metadata")
    multimodal = query.get("multimodal", "false")
    if multimodal not in ("true", "false"):
        raise bad_request("Invalid multimodal: Valid options are true, false")
    return Upload(
        files[0].file_name or "file",
        len(files[0].content),
        None if not metadata or metadata in (b"null", "null") else read_metadata(metadata),
        multimodal == "true",
    )
