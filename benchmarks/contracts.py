"""Reading and compiling both contracts, each time in a fresh process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .measure import elsewhere, once
from .report import Figure, Row

_ROUNDS = 10

_JSON = "application/json"


def run() -> Iterator[Row]:
    rounds = [elsewhere("contracts:measured") for _ in range(_ROUNDS)]
    for what in rounds[0]:
        yield Figure(what, [took[what] for took in rounds])


def measured() -> dict[str, float]:
    """Seconds of each part, in the order in which a test would come to it."""
    took: dict[str, float] = {}

    def part(what: str, call: Any) -> Any:
        took[what], result = once(call)
        return result

    part("import of the conformance wing", _import)

    from pytest_asyncops import assert_conforms
    from pytest_asyncops.apis.chainloop import CHAINLOOP
    from pytest_asyncops.apis.pinecone import PINECONE
    from pytest_asyncops.conformance.checker import find_checker
    from pytest_asyncops.conformance.thorough_check import allowed_by
    from pytest_asyncops.contract.openapi import load_contract

    for api in (CHAINLOOP, PINECONE):
        part(
            f"{api.name}: loading {api.checking.contract}",
            lambda api=api: load_contract(api.checking.contract),
        )
        for route in api.routes:
            part(
                f"{api.name}: compiling the {route.name} answer",
                lambda api=api, route=route: find_checker(
                    api, route, 200, allowed_by(api)
                ).body_checker(_JSON),
            )
        payload: dict[str, Any] = {"operations": []}
        part(
            f"{api.name}: first assert_conforms after that",
            lambda api=api, payload=payload: assert_conforms(payload, api=api, route="list"),
        )
    took["all: to the end of the first assert_conforms of both"] = sum(took.values())
    return took


def _import() -> None:
    import pytest_asyncops.conformance  # noqa: F401 - the import is what is measured
