"""Reading and compiling contracts, each time in a fresh process: both of ours, and a large one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .measure import elsewhere, once
from .report import Figure, Missing, Ratio, Row

_ROUNDS = 10

_JSON = "application/json"


def run() -> Iterator[Row]:
    rounds = [elsewhere("contracts:measured") for _ in range(_ROUNDS)]
    for what in rounds[0]:
        yield Figure(what, [took[what] for took in rounds])
    yield from _large()


_LARGE_ROUNDS = 3
_PATHS = 300


def _large() -> Iterator[Row]:
    document = json.dumps(_document(), indent=1)
    megabytes = len(document) / 1e6
    what = f"loading a document of {_PATHS} paths, {megabytes:.1f} MB, and checking one answer"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "openapi.json")
        Path(path).write_text(document, encoding="utf-8")
        ours = [elsewhere("contracts:loaded", path) for _ in range(_LARGE_ROUNDS)]
        if find_spec("openapi_core") is None:
            yield Missing(f"{what}, against openapi-core")
            return
        theirs = [elsewhere("contracts:loaded_by_openapi_core", path) for _ in range(_LARGE_ROUNDS)]
    yield Ratio(what, ours, "openapi-core", theirs, bar=1.0)


def _document() -> dict[str, Any]:
    """A document whose schemas refer to one another, as large ones do."""

    def refer(number: int) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/Thing{number % _PATHS}"}

    schemas = {
        f"Thing{number}": {
            "type": "object",
            "required": ["id", "parts"],
            "properties": {
                "id": {"type": "integer", "format": "int64"},
                **{
                    f"member_{name}": {"type": "string", "description": "What it is. " * 5}
                    for name in range(20)
                },
                "parts": {"type": "array", "items": refer(3 * number + 1), "maxItems": 9},
            },
        }
        for number in range(_PATHS)
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "https://things.example"}],
        "paths": {
            f"/things{number}": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "The thing.",
                            "content": {"application/json": {"schema": refer(number)}},
                        }
                    }
                }
            }
            for number in range(_PATHS)
        },
        "components": {"schemas": schemas},
    }


_PAYLOAD: dict[str, Any] = {"id": 1, "member_1": "a", "parts": [{"id": 2, "parts": []}]}


def loaded(path: str) -> float:
    """Seconds until this package has checked one answer, imports apart."""
    from pytest_asyncops import Contract
    from pytest_asyncops.conformance.dialect import validator_of

    def check() -> bool:
        contract = Contract.load(path)
        schema = contract.response_schema("GET", "/things7", 200)
        assert schema is not None
        return bool(validator_of(contract, schema).is_valid(_PAYLOAD))

    took, good = once(check)
    assert good
    return took


def loaded_by_openapi_core(path: str) -> float:
    """Seconds until openapi-core has checked the same answer, imports apart."""
    import requests
    import responses
    from openapi_core import OpenAPI
    from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

    with responses.RequestsMock() as mock:
        mock.get("https://things.example/things7", json=_PAYLOAD)
        answer = requests.get("https://things.example/things7", timeout=1)
    request, response = RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
    took, _ = once(lambda: OpenAPI.from_file_path(path).validate_response(request, response))
    return took


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
