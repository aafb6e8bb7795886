"""Polls of a Chainloop operation, as the code under test would send them."""

from __future__ import annotations

import requests

from pytest_asyncops import AsyncOpsMock

HEADERS = {"Authorization": "Bearer token"}


def ask(mock: AsyncOpsMock, name: str) -> requests.Response:
    """The answer to one poll."""
    url = f"{mock.chainloop.base_url}/v1/operations/{name}"
    return requests.get(url, headers=HEADERS, timeout=30)
