"""A list of a hundred operations held against its contract, the prose's rules included.

Every side gets the same `requests.Response` and reads its body; only this package checks the
rules that stand in the contract's prose.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import requests
from jsonschema import Draft4Validator

from pytest_asyncops import Lifecycle, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.serving.api import Api

from .measure import compare, elsewhere
from .report import Missing, Ratio, Row

_PROCESSES = 6
"""Where a process happens to put things in memory moves these figures by a third."""

_ROUNDS = 6
_TIMES = 5
_FAST = "orjson"
"""What the extra ``fast`` installs."""

_PEERS = {
    "schemathesis": "schemathesis",
    "openapi-core": "openapi_core",
    "jsonschema": "jsonschema",
}


def run() -> Iterator[Row]:
    has_fast = find_spec(_FAST) is not None
    for api in (CHAINLOOP, PINECONE):
        for fast in (True, False):
            what = f"{api.name}, {'with' if fast else 'without'} the extra fast"
            if fast and not has_fast:
                yield Missing(what)
                continue
            samples: dict[str, list[float]] = {}
            for _ in range(_PROCESSES):
                for side, times in elsewhere("conformance:measured", api.name, fast).items():
                    samples.setdefault(side, []).extend(times)
            for peer in _PEERS:
                if peer in samples:
                    bar = 1.0 if peer == "schemathesis" else None
                    yield Ratio(what, samples["ours"], peer, samples[peer], bar)
                else:
                    yield Missing(f"{what}, against {peer}")


def measured(name: str, fast: bool) -> dict[str, list[float]]:
    """Seconds per check of each side that is installed."""
    api = {api.name: api for api in (CHAINLOOP, PINECONE)}[name]
    response = _served(api)
    sides = {
        peer: _CHECKS[peer](api, response)
        for peer, module in _PEERS.items()
        if find_spec(module) is not None
    }
    if not fast:
        # Now that the peers have what they need, this package gets nothing of it.
        sys.modules[_FAST] = None  # type: ignore[assignment]
    from pytest_asyncops import assert_conforms

    ours = {"ours": lambda: assert_conforms(response)}
    return compare({**ours, **sides}, rounds=_ROUNDS, times=_TIMES)


def _served(api: Api) -> requests.Response:
    """A full page of operations in every state that the API lists."""
    output = {} if api is PINECONE else {"output": b"passed"}
    lives = [
        Lifecycle.succeeds(pending=2, running=30, **output),
        Lifecycle.fails("unsupported file format", running=12),
        Lifecycle.hangs(pending=5),
        Lifecycle.manual(),
    ]
    fields: dict[str, Any] = {"resource_id": "ev-{}".format, "resource_type": "evidence"}
    if api is PINECONE:
        fields = {"assistant_name": "docs"}
    with mocked(clock="manual") as mock:
        stub = mock.stubs[api.name]
        stub.start_many(100, lifecycle=lambda index: lives[index % len(lives)], **fields)
        mock.clock.advance(60)
        path = api.routes[0].paths[0].format(**fields)
        headers = {
            "Authorization": "Bearer token",
            "Api-Key": "key",
            "X-Pinecone-Api-Version": "2026-04",
        }
        response = requests.get(stub.base_url + path, headers=headers, timeout=1)
    assert len(response.json()["operations"]) == 100
    return response


def _document(api: Api) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(
        load_contract(str(api.checking.contract)).document.root
    )
    return document


def _jsonschema(api: Api, response: requests.Response) -> Callable[[], object]:
    document = _document(api)
    path = api.routes[0].paths[0]
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    validator = Draft4Validator({"allOf": [schema], "components": document["components"]})
    return lambda: validator.validate(response.json())


def _openapi_core(api: Api, response: requests.Response) -> Callable[[], object]:
    from openapi_core import OpenAPI
    from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

    document = _document(api)
    document["servers"] = [{"url": api.base_url}]
    openapi = OpenAPI.from_dict(document)
    return lambda: openapi.validate_response(
        RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response)
    )


def _schemathesis(api: Api, response: requests.Response) -> Callable[[], object]:
    import schemathesis

    operation = schemathesis.openapi.from_dict(_document(api))[api.routes[0].paths[0]]["GET"]
    return lambda: operation.validate_response(response)


_CHECKS = {
    "schemathesis": _schemathesis,
    "openapi-core": _openapi_core,
    "jsonschema": _jsonschema,
}
