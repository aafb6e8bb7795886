"""The checker of the bodies that a route of an API answers with."""

from __future__ import annotations

from pytest_asyncops.conformance.body_checker import BodyChecker
from pytest_asyncops.conformance.checker import find_checker
from pytest_asyncops.conformance.thorough_check import allowed_by
from pytest_asyncops.serving.api import Api
from pytest_asyncops.serving.routing import Route


def body_checker(api: Api, route: Route | None, status_code: int) -> BodyChecker:
    """A new one, with the readings that are the default."""
    found = find_checker.__wrapped__(api, route, status_code, allowed_by(api)).body_checker()
    assert isinstance(found, BodyChecker)
    return found
