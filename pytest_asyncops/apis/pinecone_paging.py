"""Pages of Pinecone Assistant's lists: how large they are, and where the next one begins."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import Exchange, position_after, window
from .pinecone_requests import bad_request

_LIMITS = range(1, 101)


def read_limit(given: str | None, default: int, readings: Mapping[str, Any]) -> int:
    """The most members of a page.

    Raises:
        ErrorResponse: for a bad limit, unless the reading ``bad_limit`` uses the nearest one.
    """
    if given is None:
        return default
    if re.fullmatch(r"-?[0-9]{1,18}", given):
        limit = int(given)
        if limit in _LIMITS:
            return limit
        if readings["bad_limit"] == "clamp":
            return min(max(limit, _LIMITS[0]), _LIMITS[-1])
    raise bad_request(f"Invalid limit: must be an integer from {_LIMITS[0]} to {_LIMITS[-1]}")


def page_of(
    exchange: Exchange, members: Sequence[int], query: Mapping[str, str], tied_to: str, limit: int
) -> tuple[Sequence[int], Mapping[str, Any]]:
    """The members of the requested page, and what the answer says of the next page.

    Args:
        exchange: the exchange.
        members: the numbers of everything that is listed, oldest first.
        query: the parameters of the query.
        tied_to: the rest of the query; a token is good only for this.
        limit: the most members of the page.

    Raises:
        ErrorResponse: for a token of another query, unless the reading ``bad_token`` starts over.
    """
    order = exchange.readings["order"]
    offset = 0
    if "pagination_token" in query:
        last = _last_served(query["pagination_token"], tied_to)
        if last is not None:
            offset = position_after(members, last, order)
        elif exchange.readings["bad_token"] == "refuse":
            raise bad_request("Invalid pagination token")
    numbers = window(members, offset, limit, order)
    if offset + len(numbers) < len(members):
        return numbers, {"pagination": {"next": _token(tied_to, numbers[-1])}}
    # The last page has no pagination at all: real clients refuse a pagination without a token.
    return numbers, {}


def _token(tied_to: str, last: int) -> str:
    """The token of the page that follows this member. The limit may differ from page to page."""
    seal = hashlib.blake2s(f"{tied_to}{last}".encode(), digest_size=8).hexdigest()
    return base64.urlsafe_b64encode(f"{seal}:{last}".encode()).decode()


def _last_served(token: str, tied_to: str) -> int | None:
    """The number of the last member served, ``None`` if the token belongs to another query."""
    try:
        last = int(base64.urlsafe_b64decode(token.encode()).rpartition(b":")[2])
    except ValueError:
        return None
    return last if _token(tied_to, last) == token else None
