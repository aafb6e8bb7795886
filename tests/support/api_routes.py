"""What a response is an answer of, as conformance reads it."""

from __future__ import annotations

from typing import Any

from pytest_asyncops.conformance.api_routes import find_api_route
from pytest_asyncops.conformance.client_responses import read_response


def answered_by(value: Any, *, api: Any = None, route: str | None = None) -> Any:
    """The API and the route."""
    return find_api_route(read_response(value), api=api, route=route)
