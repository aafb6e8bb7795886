"""The data of the page and the control routes, as JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from ..durations import rfc3339
from ..serving.calls import Call, Calls
from ..serving.operation import Operation
from ..serving.secret_texts import shown
from ..serving.stub import Stub
from ..virtual_time.server_clock import ServerClock

_MOST = 100
"""How many of the newest operations and requests the page shows."""


def clock_state(clock: ServerClock) -> Mapping[str, Any]:
    """The clock: its present time, and how many seconds it has moved."""
    return {"now": rfc3339(clock.now_ns), "elapsed": clock.elapsed_ns / 1e9}


def page_state(clock: ServerClock, stubs: Mapping[str, Stub], calls: Calls) -> Mapping[str, Any]:
    """Everything that the page shows."""
    with clock.lock:
        return {
            "clock": clock_state(clock),
            "apis": {name: stub.base_url for name, stub in stubs.items()},
            "operations": [
                {
                    "api": name,
                    "id": operation.id,
                    "state": operation.state.name,
                    "percent": operation.percent,
                    "polls": operation.polls,
                }
                for name, operation in _newest(stubs)
            ],
            "total": calls.total,
            "calls": [call_state(call) for call in calls[: -_MOST - 1 : -1]],
        }


def _newest(stubs: Mapping[str, Stub]) -> list[tuple[str, Operation]]:
    """The newest operations, each with its API, the newest first."""
    found = [
        (name, operation)
        for name, stub in stubs.items()
        for operation in islice(reversed(list(stub.operations.values())), _MOST)
    ]
    return sorted(found, key=lambda one: -one[1].created_ns)[:_MOST]


def journal(calls: Iterable[Call]) -> list[Mapping[str, Any]]:
    """The calls that are kept, oldest first."""
    return [call_state(call) for call in calls]


def call_state(call: Call) -> Mapping[str, Any]:
    """One call."""
    return {
        "at": rfc3339(call.at_ns),
        "method": call.request.method,
        "url": shown(call.request.url),
        "status": call.response.status_code,
        "operations": list(call.operations[:_MOST]),
    }
