"""Chainloop Platform: asynchronous operations, to list and to get.

The contract is ``schemas/chainloop.yaml``. Where it is silent, the readings in `settings` decide.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ..lifecycle.states import State
from ..settings import CHAINLOOP as READINGS
from . import (
    Api,
    Checking,
    Exchange,
    Field,
    Operation,
    Paths,
    Render,
    Request,
    Response,
    Route,
    Serving,
    Snapshot,
    gateway,
    json_response,
    rfc3339,
    window,
)
from .chainloop_generation import GENERATION, UNSET
from .chainloop_rules import HISTORY, RULES, UNSPECIFIED
from .chainloop_stub import ChainloopStub

_FILTERS = {UNSPECIFIED: frozenset(State), **HISTORY.states}
"""The states that each status filter finds, in the order of the contract, by which protobuf numbers
an enum's values."""

_STATUSES = {state: word for word, states in HISTORY.states.items() for state in states}

_LIST_REQUEST = gateway.Message(
    "AsyncOperationsServiceListOperationsRequest",
    {
        "pagination": gateway.Message(
            "OffsetPaginationRequest",
            {
                "page": gateway.int32,
                "page_size": gateway.int32,
            },
        ),
        "resource_id": gateway.text,
        "resource_type": gateway.text,
        "status": gateway.enum({word: number for number, word in enumerate(_FILTERS)}),
        "kind": gateway.text,
    },
)


def _list(exchange: Exchange) -> Response:
    # The gateway reads the query before the service behind it checks the token.
    query = gateway.read_query(_LIST_REQUEST, exchange.request)
    exchange.authenticate()
    where = {
        name: query[name] for name in ("resource_id", "resource_type", "kind") if query.get(name)
    }
    if ("resource_id" in where) is not ("resource_type" in where):
        raise gateway.refusal(
            gateway.INVALID_ARGUMENT, "resource_id and resource_type must be provided together"
        )
    states = _FILTERS[query.get("status", UNSPECIFIED)]
    offset, page, size = _page(exchange.readings, query)
    members = exchange.members(where, states)
    total = len(members)
    numbers = window(members, offset, size, exchange.readings["order"])
    return _answer(
        exchange,
        {
            "operations": exchange.show_all(numbers),
            "pagination": {
                "page": page,
                "page_size": size,
                "total_count": total,
                "total_pages": -(-total // size),
            },
        },
    )


def _get(exchange: Exchange) -> Response:
    exchange.authenticate()
    operation = exchange.find(exchange.params["operation_id"])
    if operation is None:
        raise gateway.refusal(gateway.NOT_FOUND, "operation not found")
    return _answer(exchange, {"operation": exchange.show(operation)})


def _answer(exchange: Exchange, payload: object) -> Response:
    profile = exchange.readings["profile"]
    body = gateway.camel(payload) if profile == "gateway_camel" else payload
    return json_response(200, body, profile=profile)


def _page(readings: Mapping[str, Any], query: Mapping[str, Any]) -> tuple[int, int, int]:
    """The offset of the first item, and the page and page size that the answer shows."""
    page = query.get("pagination.page", 0)
    size = query.get("pagination.page_size", 0)
    if min(page, size) < 0 and readings["negative_page"] == "refuse":
        raise gateway.refusal(gateway.INVALID_ARGUMENT, "page and page_size must not be negative")
    # In protobuf a zero is the same as "not given".
    size = min(size if size > 0 else readings["default_page_size"], readings["max_page_size"])
    page = max(page, 0)
    if readings["page_base"] == "offset":
        return page, page // size, size
    if readings["page_base"] == "one":
        page = max(page, 1)
        return (page - 1) * size, page, size
    return page * size, page, size


def _render(operation: Operation, snapshot: Snapshot) -> dict[str, Any]:
    born = operation.created_ns
    payload = {
        "id": operation.id,
        **operation.fields,
        "status": _STATUSES[snapshot.state],
        "created_at": rfc3339(born),
    }
    if snapshot.started is not None:
        payload["started_at"] = rfc3339(born + snapshot.started)
    if snapshot.finished is not None:
        payload["finished_at"] = rfc3339(born + snapshot.finished)
    if snapshot.output is not None:
        payload["output"] = base64.b64encode(snapshot.output).decode()
    if snapshot.message is not None:
        payload["error_message"] = snapshot.message
    return payload


def _render_all(operation: Operation, snapshot: Snapshot) -> dict[str, Any]:
    return {**UNSET, **_render(operation, snapshot)}


def _contract_form(payload: Any) -> Any:
    return gateway.contract_form(payload, UNSET)


def _renderer(readings: Mapping[str, Any]) -> Render:
    return _render if readings["profile"] == "contract" else _render_all


def _credential(request: Request) -> str:
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise gateway.unauthenticated("JWT token is missing")
    return token.strip()


def _hidden(readings: Mapping[str, Any]) -> frozenset[State]:
    return frozenset({State.PURGED}) if readings["purged"] == "gone" else frozenset()


def _new_id(number: int) -> str:
    """A UUID, for clients that parse ids; counted, so that two runs print the same."""
    return f"00000000-0000-4000-8000-{number:012x}"


CHAINLOOP = Api(
    name="chainloop",
    base_url="https://api.app.chainloop.dev",
    routes=(
        Route("list", "GET", ("/v1/operations",), _list),
        Route("get", "GET", ("/v1/operations/{operation_id}",), _get, "operation_id"),
    ),
    new_id=_new_id,
    statuses=_STATUSES,
    render=_renderer,
    credential=_credential,
    envelope=gateway.envelope,
    unmatched=gateway.unmatched,
    fields={
        "kind": Field(default="evidence_evaluation"),
        "resource_id": Field(),
        "resource_type": Field(),
        "project_id": Field(),
        "project_version_id": Field(),
    },
    readings=READINGS,
    serving=Serving(
        refusals={
            "forbidden": gateway.refusal(gateway.PERMISSION_DENIED, "operation not allowed"),
            "invalid": gateway.unauthenticated("Token is invalid"),
            "expired": gateway.unauthenticated("JWT token has expired"),
        },
        error_code=gateway.code_of,
        throttled=gateway.refusal(gateway.RESOURCE_EXHAUSTED, "rate limit exceeded"),
        hidden=_hidden,
        paths=Paths(encoded_slash_separates=True, empty_parameter=True),
        method=gateway.method,
        real_hosts=("*.chainloop.dev",),
        stub_class=ChainloopStub,
    ),
    checking=Checking(
        contract="chainloop.yaml",
        error_schema="rpcStatus",
        rules=RULES,
        history=HISTORY,
        profiles={
            "contract": lambda body: body,
            "gateway": _contract_form,
            "gateway_camel": _contract_form,
        },
    ),
    generation=GENERATION,
)
"""Chainloop Platform."""
