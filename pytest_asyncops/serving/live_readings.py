"""The readings of the APIs that are being served.

A setting of a mock also applies to answers that do not know their mock: responses of client
libraries, and payloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .api import Api
from .calls import Call
from .messages import Response
from .operations import OperationStore
from .server import Server

_live: list[Server] = []


@contextmanager
def live(servers: Iterable[Server]) -> Iterator[None]:
    """Inside the block, these are served, and their readings are those of their APIs."""
    added = list(servers)
    _live.extend(added)
    try:
        yield
    finally:
        for server in added:
            _live.remove(server)


def live_readings(api: Api) -> Mapping[str, Any] | None:
    """The readings with which the API is served, by the latest mock; ``None`` if it is not."""
    for server in reversed(_live):
        if server.api is api:
            return server.readings
    return None


def live_call(response: Response) -> tuple[OperationStore, Call] | None:
    """The call that got this response, and the stub's store; ``None`` if none is kept."""
    for server in reversed(_live):
        for call in reversed(server.calls):
            if call.response is response:
                return server.store, call
    return None


def live_api(url: str) -> Api | None:
    """The API that is served at this URL, by the latest mock; ``None`` if none is."""
    for server in reversed(_live):
        if any(url.startswith(f"{base_url}/") for base_url in server.base_urls.values()):
            return server.api
    return None
