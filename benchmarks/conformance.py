"""Lists of a hundred operations held against their contract, the prose's rules included.

Every side gets the same `requests.Response` and reads its body; only this package checks the rules
that stand in the contract's prose. No two pages have an operation in common, and hardly a time.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import cycle
from random import Random
from typing import Any

import requests
from jsonschema import Draft4Validator

from pytest_asyncops import Lifecycle, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import _load, load_contract
from pytest_asyncops.serving.api import Api

from .measure import compare, elsewhere, once
from .report import Figure, Missing, Ratio, Row

_APIS = {api.name: api for api in (CHAINLOOP, PINECONE)}

_PROCESSES = 6
"""Where a process happens to put things in memory moves these figures by a third."""

_ROUNDS = 6
_TIMES = 20
_PAGES = (_ROUNDS + 1) * _TIMES
"""So many that no side sees a page twice."""


_PEERS = {
    "schemathesis": "schemathesis",
    "openapi-core": "openapi_core",
    "jsonschema": "jsonschema",
}
"""The peers, and the module of each."""

_QUICK = "jsonschema_rs"
"""What this package checks with. For some machines there is none."""

Check = Callable[[requests.Response], object]


def run() -> Iterator[Row]:
    for name in _APIS:
        yield from _ratios(name, "another page each time", "new", _PEERS, 1.0)
        yield from _ratios(name, "one page again and again", "same", ["schemathesis"])
        yield from _ratios(name, "other pages, each with a violation", "wrong", ["schemathesis"])
        yield from _ratios(name, "the first page of a process", "first", ["schemathesis"])
        yield Figure(
            f"{name}, another page each time, without jsonschema-rs",
            elsewhere("conformance:measured_without", name),
        )


def _ratios(
    name: str, what: str, kind: str, peers: Sequence[str], bar: float | None = None
) -> Iterator[Row]:
    samples: dict[str, list[float]] = {}
    for number in range(_PROCESSES):
        for side, times in elsewhere("conformance:measured", name, kind, number).items():
            samples.setdefault(side, []).extend(times)
    for peer in peers:
        if peer in samples:
            own_bar = bar if peer == "schemathesis" else None
            yield Ratio(f"{name}, {what}", samples["ours"], peer, samples[peer], own_bar)
        else:
            yield Missing(f"{name}, {what}, against {peer}")


def measured(name: str, kind: str, number: int) -> dict[str, list[float]]:
    """Seconds per check of each side that is installed."""
    from pytest_asyncops import assert_conforms

    api = _APIS[name]
    pages = _served(api, _PAGES if kind in ("new", "wrong") else 1)
    makers: dict[str, Callable[[], Check]] = {"ours": lambda: assert_conforms}
    for peer, module in _PEERS.items():
        if find_spec(module) is not None and (kind == "new" or peer == "schemathesis"):
            makers[peer] = lambda peer=peer: _CHECKS[peer](api)  # type: ignore[misc]
    if kind == "first":
        return _first(makers, pages[0], number)
    if kind == "wrong":
        for page in pages:
            _spoil(page)
    checks = {side: make() for side, make in makers.items()}
    subjects = {
        side: _in_turn(_refused(check) if kind == "wrong" else check, pages)
        for side, check in checks.items()
    }
    return compare(subjects, rounds=_ROUNDS, times=_TIMES)


def measured_without(name: str) -> list[float]:
    """Seconds per check where there is no jsonschema-rs."""
    sys.modules[_QUICK] = None  # type: ignore[assignment]  # it cannot be imported then
    from pytest_asyncops import assert_conforms

    pages = _served(_APIS[name], 4)
    return compare({"ours": _in_turn(assert_conforms, pages)}, rounds=_ROUNDS, times=4)["ours"]


def _first(
    makers: dict[str, Callable[[], Check]], page: requests.Response, number: int
) -> dict[str, list[float]]:
    """The first check of a process, all that it reads and compiles included; imports are not."""
    for module in (_QUICK, *_PEERS.values()):
        if find_spec(module) is not None:
            __import__(module)
    _load.cache_clear()
    sides = list(makers)
    took = {
        side: once(lambda side=side: makers[side]()(page))[0]
        for side in (sides if number % 2 else reversed(sides))
    }
    return {side: [seconds] for side, seconds in took.items()}


def _in_turn(check: Check, pages: Sequence[requests.Response]) -> Callable[[], object]:
    """Checks one page after the other."""
    pages_in_turn = cycle(pages)
    return lambda: check(next(pages_in_turn))


def _refused(check: Check) -> Check:
    def refused(page: requests.Response) -> None:
        try:
            check(page)
        except Exception:  # each side has its own
            return
        raise SystemExit("a page with a violation was let pass")

    return refused


def _served(api: Api, count: int) -> list[requests.Response]:
    """Full pages of operations in every state that the API lists."""
    random = Random(count)
    is_pinecone = api is PINECONE
    output = {} if is_pinecone else {"output": b"passed"}
    headers = {
        "Authorization": "Bearer token",
        "Api-Key": "key",
        "X-Pinecone-Api-Version": "2026-04",
    }
    pages = []
    with mocked(clock="manual") as mock:
        stub = mock.stubs[api.name]
        for number in range(100 * count):
            lives = [
                Lifecycle.succeeds(pending=2, running=random.randrange(10, 50), **output),
                Lifecycle.fails("unsupported file format", running=random.randrange(10, 50)),
                Lifecycle.hangs(pending=5),
                Lifecycle.manual(),
            ]
            fields = {"resource_id": f"ev-{number}", "resource_type": "evidence"}
            if is_pinecone:
                fields = {"assistant_name": f"docs-{number // 100}"}
            stub.start(lifecycle=lives[number % len(lives)], **fields)
            mock.clock.advance(random.randrange(60))
        mock.clock.advance(60)
        for number in range(count):
            path = api.routes[0].paths[0].format(assistant_name=f"docs-{number}")
            paging = {"pagination.page": number, "pagination.page_size": 100}
            pages.append(
                requests.get(
                    stub.base_url + path,
                    params={} if is_pinecone else paging,
                    headers=headers,
                    timeout=1,
                )
            )
    assert all(len(page.json()["operations"]) == 100 for page in pages)
    return pages


def _spoil(page: requests.Response) -> None:
    """Break one operation of a page, in a way that every side finds."""
    body = page.json()
    body["operations"][50]["id"] = 7
    page._content = requests.compat.json.dumps(body).encode()


def _document(api: Api) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(
        load_contract(str(api.checking.contract)).document.root
    )
    return document


def _jsonschema(api: Api) -> Check:
    document = _document(api)
    path = api.routes[0].paths[0]
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    validator = Draft4Validator({"allOf": [schema], "components": document["components"]})
    return lambda response: validator.validate(response.json())


def _openapi_core(api: Api) -> Check:
    from openapi_core import OpenAPI
    from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

    document = _document(api)
    document["servers"] = [{"url": api.base_url}]
    openapi = OpenAPI.from_dict(document)
    return lambda response: openapi.validate_response(
        RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response)
    )


def _schemathesis(api: Api) -> Check:
    import schemathesis

    operation = schemathesis.openapi.from_dict(_document(api))[api.routes[0].paths[0]]["GET"]
    check: Check = operation.validate_response
    return check


_CHECKS = {
    "schemathesis": _schemathesis,
    "openapi-core": _openapi_core,
    "jsonschema": _jsonschema,
}
