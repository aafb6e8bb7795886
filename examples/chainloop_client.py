"""A client for Chainloop's asynchronous operations, as an application would have it.

Nothing here knows that it is tested: it waits with ``time.sleep``, it gives up by
``time.monotonic``, and it talks to the real address.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import requests

Operation = dict[str, Any]


class ChainloopError(Exception):
    """Chainloop refused a request, or could not do what was asked."""


class NotAuthenticated(ChainloopError):
    """The token is missing, wrong or expired."""


class NotAllowed(ChainloopError):
    """The token is good, and not for this."""


class NotFound(ChainloopError):
    """There is no such operation."""


class OperationFailed(ChainloopError):
    """The operation came to its end without a result."""


class OperationPurged(ChainloopError):
    """The operation is over, and its result is no longer kept."""


_ERRORS = {401: NotAuthenticated, 403: NotAllowed, 404: NotFound}


class ChainloopClient:
    """Waits for operations and lists them."""

    def __init__(self, token: str, base_url: str = "https://api.app.chainloop.dev") -> None:
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        self._operations_url = f"{base_url.rstrip('/')}/v1/operations"

    def get(self, operation_id: str) -> Operation:
        """The operation as it stands now."""
        operation: Operation = self._get(f"/{operation_id}")["operation"]
        return operation

    def wait(self, operation_id: str, *, timeout: float = 600, interval: float = 5) -> bytes:
        """Poll until the operation is over, and return its output.

        Raises:
            OperationFailed: if it failed.
            OperationPurged: if it is over, but its output is gone.
            TimeoutError: if it is not over within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            operation = self.get(operation_id)
            match operation["status"]:
                case "ASYNC_OPERATION_STATUS_COMPLETED":
                    return base64.b64decode(operation.get("output") or "")
                case "ASYNC_OPERATION_STATUS_FAILED":
                    raise OperationFailed(operation.get("error_message") or "no reason given")
                case "ASYNC_OPERATION_STATUS_PURGED":
                    raise OperationPurged(f"the output of {operation_id} is gone")
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{operation_id} is not over after {timeout:g} seconds")
            time.sleep(interval)

    def operations(self, *, page_size: int = 50, **filters: str) -> Iterator[Operation]:
        """All operations that pass the filters: ``kind``, ``status``, ``resource_id`` and so on.

        Pages are fetched as they are needed.
        """
        page = 0
        while True:
            answer = self._get(
                "", {**filters, "pagination.page": page, "pagination.page_size": page_size}
            )
            yield from answer.get("operations", ())
            page += 1
            if page >= answer.get("pagination", {}).get("total_pages", 0):
                return

    def _get(self, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.session.get(self._operations_url + path, params=query, timeout=30)
        if response.ok:
            answer: dict[str, Any] = response.json()
            return answer
        error = _ERRORS.get(response.status_code, ChainloopError)
        raise error(f"{response.status_code}: {response.json()['message']}")
