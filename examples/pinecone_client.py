"""A client for the operations of a Pinecone Assistant, as an application would have it.

Uploading a file gives an operation; this follows it to its end, and looks through those of the
past.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import requests

Operation = dict[str, Any]


class PineconeError(Exception):
    """Pinecone refused a request, or could not do what was asked."""


class NotAuthenticated(PineconeError):
    """The API key is missing or wrong."""


class NotAllowed(PineconeError):
    """The API key is good, and not for this."""


class NotFound(PineconeError):
    """There is no such assistant or operation, or no longer: operations are kept for 30 days."""


class UploadFailed(PineconeError):
    """The file was taken, but could not be processed."""


_ERRORS = {401: NotAuthenticated, 403: NotAllowed, 404: NotFound}


class AssistantOperations:
    """The operations of one assistant."""

    def __init__(
        self,
        assistant_name: str,
        api_key: str,
        host: str = "https://prod-1-data.ke.pinecone.io",
    ) -> None:
        self.session = requests.Session()
        self.session.headers.update({"Api-Key": api_key, "X-Pinecone-Api-Version": "2026-04"})
        self._url = f"{host.rstrip('/')}/assistant/operations/{assistant_name}"

    def describe(self, operation_id: str) -> Operation:
        """The operation as it stands now."""
        return self._get(f"{self._url}/{operation_id}")

    def wait_for_upload(
        self, operation_id: str, *, timeout: float = 300, interval: float = 5
    ) -> str:
        """Poll until the file of this upload is there, and return the file's id.

        Raises:
            UploadFailed: if it could not be processed.
            TimeoutError: if it is not processed within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            operation = self.describe(operation_id)
            if operation["status"] == "Completed":
                file_id: str = operation["file_id"]
                return file_id
            if operation["status"] == "Failed":
                raise UploadFailed(operation.get("error_message") or "no reason given")
            if time.monotonic() >= deadline:
                percent = operation.get("percent_complete", 0)
                raise TimeoutError(f"{operation_id} is at {percent} % after {timeout:g} seconds")
            time.sleep(interval)

    def history(self, *, page_size: int = 20, **filters: str) -> Iterator[Operation]:
        """All operations that pass the filters ``operation_type`` and ``status``.

        Pages are fetched as they are needed.
        """
        query: dict[str, Any] = {**filters, "limit": page_size}
        while True:
            page = self._get(self._url, query)
            yield from page.get("operations", ())
            pagination = page.get("pagination")
            if not pagination:
                return
            query["pagination_token"] = pagination["next"]

    def _get(self, url: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.session.get(url, params=query, timeout=30)
        if response.ok:
            answer: dict[str, Any] = response.json()
            return answer
        error = _ERRORS.get(response.status_code, PineconeError)
        raise error(f"{response.status_code}: {response.json()['error']['message']}")
