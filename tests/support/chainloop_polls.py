"""Requests to Chainloop, as the code under test would send them."""

from __future__ import annotations

import requests

from pytest_asyncops import AsyncOpsMock

URL = "https://api.app.chainloop.dev"
HEADERS = {"Authorization": "Bearer token"}


def get(path: str) -> requests.Response:
    """The answer to a request for this path, at the usual URL."""
    return requests.get(URL + path, headers=HEADERS)


def ask(mock: AsyncOpsMock, name: str) -> requests.Response:
    """The answer to one poll."""
    url = f"{mock.chainloop.base_url}/v1/operations/{name}"
    return requests.get(url, headers=HEADERS, timeout=30)
