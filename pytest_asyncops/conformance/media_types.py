"""Media types: finds the documented one of an answer, and how its body is read."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable


class Reading(enum.Enum):
    """How the body of a media type is read."""

    JSON = enum.auto()
    EVENTS = enum.auto()
    LINES = enum.auto()
    TEXT = enum.auto()
    BYTES = enum.auto()


_READINGS = {
    "application/json": Reading.JSON,
    "text/json": Reading.JSON,
    "text/event-stream": Reading.EVENTS,
    "application/x-ndjson": Reading.LINES,
    "application/ndjson": Reading.LINES,
    "application/jsonl": Reading.LINES,
    "application/x-jsonl": Reading.LINES,
    "application/jsonlines": Reading.LINES,
    "application/x-jsonlines": Reading.LINES,
}

_CHARSET = re.compile(r""";\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)


def reading_of(content_type: str) -> Reading:
    """How a body with this content type is read."""
    name = essence(content_type)
    if name in _READINGS:
        return _READINGS[name]
    if name.endswith("+json"):  # RFC 6839, 3.1
        return Reading.JSON
    return Reading.TEXT if name.startswith("text/") else Reading.BYTES


def essence(content_type: str) -> str:
    """The media type without its parameters.

    >>> essence("Text/HTML; charset=utf-8")
    'text/html'
    """
    return content_type.partition(";")[0].strip().lower()


def charset_of(content_type: str) -> str | None:
    """The parameter ``charset``, ``None`` if there is none.

    >>> charset_of('text/plain; charset="latin-1"')
    'latin-1'
    """
    found = _CHARSET.search(content_type)
    return None if found is None else found[1] or found[2]


def documented_as(content_type: str, documented: Iterable[str]) -> str | None:
    """The media type or range that documents a content type, the most specific of several.

    Parameters count only if the document has the same ones (OpenAPI 3.0.3, 4.7.16).

    >>> documented_as("text/csv; charset=utf-8", ["*/*", "text/*", "text/html"])
    'text/*'
    """
    whole, name = _normal(content_type), essence(content_type)
    main = name.partition("/")[0]
    suffix = name.rpartition("+")[2] if "+" in name else ""
    choices = list(documented)
    for wanted in (whole, name):
        for one in choices:
            if _normal(one) == wanted:
                return one
    # Not a range of RFC 9110, but in many documents: application/*+json.
    for wanted in (name, f"{main}/*+{suffix}", f"{main}/*", "*/*"):
        for one in choices:
            if essence(one) == wanted:
                return one
    return None


def default_of(documented: Iterable[str]) -> str:
    """The media type of a body without one: the first of JSON, or else the first."""
    choices = list(documented)
    return next((one for one in choices if reading_of(one) is Reading.JSON), choices[0])


def _normal(content_type: str) -> str:
    return re.sub(r"\s+", "", content_type).lower()
